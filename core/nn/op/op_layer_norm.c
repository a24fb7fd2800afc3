/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

enum { WEIGHT, BIAS };

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    int width = node->in[0].width;

    (void)err;
    node->out = node->in[0];
    node->saved_size = 2 * (size_t)node->in[0].rows; /* mean and inverse deviation */
    node->weights[WEIGHT] =
        params_add(params, arena,
                   (struct param){.name = arena_printf(arena, "%s.weight", node->name),
                                  .n_dims = 1,
                                  .dims = {width},
                                  .init_value = 1});
    node->weights[BIAS] = params_add(params, arena,
                                     (struct param){.name = arena_printf(arena, "%s.bias", node->name),
                                                    .n_dims = 1,
                                                    .dims = {width}});
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_layer_norm *config = node->config;

    kernels->layer_norm(pass->y, pass->x[0], pass->w + node->weights[WEIGHT],
                        pass->w + node->weights[BIAS], pass->saved,
                        (size_t)pass->n * (size_t)node->out.rows, (size_t)node->out.width,
                        (float)config->epsilon);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    kernels->layer_norm_backward(pass->gx[0], node->gx_adds[0], pass->gy, pass->x[0], pass->saved,
                                 pass->w + node->weights[WEIGHT], pass->gw + node->weights[WEIGHT],
                                 pass->gw + node->weights[BIAS],
                                 (size_t)pass->n * (size_t)node->out.rows, (size_t)node->out.width);
}

static const struct op_layer_norm sample = {.epsilon = 1e-6};

const struct op_type op_layer_norm = {
    .name = "layer_norm",
    .doc = "y = (x - mean) / sqrt(variance + epsilon) * w + b over each row",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .by_rows = OP_ROW_BY_ROW,
    .sample = &sample,
    .sample_input = {2, 19},
};
