/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * world: simulated sweeps, whose truth is known, as plans in memory that select_runs reads.
 *
 * A run's worth is the true accuracy of its configuration, what its seed gives all runs, and what is
 * its own. Its test accuracy is its worth; its validation accuracy has the noise of few pictures beside.
 * Both are rounded to counts of pictures, so that there are ties.
 */
#ifndef BENCH_STATS_WORLD_H
#define BENCH_STATS_WORLD_H

#include "analysis/select.h"
#include "math/rng.h"

/* In points. */
struct world {
    const char *name;
    double own, seed; /* standard deviations of a run's own part and of its seed's */
    double noise;     /* of the validation accuracy at 500 pictures */
    int n_pictures;   /* of validation, for each of ten classes */
};

enum { GRID_MAX = 9 };

/* True accuracies of the configurations of a method. */
struct candidates {
    int n;
    double accuracy[GRID_MAX];
};

/* A method's plan; `shift` points are added to all methods but the first. */
struct sweep {
    struct store_plan plan;
    double *truth, *validation, *test; /* [plan.n_runs] */
};

double draw_normal(struct rng *rng);

/* Method 0 has grid a, the others b, or a where that is NULL. Seeds from `first_seed` on. In `arena`. */
struct sweep sweep_make(const struct candidates *a, const struct candidates *b, int n_methods, int first_seed,
                        int n_seeds, double shift, struct arena *arena);

/* New values for all runs. */
void sweep_draw(struct sweep *sweep, const struct world *world, struct rng *rng);

/* What the program selects of them. In `arena`; `fresh` NULL: none. */
struct selections sweep_select(const struct sweep *sweep, const struct selections *fresh,
                               enum select_in in, struct arena *arena);

/* The methods' names, as sweeps have them. */
const char *sweep_method(int i);

#endif
