/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"

#include "base/rng.h"

#include <math.h>
#include <string.h>

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
    static const double LOG2E = 0x1.71547652b82fep+0;
    static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45;
    double n, r, p;

    if (!(x >= -708))
        return x != x ? x : 0;
    if (x > 709)
        return INFINITY;
    n = floor(x * LOG2E + 0.5);
    r = (x - n * LN2_HIGH) - n * LN2_LOW; /* |r| <= ln2/2 */
    /* Taylor's series to r^13; the remainder is below 2^-58. The first two terms
     * are added last so that their rounding is the only one that shows. */
    p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = 1.0 + (r + r * r * p);
    return p * from_bits((uint64_t)((int64_t)n + 1023) << 52);
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

void kernel_bias(float *restrict y, const float *restrict bias, size_t rows, size_t n, int relu)
{
    for (size_t r = 0; r < rows; r++, y += n) {
        if (relu) {
#pragma omp simd
            for (size_t i = 0; i < n; i++) {
                float v = y[i] + bias[i];

                y[i] = v < 0 ? 0 : v; /* NaN stays NaN */
            }
        } else {
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                y[i] += bias[i];
        }
    }
}

void kernel_relu_backward(float *restrict g, const float *restrict y, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        g[i] = y[i] > 0 ? g[i] : 0;
}

void kernel_bias_backward(float *restrict gbias, const float *restrict g, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, g += n) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            gbias[i] += g[i];
    }
}

void kernel_scale_rows(float *restrict g, const float *restrict scale, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, g += n) {
        float a = scale[r];

#pragma omp simd
        for (size_t i = 0; i < n; i++)
            g[i] *= a;
    }
}

void kernel_add(float *restrict y, const float *restrict x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

void kernel_scale(float *y, float a, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] *= a;
}

double kernel_square_sum(const float *x, size_t n)
{
    enum { LANES = 16 };
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
#pragma omp simd
        for (int k = 0; k < LANES; k++)
            lane[k] += (double)x[i + (size_t)k] * x[i + (size_t)k];
    }
    for (int k = 0; i < n; i++, k++)
        lane[k] += (double)x[i] * x[i];
    for (int k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
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
