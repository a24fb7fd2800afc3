/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * power: what n pairs can find, said before they are run.
 */
#ifndef STATS_POWER_H
#define STATS_POWER_H

/* The smallest two-sided p that sign flips of n differences can give, and so the
 * signed-rank, sign-flip and sign tests: 2^(1-n). NaN for n < 1. */
double power_least_p(int n);

/* The fewest pairs with which that is below `level`. */
int power_least_pairs(double level);

/* The true mean difference, in units of the standard deviation of the
 * differences, that a two-sided paired t-test at `level` finds with 80% power
 * (rejection in either direction counts). NaN for n < 2. */
double power_detectable(int n, double level);

#endif
