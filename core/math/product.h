/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * product: matrix products of the sizes that small models have.
 *
 * OpenBLAS copies both operands into an order of its own first, and waits for what
 * lies in the third cache, as weights and their gradients do. Measured on one core
 * with AVX-512, operands there, as shares of sgemm's rate at 1024-cubed: 520 x 288 x 96
 * took OpenBLAS at 0.71, this at 0.97; 128 x 256 x 3072 at 0.71 and 0.89; a weight's
 * gradient of 96 x 384 x 520 at 0.67 and 0.88. And these give the same bits on every
 * x86-64-v3 CPU at that CPU's full speed. Products whose b is too large for the caches
 * go to OpenBLAS, whose bits depend on the profile (math/blas.h).
 */
#ifndef MATH_PRODUCT_H
#define MATH_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that stand for floats, as a picture's do: float j of a row is (byte j - mean[c]) inverse[c]
 * of its plane, c = j / plane. */
struct byte_rows {
    const unsigned char *bytes; /* rows of `width`, one behind the other */
    size_t width, plane;
    const float *mean, *inverse; /* [width / plane] */
};

struct products {
    /* c[m][n] = start[m][n] + a[m][k] b[k][n]. Rows of c, start and b begin every
     * c_stride, start_stride and b_stride floats; a's float i, j is at i a_row + j
     * a_column, one of which is 1: so a may be transposed. start may be c; with a
     * stride of 0 it is one row for all, a bias; NULL: zeros. */
    void (*product)(float *c, size_t c_stride, const float *start, size_t start_stride,
                    const float *a, size_t a_row, size_t a_column, const float *b, size_t b_stride,
                    size_t m, size_t n, size_t k);

    /* The same bits, where a is those floats, or transposed: c's first row is row `first` of that. */
    void (*product_of_bytes)(float *c, size_t c_stride, const float *start, size_t start_stride,
                             const struct byte_rows *a, bool is_transposed, size_t first,
                             const float *b, size_t b_stride, size_t m, size_t n, size_t k);

    /* y[n][rows] = x[rows][n]^T; rows begin every y_stride and x_stride floats. */
    void (*transpose)(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows,
                      size_t n);
};

extern const struct products products_v3, products_v4;

/* As the table's, by the widest vectors that this CPU has, or by OpenBLAS;
 * product's start is c where it adds, or zeros. */
void product_from(float *c, size_t c_stride, const float *start, size_t start_stride,
                  const float *a, size_t a_row, size_t a_column, const float *b, size_t b_stride,
                  size_t m, size_t n, size_t k);
void product(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_column,
             const float *b, size_t b_stride, size_t m, size_t n, size_t k, bool adds);
void product_of_bytes(float *c, size_t c_stride, const float *start, size_t start_stride,
                      const struct byte_rows *a, bool is_transposed, const float *b,
                      size_t b_stride, size_t m, size_t n, size_t k);
/* Are both products of x [rows][in], that with weights [in][out] and its transpose's with [rows][out],
 * better made of bytes? Not where x's floats are few enough to stay in the second cache, and not
 * where OpenBLAS makes them. */
bool product_takes_bytes(size_t rows, size_t in, size_t out);
/* How many threads share the rows of a large product, where its caller is alone: 1 unless said.
 * It reaches no float of the result. */
void product_use_threads(int n);
void transpose(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows, size_t n);

#endif
