/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op/op.h"

#include <string.h>

static int out_side(int side, int stride)
{
    return (side - 1) / stride + 1;
}

static int plan(struct op_node *node, struct params *params, struct arena *arena, struct error *err)
{
    const struct op_shortcut *config = node->config;

    (void)params, (void)arena;
    if (config->height * config->width != node->in[0].rows)
        return error_set(err, "the input has %d rows, not %d x %d pixels", node->in[0].rows, config->height,
                         config->width);
    if (config->stride < 1 || config->pad < 0)
        return error_set(err, "stride %d and %d zero channels; at least 1 and 0", config->stride, config->pad);
    node->out = (struct shape){out_side(config->height, config->stride) * out_side(config->width, config->stride),
                               node->in[0].width + 2 * config->pad};
    return 0;
}

/* The row of the input that row `r` of the output shows. */
static size_t shown_row(const struct op_shortcut *config, int r)
{
    int width = out_side(config->width, config->stride);

    return (size_t)((r / width * config->width + r % width) * config->stride);
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_shortcut *config = node->config;
    size_t n = (size_t)node->in[0].width, pad = (size_t)config->pad, width = (size_t)node->out.width;
    float *y = pass->y;

    for (int e = 0; e < pass->n; e++) {
        const float *x = pass->x[0] + (size_t)e * shape_size(node->in[0]);

        for (int r = 0; r < node->out.rows; r++, y += width) {
            memset(y, 0, pad * sizeof *y);
            memcpy(y + pad, x + shown_row(config, r) * n, n * sizeof *y);
            memset(y + pad + n, 0, pad * sizeof *y);
        }
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_shortcut *config = node->config;
    size_t n = (size_t)node->in[0].width, pad = (size_t)config->pad, width = (size_t)node->out.width;
    size_t in = shape_size(node->in[0]);
    const float *gy = pass->gy;

    if (!pass->gx[0])
        return;
    if (!node->gx_adds[0])
        memset(pass->gx[0], 0, (size_t)pass->n * in * sizeof *pass->gx[0]);
    for (int e = 0; e < pass->n; e++)
        for (int r = 0; r < node->out.rows; r++, gy += width) {
            float *restrict gx = pass->gx[0] + (size_t)e * in + shown_row(config, r) * n;

#pragma omp simd
            for (size_t c = 0; c < n; c++)
                gx[c] += gy[pad + c];
        }
}

static const struct op_shortcut sample = {.height = 5, .width = 4, .stride = 2, .pad = 2};

const struct op_type op_shortcut = {
    .name = "shortcut",
    .doc = "every stride-th pixel of a picture, with zero channels on both sides",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
    .sample_input = {20, 3},
};
