/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * store_private: what the files of the store share.
 */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "store/sql.h"
#include "store/store.h"

#include <string.h>

struct store {
    struct sql *db;
    const char *path;
    long plan;     /* that it is bound to; 0: the current one */
    bool is_frozen, is_checked;
    long position; /* where the next planned run may be, at best */
};

/* Makes the schema, brings an older one up to date, refuses what is not a store. One that is
 * only read stays as it is: it is brought up to date in memory. */
int store_schema_prepare(struct store *store, enum store_mode mode, struct error *err);

/* The row id of the plan that the store is bound to, else of the current one. Fails where
 * there is none. */
int store_current_plan(struct store *store, long *ret_plan, struct error *err);

/* Of a spec: is its run judged by the best of its evaluations on validation data, not by the last? */
#define STORE_IS_JUDGED_BEST(spec) "(instr(" spec ", char(10) || 'train.judge = \"best\"' || char(10)) > 0)"

/* A row of a join of plan_runs and runs that begins with these columns. Their plan and position are for
 * store_labels_read, without which the run has no labels, but their texts. */
#define STORE_RUN_COLUMNS \
    "run, method, condition, point, seed, state, error, spec_id, last_step, seconds, ended, " \
    "n_steps, plan, position, " STORE_IS_JUDGED_BEST("spec")

enum { STORE_RUN_PLAN = 12, STORE_RUN_JUDGED_BEST = 14, STORE_RUN_N_COLUMNS };

struct store_run store_read_run(struct sql_query *q, struct arena *arena);

/* The rows of plan_settings (store_labels.c): what varies of a run in a plan. They are put with its row in
 * plan_runs; in an older store, all are made from the texts there. Reading takes those of the row's
 * run, by store_labels_query's query; `before`: NULL, or a run that may be the same but for the seed. */
int store_labels_put(struct store *store, long plan, long position, const struct label *condition,
                     const struct label *point, struct error *err);
int store_labels_make(struct store *store, struct error *err);
struct sql_query *store_labels_query(struct store *store, struct error *err);
int store_labels_read(struct sql_query *labels, struct sql_query *row, const struct store_run *before,
                      struct arena *arena, struct store_run *run, struct error *err);

/* Do they spell the texts of the plan's runs? 1, 0 or -1. */
int store_labels_check(struct store *store, long plan, struct error *err);

/* The runs of plan ?1. */
#define STORE_PLAN_RUNS "(SELECT run FROM plan_runs WHERE plan = ?1)"

/* Which row of the table plans is the current plan. */
#define STORE_IS_CURRENT "confirms IS NULL ORDER BY used DESC, digest LIMIT 1"

/* Plan ?1 and those of fresh seeds for it: what a report of it shows. */
#define STORE_SHOWN_PLANS \
    "SELECT ?1 UNION ALL SELECT id FROM plans WHERE confirms = (SELECT digest FROM plans WHERE id = ?1)"

/* The metrics of run ?1, in the one order that sums, digests and comparisons have. */
#define STORE_METRICS_QUERY \
    "SELECT step, part, name, class, value, kind FROM metrics WHERE run = ?1 " \
    "ORDER BY step, part, name, class"

/* The step of the evaluation that judges a run which says so (STORE_IS_JUDGED_BEST); NULL: of another, whose last one
 * does. The spec is asked first: a run's arrays lie far from all else that is read of it. */
#define STORE_JUDGED_STEP(run) \
    "(SELECT max(arrays.step) FROM runs judged CROSS JOIN arrays ON arrays.run = judged.id WHERE judged.id = " run \
    " AND " STORE_IS_JUDGED_BEST("judged.spec") " AND arrays.name = 'judged')"

/* A row of that; its texts are good until the next one. */
struct store_metric store_read_metric(struct sql_query *q);

static inline bool store_has_results(const char *state)
{
    return strcmp(state, "finished") == 0 || strcmp(state, "diverged") == 0;
}

/* A value of the table metrics: column `column` is value, the next one kind; and the kind of a value. */
double store_value(struct sql_query *q, int column);
const char *store_kind(double value);

/* store_put_plan inside a transaction. */
int store_insert_plan(struct store *store, const struct plan *plan, struct error *err);

/* Write the sum of a run that has ended, of a plan, of a data set: of what the store now has. */
int store_sum_put(struct store *store, long run, struct error *err);
int store_sum_put_plan(struct store *store, long plan, struct error *err);
int store_sum_put_data(struct store *store, const char *digest, struct error *err);
int store_sum_put_all(struct store *store, struct error *err);

/* Are they still right? Else an error of status EXIT_MISMATCH, and no number of the store is to be
 * shown. A plan is checked with all its runs; once is enough for a store that is frozen. */
int store_check_run(struct store *store, long run, struct error *err);
int store_check_plan(struct store *store, long plan, struct error *err);
int store_check_data(struct store *store, const char *digest, const char *want, struct error *err);

/* Of the plan all but the results of its runs. For these: each run is checked as it is read, and read
 * once; what is given is good until the next one. */
int store_check_places(struct store *store, long plan, struct error *err);

struct store_checker;

struct store_checked {
    bool has_ended;
    const char *spec, *state, *weights_hash; /* hash: "" where it has not ended */
    long n_steps, last_step;
    const struct store_metric *metrics; /* in the order of STORE_METRICS_QUERY; of runs with results */
    int n_metrics;
};

struct store_checker *store_checker_new(struct store *store, struct error *err);
int store_checker_read(struct store_checker *checker, long run, struct store_checked *ret_run,
                       struct error *err);
void store_checker_free(struct store_checker *checker);

/* Deletes the plans and data sets that are not as they were written. */
int store_drop_damaged(struct store *store, struct error *err);

/* What the digest of a plan must be: of its runs as they are in the store. */
int store_plan_digest(struct store *store, long plan, char ret_hex[HASH_HEX_SIZE],
                      struct error *err);

#endif
