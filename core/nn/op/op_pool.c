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

/* How many rows of an example count. */
static int pooled(const struct op_node *node)
{
    const struct op_pool *config = node->config;

    return config->pool == POOL_MEAN ? node->in[0].rows : 1;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t in = shape_size(node->in[0]), width = (size_t)node->out.width;
    int n = pooled(node);

    for (int e = 0; e < pass->n; e++) {
        const float *x = pass->x[0] + (size_t)e * in;
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
    size_t in = shape_size(node->in[0]), width = (size_t)node->out.width;
    int n = pooled(node);

    if (!pass->gx[0])
        return;
    if (!node->gx_adds[0])
        memset(pass->gx[0], 0, (size_t)pass->n * in * sizeof *pass->gx[0]);
    if (n > 1)
        kernels->scale(pass->gy, 1 / (float)n, (size_t)pass->n * width);
    for (int e = 0; e < pass->n; e++)
        for (int r = 0; r < n; r++)
            kernels->add(pass->gx[0] + (size_t)e * in + (size_t)r * width,
                         pass->gy + (size_t)e * width, width);
}

static const struct op_pool sample = {.pool = POOL_MEAN};

const struct op_type op_pool = {
    .name = "pool",
    .doc = "the first row, or the mean of all",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
