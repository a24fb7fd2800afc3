/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * exp: the exponential without branches, so that loops over it vectorise.
 * Private to math/; inline because it must be compiled for each vector width.
 */
#ifndef MATH_EXP_H
#define MATH_EXP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Adding 1.5 * 2^52 (2^23) leaves a small whole number, rounded to nearest, in
 * the low bits of the sum; shifting those up makes the exponent. */

/* 0 below -708, infinity above 709; within 2 ulp between. */
static inline double exp_double(double x)
{
    static const double MAGIC = 0x1.8p52, LOG2E = 0x1.71547652b82fep+0;
    static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45;
    double t = x * LOG2E + MAGIC;
    double n = t - MAGIC;
    double r = (x - n * LN2_HIGH) - n * LN2_LOW; /* |r| <= ln2/2 */
    double p, power;
    uint64_t bits;

    /* Taylor's series to r^13; the remainder is below 2^-58. The first two terms
     * are added last so that their rounding is the only one that shows. */
    p = 1.0 / 6227020800.0;
    p = __builtin_fma(p, r, 1.0 / 479001600.0);
    p = __builtin_fma(p, r, 1.0 / 39916800.0);
    p = __builtin_fma(p, r, 1.0 / 3628800.0);
    p = __builtin_fma(p, r, 1.0 / 362880.0);
    p = __builtin_fma(p, r, 1.0 / 40320.0);
    p = __builtin_fma(p, r, 1.0 / 5040.0);
    p = __builtin_fma(p, r, 1.0 / 720.0);
    p = __builtin_fma(p, r, 1.0 / 120.0);
    p = __builtin_fma(p, r, 1.0 / 24.0);
    p = __builtin_fma(p, r, 1.0 / 6.0);
    p = __builtin_fma(p, r, 0.5);
    p = 1.0 + (r + r * r * p);
    memcpy(&bits, &t, sizeof bits);
    bits = (bits + 1023) << 52;
    memcpy(&power, &bits, sizeof power);
    p *= power;
    p = x < -708 ? 0 : p;
    p = x > 709 ? (double)INFINITY : p;
    return x != x ? x : p;
}

/* x <= 88; 0 below -87; within 2 ulp. */
static inline float exp_float(float x)
{
    static const float MAGIC = 0x1.8p23f, LOG2E = 0x1.715476p+0f;
    static const float LN2_HIGH = 0x1.62e4p-1f, LN2_LOW = 0x1.7f7d1cp-20f;
    float t = __builtin_fmaf(x, LOG2E, MAGIC);
    float n = t - MAGIC;
    float r = __builtin_fmaf(n, -LN2_LOW, __builtin_fmaf(n, -LN2_HIGH, x));
    float p, power;
    uint32_t bits;

    /* Taylor's series to r^7; the remainder is below 2^-27. */
    p = 1.0f / 5040;
    p = __builtin_fmaf(p, r, 1.0f / 720);
    p = __builtin_fmaf(p, r, 1.0f / 120);
    p = __builtin_fmaf(p, r, 1.0f / 24);
    p = __builtin_fmaf(p, r, 1.0f / 6);
    p = __builtin_fmaf(p, r, 0.5f);
    p = __builtin_fmaf(p, r, 1);
    p = __builtin_fmaf(p, r, 1);
    memcpy(&bits, &t, sizeof bits);
    bits = (bits + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return x < -87 ? 0 : p * power;
}

#endif
