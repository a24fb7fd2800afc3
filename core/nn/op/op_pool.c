/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    (void)params, (void)arena, (void)err;
    node->out = (struct shape){1, node->in[0].width};
    return 0;
}

/* The rows of an example, of all; *ret_n of them count. */
static size_t first_row(const struct op_node *node, const struct op_pass *pass, int example, int *ret_n)
{
    const struct op_pool *config = node->config;
    size_t first = (size_t)example * (size_t)node->in[0].rows;

    *ret_n = node->in[0].rows;
    if (pass->rows) {
        first = (size_t)pass->rows->first[example];
        *ret_n = pass->rows->first[example + 1] - pass->rows->first[example];
    }
    if (config->pool != POOL_MEAN)
        *ret_n = 1;
    return first;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t width = (size_t)node->out.width;

    for (int e = 0, n; e < pass->n_examples; e++) {
        const float *x = pass->x[0] + first_row(node, pass, e, &n) * width;
        float *y = pass->y + (size_t)e * width;

        memcpy(y, x, width * sizeof *y);
        for (int r = 1; r < n; r++)
            kernels->add(y, x + (size_t)r * width, width);
        if (n > 1)
            kernels->scale(y, 1 / (float)n, width);
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t width = (size_t)node->out.width;

    if (!pass->gx[0])
        return;
    if (!node->gx_adds[0])
        memset(pass->gx[0], 0, (size_t)pass->n * shape_size(node->in[0]) * sizeof *pass->gx[0]);
    for (int e = 0, n; e < pass->n_examples; e++) {
        float *gx = pass->gx[0] + first_row(node, pass, e, &n) * width, *gy = pass->gy + (size_t)e * width;

        if (n > 1)
            kernels->scale(gy, 1 / (float)n, width);
        for (int r = 0; r < n; r++)
            kernels->add(gx + (size_t)r * width, gy, width);
    }
}

static const struct op_pool sample = {.pool = POOL_MEAN};

const struct op_type op_pool = {
    .name = "pool",
    .doc = "the first row, or the mean of all",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .by_rows = OP_POOLS_ROWS,
    .sample = &sample,
};
