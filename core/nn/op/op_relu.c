/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Alone, behind what is not linear; and with a gate. */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <string.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    (void)params, (void)arena, (void)err;
    node->out = node->in[0];
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t n = (size_t)pass->n * shape_size(node->out);

    memcpy(pass->y, pass->x[0], n * sizeof *pass->y);
    kernels->relu(pass->y, n);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t n = (size_t)pass->n * shape_size(node->out);

    for (size_t i = 0; pass->gx[0] && i < n; i++) {
        float g = pass->y[i] > 0 ? pass->gy[i] : 0;

        pass->gx[0][i] = node->gx_adds[0] ? pass->gx[0][i] + g : g;
    }
}

static int plan_reglu(struct op_node *node, struct params *params, struct arena *arena,
                      struct error *err)
{
    (void)params, (void)arena;
    if (node->in[0].width % 2)
        return error_set(err, "halves a width of %d", node->in[0].width);
    node->out = (struct shape){node->in[0].rows, node->in[0].width / 2};
    return 0;
}

static void forward_reglu(const struct op_node *node, const struct op_pass *pass)
{
    kernels->reglu(pass->y, pass->x[0], (size_t)pass->n * (size_t)node->out.rows,
                   (size_t)node->out.width);
}

static void backward_reglu(const struct op_node *node, const struct op_pass *pass)
{
    if (pass->gx[0])
        kernels->reglu_backward(pass->gx[0], node->gx_adds[0], pass->gy, pass->x[0],
                                (size_t)pass->n * (size_t)node->out.rows, (size_t)node->out.width);
}

static const struct {
    char nothing;
} sample;

const struct op_type op_relu = {
    .name = "relu",
    .doc = "y = max(x, 0)",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};

const struct op_type op_reglu = {
    .name = "reglu",
    .doc = "y = a relu(b) of rows [a | b]",
    .n_inputs = 1,
    .plan = plan_reglu,
    .forward = forward_reglu,
    .backward = backward_reglu,
    .sample = &sample,
    .sample_input = {2, 8},
};
