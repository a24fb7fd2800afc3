/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats: what can be said about the difference of two methods that ran on the
 * same seeds. Plain arrays in, plain structs out. The only door to R's libRmath.
 *
 * Tests are two-sided and paired: a[i] and b[i] come from the same seed.
 * Quantities that do not exist for the given n are NaN, never a guess; a NaN in
 * the input makes NaN of all that is derived from it. Nothing here prints.
 *
 *     struct stats_paired c = stats_compare(ours, theirs, n_seeds);
 *     if (c.t_p < 0.05)
 *         ... c.difference.mean +- c.difference.half_width
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
                    * All differences equal: t is +-infinity and p is 0 where
                    * they are not 0, else t is 0 and p is 1 */
    double wilcoxon_v, wilcoxon_p; /* see stats_wilcoxon */
    int n_zeros;
    bool has_ties;
    double cohens_dz; /* mean difference / sd of differences; NaN where sd is 0 */
    double hedges_g;  /* cohens_dz with the small-sample correction J(n-1); NaN for n < 3 */
};

struct stats_paired stats_compare(const double *a, const double *b, int n);

/* Exact two-sided p of Wilcoxon's signed-rank test on the differences d:
 * min(1, 2 min(P(V <= v), P(V >= v))) under sign flips of the given ranks, where
 * v is the sum of the positive ranks. Differences of exactly 0 are left out and
 * counted (Wilcoxon's way); equal magnitudes get mean ranks, and p is exact for
 * them too. Equal is meant to the last bit: 0.3 - 0.2 and 0.2 - 0.1 differ, and
 * p then is exact for the ranks that rounding gave. NaN for n = 0; 1 if all are 0.
 *
 * Exact for up to STATS_EXACT_MAX differences other than 0, by dynamic programming
 * over doubled ranks, O(n^3) time (0.2 s for 1000) and O(n^2) memory (4 MB); beyond,
 * the normal approximation with tie and continuity correction. */
enum { STATS_EXACT_MAX = 1000 };
double stats_wilcoxon(const double *d, int n, double *ret_v, int *ret_n_zeros, bool *ret_has_ties);

/* The smallest two-sided p that the exact signed-rank test can give with n
 * pairs: 2^(1-n). NaN for n < 1. */
double stats_wilcoxon_least(int n);

/* Holm's step-down adjustment (1979), in place order: ret_adjusted[i] belongs
 * to p[i]. NaN stays NaN and does not count as a hypothesis. */
void stats_holm(const double *p, int n, double *ret_adjusted);

/* The true mean difference, in units of the standard deviation of the
 * differences, that a two-sided paired t-test at 5% finds with 80% power
 * (rejection in either direction counts). NaN for n < 2. */
double stats_detectable(int n);

#endif
