/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled once for each vector width; KERNELS names the table. */
#include "math/columns.h"
#include "math/elementary.h"
#include "math/kernels.h"
#include "math/lanes.h"
#include "math/philox.h"

#ifndef KERNELS
#define KERNELS kernels_v3
#define KERNELS_NAME "x86-64-v3"
#endif

static void add_bias(float *restrict y, const float *restrict a, const float *restrict bias,
                     size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, y += n, a += n) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            y[i] = a[i] + bias[i];
    }
}

static void relu(float *y, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = y[i] < 0 ? 0 : y[i]; /* NaN stays NaN */
}

/* The normal distribution function at -z, z >= 0, over its density's exponential
 * e = exp(-z^2/2). Coefficients from tests/reference/gelu_fit.py. */
static inline float normal_tail(float z, float e)
{
    float t = 1 / __builtin_fmaf(0.21f, z, 1);
    float p = -0.0720340982f;

    p = __builtin_fmaf(p, t, 0.285453975f);
    p = __builtin_fmaf(p, t, -0.334190816f);
    p = __builtin_fmaf(p, t, 0.35403493f);
    p = __builtin_fmaf(p, t, -0.0972465724f);
    p = __builtin_fmaf(p, t, 0.126355499f);
    p = __builtin_fmaf(p, t, 0.0687899515f);
    p = __builtin_fmaf(p, t, 0.0851294175f);
    p = __builtin_fmaf(p, t, 0.0837077051f);
    return e * (t * p);
}

static inline float gelu_one(float x, float *ret_slope)
{
    static const float DENSITY = 0x1.988454p-2f; /* 1 / sqrt(2 pi) */
    float z = x < 0 ? -x : x;
    float e = exp_float(-0.5f * (x * x));
    float tail = normal_tail(z, e);
    float phi = x < 0 ? tail : 1 - tail;

    *ret_slope = __builtin_fmaf(x * DENSITY, e, phi);
    return x * phi;
}

static inline float gelu_tanh_one(float x, float *ret_slope)
{
    static const float ROOT = 0x1.988454p-1f, CUBE = 0.044715f; /* sqrt(2 / pi) */
    float square = x * x;
    float u = ROOT * x * __builtin_fmaf(CUBE, square, 1);
    float size = u < 0 ? -u : u;
    float e = exp_float(-2 * size);
    float low = e / (1 + e); /* (1 - tanh |u|) / 2 */
    float half = u < 0 ? low : 1 - low;
    float du = ROOT * __builtin_fmaf(3 * CUBE, square, 1);

    *ret_slope = __builtin_fmaf(2 * x * du, half * (u < 0 ? 1 - low : low), half);
    return x * half;
}

static void gelu(float *restrict y, float *restrict slope, size_t n)
{
    if (!slope) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float unused;

            y[i] = gelu_one(y[i], &unused);
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float s;

        y[i] = gelu_one(y[i], &s);
        slope[i] = s;
    }
}

static void gelu_tanh(float *restrict y, float *restrict slope, size_t n)
{
    if (!slope) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float unused;

            y[i] = gelu_tanh_one(y[i], &unused);
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float s;

        y[i] = gelu_tanh_one(y[i], &s);
        slope[i] = s;
    }
}

static void bias_backward(float *restrict g, float *restrict gbias, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, g += n) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            gbias[i] += g[i];
    }
}

static void relu_backward(float *restrict g, const float *restrict y, float *restrict gbias,
                          size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, g += n, y += n) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float v = y[i] > 0 ? g[i] : 0;

            g[i] = v;
            gbias[i] += v;
        }
    }
}

static void slope_backward(float *restrict g, const float *restrict slope, float *restrict gbias,
                           size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, g += n, slope += n) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float v = g[i] * slope[i];

            g[i] = v;
            gbias[i] += v;
        }
    }
}

