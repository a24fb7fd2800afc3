/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * select: for each method the tuned point, chosen on validation data alone, and
 * what it gave on the test data.
 *
 * The point with the best mean validation accuracy over seeds, at the last
 * evaluation, is taken; the first of equals. A diverged run counts as accuracy 0,
 * on validation and on test data. Test figures are read at that point only.
 *
 * The seeds that chose also flatter what they chose. Runs on fresh seeds (fresh.h) are kept apart:
 * they are in no selection.
 */
#ifndef REPORT_SELECT_H
#define REPORT_SELECT_H

#include "lab/store.h"

#include <stdbool.h>

/* One method under one condition. */
struct selection {
    const char *method, *condition;
    int place;          /* of its first run in the plan; selections stand in this order */
    int condition_index; /* of its condition, in the order of their first appearance */
    const char *point;  /* the selected one; NULL where no run has ended */
    int n_points;       /* that there were to choose from */
    int n_planned;      /* runs of all points; and what became of them: */
    int n_finished, n_diverged, n_failed;
    int n_seeds;        /* runs planned at the selected point */
    int n;              /* those of them that ended, in rising order of seeds: */
    const int *seeds;
    const double *validation, *test; /* of plan.measure: accuracy, 0 to 1; or R2 */
    const bool *has_diverged;
    const long *runs;
    int n_diverged_here; /* among the n */
    const struct selection *fresh; /* the same point on fresh seeds, its counts of those; NULL: there
                                    * are none */
};

struct selections {
    struct store_plan plan;
    const double *validation, *test; /* [plan.n_runs]; diverged: 0; NaN: has not ended */
    const struct selection *items;
    int n;
    /* The selections of condition c: by_condition[starts[c] .. starts[c + 1] - 1], in their order. */
    const struct selection *const *by_condition;
    const int *starts; /* [n_conditions + 1] */
    int n_conditions;
    const struct selections *fresh; /* all runs on fresh seeds: plan, validation, test; NULL: none */
};

int select_points(struct store *store, struct arena *arena, struct selections *ret_selections,
                  struct error *err);

/* For selections made otherwise: takes items[s->n], numbers their conditions and lists the
 * selections of each. */
void select_list_conditions(struct selections *s, struct selection *items, struct arena *arena);

/* The selection of `method` under the condition of r, or NULL. */
const struct selection *select_beside(const struct selections *s, const struct selection *r,
                                      const char *method);

/* Test values on the seeds on which both ended, in billionths (SELECT_UNIT), whole: shares k/n whose
 * differences are equal are then equal in bits, and ties are ties. ret_x, ret_y: [a->n]. Gives
 * their number. */
#define SELECT_UNIT 1e9
int select_pairs(const struct selection *a, const struct selection *b, double *ret_x, double *ret_y);

/* The tests of a against b on those seeds. */
struct paired;
struct paired select_compare(const struct selection *a, const struct selection *b);

/* "clip=1 lr=0.05": a point without its slots' names; in `arena`. */
const char *select_short_point(struct arena *arena, const char *point);

#endif
