/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* Any number: strtod needs its zero byte. No program of ours sets a locale. */
static double parse_long(const char *s, size_t size)
{
    char room[64], *copy = size < sizeof room ? room : memory_alloc(size + 1);
    double x;

    memcpy(copy, s, size);
    copy[size] = '\0';
    x = strtod(copy, NULL);
    if (copy != room)
        free(copy);
    return x;
}

/* m * 10^scale has one rounding, hence is the nearest, where both are doubles (Clinger 1990). */
static bool scale_exactly(uint64_t m, int scale, double *ret_x)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    if (m > (uint64_t)1 << 53 || scale < -22 || scale > 22)
        return false;
    *ret_x = scale < 0 ? (double)m / powers[-scale] : (double)m * powers[scale];
    return true;
}

int number_parse(const char *s, size_t size, double *ret_x)
{
    enum { MOST_DIGITS = 19 /* fit into 64 bits */, MOST_EXPONENT = 100000 };
    const char *p = s, *end = s + size;
    bool is_minus = p < end && *p == '-', has_minus_exponent;
    uint64_t m = 0;
    int exponent = 0, n_digits, n_decimals = 0;
    double x;

    if (p < end && (*p == '-' || *p == '+'))
        p++;
    for (s = p; is_digit(p, end); p++)
        m = m * 10 + (uint64_t)(*p - '0');
    if (p == end && p > s && p - s <= 15) { /* most of all are small whole numbers */
        *ret_x = is_minus && m ? -(double)m : (double)m;
        return 0;
    }
    n_digits = p - s > MOST_DIGITS ? MOST_DIGITS + 1 : (int)(p - s);
    if (p < end && *p == '.') {
        const char *point = p++;

        for (; is_digit(p, end); p++)
            m = m * 10 + (uint64_t)(*p - '0');
        n_decimals = p - point > MOST_DIGITS ? MOST_DIGITS + 1 : (int)(p - point - 1);
    }
    n_digits += n_decimals;
    if (n_digits == 0)
        return -1;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        has_minus_exponent = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+'))
            p++;
        if (!is_digit(p, end))
            return -1;
        for (; is_digit(p, end); p++)
            if (exponent < MOST_EXPONENT)
                exponent = exponent * 10 + (*p - '0');
        if (has_minus_exponent)
            exponent = -exponent;
    }
    if (p < end)
        return -1;
    if (n_digits > MOST_DIGITS || !scale_exactly(m, exponent - n_decimals, &x))
        x = parse_long(s, (size_t)(end - s));
    *ret_x = x == 0 ? 0 : is_minus ? -x : x;
    return 0;
}
