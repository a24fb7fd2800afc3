/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_embedding *config = node->config;
    int n_columns = config->levels.n_columns;
    struct param like = {.n_dims = 2, .init_uniform = true};

    if (config->width < 1)
        return error_set(err, "width %d; must be at least 1", config->width);
    node->out = (struct shape){n_columns, config->width};
    like.init_sd = (float)sqrt(1.0 / 3 / config->width);
    like.dims[1] = config->width;
    like.dims[0] = config->levels.first[n_columns];
    like.name = arena_printf(arena, "%s.weight", node->name);
    node->weights[WEIGHT] = params_add(params, arena, like);
    like.dims[0] = n_columns;
    like.name = arena_printf(arena, "%s.bias", node->name);
    if (config->has_bias)
        node->weights[BIAS] = params_add(params, arena, like);
    return 0;
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_embedding *config = node->config;
    const struct op_levels *levels = &config->levels;
    size_t width = (size_t)node->out.width;
    const float *w = pass->w + node->weights[WEIGHT];
    const int32_t *code = pass->codes;
    float *y = pass->y;

    for (int e = 0; e < pass->n; e++) {
        const float *bias = pass->w + node->weights[BIAS];

        for (int c = 0; c < levels->n_columns; c++, code++, y += width, bias += width) {
            const float *row = w + (size_t)(levels->first[c] + *code) * width;

            if (*code >= 0 && config->has_bias)
                kernels->add_bias(y, row, bias, 1, width);
            else if (*code >= 0)
                memcpy(y, row, width * sizeof *y);
            else if (config->has_bias)
                memcpy(y, bias, width * sizeof *y);
            else
                memset(y, 0, width * sizeof *y);
        }
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_embedding *config = node->config;
    const struct op_levels *levels = &config->levels;
    size_t width = (size_t)node->out.width;
    float *gw = pass->gw + node->weights[WEIGHT];
    const int32_t *code = pass->codes;
    const float *gy = pass->gy;

    for (int e = 0; e < pass->n; e++) {
        if (config->has_bias)
            kernels->add(pass->gw + node->weights[BIAS], gy, shape_size(node->out));
        for (int c = 0; c < levels->n_columns; c++, code++, gy += width)
            if (*code >= 0)
                kernels->add(gw + (size_t)(levels->first[c] + *code) * width, gy, width);
    }
}

static const int first[] = {0, 3, 4, 9};
static const struct op_embedding sample = {.levels = {3, first}, .width = 5, .has_bias = true};

const struct op_type op_embedding = {
    .name = "embedding",
    .doc = "a row for the level of each column, a bias of the column added",
    .n_inputs = 1,
    .reads_codes = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
};
