/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lanes: a vector of 16 floats, one register or two. Sums over lanes add in the
 * same order in both. Private to math/.
 */
#ifndef MATH_LANES_H
#define MATH_LANES_H

#include <immintrin.h>

enum { LANES = 16 };

#ifdef __AVX512F__

typedef struct {
    __m512 v;
} lanes;

#define LANES_OF(name, op)                                                                      \
    static inline lanes name(lanes a, lanes b)                                                  \
    {                                                                                           \
        return (lanes){_mm512_##op##_ps(a.v, b.v)};                                             \
    }

static inline lanes lanes_load(const float *x)
{
    return (lanes){_mm512_loadu_ps(x)};
}

static inline void lanes_store(float *x, lanes a)
{
    _mm512_storeu_ps(x, a.v);
}

/* n floats, 0 < n < 16; the other lanes are zero, their memory is not touched. */
static inline lanes lanes_load_part(const float *x, int n)
{
    return (lanes){_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), x)};
}

static inline lanes lanes_all(float x)
{
    return (lanes){_mm512_set1_ps(x)};
}

/* a b + c, rounded once. */
static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return (lanes){_mm512_fmadd_ps(a.v, b.v, c.v)};
}

/* The first n lanes of a, the rest of b. */
static inline lanes lanes_first(lanes a, lanes b, int n)
{
    return (lanes){_mm512_mask_blend_ps((__mmask16)((1u << n) - 1), b.v, a.v)};
}

static inline __m256 lanes_low(lanes a)
{
    return _mm512_castps512_ps256(a.v);
}

static inline __m256 lanes_high(lanes a)
{
    return _mm512_extractf32x8_ps(a.v, 1);
}

#else

typedef struct {
    __m256 low, high;
} lanes;

#define LANES_OF(name, op)                                                                      \
    static inline lanes name(lanes a, lanes b)                                                  \
    {                                                                                           \
        return (lanes){_mm256_##op##_ps(a.low, b.low), _mm256_##op##_ps(a.high, b.high)};       \
    }

static inline lanes lanes_load(const float *x)
{
    return (lanes){_mm256_loadu_ps(x), _mm256_loadu_ps(x + 8)};
}

static inline void lanes_store(float *x, lanes a)
{
    _mm256_storeu_ps(x, a.low);
    _mm256_storeu_ps(x + 8, a.high);
}

/* All bits of each lane below n, for the lanes from `first` on. */
static inline __m256i lanes_below(int n, int first)
{
    __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);

    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n - first), index);
}

static inline lanes lanes_load_part(const float *x, int n)
{
    return (lanes){_mm256_maskload_ps(x, lanes_below(n, 0)),
                   _mm256_maskload_ps(x + 8, lanes_below(n, 8))};
}

static inline lanes lanes_all(float x)
{
    return (lanes){_mm256_set1_ps(x), _mm256_set1_ps(x)};
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return (lanes){_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}

static inline lanes lanes_first(lanes a, lanes b, int n)
{
    return (lanes){_mm256_blendv_ps(b.low, a.low, _mm256_castsi256_ps(lanes_below(n, 0))),
                   _mm256_blendv_ps(b.high, a.high, _mm256_castsi256_ps(lanes_below(n, 8)))};
}

static inline __m256 lanes_low(lanes a)
{
    return a.low;
}

static inline __m256 lanes_high(lanes a)
{
    return a.high;
}

#endif

LANES_OF(lanes_add, add)
LANES_OF(lanes_sub, sub)
LANES_OF(lanes_mul, mul)
LANES_OF(lanes_max, max)
#undef LANES_OF

/* By halves: lane k to lane k + 8, then + 4, + 2, + 1. */
static inline float lanes_sum(lanes a)
{
    __m256 eight = _mm256_add_ps(lanes_low(a), lanes_high(a));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));

    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline float lanes_largest(lanes a)
{
    __m256 eight = _mm256_max_ps(lanes_low(a), lanes_high(a));
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));

    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

#endif
