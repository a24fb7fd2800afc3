/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiled once for each vector width, as kernels_simd.c; PRODUCTS names the table.
 *
 * Each float of c is one chain of fused multiply-adds over k in its order, kept in c
 * between chunks of k; so neither tiles, chunks, copies nor the vector width show. */
#include <immintrin.h>
#include <string.h>

#include "math/product.h"

#ifndef PRODUCTS
#define PRODUCTS products_v3
#endif

/* A tile of c in registers: 12 rows of 2 vectors where there are 32 registers, 6 where
 * there are 16; what is left of rows and columns by fewer. */
#ifdef __AVX512F__
typedef __m512 vector;
#define VECTOR(op) _mm512_##op##_ps
enum { V = 16, TALL = 12, MIDDLE = 4 };

/* n floats, 0 < n <= V; the others are zero, their memory is not touched. */
static inline vector load_part(const float *x, size_t n)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), x);
}

static inline void store_part(float *x, vector a, size_t n)
{
    _mm512_mask_storeu_ps(x, (__mmask16)((1u << n) - 1), a);
}
#else
typedef __m256 vector;
#define VECTOR(op) _mm256_##op##_ps
enum { V = 8, TALL = 6, MIDDLE = 2 };

static inline __m256i first(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vector load_part(const float *x, size_t n)
{
    return _mm256_maskload_ps(x, first(n));
}

static inline void store_part(float *x, vector a, size_t n)
{
    _mm256_maskstore_ps(x, first(n), a);
}
#endif

enum {
    PANEL = 2 * V, /* columns of c side by side */
    CHUNK = 192,   /* rows of b whose panel stays in the first cache while rows of a pass by */
    ROWS = 576,    /* rows of a that a copied panel serves; their chunk stays in the second */
    REUSED = 4 * TALL, /* rows of a from which on copying a panel costs less than its strides do:
                          rows 2^n floats apart share a few lines of the cache */
};

struct tile {
    float *c;
    const float *start, *a, *b; /* start: what c begins from, or NULL */
    size_t c_stride, start_stride, a_row, a_column, b_stride;
};

/* m rows of so many vectors, the last of which has `part` floats. b's vectors are full.
 * m, vectors and, where it is V, part are constants where this is inlined. */
static inline __attribute__((always_inline)) void multiply(const struct tile *t, size_t k, int m,
                                                           int vectors, size_t part)
{
    vector sum[TALL][2];
    const float *a = t->a, *b = t->b;

    for (int i = 0; i < m; i++) /* of the next tile */
        __builtin_prefetch(t->c + (size_t)(m + i) * t->c_stride, 1);
    for (int i = 0; i < m; i++) {
        for (int v = 0; v < vectors; v++) {
            const float *start = t->start + (size_t)i * t->start_stride + v * V;

            sum[i][v] = !t->start                      ? VECTOR(setzero)()
                        : part == V || v + 1 < vectors ? VECTOR(loadu)(start)
                                                       : load_part(start, part);
        }
    }
    for (size_t j = 0; j < k; j++, a += t->a_column, b += t->b_stride) {
        vector row[2];

        for (int v = 0; v < vectors; v++)
            row[v] = VECTOR(loadu)(b + v * V);
        for (int i = 0; i < m; i++) {
            vector factor = VECTOR(set1)(a[(size_t)i * t->a_row]);

            for (int v = 0; v < vectors; v++)
                sum[i][v] = VECTOR(fmadd)(factor, row[v], sum[i][v]);
        }
    }
    for (int i = 0; i < m; i++) {
        for (int v = 0; v < vectors; v++) {
            float *c = t->c + (size_t)i * t->c_stride + v * V;

            if (part == V || v + 1 < vectors)
                VECTOR(storeu)(c, sum[i][v]);
            else
                store_part(c, sum[i][v], part);
        }
    }
}

static inline __attribute__((always_inline)) void rows_of(const struct tile *t, size_t k, int m,
                                                          size_t width)
{
    if (width == PANEL)
        multiply(t, k, m, 2, V);
    else if (width > V)
        multiply(t, k, m, 2, width - V);
    else if (width == V)
        multiply(t, k, m, 1, V);
    else
        multiply(t, k, m, 1, width);
}

static void one_tile(const struct tile *t, size_t k, size_t height, size_t width)
{
    if (height == TALL)
        rows_of(t, k, TALL, width);
    else if (height == MIDDLE)
        rows_of(t, k, MIDDLE, width);
    else
        rows_of(t, k, 1, width);
}

static size_t height_at(size_t m, size_t row)
{
    size_t left = m - row;

    return left >= TALL ? TALL : left >= MIDDLE ? MIDDLE : 1;
}

/* k rows of `width` floats, one behind the other, filled up with zeros to whole vectors. */
static size_t copy_panel(float *to, const float *from, size_t stride, size_t width, size_t k)
{
    size_t vectors = (width + V - 1) / V, part = width - (vectors - 1) * V;

    for (size_t j = 0; j < k; j++, from += stride, to += vectors * V) {
        if (vectors == 2)
            VECTOR(store)(to, VECTOR(loadu)(from));
        VECTOR(store)(to + (vectors - 1) * V, part == V ? VECTOR(loadu)(from + (vectors - 1) * V) : load_part(from + (vectors - 1) * V, part));
    }
    return vectors * V;
}

/* A transposed a, so that the floats that a tile multiplies a row of b by are neighbours. */
static void copy_rows(float *to, const float *from, size_t stride, size_t m, size_t k)
{
    size_t height;

    for (size_t row = 0; row < m; row += height) {
        height = height_at(m, row);
        for (size_t j = 0; j < k; j++, to += height) {
            if (height == TALL)
                memcpy(to, from + j * stride + row, TALL * sizeof *to);
            else
                for (size_t i = 0; i < height; i++)
                    to[i] = from[j * stride + row + i];
        }
    }
}

/* Up to ROWS rows of c over one chunk of k. */
static void one_block(const struct tile *all, size_t m, size_t n, size_t k)
{
    _Alignas(64) float panel[CHUNK * PANEL], rows[ROWS * CHUNK];
    bool is_copied = all->a_column > 1 && n > PANEL;
    size_t height, width;

    if (is_copied)
        copy_rows(rows, all->a, all->a_column, m, k);
    for (size_t column = 0; column < n; column += width) {
        struct tile t = *all;

        width = n - column < PANEL ? n - column : PANEL;
        t.b += column;
        if (m >= REUSED || width % V) {
            t.b_stride = copy_panel(panel, t.b, t.b_stride, width, k);
            t.b = panel;
        }
        for (size_t row = 0; row < m; row += height) {
            height = height_at(m, row);
            t.c = all->c + row * all->c_stride + column;
            if (all->start)
                t.start = all->start + row * all->start_stride + column;
            t.a = is_copied ? rows + row * k : all->a + row * all->a_row;
            t.a_column = is_copied ? height : all->a_column;
            one_tile(&t, k, height, width);
        }
    }
}

static void product_here(float *c, size_t c_stride, const float *start, size_t start_stride,
                         const float *a, size_t a_row, size_t a_column, const float *b,
                         size_t b_stride, size_t m, size_t n, size_t k)
{
    for (size_t first = 0; first < k; first += CHUNK, start = c, start_stride = c_stride) {
        for (size_t row = 0; row < m; row += ROWS) {
            struct tile t = {
                .c = c + row * c_stride,
                .start = start ? start + row * start_stride : NULL,
                .a = a + row * a_row + first * a_column,
                .b = b + first * b_stride,
                .c_stride = c_stride,
                .start_stride = start_stride,
                .a_row = a_row,
                .a_column = a_column,
                .b_stride = b_stride,
            };

            one_block(&t, m - row < ROWS ? m - row : ROWS, n, k - first < CHUNK ? k - first : CHUNK);
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
