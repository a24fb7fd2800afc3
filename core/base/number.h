/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * number: a decimal text as the nearest double, whatever the locale: what strtod gives, without its
 * blanks, hexadecimal, "inf" and "nan", and of a text that need not end in a zero byte. Most
 * numbers of tables have few digits; they take an eighth to a quarter
 * of strtod's time.
 *
 *     double x;
 *     if (number_parse("0.25,", 4, &x) < 0 || !isfinite(x)) ...
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>

/* All of s[size]: a sign or none, digits with a point or none, an exponent or none. 0, or -1 where it is
 * spelled otherwise. What no double can hold is infinite; there is no minus zero. */
int number_parse(const char *s, size_t size, double *ret_x);

#endif
