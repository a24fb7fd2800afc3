/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled once for each vector width, as kernels_simd.c; PRODUCTS names the table.
 *
 * Nothing is copied: b is read in vectors along its rows, a float by float. Each
 * float of c is one chain of fused multiply-adds over k in its order, kept in c
 * between chunks of k; so neither blocks, chunks nor the vector width show. */
#include "math/lanes.h"
#include "math/product.h"

#ifndef PRODUCTS
#define PRODUCTS products_v3
#endif

/* A block of c in registers: 12 rows of 2 vectors in 32 registers, 6 of 1 (which is
 * two registers) in 16; and the rows that are left by fewer. */
#ifdef __AVX512F__
enum { TALL = 12, MIDDLE = 4, WIDE = 2 };
#else
enum { TALL = 6, MIDDLE = 2, WIDE = 1 };
#endif

/* Chunks of k: so many rows of b, 32 floats each, stay in the first cache while
 * all rows of a pass by; or so many lines of a transposed a. */
enum { CHUNK = 256, CHUNK_TRANSPOSED = 64 };

struct operands {
    float *c;
    const float *a, *b;
    size_t c_stride, a_row, a_column, b_stride;
};

/* m rows of `vectors` vectors, the last of `part` floats where part is not 0; m,
 * vectors and whether part is 0 are constants where this is inlined. */
static inline __attribute__((always_inline)) void block(const struct operands *o, size_t k,
                                                        bool adds, int m, int vectors, int part)
{
    lanes sum[TALL][WIDE];
    const float *a = o->a, *b = o->b;

    for (int i = 0; i < m; i++) {
        for (int v = 0; v < vectors; v++) {
            float *c = o->c + (size_t)i * o->c_stride + v * LANES;

            sum[i][v] = !adds ? lanes_all(0) : part ? lanes_load_part(c, part) : lanes_load(c);
        }
    }
    for (size_t j = 0; j < k; j++, a += o->a_column, b += o->b_stride) {
        lanes row[WIDE];

        for (int v = 0; v < vectors; v++)
            row[v] = part ? lanes_load_part(b, part) : lanes_load(b + v * LANES);
        for (int i = 0; i < m; i++) {
            lanes factor = lanes_all(a[(size_t)i * o->a_row]);

            for (int v = 0; v < vectors; v++)
                sum[i][v] = lanes_fma(factor, row[v], sum[i][v]);
        }
    }
    for (int i = 0; i < m; i++) {
        for (int v = 0; v < vectors; v++) {
            float *c = o->c + (size_t)i * o->c_stride + v * LANES;

            if (part)
                lanes_store_part(c, sum[i][v], part);
            else
                lanes_store(c, sum[i][v]);
        }
    }
}

/* Up to WIDE vectors of columns for m rows. */
static inline __attribute__((always_inline)) void columns(const struct operands *o, size_t k,
                                                          bool adds, int m, size_t n)
{
    if (n >= WIDE * LANES)
        block(o, k, adds, m, WIDE, 0);
    else if (n >= LANES)
        block(o, k, adds, m, 1, 0);
    else
        block(o, k, adds, m, 1, (int)n);
}

static size_t width_at(size_t n, size_t column)
{
    size_t left = n - column;

    return left >= WIDE * LANES ? WIDE * LANES : left >= LANES ? LANES : left;
}

static size_t height_at(size_t m, size_t row)
{
    size_t left = m - row;

    return left >= TALL ? TALL : left >= MIDDLE ? MIDDLE : 1;
}

static void one_block(const struct operands *all, size_t row, size_t column, size_t height,
                      size_t width, size_t first, size_t k, bool adds)
{
    struct operands o = *all;

    o.c += row * o.c_stride + column;
    o.a += row * o.a_row + first * o.a_column;
    o.b += first * o.b_stride + column;
    if (height == TALL)
        columns(&o, k, adds, TALL, width);
    else if (height == MIDDLE)
        columns(&o, k, adds, MIDDLE, width);
    else
        columns(&o, k, adds, 1, width);
}

static void product_here(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_column,
                         const float *b, size_t b_stride, size_t m, size_t n, size_t k, bool adds)
{
    struct operands o = {c, a, b, c_stride, a_row, a_column, b_stride};
    bool is_transposed = a_column > 1;
    size_t chunk = is_transposed ? CHUNK_TRANSPOSED : CHUNK;
    size_t height, width;

    for (size_t first = 0; first < k; first += chunk, adds = true) {
        size_t depth = k - first < chunk ? k - first : chunk;

        if (is_transposed) { /* the lines of a are what is expensive to come back to */
            for (size_t row = 0; row < m; row += height) {
                height = height_at(m, row);
                for (size_t column = 0; column < n; column += width) {
                    width = width_at(n, column);
                    one_block(&o, row, column, height, width, first, depth, adds);
                }
            }
        } else {
            for (size_t column = 0; column < n; column += width) {
                width = width_at(n, column);
                for (size_t row = 0; row < m; row += height) {
                    height = height_at(m, row);
                    one_block(&o, row, column, height, width, first, depth, adds);
                }
            }
        }
    }
}

/* An 8 x 8 block: pairs, quadruples, halves. */
static inline void transpose_block(float *y, size_t y_stride, const float *x, size_t x_stride)
{
    __m256 r[8], t[8];

    for (size_t i = 0; i < 8; i++)
        r[i] = _mm256_loadu_ps(x + i * x_stride);
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    for (size_t i = 0; i < 4; i++) {
        _mm256_storeu_ps(y + i * y_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
        _mm256_storeu_ps(y + (i + 4) * y_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
}

static void transpose_here(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows,
                           size_t n)
{
    size_t whole_rows = rows / 8 * 8, whole_n = n / 8 * 8;

    for (size_t i = 0; i < whole_n; i += 8)
        for (size_t r = 0; r < whole_rows; r += 8)
            transpose_block(y + i * y_stride + r, y_stride, x + r * x_stride + i, x_stride);
    for (size_t i = 0; i < n; i++)
        for (size_t r = i < whole_n ? whole_rows : 0; r < rows; r++)
            y[i * y_stride + r] = x[r * x_stride + i];
}

const struct products PRODUCTS = {.product = product_here, .transpose = transpose_here};