static inline float row_sum(const float *x, size_t n)
{
    lanes sum = lanes_all(0);

    for (size_t i = 0; i + LANES <= n; i += LANES)
        sum = lanes_add(sum, lanes_load(x + i));
    if (n % LANES)
        sum = lanes_add(sum, lanes_load_part(x + n / LANES * LANES, (int)(n % LANES)));
    return lanes_sum(sum);
}

static inline float row_deviation(const float *x, float mean, size_t n)
{
    lanes sum = lanes_all(0), all = lanes_all(mean);
    float rest = 0;

    for (size_t i = 0; i + LANES <= n; i += LANES) {
        lanes d = lanes_sub(lanes_load(x + i), all);

        sum = lanes_fma(d, d, sum);
    }
    for (size_t i = n / LANES * LANES; i < n; i++)
        rest += (x[i] - mean) * (x[i] - mean);
    return lanes_sum(sum) + rest;
}

static void layer_norm(float *restrict y, const float *restrict x, const float *restrict w,
                       const float *restrict b, float *restrict stats, size_t rows, size_t n,
                       float epsilon)
{
    for (size_t r = 0; r < rows; r++, x += n, y += n, stats += 2) {
        float mean = row_sum(x, n) / (float)n;
        float inverse = 1 / sqrtf(row_deviation(x, mean, n) / (float)n + epsilon);

        stats[0] = mean;
        stats[1] = inverse;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            y[i] = __builtin_fmaf((x[i] - mean) * inverse, w[i], b[i]);
    }
}

/* With h = (x - mean) * inverse and d = g w:
 * gx = inverse (d - mean(d) - h mean(d h)). */
static void layer_norm_row(float *restrict gx, bool adds, float *restrict g,
                           const float *restrict x, const float *restrict w, float *restrict gw,
                           float *restrict gb, size_t n, float mean, float inverse)
{
    lanes sum = lanes_all(0), product = lanes_all(0), all = lanes_all(mean);
    float shift = 0, slope = 0;

#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        gw[k] = __builtin_fmaf(g[k], (x[k] - mean) * inverse, gw[k]);
        gb[k] += g[k];
        g[k] *= w[k];
    }
    for (size_t i = 0; i + LANES <= n; i += LANES) {
        lanes d = lanes_load(g + i);

        sum = lanes_add(sum, d);
        product = lanes_fma(d, lanes_sub(lanes_load(x + i), all), product);
    }
    for (size_t i = n / LANES * LANES; i < n; i++) {
        shift += g[i];
        slope += g[i] * (x[i] - mean);
    }
    shift = (shift + lanes_sum(sum)) / (float)n * inverse;
    slope = (slope + lanes_sum(product)) / (float)n * inverse * inverse * inverse;
    if (adds) {
#pragma omp simd
        for (size_t k = 0; k < n; k++)
            gx[k] += g[k] * inverse - shift - (x[k] - mean) * slope;
    } else {
#pragma omp simd
        for (size_t k = 0; k < n; k++)
            gx[k] = g[k] * inverse - shift - (x[k] - mean) * slope;
    }
}

static void layer_norm_backward(float *gx, bool adds, float *g, const float *x, const float *stats,
                                const float *w, float *gw, float *gb, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++)
        layer_norm_row(gx + r * n, adds, g + r * n, x + r * n, w, gw, gb, n, stats[2 * r],
                       stats[2 * r + 1]);
}

/* The last 16 floats of a row of `stride`: those from n on become `fill`. By
 * vectors: single floats stored here would hold up the loads that follow. */
static inline void fill_rest(float *x, float fill, size_t n, size_t stride)
{
    float *last = x + stride - LANES;

    lanes_store(last, lanes_first(lanes_load(last), lanes_all(fill), (int)(n + LANES - stride)));
}

