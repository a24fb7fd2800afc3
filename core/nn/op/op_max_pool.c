/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of channels are compared pixel by pixel of a window. Of pixels that are equal the first has the
 * gradient, as in PyTorch: it takes it out of gy, so that nothing is kept of where the largest was. */
#include "nn/op/op.h"

#include <string.h>

static int out_side(int side, const struct op_max_pool *config)
{
    return (side + 2 * config->pad - config->window) / config->stride + 1;
}

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_max_pool *config = node->config;

    (void)params, (void)arena;
    if (config->height * config->width != node->in[0].rows)
        return error_set(err, "the input has %d rows, not %d x %d pixels", node->in[0].rows,
                         config->height, config->width);
    if (config->window < 1 || config->stride < 1 || config->pad < 0 || 2 * config->pad > config->window ||
        config->height + 2 * config->pad < config->window ||
        config->width + 2 * config->pad < config->window)
        return error_set(err, "windows of %d x %d at every %d do not fit %d x %d with a border of %d",
                         config->window, config->window, config->stride, config->height, config->width,
                         config->pad);
    node->out = (struct shape){out_side(config->height, config) * out_side(config->width, config),
                               node->in[0].width};
    return 0;
}

/* What of a window lies in the picture. */
struct part {
    int top, bottom, left, right;
};

static struct part part_of(const struct op_max_pool *config, int window)
{
    int across = out_side(config->width, config);
    int top = window / across * config->stride - config->pad;
    int left = window % across * config->stride - config->pad;
    int bottom = top + config->window, right = left + config->window;

    return (struct part){top < 0 ? 0 : top, bottom < config->height ? bottom : config->height,
                         left < 0 ? 0 : left, right < config->width ? right : config->width};
}

/* NaN is larger than all. */
static void keep_larger(float *restrict y, const float *restrict x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_max_pool *config = node->config;
    size_t channels = (size_t)node->out.width, in = shape_size(node->in[0]);
    float *y = pass->y;

    for (int e = 0; e < pass->n; e++)
        for (int window = 0; window < node->out.rows; window++, y += channels) {
            const float *x = pass->x[0] + (size_t)e * in;
            struct part part = part_of(config, window);

            memcpy(y, x + (size_t)(part.top * config->width + part.left) * channels, channels * sizeof *y);
            for (int row = part.top; row < part.bottom; row++)
                for (int column = part.left; column < part.right; column++)
                    keep_larger(y, x + (size_t)(row * config->width + column) * channels, channels);
        }
}

static void give_largest(float *restrict gx, float *restrict gy, const float *restrict x,
                         const float *restrict y, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        bool is_largest = x[i] == y[i] || x[i] != x[i];

        gx[i] += is_largest ? gy[i] : 0;
        gy[i] = is_largest ? 0 : gy[i];
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_max_pool *config = node->config;
    size_t channels = (size_t)node->out.width, in = shape_size(node->in[0]);
    const float *y = pass->y;
    float *gy = pass->gy;

    if (!pass->gx[0])
        return;
    if (!node->gx_adds[0])
        memset(pass->gx[0], 0, (size_t)pass->n * in * sizeof *pass->gx[0]);
    for (int e = 0; e < pass->n; e++)
        for (int window = 0; window < node->out.rows; window++, y += channels, gy += channels) {
            struct part part = part_of(config, window);

            for (int row = part.top; row < part.bottom; row++)
                for (int column = part.left; column < part.right; column++) {
                    size_t at = (size_t)e * in + (size_t)(row * config->width + column) * channels;

                    give_largest(pass->gx[0] + at, gy, pass->x[0] + at, y, channels);
                }
        }
}

static const struct op_max_pool sample = {.height = 5, .width = 4, .window = 3, .stride = 2, .pad = 1};

const struct op_type op_max_pool = {
    .name = "max_pool",
    .doc = "the largest of each window of a picture whose pixels are rows of channels",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
    .sample_input = {20, 3},
};
