/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A part, and their sum: rows, and of each channel the sums of x and x^2, then of g and g x. All else is made of
 * these: the op saves nothing but its output, which says where a relu was on. */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VARIANCE };
enum { MAX_WIDTH = 4096 };

/* Of a channel each; `param` says what is its own. */
static size_t add_param(const struct op_node *node, const char *name, struct param param, struct params *params,
                        struct arena *arena)
{
    param.name = arena_printf(arena, "%s.%s", node->name, name);
    param.n_dims = 1;
    param.dims[0] = node->in[0].width;
    return params_add(params, arena, param);
}

static int plan(struct op_node *node, struct params *params, struct arena *arena, struct error *err)
{
    const struct op_batch_norm *config = node->config;
    int width = node->in[0].width;

    if (width > MAX_WIDTH)
        return error_set(err, "%d channels; %d are possible", width, MAX_WIDTH);
    if (node->type->n_inputs > 1 && (node->in[1].rows != node->in[0].rows || node->in[1].width != width))
        return error_set(err, "adds %d x %d to %d x %d", node->in[1].rows, node->in[1].width, node->in[0].rows, width);
    node->out = node->in[0];
    node->cuts = config->kind == BATCH_NORM_BATCH;
    node->statistics_forward = 1 + 2 * (size_t)width;
    node->statistics_size = 1 + 4 * (size_t)width;
    node->weights[WEIGHT] = add_param(node, "weight", (struct param){.init_value = 1}, params, arena);
    node->weights[BIAS] = add_param(node, "bias", (struct param){0}, params, arena);
    node->weights[RUNNING_MEAN] = add_param(node, "running_mean", (struct param){.is_buffer = true}, params, arena);
    node->weights[RUNNING_VARIANCE] =
        add_param(node, "running_var", (struct param){.init_value = 1, .is_buffer = true, .is_variance = true}, params,
                  arena);
    return 0;
}

/* Where sums over rows are. */
struct sums {
    double *rows, *x, *xx, *g, *gx;
};

static struct sums sums_at(const struct op_node *node, const double *at)
{
    size_t n = (size_t)node->in[0].width;
    double *first = (double *)at; /* who only has them to read does not write */

    return (struct sums){first, first + 1, first + 1 + n, first + 1 + 2 * n, first + 1 + 3 * n};
}

/* Those that a pass in training goes by, where it does not by the running ones. */
static struct sums sums_of(const struct op_node *node, const struct op_pass *pass)
{
    return sums_at(node, node->cuts ? pass->whole : pass->part);
}

static bool goes_by_running(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_batch_norm *config = node->config;

    return !pass->training || config->kind == BATCH_NORM_FROZEN;
}

struct moments {
    double mean, variance;
};

static struct moments moments_of(const struct sums *sums, size_t channel)
{
    double mean = sums->x[channel] / *sums->rows, variance = sums->xx[channel] / *sums->rows - mean * mean;

    return (struct moments){mean, variance < 0 ? 0 : variance}; /* NaN stays NaN */
}

/* What the pass makes of x: (x - mean) / deviation. */
static struct moments moments_used(const struct op_node *node, const struct op_pass *pass, size_t channel)
{
    struct sums sums;

    if (goes_by_running(node, pass))
        return (struct moments){(double)pass->w[node->weights[RUNNING_MEAN] + channel],
                                (double)pass->w[node->weights[RUNNING_VARIANCE] + channel]};
    sums = sums_of(node, pass);
    return moments_of(&sums, channel);
}

static double inverse_deviation(const struct op_node *node, const struct moments *m)
{
    const struct op_batch_norm *config = node->config;

    return 1 / sqrt(m->variance + config->epsilon);
}

static size_t rows_of(const struct op_node *node, const struct op_pass *pass)
{
    return (size_t)pass->n * (size_t)node->in[0].rows;
}

static void gather(const struct op_node *node, const struct op_pass *pass)
{
    struct sums part = sums_at(node, pass->part);

    *part.rows = (double)rows_of(node, pass);
    kernels->column_sums(part.x, part.xx, pass->x[0], rows_of(node, pass), (size_t)node->in[0].width);
}

static void gather_backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_batch_norm *config = node->config;
    struct sums part = sums_at(node, pass->part);

    kernels->column_products(part.g, part.gx, pass->gy, pass->x[0], config->has_relu ? pass->y : NULL,
                             rows_of(node, pass), (size_t)node->in[0].width);
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_batch_norm *config = node->config;
    const float *w = pass->w + node->weights[WEIGHT], *bias = pass->w + node->weights[BIAS];
    size_t n = (size_t)node->out.width;
    float a[MAX_WIDTH], b[MAX_WIDTH];

    if (!node->cuts && !goes_by_running(node, pass))
        gather(node, pass);
    for (size_t c = 0; c < n; c++) {
        struct moments m = moments_used(node, pass, c);
        double slope = (double)w[c] * inverse_deviation(node, &m);

        a[c] = (float)slope;
        b[c] = (float)((double)bias[c] - m.mean * slope);
    }
    kernels->affine(pass->y, pass->x[0], a, b, node->type->n_inputs > 1 ? pass->x[1] : NULL, config->has_relu,
                    rows_of(node, pass), n);
}