static void softmax(float *restrict x, float scale, size_t rows, size_t n, size_t stride)
{
    for (size_t r = 0; r < rows; r++, x += stride) {
        lanes most, sum = lanes_all(0), inverse;
        float max;

        fill_rest(x, -INFINITY, n, stride);
        most = lanes_load(x);
        for (size_t i = LANES; i < stride; i += LANES)
            most = lanes_max(most, lanes_load(x + i));
        max = lanes_largest(most);
#pragma omp simd
        for (size_t i = 0; i < stride; i++)
            x[i] = exp_float((x[i] - max) * scale);
        for (size_t i = 0; i < stride; i += LANES)
            sum = lanes_add(sum, lanes_load(x + i));
        inverse = lanes_all(1 / lanes_sum(sum));
        for (size_t i = 0; i < stride; i += LANES)
            lanes_store(x + i, lanes_mul(lanes_load(x + i), inverse));
    }
}

static void softmax_backward(float *restrict g, const float *restrict p, float scale, size_t rows,
                             size_t n, size_t stride)
{
    lanes factor = lanes_all(scale);

    for (size_t r = 0; r < rows; r++, g += stride, p += stride) {
        lanes sum = lanes_all(0), dot;

        fill_rest(g, 0, n, stride);
        for (size_t i = 0; i < stride; i += LANES)
            sum = lanes_fma(lanes_load(g + i), lanes_load(p + i), sum);
        dot = lanes_all(lanes_sum(sum));
        for (size_t i = 0; i < stride; i += LANES) {
            lanes d = lanes_sub(lanes_load(g + i), dot);

            lanes_store(g + i, lanes_mul(lanes_mul(lanes_load(p + i), d), factor));
        }
    }
}

static void exps(double *y, const double *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = exp_double(x[i]);
}

static void box_muller(float *restrict y, const uint32_t *restrict words, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double radius = sqrt(-2 * log_normal((from_whole(words[2 * i]) + 0.5) * 0x1p-32, 0));
        double sine, cosine;

        sin_cos_pi((from_whole(words[2 * i + 1]) + 0.5) * 0x1p-31, &sine, &cosine);
        y[2 * i] = (float)(radius * cosine);
        y[2 * i + 1] = (float)(radius * sine);
    }
}

/* Not inline: a loop that is known to be short would be unrolled, and not made of vectors. */
__attribute__((noinline)) static void periodic_some(float *restrict y, float *restrict sines,
                                                    float x, const float *restrict c, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float sine, cosine;

        sin_cos_turns(c[i], x, &sine, &cosine);
        y[i] = cosine;
        sines[i] = sine;
    }
}

/* In whole vectors: the last begins early enough, and makes some numbers again. */
static void periodic(float *y, float x, const float *c, size_t n)
{
    size_t last = n < LANES ? n : LANES, at = n - last;

    periodic_some(y, y + n, x, c, n - n % LANES);
    if (n % LANES)
        periodic_some(y + at, y + n + at, x, c + at, last);
}

static void periodic_backward(float *restrict gc, const float *restrict g, const float *restrict y,
                              float x, size_t n)
{
    float slope = 6.2831853f * x;

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        gc[i] = __builtin_fmaf(slope, y[i] * g[n + i] - y[n + i] * g[i], gc[i]);
}

enum { DROPOUT_BLOCKS = 64 };

static void dropout(float *y, const float *x, bool adds, const uint32_t key[2], uint32_t threshold,
                    float scale, size_t n)
{
    uint32_t words[4 * DROPOUT_BLOCKS], k0 = key[0], k1 = key[1];

    for (size_t first = 0; first < n; first += 4 * DROPOUT_BLOCKS, x += 4 * DROPOUT_BLOCKS,
                y += 4 * DROPOUT_BLOCKS) {
        size_t size = n - first < 4 * DROPOUT_BLOCKS ? n - first : 4 * DROPOUT_BLOCKS;
        uint32_t at = (uint32_t)(first / 4), n_blocks = (uint32_t)((size + 3) / 4); /* n < 2^34 */

#pragma omp simd
        for (uint32_t b = 0; b < n_blocks; b++)
            philox(at + b, 0, 0, 0, k0, k1, words + 4 * b);
        if (adds) {
#pragma omp simd
            for (size_t i = 0; i < size; i++)
                y[i] += words[i] >= threshold ? x[i] * scale : 0;
        } else {
#pragma omp simd
            for (size_t i = 0; i < size; i++)
                y[i] = words[i] >= threshold ? x[i] * scale : 0;
        }
    }
}

