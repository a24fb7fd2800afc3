/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * choices: the ways to choose one value of each of a method's axes.
 *
 *     struct choices c;
 *     if (choices_begin(&c, e, m, &arena, err) == 0)
 *         do
 *             use(c.grid.axes[i].values[c.at[i]]);   where choices_counts(&c, i)
 *         while (choices_next(&c));
 *
 * 1. The settings of a type that is not chosen do not count: of model = grid { mlp {}, vit {} } the
 *    hidden layers vary only where the model is mlp.
 * 2. Axes that have a law or are DomainBed's take draws instead (search.h): draws[0 .. n_draws - 1].
 */
#ifndef PLAN_CHOICES_H
#define PLAN_CHOICES_H

#include "plan/experiment.h"

struct choices {
    const struct experiment *e;
    struct grid grid; /* the experiment's axes, and over them the method's own */
    int *at;          /* [grid.n_axes] which value is chosen */
    int *draws;       /* [n_draws] the first that differ; one, 0, where nothing is drawn */
    int n_draws;
};

/* In `arena`. */
int choices_begin(struct choices *ret_choices, const struct experiment *e,
                  const struct experiment_method *m, struct arena *arena, struct error *err);

/* To the next choice; false behind the last one. */
bool choices_next(struct choices *c);

/* Does the i-th axis count, as chosen? */
bool choices_counts(const struct choices *c, int i);

bool choices_is_drawn(const struct axis *axis);

/* Does draws[i] come to what an earlier draw does, as chosen? Only where some that is drawn does not count. */
bool choices_repeats(const struct choices *c, int i);

/* The algorithm whose hyper-parameters DomainBed would draw, or NULL. */
const char *choices_algorithm(const struct grid *grid);

/* The method's axes alone. */
void choices_join(const struct experiment *e, const struct experiment_method *m,
                  struct grid *ret_grid);

/* How many runs they come to: choices, draws and seeds. Laws need not be right. */
double choices_count_runs(const struct experiment *e, const struct experiment_method *m);

#endif
