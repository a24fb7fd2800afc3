/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scaling: how a column of numbers becomes what a model reads. Fitted on the column's values in
 * the training part, and then a function of one number.
 *
 * To add one:
 *   1. write data/prepare/scaling_NAME.c after the pattern of scaling_min_max.c;
 *   2. end it in `const struct scaling scaling_NAME = {...}`;
 *   3. add it to scaling_names and, at the same place, to scaling_types in scaling.c;
 *   4. give its numbers in tests/reference/prepare.py.
 */
#ifndef DATA_PREPARE_SCALING_H
#define DATA_PREPARE_SCALING_H

#include "base/arena.h"
#include "math/rng.h"

struct scaling {
    const char *name, *doc;
    const char *source; /* (optional) */

    /* x[n]: the column's values in the order of the rows, n > 0, all finite; it may change them.
     * `noise` and `rng` are for those that disturb what they are fitted on. The result lives in
     * `arena`, needs no release, and is `fit` below. */
    const void *(*fit)(double *x, int n, double noise, struct rng rng, struct arena *arena);

    /* x finite. Infinite only where a float cannot hold how far x lies from what was fitted on. */
    float (*apply)(const void *fit, float x);
};

extern const struct scaling scaling_standard, scaling_quantile, scaling_min_max, scaling_robust,
    scaling_none;

/* NULL-ended, in the same order. */
extern const struct scaling *const scaling_types[];
extern const char *const scaling_names[];

/* Of x[n], n > 0, summed in its order; the variance with divisor n. */
void scaling_moments(const double *x, int n, double *ret_mean, double *ret_variance);

/* Sorts x[n], rising. */
void scaling_sort(double *x, int n);

/* The p-quantile of sorted[n], n > 0, 0 <= p <= 1, between order statistics, (n - 1) p from the
 * first: numpy's "linear", rounded as there (Hyndman and Fan 1996, definition 7). */
double scaling_quantile_at(const double *sorted, int n, double p);

#endif
