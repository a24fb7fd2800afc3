/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * elementary: exp, log, sine and cosine without branches, so that loops over them
 * vectorise. Private to math/; inline because they must be compiled for each vector
 * width.
 */
#ifndef MATH_ELEMENTARY_H
#define MATH_ELEMENTARY_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* ln 2, in two parts: whole multiples of the first are exact. */
static const double LN2_HIGH = 0x1.62e42fefa3800p-1, LN2_LOW = 0x1.ef35793c76730p-45;

static inline double from_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t to_bits(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* A whole number below 2^52 as a double; no instruction of AVX2 converts 64 or unsigned
 * 32 bits. */
static inline double from_whole(uint64_t n)
{
    return from_bits(0x4330000000000000u | n) - 0x1p52;
}

/* Adding 1.5 * 2^52 (2^23) leaves a small whole number, rounded to nearest, in
 * the low bits of the sum; shifting those up makes the exponent. */

/* 0 below -708, infinity above 709; within 2 ulp between. */
static inline double exp_double(double x)
{
    static const double MAGIC = 0x1.8p52, LOG2E = 0x1.71547652b82fep+0;
    double t = x * LOG2E + MAGIC;
    double n = t - MAGIC;
    double r = (x - n * LN2_HIGH) - n * LN2_LOW; /* |r| <= ln2/2 */
    double p;

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
    p *= from_bits((to_bits(t) + 1023) << 52);
    p = x < -708 ? 0 : p;
    p = x > 709 ? (double)INFINITY : p;
    return x != x ? x : p;
}

/* x <= 88; 0 below -87; within 2 ulp. */
static inline float exp_float(float x)
{
    static const float MAGIC = 0x1.8p23f, LOG2E = 0x1.715476p+0f;
    static const float HIGH = 0x1.62e4p-1f, LOW = 0x1.7f7d1cp-20f; /* of ln 2 */
    float t = __builtin_fmaf(x, LOG2E, MAGIC);
    float n = t - MAGIC;
    float r = __builtin_fmaf(n, -LOW, __builtin_fmaf(n, -HIGH, x));
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

/* The logarithm of x 2^exponent, x normal. */
static inline double log_normal(double x, double exponent)
{
    static const double SQRT2 = 0x1.6a09e667f3bcdp+0;
    uint64_t bits = to_bits(x);
    double m = from_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u); /* [1, 2) */
    double f, s, z, p, h;

    exponent += from_whole(bits >> 52) - 1023;
    exponent += m > SQRT2 ? 1 : 0;
    m *= m > SQRT2 ? 0.5 : 1;
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
static inline double sin_small(double x)
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

static inline double cos_small(double x)
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

/* Of pi x, |x| < 2^30. */
static inline void sin_cos_pi(double x, double *ret_sine, double *ret_cosine)
{
    double n = floor(2 * x + 0.5); /* quarter turns */
    double r = x - 0.5 * n, sine = sin_small(r), cosine = cos_small(r);
    uint64_t quarter = to_bits(n + 0x1.8p52); /* its last two bits */
    bool is_odd = quarter & 1;
    uint64_t sine_sign = quarter << 62 & 1ull << 63, cosine_sign = (quarter + 1) << 62 & 1ull << 63;

    *ret_sine = from_bits(to_bits(is_odd ? cosine : sine) ^ sine_sign);
    *ret_cosine = from_bits(to_bits(is_odd ? sine : cosine) ^ cosine_sign);
}

/* sin and cos of a whole turn times a x, |a x| < 2^20, within 3e-7: what is left of a x behind
 * whole quarters is exact, and goes into the series of (2 pi r)^k / k!. */
static inline void sin_cos_turns(float a, float x, float *ret_sine, float *ret_cosine)
{
    static const float MAGIC = 0x1.8p23f;
    float turns = a * x, rest = __builtin_fmaf(a, x, -turns);
    float t = __builtin_fmaf(4, turns, MAGIC), quarters = t - MAGIC;
    float r = __builtin_fmaf(quarters, -0.25f, turns) + rest, z = r * r; /* |r| <= 1/8 */
    float sine, cosine;
    uint32_t quarter, s, c, sine_bits, cosine_bits;

    sine = 42.058694f;
    sine = __builtin_fmaf(sine, z, -76.705860f);
    sine = __builtin_fmaf(sine, z, 81.605249f);
    sine = __builtin_fmaf(sine, z, -41.341702f);
    sine = __builtin_fmaf(r, 6.2831853f, r * z * sine);
    cosine = 60.244641f;
    cosine = __builtin_fmaf(cosine, z, -85.456817f);
    cosine = __builtin_fmaf(cosine, z, 64.939394f);
    cosine = __builtin_fmaf(cosine, z, -19.739209f);
    cosine = __builtin_fmaf(cosine, z, 1);
    memcpy(&quarter, &t, sizeof quarter);
    memcpy(&s, &sine, sizeof s);
    memcpy(&c, &cosine, sizeof c);
    sine_bits = (quarter & 1 ? c : s) ^ (quarter << 30 & 1u << 31);
    cosine_bits = (quarter & 1 ? s : c) ^ ((quarter + 1) << 30 & 1u << 31);
    memcpy(ret_sine, &sine_bits, sizeof sine_bits);
    memcpy(ret_cosine, &cosine_bits, sizeof cosine_bits);
}

#endif
