/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * select: for each method what it gave on the test data when tuned, chosen on validation data alone.
 *
 * In each seed by itself (SELECT_IN_SEED, the default): the configuration with the best validation
 * value at the evaluation that judges (train.judge: the last) of that seed. A seed is then one whole trial of the method, tuning
 * included, and a test over seeds is one of two methods.
 *
 * Over all seeds (SELECT_IN_ALL): the one configuration with the best mean. A test over seeds is
 * then one of two configurations: a misselection is common to all seeds and becomes "significant" (with
 * equal methods in 6 to 38% of simulated sweeps; docs/STATISTICS.md).
 *
 * How one is chosen, of equals too, says board.h. Test figures are read at what was chosen only.
 *
 * The seeds that chose also flatter one configuration chosen over all of them. Runs on fresh seeds
 * (fresh.h) are kept apart: they are in no selection of the sweep's.
 */
#ifndef ANALYSIS_SELECT_H
#define ANALYSIS_SELECT_H

#include "analysis/board.h"
#include "plan/measure.h"

#include <stdbool.h>

enum select_in { SELECT_IN_SEED, SELECT_IN_ALL };

/* One method under one condition. */
struct selection {
    const char *method, *condition;
    struct label condition_label; /* its parts */
    int place;          /* of its first run in the plan; selections stand in this order */
    int condition_index; /* of its condition, in the order of their first appearance */
    const struct board *board; /* all its runs; NULL: selected otherwise */
    int best;           /* place in board->points with the best mean over all seeds; -1: none has ended */
    const struct settings *spec; /* of a run of the best; NULL: none, or not from a store */
    struct label point_label; /* of: */
    const char *point;  /* the selected one, or the one that most seeds selected, the first of equals;
                         * NULL where no run has ended */
    int n_chose;        /* seeds that selected it */
    int n_points;       /* that there were to choose from */
    int n_planned;      /* runs of all points; and what became of them: */
    int n_finished, n_diverged, n_failed;
    int n_seeds;        /* that are planned, of the selected point where that is one */
    int n;              /* those of them with a run that ended, in rising order: */
    const int *seeds;
    const int *environments; /* [n] that a seed held out in turn, rising in each; NULL: a seed has one run */
    const int *chosen;  /* [n] the configuration's place in board->points */
    const double *validation, *test; /* of select_by and measure, signed so that higher is better */
    const bool *has_diverged;
    const long *runs;
    int n_diverged_here; /* among the n */
    int n_partial;       /* seeds among the n in which not all configurations have ended */
    bool is_frozen;      /* of fresh seeds: they ran one configuration only, chosen before */
    const struct selection *fresh; /* the same on fresh seeds, its counts of those; NULL: there
                                    * are none */
};

struct selections {
    struct store_plan plan;
    enum select_in in;
    struct measure measure, select_by; /* what judges; what selects, on validation data */
    const char *judged_at; /* "at the evaluation with the best validation accuracy", where runs are judged so
                            * (train.judge = best); NULL: all are by their last */
    bool has_epochs; /* of select_points: runs are planned in epochs, not in steps */
    const double *validation, *test; /* [plan.n_runs], signed; diverged: the worst;
                                      * NaN: has not ended */
    const struct selection *items;
    int n;
    /* The selections of condition c: by_condition[starts[c] .. starts[c + 1] - 1], in their order. */
    const struct selection *const *by_condition;
    const int *starts; /* [n_conditions + 1] */
    int n_conditions;
    const struct selections *fresh; /* all runs on fresh seeds: plan, validation, test; NULL: none */
};

/* How to select; what is 0 is as the plan says. */
struct select_options {
    enum select_in in;
    const char *measure, *select_by;
    const char *by; /* this setting ("model", "lr"), if it varies and is no condition, is taken for one, so that
                     * nothing is tuned over it */
};

int select_points(struct store *store, const struct select_options *options, struct arena *arena,
                  struct selections *ret_selections, struct error *err);

/* The same from what is in memory: of *s the plan, measures, validation, test and in are set, of *s->fresh too where
 * there is one, the rest is 0. */
void select_runs(struct selections *s, struct arena *arena);

/* For selections made otherwise: takes items[s->n], numbers their conditions and lists the
 * selections of each. */
void select_list_conditions(struct selections *s, struct selection *items, struct arena *arena);

/* The selection of `method` under the condition of r, or NULL. */
const struct selection *select_beside(const struct selections *s, const struct selection *r,
                                      const char *method);

/* What another measure was on test data in the i-th of r's runs, higher being better. */
int select_read_value(struct store *store, const struct selection *r, int i, const struct measure *m,
                      double *ret_value, struct error *err);

/* How many environments both have, in whatever seeds; 1 where a seed has one run. */
int select_count_environments(const struct selection *a, const struct selection *b);

/* Test values on the seeds on which both ended: ret_x, ret_y [a->n]. Gives their number. Of several
 * environments, the means over those that both have, of the seeds that lack none of them: means over unlike ones
 * would differ by what is easy and what is hard. Of a selection and itself: its own seeds. */
int select_pairs(const struct selection *a, const struct selection *b, double *ret_x, double *ret_y);

/* The tests of a against b on those seeds. */
struct paired;
struct paired select_compare(const struct selection *a, const struct selection *b);

/* What the seeds selected: "lr=0.05 (7 of 10), lr=0.02 (3)", the most frequent first and `most` of
 * them at the most, the rest being counted; without counts where it is one configuration of all; "-"
 * where nothing has ended. In `arena`. */
const char *select_choices(struct arena *arena, const struct selection *r, enum select_in in, int most);

#endif
