/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Windows are read where they lie (math/conv.h), in copies of the pictures that have a border of zeros
 * around them: as many pictures at a time as stay in the second cache. A window's line is contiguous,
 * as pixels are rows of channels.
 *
 * The gradient of x is a convolution of y's: pixel i of a line is under the window at o in its column
 * k = i + pad - stride o. So the pixels of one remainder of i by the stride, a phase, see the same columns
 * k of their windows, every stride-th, the last first; of each phase there is one product, with weights
 * in that order. With a stride of 1 there is one phase. */
#include "math/conv.h"
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/op.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };

/* Floats of padded copies, 256 KiB of them. */
static const size_t CACHED = 64 * 1024;

/* Pictures with zeros around: `before` rows above and columns left, so many of them in all. */
struct padded {
    size_t height, width, channels, before, rows, columns;
};

static size_t size_of(const struct padded *p)
{
    return p->rows * p->columns * p->channels;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int out_side(int side, const struct op_conv *config)
{
    return (side + 2 * config->pad - config->kernel) / config->stride + 1;
}

/* x, so that all windows lie within. */
static struct padded padded_x(const struct op_node *node)
{
    const struct op_conv *config = node->config;
    size_t height = (size_t)config->height, width = (size_t)config->width, pad = (size_t)config->pad;
    size_t stride = (size_t)config->stride, kernel = (size_t)config->kernel;
    size_t down = (size_t)out_side(config->height, config), across = (size_t)out_side(config->width, config);

    return (struct padded){
        .height = height,
        .width = width,
        .channels = (size_t)node->in[0].width,
        .before = pad,
        .rows = larger(pad + height, (down - 1) * stride + kernel),
        .columns = larger(pad + width, (across - 1) * stride + kernel),
    };
}

/* The gradient of y, so that of all of x's pixels the windows that they may be in lie within. */
static struct padded padded_gy(const struct op_node *node)
{
    const struct op_conv *config = node->config;
    size_t down = (size_t)out_side(config->height, config), across = (size_t)out_side(config->width, config);
    size_t before = (size_t)((config->kernel - 1 - config->pad) / config->stride);

    return (struct padded){
        .height = down,
        .width = across,
        .channels = (size_t)config->width_out,
        .before = before,
        .rows = before + larger(down, (size_t)((config->height - 1 + config->pad) / config->stride) + 1),
        .columns = before + larger(across, (size_t)((config->width - 1 + config->pad) / config->stride) + 1),
    };
}

static bool has_border(const struct padded *p)
{
    return p->rows > p->height || p->columns > p->width;
}

/* How many pictures of n are worked on at a time. */
static size_t group_of(const struct padded *p, size_t n)
{
    size_t most = larger(CACHED / size_of(p), 1);

    return n < most ? n : most;
}

/* n pictures in their borders; where they need none, they themselves. */
static const float *pad(float *copies, const float *from, const struct padded *p, size_t n)
{
    size_t row = p->columns * p->channels, pixels = p->width * p->channels, left = p->before * p->channels;
    float *to = copies;

    if (!has_border(p))
        return from;
    for (; n > 0; n--) {
        memset(to, 0, p->before * row * sizeof *to);
        to += p->before * row;
        for (size_t y = 0; y < p->height; y++, to += row, from += pixels) {
            memset(to, 0, left * sizeof *to);
            memcpy(to + left, from, pixels * sizeof *to);
            memset(to + left + pixels, 0, (row - left - pixels) * sizeof *to);
        }
        memset(to, 0, (p->rows - p->before - p->height) * row * sizeof *to);
        to += (p->rows - p->before - p->height) * row;
    }
    return copies;
}

static struct conv_windows windows_of(const struct op_node *node, const struct padded *x, size_t n)
{
    const struct op_conv *config = node->config;
    size_t kernel = (size_t)config->kernel, stride = (size_t)config->stride, row = x->columns * x->channels;

    return (struct conv_windows){
        .pictures = n,
        .rows = (size_t)out_side(config->height, config),
        .columns = (size_t)out_side(config->width, config),
        .step = {size_of(x), stride * row, stride * x->channels},
        .lines = kernel,
        .line = kernel * x->channels,
        .pitch = row,
    };
}

/* Of one dimension of a picture: the pixels from `first` on at every stride, the columns k of a window
 * that they see, every stride-th from `k` on, and the padded y where the first of them sees its first. */
struct phase {
    size_t pixels, n_k, k, y;
};

static struct phase phase_at(const struct op_conv *config, const struct padded *gy, int side, int first)
{
    int stride = config->stride, k = (first + config->pad) % stride;
    int n_k = k < config->kernel ? (config->kernel - k - 1) / stride + 1 : 0;

    return (struct phase){
        .pixels = (size_t)((side - first + stride - 1) / stride),
        .n_k = (size_t)n_k,
        .k = (size_t)k,
        .y = gy->before + (size_t)((first + config->pad - k) / stride) + 1 - (size_t)n_k,
    };
}

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_conv *config = node->config;
    int kernel = config->kernel, channels = node->in[0].width;
    size_t window = (size_t)(kernel * kernel) * (size_t)channels;
    float sd = (float)sqrt((config->init_kaiming ? 2.0 : 1.0 / 3.0) / (double)window);
    struct padded x, gy;

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
    x = padded_x(node);
    gy = padded_gy(node);
    node->scratch_size = has_border(&x) ? size_of(&x) : 0;
    if (node->has_weights_before[0]) {
        node->scratch_size = larger(node->scratch_size, has_border(&gy) ? size_of(&gy) : 0);
        node->prepared_size = window * (size_t)config->width_out;
    }
    /* Without init_kaiming PyTorch's start for convolutions, biases too. */
    node->weights[WEIGHT] = params_add(
        params, arena,
        (struct param){.name = arena_printf(arena, "%s.weight", node->name),
                       .n_dims = 4,
                       .dims = {config->width_out, channels, kernel, kernel},
                       .transposed = true,
                       .channels_last = true,
                       .decays = true,
                       .init_sd = sd,
                       .init_uniform = !config->init_kaiming});
    if (config->has_no_bias)
        return 0;
    node->weights[BIAS] = params_add(params, arena,
                                     (struct param){.name = arena_printf(arena, "%s.bias", node->name),
                                                    .n_dims = 1,
                                                    .dims = {config->width_out},
                                                    .init_sd = config->init_kaiming ? 0 : sd,
                                                    .init_uniform = !config->init_kaiming});
    return 0;
}

