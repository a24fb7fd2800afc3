/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * paired: what can be said about two methods that ran on the same seeds.
 *
 *     struct paired c = paired_compare(ours, theirs, n_seeds);
 *     if (c.t.reason != TEST_SOUND)
 *         ... test_reason_name(c.t.reason)
 *     else if (c.t.p < 0.05)
 *         ... c.difference.mean +- c.difference.half_width
 */
#ifndef STATS_PAIRED_H
#define STATS_PAIRED_H

#include "stats/summary.h"
#include "stats/test.h"

struct paired {
    int n;
    struct summary difference; /* a - b, as test_summary */
    struct test_result t, signed_rank, sign_flip;
    double cohens_dz; /* mean difference / sd of differences; NaN where there is no t */
    double hedges_g;  /* cohens_dz with the small-sample correction J(n-1); NaN for n < 3 */
};

struct paired paired_compare(const double *a, const double *b, int n);

/* P(a random value of a is above one of b), ties half: 0.5 says no difference.
 * Agarwal et al. 2021 (rliable) call it probability of improvement; it is the
 * Mann-Whitney U over n_a n_b. NaN where one is empty or holds a NaN. */
double probability_of_improvement(const double *a, int n_a, const double *b, int n_b);

#endif
