/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The windows of one example at a time are copied into rows, so that the rest is a product;
 * they are copied again for the weights' gradient: that costs less than to keep them, as
 * those of a micro-batch would not fit the cache. A window's line is contiguous, as pixels
 * are rows of channels. */
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/op.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };

/* Floats of a window, and rows of the output. */
struct sizes {
    size_t window, rows, out;
};

static int out_side(int side, const struct op_conv *config)
{
    return (side + 2 * config->pad - config->kernel) / config->stride + 1;
}

static struct sizes sizes_of(const struct op_node *node)
{
    const struct op_conv *config = node->config;

    return (struct sizes){
        .window = (size_t)(config->kernel * config->kernel) * (size_t)node->in[0].width,
        .rows = (size_t)node->out.rows,
        .out = (size_t)node->out.width,
    };
}

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_conv *config = node->config;
    int kernel = config->kernel, channels = node->in[0].width;
    size_t window = (size_t)(kernel * kernel) * (size_t)channels;
    float sd = (float)sqrt(1.0 / (3.0 * (double)window));

    if (config->height * config->width != node->in[0].rows)
        return error_set(err, "the input has %d rows, not %d x %d pixels", node->in[0].rows,
                         config->height, config->width);
    if (kernel < 1 || config->stride < 1 || config->pad < 0 || config->pad >= kernel ||
        config->height + 2 * config->pad < kernel || config->width + 2 * config->pad < kernel)
        return error_set(err, "windows of %d x %d at every %d do not fit %d x %d with a border of "
                              "%d", kernel, kernel, config->stride, config->height, config->width,
                         config->pad);
    node->out = (struct shape){out_side(config->height, config) * out_side(config->width, config),
                               config->width_out};
    node->scratch_size = (size_t)node->out.rows * window;
    if (node->has_weights_before[0])
        node->prepared_size = window * (size_t)config->width_out;
    /* PyTorch's start for convolutions, biases too. */
    node->weights[WEIGHT] = params_add(
        params, arena,
        (struct param){.name = arena_printf(arena, "%s.weight", node->name),
                       .n_dims = 4,
                       .dims = {config->width_out, channels, kernel, kernel},
                       .transposed = true,
                       .channels_last = true,
                       .decays = true,
                       .init_sd = sd,
                       .init_uniform = true});
    node->weights[BIAS] = params_add(params, arena,
                                     (struct param){.name = arena_printf(arena, "%s.bias", node->name),
                                                    .n_dims = 1,
                                                    .dims = {config->width_out},
                                                    .init_sd = sd,
                                                    .init_uniform = true});
    return 0;
}

/* The weights as [out][window], for the gradient of x. */
static void prepare(const struct op_node *node, const float *w, float *prepared)
{
    struct sizes s = sizes_of(node);

    transpose(prepared, s.window, w + node->weights[WEIGHT], s.out, s.window, s.out);
}

/* The part of a window's line that lies in the picture: columns first .. end-1 of it. */
struct line {
    int first, end;
};

static struct line line_at(const struct op_conv *config, int left)
{
    return (struct line){left < 0 ? -left : 0, config->width - left < config->kernel
                                                   ? config->width - left
                                                   : config->kernel};
}

/* windows[rows][window] of x[height][width][channels]; zeros beyond the border. */
static void gather(const struct op_node *node, const float *x, float *windows)
{
    const struct op_conv *config = node->config;
    size_t channels = (size_t)node->in[0].width, n = (size_t)config->kernel * channels;
    int end_y = config->height + config->pad - config->kernel + 1;
    int end_x = config->width + config->pad - config->kernel + 1;

    for (int top = -config->pad; top < end_y; top += config->stride)
        for (int left = -config->pad; left < end_x; left += config->stride) {
            struct line line = line_at(config, left);
            size_t before = (size_t)line.first * channels, end = (size_t)line.end * channels;

            for (int y = top; y < top + config->kernel; y++, windows += n) {
                if (y < 0 || y >= config->height) {
                    memset(windows, 0, n * sizeof *windows);
                    continue;
                }
                memset(windows, 0, before * sizeof *windows);
                memcpy(windows + before,
                       x + ((size_t)(y * config->width + left + line.first)) * channels,
                       (end - before) * sizeof *windows);
                memset(windows + end, 0, (n - end) * sizeof *windows);
            }
        }
}

/* Adds the gradients of the windows to those of the pixels they show. */
static void scatter(const struct op_node *node, const float *windows, float *gx)
{
    const struct op_conv *config = node->config;
    size_t channels = (size_t)node->in[0].width, n = (size_t)config->kernel * channels;
    int end_y = config->height + config->pad - config->kernel + 1;
    int end_x = config->width + config->pad - config->kernel + 1;

    for (int top = -config->pad; top < end_y; top += config->stride)
        for (int left = -config->pad; left < end_x; left += config->stride) {
            struct line line = line_at(config, left);
            size_t before = (size_t)line.first * channels, end = (size_t)line.end * channels;

            for (int y = top; y < top + config->kernel; y++, windows += n)
                if (y >= 0 && y < config->height)
                    kernels->add(gx + ((size_t)(y * config->width + left + line.first)) * channels,
                                 windows + before, end - before);
        }
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_conv *config = node->config;
    struct sizes s = sizes_of(node);
    size_t in = shape_size(node->in[0]), size = s.rows * s.out;

    for (int e = 0; e < pass->n; e++) {
        float *y = pass->y + (size_t)e * size;

        gather(node, pass->x[0] + (size_t)e * in, pass->scratch);
        product_from(y, s.out, pass->w + node->weights[BIAS], 0, pass->scratch, s.window, 1,
                     pass->w + node->weights[WEIGHT], s.out, s.rows, s.out, s.window);
        if (config->has_relu)
            kernels->relu(y, size);
    }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_conv *config = node->config;
    struct sizes s = sizes_of(node);
    size_t in = shape_size(node->in[0]), size = s.rows * s.out;
    float *gbias = pass->gw + node->weights[BIAS];

    if (pass->gx[0] && !node->gx_adds[0])
        memset(pass->gx[0], 0, (size_t)pass->n * in * sizeof(float));
    for (int e = 0; e < pass->n; e++) {
        float *gy = pass->gy + (size_t)e * size;

        if (config->has_relu)
            kernels->relu_backward(gy, pass->y + (size_t)e * size, gbias, s.rows, s.out);
        else
            kernels->bias_backward(gy, gbias, s.rows, s.out);
        gather(node, pass->x[0] + (size_t)e * in, pass->scratch);
        product(pass->gw + node->weights[WEIGHT], s.out, pass->scratch, 1, s.window, gy, s.out,
                s.window, s.out, s.rows, true);
        if (!pass->gx[0])
            continue;
        product(pass->scratch, s.window, gy, s.out, 1, pass->prepared, s.window, s.rows, s.window,
                s.out, false);
        scatter(node, pass->scratch, pass->gx[0] + (size_t)e * in);
    }
}

static const struct op_conv sample = {.height = 5,
                                      .width = 4,
                                      .kernel = 3,
                                      .stride = 2,
                                      .pad = 1,
                                      .width_out = 5,
                                      .has_relu = true};

const struct op_type op_conv = {
    .name = "conv",
    .doc = "a convolution over a picture whose pixels are rows of channels; relu on request",
    .n_inputs = 1,
    .plan = plan,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
    .sample_input = {20, 3},
};