/* The weights of each phase as [k of rows][k of columns][out][channels], the last k first. */
static void prepare(const struct op_node *node, const float *w, float *prepared)
{
    const struct op_conv *config = node->config;
    size_t channels = (size_t)node->in[0].width, out = (size_t)config->width_out;
    size_t stride = (size_t)config->stride, kernel = (size_t)config->kernel;
    struct padded gy = padded_gy(node);

    for (int y = 0; y < config->stride; y++)
        for (int x = 0; x < config->stride; x++) {
            struct phase rows = phase_at(config, &gy, config->height, y);
            struct phase columns = phase_at(config, &gy, config->width, x);

            for (size_t i = rows.n_k; i-- > 0;)
                for (size_t j = columns.n_k; j-- > 0; prepared += out * channels) {
                    size_t tap = (rows.k + i * stride) * kernel + columns.k + j * stride;

                    transpose(prepared, channels, w + node->weights[WEIGHT] + tap * channels * out, out,
                              channels, out);
                }
        }
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_conv *config = node->config;
    struct padded padded = padded_x(node);
    size_t in = shape_size(node->in[0]), size = shape_size(node->out), out = (size_t)node->out.width;
    size_t n = (size_t)pass->n, group = group_of(&padded, n);
    const float *bias = config->has_no_bias ? NULL : pass->w + node->weights[BIAS];

    for (size_t e = 0; e < n; e += group) {
        size_t some = n - e < group ? n - e : group;
        const float *x = pad(pass->scratch, pass->x[0] + e * in, &padded, some);
        struct conv_windows windows = windows_of(node, &padded, some);
        struct conv_steps step = {size, windows.columns * out, out};

        convs()->product(pass->y + e * size, &step, bias, false, x, &windows,
                         pass->w + node->weights[WEIGHT], out);
        if (config->has_relu)
            kernels->relu(pass->y + e * size, some * size);
    }
}

