/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernels: elementwise and row-wise arithmetic. Plain arrays in, plain arrays out.
 *
 * Same bits at any vector width: multiply-add is fused only where the code says
 * so (-ffp-contract=off), own polynomials instead of libm, and every sum over 16
 * lanes that are added in a fixed order. Shapes stand beside the pointers.
 *
 * The kernels over arrays of floats are compiled twice (kernels_simd.c), for
 * x86-64-v3 and -v4; `kernels` is the table for this CPU. tests/test_kernels.c
 * compares the two bit by bit.
 */
#ifndef MATH_KERNELS_H
#define MATH_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* exp and log in double, within 1 ulp on the ranges tested (test_kernels.c).
 * exp: 0 below -708, infinity above 709. log: of positive finite numbers. */
double kernel_exp(double x);
double kernel_log(double x);

/* cos(pi x) and sin(pi x), |x| < 2^30, within 1 ulp of 1. */
double kernel_cospi(double x);
double kernel_sinpi(double x);

/* x^n by repeated squaring, n >= 0. */
double kernel_power(double x, long n);

/* y[i], i < n: standard normal numbers (Box-Muller) from Philox under `key`,
 * at counters i/4 of 64 bits. */
void kernel_normal(float *y, size_t n, const uint32_t key[2]);

/* Sets the processor to take numbers below 2^-126 for zero, in this thread and
 * those it starts: momentum that fades would make each step 20 times slower. */
void kernel_flush_denormals(void);

struct kernels {
    const char *name; /* "x86-64-v4" */

    /* y[rows][n] = a[rows][n] + bias[n]. */
    void (*add_bias)(float *y, const float *a, const float *bias, size_t rows, size_t n);

    /* Activations in place, y[i] = f(y[i]), i < n; slope[i] = f'(y[i]), or NULL.
     * gelu: x Phi(x), |error| below 3e-7 max(1, |x|), slope below 5e-7;
     * gelu_tanh: its form with tanh (Hendrycks and Gimpel 2016), the same bounds. */
    void (*relu)(float *y, size_t n);
    void (*gelu)(float *y, float *slope, size_t n);
    void (*gelu_tanh)(float *y, float *slope, size_t n);

    /* gbias[n] += column sums of g[rows][n]; before that g = 0 where y <= 0, or
     * g *= slope. */
    void (*bias_backward)(float *g, float *gbias, size_t rows, size_t n);
    void (*relu_backward)(float *g, const float *y, float *gbias, size_t rows, size_t n);
    void (*slope_backward)(float *g, const float *slope, float *gbias, size_t rows, size_t n);

    /* y = (x - mean) / sqrt(variance + epsilon) * w + b over rows of n;
     * stats[rows][2] keeps mean and 1 / sqrt(...). Ba et al. 2016. */
    void (*layer_norm)(float *y, const float *x, const float *w, const float *b, float *stats,
                       size_t rows, size_t n, float epsilon);
    /* gx written, or added to where adds; gw and gb added to; g is overwritten. */
    void (*layer_norm_backward)(float *gx, bool adds, float *g, const float *x, const float *stats,
                                const float *w, float *gw, float *gb, size_t rows, size_t n);

    /* Rows of n in a matrix whose rows begin every `stride` floats, the
     * next multiple of 16; floats from n on become 0.
     * softmax: x = exp(scale x) / sum, in place, |error| below 3e-7.
     * softmax_backward: g = scale p (g - sum p g). */
    void (*softmax)(float *x, float scale, size_t rows, size_t n, size_t stride);
    void (*softmax_backward)(float *g, const float *p, float scale, size_t rows, size_t n,
                             size_t stride);

    /* y[i] = exp(x[i]) in double, as kernel_exp, i < n; y may be x. */
    void (*exps)(double *y, const double *x, size_t n);

    /* y[2 n]: standard normal numbers from pairs of words (Box and Muller 1958). */
    void (*box_muller)(float *y, const uint32_t *words, size_t n);

    /* y[2 n]: cosines of 2 pi c[i] x, i < n, and then sines; |c[i] x| < 2^20, |error| below 3e-7.
     * Backward of g[2 n]: gc[i] += 2 pi x (cosine g_sine - sine g_cosine), from y. */
    void (*periodic)(float *y, float x, const float *c, size_t n);
    void (*periodic_backward)(float *gc, const float *g, const float *y, float x, size_t n);

    /* y[i] = scale x[i] where the i-th word of a generator with this key (math/rng.h) is `threshold`
     * or more, else 0; added to y where adds. i < n; y may be x. */
    void (*dropout)(float *y, const float *x, bool adds, const uint32_t key[2], uint32_t threshold,
                    float scale, size_t n);

    /* y[rows][n] = a relu(b) of rows [a | b] of 2 n. Backward of g[rows][n]: gx[rows][2 n] written,
     * or added to where adds. Shazeer 2020. */
    void (*reglu)(float *y, const float *x, size_t rows, size_t n);
    void (*reglu_backward)(float *gx, bool adds, const float *g, const float *x, size_t rows,
                           size_t n);

    /* Sums down the columns of rows of n, in double: of x and x^2; of g and g x. With y, g becomes 0 where y <= 0
     * before. */
    void (*column_sums)(double *sums, double *squares, const float *x, size_t rows, size_t n);
    void (*column_products)(double *sums, double *products, float *g, const float *x, const float *y, size_t rows,
                            size_t n);
    /* y = a[n] x + b[n] over rows, plus r unless NULL; not below 0 with has_relu. */
    void (*affine)(float *y, const float *x, const float *a, const float *b, const float *r, bool has_relu, size_t rows,
                   size_t n);
    /* gx = a[n] g + b[n] x + c[n] over rows, added to where adds. */
    void (*affine_backward)(float *gx, bool adds, const float *g, const float *x, const float *a, const float *b,
                            const float *c, size_t rows, size_t n);

    /* g[rows][n] *= scale[rows];  y[i] += x[i];  y[i] *= a. */
    void (*scale_rows)(float *g, const float *scale, size_t rows, size_t n);
    void (*add)(float *y, const float *x, size_t n);
    void (*scale)(float *y, float a, size_t n);

    /* The sum of squares in double. Not finite where an x is not. */
    double (*square_sum)(const float *x, size_t n);
};

extern const struct kernels kernels_v3, kernels_v4;

/* The widest that this CPU has. */
extern const struct kernels *kernels;

#endif
