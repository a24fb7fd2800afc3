/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bootstrap: intervals of a mean that need no distribution, seeded: the same
 * sample and generator give the same ends to the last bit.
 *
 *     struct bootstrap b;
 *     bootstrap_mean(x, n, rng, 0.95, &b);
 *     b.bca.low .. b.bca.high
 *
 * With few values they are too narrow (make check-stats prints by how much): below
 * about 15 the t interval is the honest one.
 */
#ifndef STATS_BOOTSTRAP_H
#define STATS_BOOTSTRAP_H

#include "math/rng.h"

/* Of more than MANY values FEW: they take as long as 9999 of a fifth, and ends that are the closer
 * the more values there are need fewer. */
enum { BOOTSTRAP_DRAWS = 9999, BOOTSTRAP_MANY = 10000, BOOTSTRAP_FEW = 1999 };

/* How many bootstrap_mean takes of n values. */
int bootstrap_draws(int n);

struct bootstrap_interval {
    double low, high;
};

struct bootstrap {
    /* NaN for n < 2; where all are equal, a point and NaN. */
    struct bootstrap_interval percentile, bca;
};

void bootstrap_mean(const double *x, int n, struct rng rng, double level,
                    struct bootstrap *ret_bootstrap);

/* The ends from means of resamples [n_draws], which it sorts; for tests. BCa: Efron
 * 1987, eq. 6.8; ends at linearly interpolated order statistics (R's type 7). */
void bootstrap_ends(const double *x, int n, double *draws, int n_draws, double level,
                    struct bootstrap *ret_bootstrap);

/* The p-quantile of sorted values, n > 0, between order statistics as there. */
double bootstrap_quantile(const double *sorted, int n, double p);

#endif