/* The gradient behind relu, and that of the bias. */
static void backward_of_rows(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_conv *config = node->config;
    size_t rows = (size_t)pass->n * (size_t)node->out.rows, out = (size_t)node->out.width;
    float *gbias = pass->gw + node->weights[BIAS];

    if (config->has_relu && !config->has_no_bias)
        kernels->relu_backward(pass->gy, pass->y, gbias, rows, out);
    else if (!config->has_no_bias)
        kernels->bias_backward(pass->gy, gbias, rows, out);
    else if (config->has_relu)
        for (size_t i = 0; i < rows * out; i++)
            pass->gy[i] = pass->y[i] > 0 ? pass->gy[i] : 0;
}

/* gx of n pictures from gy in its borders. */
static void backward_of_pictures(const struct op_node *node, float *gx, bool adds, const float *gy,
                                 const struct padded *padded, const float *w, size_t n)
{
    const struct op_conv *config = node->config;
    size_t channels = (size_t)node->in[0].width, row = (size_t)config->width * channels;
    size_t stride = (size_t)config->stride, gy_row = padded->columns * padded->channels;
    struct conv_steps step = {shape_size(node->in[0]), stride * row, stride * channels};

    for (int y = 0; y < config->stride; y++)
        for (int x = 0; x < config->stride; x++) {
            struct phase rows = phase_at(config, padded, config->height, y);
            struct phase columns = phase_at(config, padded, config->width, x);
            struct conv_windows windows = {
                .pictures = n,
                .rows = rows.pixels,
                .columns = columns.pixels,
                .step = {size_of(padded), gy_row, padded->channels},
                .lines = rows.n_k,
                .line = columns.n_k * padded->channels,
                .pitch = gy_row,
            };

            if (windows.lines * windows.line == 0)
                continue; /* between windows */
            convs()->product(gx + (size_t)y * row + (size_t)x * channels, &step, NULL, adds,
                             gy + rows.y * gy_row + columns.y * padded->channels, &windows, w, channels);
            w += windows.lines * windows.line * channels;
        }
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_conv *config = node->config;
    struct padded padded = padded_x(node), padded_y = padded_gy(node);
    size_t in = shape_size(node->in[0]), size = shape_size(node->out), n = (size_t)pass->n;
    size_t group = group_of(&padded, n);
    bool is_begun = node->gx_adds[0];

    backward_of_rows(node, pass);
    for (size_t e = 0; e < n; e += group) {
        size_t some = n - e < group ? n - e : group;
        const float *x = pad(pass->scratch, pass->x[0] + e * in, &padded, some);
        struct conv_windows windows = windows_of(node, &padded, some);

        convs()->gradient(pass->gw + node->weights[WEIGHT], x, &windows, pass->gy + e * size,
                          (size_t)node->out.width);
    }
    if (!pass->gx[0])
        return;
    if (!is_begun && config->kernel < config->stride) { /* pixels between windows */
        memset(pass->gx[0], 0, n * in * sizeof(float));
        is_begun = true;
    }
    group = group_of(&padded_y, n);
    for (size_t e = 0; e < n; e += group) {
        size_t some = n - e < group ? n - e : group;
        const float *gy = pad(pass->scratch, pass->gy + e * size, &padded_y, some);

        backward_of_pictures(node, pass->gx[0] + e * in, is_begun, gy, &padded_y, pass->prepared, some);
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
