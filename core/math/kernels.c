/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"

#include "math/elementary.h"
#include "math/rng.h"

#include <math.h>
#include <string.h>
#include <xmmintrin.h>

const struct kernels *kernels = &kernels_v3;

__attribute__((constructor)) static void choose(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        kernels = &kernels_v4;
}

void kernel_flush_denormals(void)
{
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };

    _mm_setcsr(_mm_getcsr() | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
}

double kernel_exp(double x)
{
    return exp_double(x);
}

double kernel_log(double x)
{
    return x < 0x1p-1022 ? log_normal(x * 0x1p54, -54) : log_normal(x, 0);
}

double kernel_sinpi(double x)
{
    double sine, cosine;

    sin_cos_pi(x, &sine, &cosine);
    return sine;
}

double kernel_cospi(double x)
{
    return kernel_sinpi(x + 0.5);
}

double kernel_power(double x, long n)
{
    double result = 1;

    for (; n > 0; n >>= 1) {
        if (n & 1)
            result *= x;
        x *= x;
    }
    return result;
}

void kernel_normal(float *y, size_t n, const uint32_t key[2])
{
    enum { BLOCKS = 64 };
    uint32_t words[4 * BLOCKS];
    float normals[4 * BLOCKS];

    for (size_t i = 0; i < n; i += 4 * BLOCKS) {
        size_t n_words = n - i < 4 * BLOCKS ? n - i : 4 * BLOCKS;

        for (size_t k = 0; k < n_words; k += 4) {
            uint64_t at = (i + k) / 4;
            uint32_t counter[4] = {(uint32_t)at, (uint32_t)(at >> 32), 0, 0};

            rng_philox(counter, key, words + k);
        }
        kernels->box_muller(normals, words, (n_words + 1) / 2);
        memcpy(y + i, normals, n_words * sizeof *y);
    }
}
