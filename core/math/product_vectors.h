/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * product_vectors: the vectors that product_simd.c is compiled for, and the sizes that follow. */
#ifndef MATH_PRODUCT_VECTORS_H
#define MATH_PRODUCT_VECTORS_H

#include <immintrin.h>
#include <stddef.h>

/* A tile of c in registers: 12 rows of 2 vectors where there are 32 registers, 6 where
 * there are 16; what is left of rows and columns by fewer. */
#ifdef __AVX512F__
typedef __m512 vector;
#define VECTOR(op) _mm512_##op##_ps
enum { V = 16, TALL = 12 };

/* V of them. */
static inline vector of_bytes(const unsigned char *x)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)x)));
}

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
enum { V = 8, TALL = 6 };

static inline vector of_bytes(const unsigned char *x)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)x)));
}

static inline __m256i lanes_below(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vector load_part(const float *x, size_t n)
{
    return _mm256_maskload_ps(x, lanes_below(n));
}

/* In three steps: on AMD's CPUs a store under AVX2's mask takes a dozen cycles. */
static inline void store_part(float *x, vector a, size_t n)
{
    __m128 four = _mm256_castps256_ps128(a);

    if (n & 4) {
        _mm_storeu_ps(x, four);
        four = _mm256_extractf128_ps(a, 1);
        x += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)x, four);
        four = _mm_movehl_ps(four, four);
        x += 2;
    }
    if (n & 1)
        _mm_store_ss(x, four);
}
#endif

enum {
    PANEL = 2 * V, /* columns of c side by side */
    CHUNK = 192,   /* rows of b whose panel stays in the first cache while rows of a pass by */
    ROWS = 576,    /* rows of a that a copied panel serves; their chunk stays in the second */
    GROUP = 12,    /* rows of a copied side by side: one tall tile's or two's */
    PAD = 16,      /* floats between the copies of rows that are not */
};

#endif