/* With z = (x - mean) s:  gx = w s (g - mean(g) - z mean(g z)), means over the batch; w s g where it goes by the running
 * ones. */
static void backward_input(const struct op_node *node, const struct op_pass *pass)
{
    const float *w = pass->w + node->weights[WEIGHT];
    bool by_running = goes_by_running(node, pass);
    struct sums sums = sums_of(node, pass);
    size_t n = (size_t)node->out.width;
    float a[MAX_WIDTH], b[MAX_WIDTH], d[MAX_WIDTH];

    for (size_t c = 0; c < n; c++) {
        struct moments m = moments_used(node, pass, c);
        double s = inverse_deviation(node, &m), slope = (double)w[c] * s;
        double g = by_running ? 0 : sums.g[c] / *sums.rows;
        double gz = by_running ? 0 : (sums.gx[c] - m.mean * sums.g[c]) * s / *sums.rows;

        a[c] = (float)slope;
        b[c] = (float)(-slope * s * gz);
        d[c] = (float)(slope * (m.mean * s * gz - g));
    }
    kernels->affine_backward(pass->gx[0], node->gx_adds[0], pass->gy, pass->x[0], a, b, d, rows_of(node, pass), n);
}

static void backward(const struct op_node *node, const struct op_pass *pass)
{
    float *gw = pass->gw + node->weights[WEIGHT], *gb = pass->gw + node->weights[BIAS];
    struct sums part = sums_at(node, pass->part);
    size_t size = (size_t)pass->n * shape_size(node->out);

    if (!node->cuts)
        gather_backward(node, pass);
    for (size_t c = 0; c < (size_t)node->out.width; c++) {
        struct moments m = moments_used(node, pass, c);

        gw[c] += (float)((part.gx[c] - m.mean * part.g[c]) * inverse_deviation(node, &m));
        gb[c] += (float)part.g[c];
    }
    if (pass->gx[0])
        backward_input(node, pass);
    if (pass->gx[1] && node->gx_adds[1])
        kernels->add(pass->gx[1], pass->gy, size);
    else if (pass->gx[1] && pass->gx[1] != pass->gy)
        memcpy(pass->gx[1], pass->gy, size * sizeof *pass->gy);
}

static void move(const struct op_node *node, const struct sums *sums, float *w)
{
    const struct op_batch_norm *config = node->config;
    float *mean = w + node->weights[RUNNING_MEAN], *variance = w + node->weights[RUNNING_VARIANCE];
    double share = config->momentum, rows = *sums->rows, unbiased = rows > 1 ? rows / (rows - 1) : 1;

    for (size_t c = 0; c < (size_t)node->in[0].width; c++) {
        struct moments m = moments_of(sums, c);

        mean[c] = (float)((1 - share) * (double)mean[c] + share * m.mean);
        variance[c] = (float)((1 - share) * (double)variance[c] + share * unbiased * m.variance);
    }
}

/* Ghosts' statistics one behind the other, as if each were a batch. */
static void track(const struct op_node *node, const double *parts, size_t stride, int n, const double *whole, float *w)
{
    const struct op_batch_norm *config = node->config;

    for (int i = 0; i < (config->kind == BATCH_NORM_GHOST ? n : config->kind == BATCH_NORM_BATCH); i++) {
        struct sums sums = sums_at(node, node->cuts ? whole : parts + (size_t)i * stride);

        move(node, &sums, w);
    }
}

static const struct op_statistics statistics = {gather, gather_backward, track};

static const struct op_batch_norm sample = {.epsilon = 1e-5, .momentum = 0.1};
static const struct op_batch_norm residual_sample = {.epsilon = 1e-5, .momentum = 0.1, .has_relu = true};

const struct op_type op_batch_norm = {
    .name = "batch_norm",
    .doc = "y = (x - mean) / sqrt(variance + epsilon) * w + b of each channel over the batch; relu on request",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .statistics = &statistics,
    .sample = &sample,
    .sample_input = {5, 18},
};

const struct op_type op_batch_norm_residual = {
    .name = "batch_norm_residual",
    .doc = "batch_norm of the first input plus the second; relu on request",
    .n_inputs = 2,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .statistics = &statistics,
    .passes_on = true,
    .sample = &residual_sample,
    .sample_input = {5, 6},
};
