/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * held_out: selection as DomainBed does it, for plans whose runs hold environments out: ours
 * and imported ones.
 *
 * A cell is one method, data set, held-out environment and trial (the seed). In it a rule
 * gives each draw (the point) a validation accuracy, and the draw with the best is selected;
 * its test accuracy is that of the held-out environment's "in". Of equal checkpoints the
 * first counts, of equal draws the last, and sums are numpy's: so that the selected run is
 * that of DomainBed's model_selection.py at b93c22a to the last tie.
 *
 * Only runs that ended count. One that diverged has accuracy 0 everywhere, which DomainBed,
 * where training goes on, does not know.
 */
#ifndef DOMAINBED_HELD_OUT_H
#define DOMAINBED_HELD_OUT_H

#include "analysis/select.h"
#include "domainbed/domainbed.h"
#include "stats/bootstrap.h"

struct held_out_run {
    int method, data, point; /* places in the lists below */
    int trial;
    int test_envs[DOMAINBED_MAX_ENVIRONMENTS], n_test_envs, n_environments;
    bool has_diverged;
    int n_looks;
    const long *steps;      /* [n_looks] rising; diverged: the last only */
    const double *in, *out; /* [n_looks][n_environments] accuracy; NaN: not looked at */
};

struct held_out_candidate {
    int point;
    double validation, test;
    long step; /* of the checkpoint */
};

/* A cell's choice. Its candidates lie in the plan's order of points. */
struct held_out_cell {
    int method, data, environment, trial;
    const struct held_out_candidate *candidates, *selected;
    int n_candidates;
};

/* How a draw is scored. To add one: a function in held_out_rules.c and its line in the list. */
struct held_out_rule {
    const char *name;  /* rule=NAME */
    const char *title; /* DomainBed's */
    const char *doc;
    /* From the n runs of one method, data set, trial and draw, by test_envs; false where it
     * cannot score them. */
    bool (*score)(const struct held_out_run *runs, int n, int environment,
                  struct held_out_candidate *ret_candidate);
};

extern const struct held_out_rule *const held_out_rules[]; /* in DomainBed's order; NULL-ended */

/* NULL with an error that names the known ones. */
const struct held_out_rule *held_out_find_rule(const char *name, struct error *err);

struct held_out_data {
    const char *label;     /* "VLCS", "pacs label_noise=0.2" */
    const char *domainbed; /* its name there; "" */
    int n_environments;
    const char *const *environments; /* names */
};

struct held_out {
    struct store_plan plan;
    const char **points;  /* as in the plan */
    int n_points;
    struct held_out_data *data; /* in DomainBed's order, then the plan's */
    int n_data;
    const struct held_out_run *runs; /* by data, method, trial, point, test_envs */
    int n_runs;
    int n_records;        /* looks of all runs */
    int n_unended, n_diverged; /* runs of the plan */
};

/* Fails where no run of the plan holds an environment out. In `arena`. */
int held_out_read(struct store *store, struct arena *arena, struct held_out *ret_held_out,
                  struct error *err);

/* Cells that have a candidate: by data, method, trial, environment. In `arena`. */
const struct held_out_cell *held_out_select(const struct held_out *h,
                                            const struct held_out_rule *rule, struct arena *arena,
                                            int *ret_n);

/* K of a point "draw=K", else -1. Draw 0 is the defaults, others are random. */
int held_out_draw(const char *point);

/* As DomainBed gives it, in percent: the mean over trials, and its error, the deviation of the
 * population over the root of n. n = 0 where there is none: both are NaN. */
struct held_out_mean {
    int n; /* trials */
    double mean, error;
};

struct held_out_mean held_out_mean_environment(const struct held_out_cell *cells, int n,
                                               int method, int data, int environment);

/* Of each trial's mean over environments. */
struct held_out_mean held_out_mean_data(const struct held_out_cell *cells, int n, int method,
                                        int data);

/* How much that mean would vary if all were done again: trials are drawn anew, in each the
 * random draws, and the rule selects among these; a percentile bootstrap. `cells` [n] are of
 * one method and data set. NaN with fewer than two trials. */
struct bootstrap_interval held_out_bootstrap(const struct held_out *h,
                                             const struct held_out_cell *cells, int n);

/* Rows of a table, as selections of cells, which pair by trial and environment and are then averaged over
 * the environments of a trial: what pairs and tests selections serves here too. Trials are what is drawn
 * anew; environments of one trial share its pictures and its seed, so that tests that took them for
 * independent would reject too often. */
struct held_out_rows {
    struct selections s;
    const struct held_out_cell **cells; /* [s.n] the first of each row, by the selection's place */
    int *n_cells;                       /* [s.n] */
};

/* Of all cells, in their order. In `arena`. */
struct held_out_rows held_out_rows(const struct held_out *h, const struct held_out_cell *cells, int n,
                                   struct arena *arena);

/* numpy's sum of a contiguous array, in its order (pairwise from 8 on, as of numpy 1.9). */
double held_out_sum(const double *x, int n);

#endif
