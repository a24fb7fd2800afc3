/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * summary: a sample's mean, spread and 95% t interval.
 *
 *     struct summary s = summary_of(accuracy, n_seeds);
 *     s.mean +- s.half_width
 *
 * Here and in all of stats/: plain arrays in, plain structs out, nothing printed.
 * What does not exist for the given n is NaN, never a guess; a NaN in the input
 * makes NaN of all that is derived from it.
 */
#ifndef STATS_SUMMARY_H
#define STATS_SUMMARY_H

#include "base/arena.h"

struct summary {
    int n;
    double mean;
    double sd;         /* of the sample, divisor n - 1; NaN for n < 2 */
    double half_width; /* t(0.975, n-1) * sd / sqrt(n); NaN for n < 2 */
};

struct summary summary_of(const double *x, int n);

/* What half_width is for k such intervals of k samples that all hold at 95% or more, however they depend on each
 * other (Bonferroni): t(1 - 0.05 / 2k, n-1) * sd / sqrt(n). NaN where half_width is. */
double summary_simultaneous(const struct summary *s, int k);

/* For qsort of doubles, none NaN. */
int summary_ascending(const void *a, const void *b);

/* A copy in rising order, in `arena`; NULL where one is NaN. */
double *summary_sort(const double *x, int n, struct arena *arena);

#endif
