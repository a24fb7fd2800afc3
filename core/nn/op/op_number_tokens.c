/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op/op.h"

#include <math.h>

enum { WEIGHT, BIAS };

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_number_tokens *config = node->config;
    struct param like = {.n_dims = 2, .init_uniform = true};

    if (config->width < 1)
        return error_set(err, "width %d; must be at least 1", config->width);
    node->out = (struct shape){(int)shape_size(node->in[0]), config->width};
    like.dims[0] = node->out.rows;
    like.dims[1] = config->width;
    like.init_sd = (float)sqrt(1.0 / 3 / config->width);
    like.name = arena_printf(arena, "%s.weight", node->name);
    node->weights[WEIGHT] = params_add(params, arena, like);
    like.name = arena_printf(arena, "%s.bias", node->name);
    node->weights[BIAS] = params_add(params, arena, like);
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)node->out.rows, width = (size_t)node->out.width;

    for (size_t r = 0; r < (size_t)pass->n * rows; r++) {
        float x = pass->x[0][r];
        const float *restrict w = pass->w + node->weights[WEIGHT] + r % rows * width;
        const float *restrict b = pass->w + node->weights[BIAS] + r % rows * width;
        float *restrict y = pass->y + r * width;

#pragma omp simd
        for (size_t i = 0; i < width; i++)
            y[i] = x * w[i] + b[i];
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    size_t rows = (size_t)node->out.rows, width = (size_t)node->out.width;

    for (size_t r = 0; r < (size_t)pass->n * rows; r++) {
        float x = pass->x[0][r], sum = 0;
        const float *restrict w = pass->w + node->weights[WEIGHT] + r % rows * width;
        const float *restrict gy = pass->gy + r * width;
        float *restrict gw = pass->gw + node->weights[WEIGHT] + r % rows * width;
        float *restrict gb = pass->gw + node->weights[BIAS] + r % rows * width;

#pragma omp simd
        for (size_t i = 0; i < width; i++) {
            gw[i] += x * gy[i];
            gb[i] += gy[i];
        }
        if (!pass->gx[0])
            continue;
        for (size_t i = 0; i < width; i++)
            sum += w[i] * gy[i];
        pass->gx[0][r] = node->gx_adds[0] ? pass->gx[0][r] + sum : sum;
    }
}

static const struct op_number_tokens sample = {.width = 5};

const struct op_type op_number_tokens = {
    .name = "number_tokens",
    .doc = "a row x_j w_j + b_j for each number",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
    .sample_input = {1, 6},
};
