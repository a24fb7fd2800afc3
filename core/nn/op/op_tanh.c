/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <math.h>

static int plan(struct op_node *node, struct params *params, struct arena *arena, struct error *err)
{
    (void)params, (void)arena, (void)err;
    node->out = node->in[0];
    return 0;
}

/* By the exponential of what is not above 0, so that nothing overflows; the same bits on every machine. */
static float tanh_of(float x)
{
    double e = kernel_exp(-2 * fabs((double)x));

    return (float)copysign((1 - e) / (1 + e), x);
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    for (size_t i = 0; i < (size_t)pass->n * shape_size(node->out); i++)
        pass->y[i] = tanh_of(pass->x[0][i]);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    for (size_t i = 0; pass->gx[0] && i < (size_t)pass->n * shape_size(node->out); i++) {
        float g = pass->gy[i] * (1 - pass->y[i] * pass->y[i]);

        pass->gx[0][i] = node->gx_adds[0] ? pass->gx[0][i] + g : g;
    }
}

static const struct {
    char nothing;
} sample;

const struct op_type op_tanh = {
    .name = "tanh",
    .doc = "y = tanh(x)",
    .n_inputs = 1,
    .by_rows = OP_ROW_BY_ROW,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
