/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats: what can be said about the difference of two methods that ran on the
 * same seeds. Plain arrays in, plain structs out. The only door to R's libRmath.
 *
 * Tests are two-sided and paired: a[i] and b[i] come from the same seed.
 * Quantities that do not exist for the given n are NaN, never a guess.
 */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include <stdbool.h>

/* Mean and its 95% t interval: mean +- half_width. */
struct stats_summary {
    int n;
    double mean;
    double sd;         /* of the sample, divisor n - 1; NaN for n < 2 */
    double half_width; /* t(0.975, n-1) * sd / sqrt(n); NaN for n < 2 */
};

struct stats_summary stats_summarise(const double *x, int n);

/* The differences a - b. */
struct stats_paired {
    int n;
    struct stats_summary difference;
    double t, t_p; /* paired t-test, n - 1 degrees of freedom; NaN for n < 2.
                    * All differences equal: p is 0 where they are not 0, else 1 */
    double wilcoxon_v, wilcoxon_p; /* signed-rank: sum of positive ranks, and exact p */
    int n_zeros;                   /* differences of exactly 0, left out of the ranks (Wilcoxon's way) */
    bool has_ties;                 /* equal magnitudes got mean ranks; p is exact for them too */
    double cohens_dz;              /* mean difference / sd of differences */
    double hedges_g;               /* cohens_dz with the small-sample correction J(n-1) */
};

struct stats_paired stats_compare(const double *a, const double *b, int n);

/* Exact two-sided p of Wilcoxon's signed-rank test on the differences d:
 * min(1, 2 min(P(V <= v), P(V >= v))) under sign flips of the given ranks.
 * Exact for any n up to STATS_EXACT_MAX by dynamic programming over doubled
 * ranks; beyond, the normal approximation with tie and continuity correction. */
enum { STATS_EXACT_MAX = 1000 };
double stats_wilcoxon(const double *d, int n, double *ret_v, int *ret_n_zeros, bool *ret_has_ties);

/* The smallest two-sided p that the exact signed-rank test can give with n
 * pairs: 2^(1-n). */
double stats_wilcoxon_least(int n);

/* Holm's step-down adjustment (1979), in place order: ret_adjusted[i] belongs
 * to p[i]. NaN stays NaN and does not count as a hypothesis. */
void stats_holm(const double *p, int n, double *ret_adjusted);

/* The true mean difference, in units of the standard deviation of the
 * differences, that a two-sided paired t-test at 5% finds with 80% power. NaN
 * for n < 2. */
double stats_detectable(int n);

#endif
