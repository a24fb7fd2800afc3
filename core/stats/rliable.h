/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rliable: what Agarwal et al. 2021, "Deep reinforcement learning at the edge of the
 * statistical precipice", ask for where runs are few and some collapse: the interquartile
 * mean and the probability of improvement, each with a percentile interval of a stratified
 * bootstrap: the runs of each method are drawn anew by themselves. With one task.
 *
 *     double iqm = rliable_iqm(accuracy, n_seeds);
 *     struct bootstrap_interval i = rliable_iqm_interval(accuracy, n_seeds, rng, 0.95);
 *
 * Percentile intervals are too narrow with few runs, as bootstrap.h says. A run that diverged may
 * be -infinity: an interquartile mean is finite as long as fewer than a quarter are.
 */
#ifndef STATS_RLIABLE_H
#define STATS_RLIABLE_H

#include "stats/bootstrap.h"

/* The mean of what is left when floor(n / 4) values are taken away at either end (scipy's
 * trim_mean(x, 0.25)). NaN for n < 1 or where one is NaN. */
double rliable_iqm(const double *x, int n);

/* NaN for n < 2. */
struct bootstrap_interval rliable_iqm_interval(const double *x, int n, struct rng rng, double level);

/* Of P(a value of a above one of b), ties half: probability_of_improvement in paired.h, ties as exact
 * as there. NaN where either has fewer than two. */
struct bootstrap_interval rliable_improvement_interval(const double *a, int n_a, const double *b,
                                                       int n_b, struct rng rng, double level);

#endif
