/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bayes: the Bayesian signed-rank test (Benavoli, Corani, Demsar and Zaffalon 2017,
 * "Time for a change", JMLR 18): how probable it is that a is better than b, that
 * they are as good as equal, that b is better.
 *
 * As in their R code the prior is a pseudo-difference of 0 with weight 0.5, where each
 * difference has 1. Equal is a difference of at most `rope`, the region of practical
 * equivalence, in the units of the values. Here we leave their code: it counts a pair of
 * differences at the rope's upper end as equal and one at its lower end as better, so
 * that the posterior depends on which method is called a. For us both are equal, and
 * methods that are swapped swap the posterior, to the last digit.
 *
 * Ties are exact, as in test.h. Seeded: the same pairs in any order give the same.
 */
#ifndef STATS_BAYES_H
#define STATS_BAYES_H

#include "stats/test.h"

/* Draws of the posterior: as many as BAYES_WORK allows of one weight for each of m unlike
 * differences, between the other two. A probability's standard error is then at most
 * 0.5 / sqrt(draws): 0.002 up to m = 800, 0.008 at 10,000, 0.016 from 40,000 on. */
enum { BAYES_DRAWS = 50000, BAYES_LEAST_DRAWS = 1000, BAYES_WORK = 40000000 };

struct bayes {
    double left, rope, right; /* P(b better), P(equal), P(a better); they add up to 1 */
    int n_draws;
};

/* Of the pairs; three NaN where there are fewer than two, one is NaN, or rope is negative. */
struct bayes bayes_signed_rank(const struct test_input *in, double rope);

/* The posterior weight of the three under given weights [n] of the differences:
 * of all pairs, the share whose mean is below -rope, between, above. For tests. */
struct bayes bayes_weigh(const double *sorted, const double *weights, int n, double rope);

#endif
