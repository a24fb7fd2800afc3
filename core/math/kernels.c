/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"

#include "base/rng.h"
#include "math/exp.h"

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

static double from_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

double kernel_exp(double x)
{
    return exp_double(x);
}

double kernel_log(double x)
{
    static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45;
    static const double SQRT2 = 0x1.6a09e667f3bcdp+0;
    uint64_t bits;
    int exponent = 0;
    double m, f, s, z, p, h;

    if (x < 0x1p-1022) { /* subnormal: make it normal */
        x *= 0x1p54;
        exponent = -54;
    }
    bits = to_bits(x);
    exponent += (int)(bits >> 52) - 1023;
    m = from_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u); /* [1, 2) */
    if (m > SQRT2) {
        m *= 0.5;
        exponent++;
    }
    /* log(1+f) = f - f^2/2 + s (f^2/2 + R), s = f/(2+f), R = 2(s^2/3 + s^4/5 + ...) s^0 */
    f = m - 1;
    s = f / (2 + f);
    z = s * s; /* below 0.0295 */
    p = 2.0 / 23;
    p = p * z + 2.0 / 21;
    p = p * z + 2.0 / 19;
    p = p * z + 2.0 / 17;
    p = p * z + 2.0 / 15;
    p = p * z + 2.0 / 13;
    p = p * z + 2.0 / 11;
    p = p * z + 2.0 / 9;
    p = p * z + 2.0 / 7;
    p = p * z + 2.0 / 5;
    p = p * z + 2.0 / 3;
    p = p * z;
    h = 0.5 * f * f;
    return exponent * LN2_HIGH - ((h - (s * (h + p) + exponent * LN2_LOW)) - f);
}

/* sin and cos of pi x for |x| <= 1/4, by their series in t = pi x. */
static double sin_small(double x)
{
    double t = x * 0x1.921fb54442d18p+1, z = t * t, p;

    p = -1.0 / 1307674368000.0;
    p = p * z + 1.0 / 6227020800.0;
    p = p * z - 1.0 / 39916800.0;
    p = p * z + 1.0 / 362880.0;
    p = p * z - 1.0 / 5040.0;
    p = p * z + 1.0 / 120.0;
    p = p * z - 1.0 / 6.0;
    return t + t * z * p;
}

static double cos_small(double x)
{
    double t = x * 0x1.921fb54442d18p+1, z = t * t, p;

    p = 1.0 / 20922789888000.0;
    p = p * z - 1.0 / 87178291200.0;
    p = p * z + 1.0 / 479001600.0;
    p = p * z - 1.0 / 3628800.0;
    p = p * z + 1.0 / 40320.0;
    p = p * z - 1.0 / 720.0;
    p = p * z + 1.0 / 24.0;
    p = p * z - 0.5;
    return 1 + z * p;
}

double kernel_sinpi(double x)
{
    double n = floor(2 * x + 0.5); /* quarter turns */
    double r = x - 0.5 * n;

    switch ((int64_t)n & 3) {
    case 0:
        return sin_small(r);
    case 1:
        return cos_small(r);
    case 2:
        return -sin_small(r);
    default:
        return -cos_small(r);
    }
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
    for (size_t i = 0; i < n; i += 4) {
        uint32_t counter[4] = {(uint32_t)(i / 4), (uint32_t)((uint64_t)i / 4 >> 32), 0, 0};
        uint32_t block[4];
        float quad[4];

        rng_philox(counter, key, block);
        for (int k = 0; k < 4; k += 2) {
            double radius = sqrt(-2 * kernel_log((block[k] + 0.5) * 0x1p-32));
            double turn = (block[k + 1] + 0.5) * 0x1p-31;

            quad[k] = (float)(radius * kernel_cospi(turn));
            quad[k + 1] = (float)(radius * kernel_sinpi(turn));
        }
        memcpy(y + i, quad, (n - i < 4 ? n - i : 4) * sizeof *y);
    }
}
