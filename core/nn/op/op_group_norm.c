/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums run down the rows, channel by channel, and then over the channels of a group: each
 * in a fixed order at any vector width. */
#include "nn/op/op.h"

#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };
enum { MAX_WIDTH = 4096 };

static int plan(struct op_node *node, struct params *params, struct arena *arena,
                struct error *err)
{
    const struct op_group_norm *config = node->config;
    int width = node->in[0].width;

    if (config->groups < 1 || width % config->groups || width > MAX_WIDTH)
        return error_set(err, "%d channels are not %d groups, or more than %d", width,
                         config->groups, MAX_WIDTH);
    node->out = node->in[0];
    node->saved_size = 2 * (size_t)config->groups; /* mean and inverse deviation */
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

/* sums[n] of x[rows][n] down the rows. */
static void sum_rows(const float *restrict x, size_t rows, size_t n, float *restrict sums)
{
    for (size_t c = 0; c < n; c++)
        sums[c] = 0;
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t c = 0; c < n; c++)
            sums[c] += x[r * n + c];
}

/* sums[n] of (x - centre[n])^2. */
static void sum_squares(const float *restrict x, size_t rows, size_t n,
                        const float *restrict centre, float *restrict sums)
{
    for (size_t c = 0; c < n; c++)
        sums[c] = 0;
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            float d = x[r * n + c] - centre[c];

            sums[c] += d * d;
        }
}

static double sum_group(const float *x, size_t n)
{
    double sum = 0;

    for (size_t c = 0; c < n; c++)
        sum += (double)x[c];
    return sum;
}

/* y = x a[n] + b[n] over rows. */
static void scale_rows(float *restrict y, const float *restrict x, size_t rows, size_t n,
                       const float *restrict a, const float *restrict b)
{
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t c = 0; c < n; c++)
            y[r * n + c] = x[r * n + c] * a[c] + b[c];
}

static void forward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_group_norm *config = node->config;
    const float *w = pass->w + node->weights[WEIGHT], *b = pass->w + node->weights[BIAS];
    size_t rows = (size_t)node->out.rows, n = (size_t)node->out.width;
    size_t groups = (size_t)config->groups, per = n / groups, size = rows * n;
    float sums[MAX_WIDTH], a[MAX_WIDTH];

    for (int e = 0; e < pass->n; e++) {
        const float *x = pass->x[0] + (size_t)e * size;
        float *stats = pass->saved + (size_t)e * node->saved_size;

        sum_rows(x, rows, n, sums);
        for (size_t g = 0; g < groups; g++) {
            stats[2 * g] = (float)(sum_group(sums + g * per, per) / (double)(rows * per));
            for (size_t c = g * per; c < (g + 1) * per; c++)
                a[c] = stats[2 * g];
        }
        sum_squares(x, rows, n, a, sums);
        for (size_t g = 0; g < groups; g++) {
            double variance = sum_group(sums + g * per, per) / (double)(rows * per);

            stats[2 * g + 1] = (float)(1 / sqrt(variance + config->epsilon));
            for (size_t c = g * per; c < (g + 1) * per; c++) {
                a[c] = stats[2 * g + 1] * w[c];
                sums[c] = b[c] - stats[2 * g] * a[c];
            }
        }
        scale_rows(pass->y + (size_t)e * size, x, rows, n, a, sums);
    }
}

/* by[n], by_x[n]: sums down the rows of g and of g x. */
static void sum_gradients(const float *restrict g, const float *restrict x, size_t rows, size_t n,
                          float *restrict by, float *restrict by_x)
{
    for (size_t c = 0; c < n; c++)
        by[c] = by_x[c] = 0;
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            by[c] += g[r * n + c];
            by_x[c] += g[r * n + c] * x[r * n + c];
        }
}

/* gx += g a[n] + x b[n] + d[n] over rows. */
static void combine(float *restrict gx, const float *restrict g, const float *restrict x,
                    size_t rows, size_t n, const float *restrict a, const float *restrict b,
                    const float *restrict d)
{
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t c = 0; c < n; c++)
            gx[r * n + c] += g[r * n + c] * a[c] + x[r * n + c] * b[c] + d[c];
}

/* With z = (x - mean) s:  gx = s (w g - mean(w g) - z mean(w g z)), means over a group. */
static void backward(const struct op_node *node, const struct op_pass *pass)
{
    const struct op_group_norm *config = node->config;
    const float *w = pass->w + node->weights[WEIGHT];
    float *gw = pass->gw + node->weights[WEIGHT], *gb = pass->gw + node->weights[BIAS];
    size_t rows = (size_t)node->out.rows, n = (size_t)node->out.width;
    size_t groups = (size_t)config->groups, per = n / groups, size = rows * n;
    float by[MAX_WIDTH], by_x[MAX_WIDTH], a[MAX_WIDTH];

    for (int e = 0; e < pass->n; e++) {
        const float *x = pass->x[0] + (size_t)e * size, *g = pass->gy + (size_t)e * size;
        const float *stats = pass->saved + (size_t)e * node->saved_size;

        sum_gradients(g, x, rows, n, by, by_x);
        for (size_t k = 0; k < groups; k++) {
            double mean = (double)stats[2 * k], s = (double)stats[2 * k + 1];
            double count = (double)(rows * per), mean_g = 0, mean_gz = 0;

            for (size_t c = k * per; c < (k + 1) * per; c++) {
                double gz = ((double)by_x[c] - mean * (double)by[c]) * s;

                gw[c] += (float)gz;
                gb[c] += by[c];
                mean_g += (double)w[c] * (double)by[c] / count;
                mean_gz += (double)w[c] * gz / count;
            }
            for (size_t c = k * per; c < (k + 1) * per; c++) {
                a[c] = (float)(s * (double)w[c]);
                by_x[c] = (float)(-s * s * mean_gz);
                by[c] = (float)(-s * mean_g + s * s * mean_gz * mean);
            }
        }
        if (!pass->gx[0])
            continue;
        if (!node->gx_adds[0])
            memset(pass->gx[0] + (size_t)e * size, 0, size * sizeof(float));
        combine(pass->gx[0] + (size_t)e * size, g, x, rows, n, a, by_x, by);
    }
}

static const struct op_group_norm sample = {.groups = 2, .epsilon = 1e-5};

const struct op_type op_group_norm = {
    .name = "group_norm",
    .doc = "y = (x - mean) / sqrt(variance + epsilon) * w + b over all rows of a group of channels",
    .n_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .sample = &sample,
    .sample_input = {5, 6},
};
