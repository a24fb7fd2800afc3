/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * product_copies: panels of b and rows of a, in the order in which product_simd.c's tiles read them;
 * where a is of bytes, standardised on the way. */
#ifndef MATH_PRODUCT_COPIES_H
#define MATH_PRODUCT_COPIES_H

#include "math/product.h"
#include "math/product_vectors.h"

#include <string.h>

/* Once, for both of the copies that the compiler makes of one_block. */
#define APART static __attribute__((noinline, unused))

/* k rows of `width` floats, one behind the other, filled up with zeros to whole vectors. */
static inline size_t copy_panel(float *to, const float *from, size_t stride, size_t width, size_t k)
{
    size_t vectors = (width + V - 1) / V, last = (vectors - 1) * V, part = width - last;

    for (size_t j = 0; j < k; j++, from += stride, to += vectors * V) {
        if (vectors == 2)
            VECTOR(store)(to, VECTOR(loadu)(from));
        VECTOR(store)(to + last, part == V ? VECTOR(loadu)(from + last) : load_part(from + last, part));
    }
    return vectors * V;
}

/* Where a row's copies begin: those of the tall tiles' rows in groups, behind them the others'. */
static inline size_t copy_of(size_t row, size_t tall, size_t k)
{
    size_t groups = (tall + GROUP - 1) / GROUP;

    return row < tall ? row / GROUP * GROUP * k + row % GROUP : groups * GROUP * k + row - tall;
}

/* A transposed a, so that the floats that a tile multiplies a row of b by are neighbours; a few
 * rows at a time, so that what is read of each goes on where it ended; no more than the first
 * cache has ways, as they may be pages apart. */
APART void copy_rows(float *to, const float *from, size_t stride, size_t m, size_t tall, size_t k)
{
    enum { FEW = 8 };
    float *others = to + copy_of(tall, tall, k);
    size_t rest = m - tall;

    for (size_t first = 0; first < k; first += FEW) {
        size_t end = k - first < FEW ? k : first + FEW;

        for (size_t row = 0; row < tall; row += GROUP) {
            float *copies = to + copy_of(row, tall, k);
            bool is_full = tall - row >= GROUP;

            for (size_t j = first; j < end; j++) {
                __builtin_prefetch(from + j * stride + row + 4 * GROUP);
                if (is_full)
                    memcpy(copies + j * GROUP, from + j * stride + row, GROUP * sizeof *copies);
                else
                    memcpy(copies + j * GROUP, from + j * stride + row, TALL * sizeof *copies);
            }
        }
        for (size_t j = first; j < end; j++)
            for (size_t i = 0; i < rest; i++)
                others[j * rest + i] = from[j * stride + tall + i];
    }
}

/* Rows of a that stand pages apart, closer together; gives their new distance. */
static inline size_t copy_far_rows(float *to, const float *from, size_t stride, size_t m, size_t k)
{
    for (size_t i = 0; i < m; i++, from += stride, to += k + PAD) {
        const float *next = from + (m - i > 2 ? 2 : 0) * stride;

        for (size_t j = 0; j < k; j += 16)
            __builtin_prefetch(next + j);
        memcpy(to, from, k * sizeof *to);
    }
    return k + PAD;
}

/* Where a block of an a of bytes begins. */
struct byte_block {
    const struct byte_rows *a;
    size_t row, column;
    bool is_transposed;
};

static inline const unsigned char *bytes_of(const struct byte_block *block)
{
    return block->a->bytes + block->row * block->a->width + block->column;
}

/* What a block's n columns are standardised by: each by what its plane is. */
static inline void spread_planes(const struct byte_block *block, size_t n, float *mean, float *inverse)
{
    const struct byte_rows *a = block->a;

    for (size_t j = 0, end; j < n; j = end) {
        size_t plane = (block->column + j) / a->plane;

        end = (plane + 1) * a->plane - block->column;
        end = end < n ? end : n;
        for (size_t i = j; i < end; i++)
            mean[i] = a->mean[plane], inverse[i] = a->inverse[plane];
    }
}

/* As copy_far_rows, of bytes. */
APART size_t copy_bytes(float *to, const struct byte_block *block, size_t m, size_t k)
{
    float mean[CHUNK], inverse[CHUNK];
    size_t stride = block->a->width;
    const unsigned char *from = bytes_of(block);

    spread_planes(block, k, mean, inverse);
    for (size_t i = 0; i < m; i++, from += stride, to += k + PAD) {
        const unsigned char *next = from + (m - i > 2 ? 2 : 0) * stride;
        size_t j = 0;

        for (; j < k; j += 64)
            __builtin_prefetch(next + j);
        for (j = 0; j + V <= k; j += V) {
            vector x = VECTOR(sub)(of_bytes(from + j), VECTOR(loadu)(mean + j));

            VECTOR(storeu)(to + j, VECTOR(mul)(x, VECTOR(loadu)(inverse + j)));
        }
        for (; j < k; j++)
            to[j] = ((float)from[j] - mean[j]) * inverse[j];
    }
    return k + PAD;
}

/* GROUP floats of k rows of bytes. */
static inline void copy_group(float *to, const unsigned char *from, size_t stride, const float *mean,
                       const float *inverse, size_t k)
{
    __m256 mean_8 = _mm256_loadu_ps(mean), inverse_8 = _mm256_loadu_ps(inverse);
    __m128 mean_4 = _mm_loadu_ps(mean + 8), inverse_4 = _mm_loadu_ps(inverse + 8);

    for (; k > 0; k--, from += stride, to += GROUP) {
        __m256i x = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
        __m128i y = _mm_cvtepu8_epi32(_mm_loadu_si32(from + 8));

        _mm256_storeu_ps(to, _mm256_mul_ps(_mm256_sub_ps(_mm256_cvtepi32_ps(x), mean_8), inverse_8));
        _mm_storeu_ps(to + 8, _mm_mul_ps(_mm_sub_ps(_mm_cvtepi32_ps(y), mean_4), inverse_4));
    }
}

/* n floats of k rows of bytes. */
static inline void copy_few(float *to, size_t to_stride, const unsigned char *from, size_t stride,
                     const float *mean, const float *inverse, size_t n, size_t k)
{
    for (; k > 0; k--, from += stride, to += to_stride)
        for (size_t i = 0; i < n; i++)
            to[i] = ((float)from[i] - mean[i]) * inverse[i];
}

/* As copy_rows, of bytes: more rows at a time, as four times as much of each lies in a line. */
APART void copy_byte_rows(float *to, const struct byte_block *block, size_t m, size_t tall, size_t k)
{
    enum { FEW = 16 };
    float mean[ROWS], inverse[ROWS], *others = to + copy_of(tall, tall, k);
    size_t stride = block->a->width, rest = m - tall;
    const unsigned char *from = bytes_of(block);

    spread_planes(block, m, mean, inverse);
    for (size_t first = 0; first < k; first += FEW, from += FEW * stride) {
        size_t n = k - first < FEW ? k - first : FEW;

        for (size_t row = 0; row < tall; row += GROUP) {
            float *copies = to + copy_of(row, tall, k) + first * GROUP;

            if (tall - row >= GROUP)
                copy_group(copies, from + row, stride, mean + row, inverse + row, n);
            else
                copy_few(copies, GROUP, from + row, stride, mean + row, inverse + row, TALL, n);
        }
        copy_few(others + first * rest, rest, from + tall, stride, mean + tall, inverse + tall, rest,
                 n);
    }
}

#endif
