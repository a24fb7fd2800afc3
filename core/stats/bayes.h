/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bayes: the Bayesian signed-rank test (Benavoli, Corani, Demsar and Zaffalon 2017,
 * "Time for a change", JMLR 18): how probable it is that a is better than b, that
 * they are as good as equal, that b is better.
 *
 * Equal is a difference of at most `rope`, the region of practical equivalence, in
 * the units of the values. The prior is one pseudo-difference of 0. Seeded.
 */
#ifndef STATS_BAYES_H
#define STATS_BAYES_H

#include "base/rng.h"

enum { BAYES_DRAWS = 50000 };

struct bayes {
    double left, rope, right; /* P(b better), P(equal), P(a better); they add up to 1 */
};

/* Differences d [n], a - b; NaN where n is 0, one is NaN, or rope is negative. */
struct bayes bayes_signed_rank(const double *d, int n, double rope, struct rng rng);

/* The posterior weight of the three under given weights [n] of the differences:
 * of all pairs, the share whose mean is below -rope, between, above. For tests. */
struct bayes bayes_weigh(const double *sorted, const double *weights, int n, double rope);

#endif