static void reglu(float *restrict y, const float *restrict x, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, y += n, x += 2 * n) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] * (x[n + i] < 0 ? 0 : x[n + i]);
    }
}

static void reglu_backward(float *restrict gx, bool adds, const float *restrict g,
                           const float *restrict x, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, gx += 2 * n, g += n, x += 2 * n) {
        if (!adds)
            memset(gx, 0, 2 * n * sizeof *gx);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float a = x[i], b = x[n + i];

            gx[i] += g[i] * (b < 0 ? 0 : b);
            gx[n + i] += b > 0 ? g[i] * a : 0;
        }
    }
}

static void column_sums(double *sums, double *squares, const float *x, size_t rows, size_t n)
{
    column_sum(sums, squares, x, x, rows, n);
}

static void column_products(double *sums, double *products, float *restrict g, const float *restrict x,
                            const float *restrict y, size_t rows, size_t n)
{
    for (size_t i = 0; y && i < rows * n; i++)
        g[i] = y[i] > 0 ? g[i] : 0;
    column_sum(sums, products, g, x, rows, n);
}

static inline void affine_rows(float *restrict y, const float *restrict x, const float *restrict a,
                               const float *restrict b, const float *restrict r, bool has_relu, size_t rows, size_t n)
{
    for (size_t row = 0; row < rows; row++, y += n, x += n) {
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            float v = __builtin_fmaf(x[c], a[c], b[c]);

            v = r ? v + r[row * n + c] : v;
            y[c] = has_relu && v < 0 ? 0 : v; /* NaN stays NaN */
        }
    }
}

static void affine(float *y, const float *x, const float *a, const float *b, const float *r, bool has_relu, size_t rows,
                   size_t n)
{
    if (r)
        affine_rows(y, x, a, b, r, has_relu, rows, n);
    else
        affine_rows(y, x, a, b, NULL, has_relu, rows, n);
}

static void affine_backward(float *restrict gx, bool adds, const float *restrict g, const float *restrict x,
                            const float *restrict a, const float *restrict b, const float *restrict c, size_t rows,
                            size_t n)
{
    for (size_t row = 0; row < rows; row++, gx += n, g += n, x += n) {
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            float v = __builtin_fmaf(g[k], a[k], __builtin_fmaf(x[k], b[k], c[k]));

            gx[k] = adds ? gx[k] + v : v;
        }
    }
}

static void scale_rows(float *restrict g, const float *restrict scale, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, g += n) {
        float a = scale[r];

#pragma omp simd
        for (size_t i = 0; i < n; i++)
            g[i] *= a;
    }
}

static void add(float *restrict y, const float *restrict x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void scale(float *y, float a, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] *= a;
}

static double square_sum(const float *x, size_t n)
{
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
#pragma omp simd
        for (int k = 0; k < LANES; k++)
            lane[k] += (double)x[i + (size_t)k] * x[i + (size_t)k];
    }
    for (int k = 0; i < n; i++, k++)
        lane[k] += (double)x[i] * x[i];
    for (int k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
}

const struct kernels KERNELS = {
    .name = KERNELS_NAME,
    .add_bias = add_bias,
    .relu = relu,
    .gelu = gelu,
    .gelu_tanh = gelu_tanh,
    .bias_backward = bias_backward,
    .relu_backward = relu_backward,
    .slope_backward = slope_backward,
    .layer_norm = layer_norm,
    .layer_norm_backward = layer_norm_backward,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .exps = exps,
    .box_muller = box_muller,
    .periodic = periodic,
    .periodic_backward = periodic_backward,
    .dropout = dropout,
    .reglu = reglu,
    .reglu_backward = reglu_backward,
    .column_sums = column_sums,
    .column_products = column_products,
    .affine = affine,
    .affine_backward = affine_backward,
    .scale_rows = scale_rows,
    .add = add,
    .scale = scale,
    .square_sum = square_sum,
};
