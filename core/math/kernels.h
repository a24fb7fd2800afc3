/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernels: elementwise and row-wise arithmetic. Plain arrays in, plain arrays out.
 *
 * Same bits at any vector width: no fused multiply-add (-ffp-contract=off), own
 * polynomials instead of libm, and every sum over a fixed number of lanes that
 * are added in a fixed order. Shapes stand beside the pointers.
 */
#ifndef MATH_KERNELS_H
#define MATH_KERNELS_H

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

/* y[rows][n] += bias[n], then max(0, y) where relu. */
void kernel_bias(float *y, const float *bias, size_t rows, size_t n, int relu);

/* Backward of the relu above: g[i] = y[i] > 0 ? g[i] : 0, i < n. */
void kernel_relu_backward(float *g, const float *y, size_t n);

/* gbias[n] += column sums of g[rows][n]. */
void kernel_bias_backward(float *gbias, const float *g, size_t rows, size_t n);

/* g[rows][n] *= scale[rows]. */
void kernel_scale_rows(float *g, const float *scale, size_t rows, size_t n);

/* y[i] += x[i], and y[i] *= a. */
void kernel_add(float *y, const float *x, size_t n);
void kernel_scale(float *y, float a, size_t n);

/* The sum of squares in double over 16 lanes. Not finite where an x is not. */
double kernel_square_sum(const float *x, size_t n);

/* y[i], i < n: standard normal numbers (Box-Muller) from Philox under `key`,
 * at counters i/4 of 64 bits. */
void kernel_normal(float *y, size_t n, const uint32_t key[2]);

#endif
