/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a sweep, its progress and `status` ask the store, over and over. */
#include "store/store.h"
#include "store/store_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int store_revision(struct store *store, long *ret_revision, struct error *err)
{
    return sql_revision(store->db, ret_revision, err);
}

int store_count(struct store *store, struct store_counts *ret_counts, struct error *err)
{
    struct store_counts c = {0};
    const struct {
        const char *state;
        int *count;
    } states[] = {{"planned", &c.planned},
                  {"running", &c.running},
                  {"finished", &c.finished},
                  {"diverged", &c.diverged},
                  {"failed", &c.failed},
                  {"cancelled", &c.cancelled},
                  {"elsewhere", &c.elsewhere}};
    struct sql_query *q;
    long plan;
    int got;

    if (store_current_plan(store, &plan, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT state, count(*) FROM runs NOT INDEXED WHERE id IN " STORE_PLAN_RUNS
                    " GROUP BY state",
                    "i", plan);
    while ((got = sql_step(q, err)) > 0)
        for (size_t i = 0; i < sizeof states / sizeof *states; i++)
            if (strcmp(states[i].state, sql_text(q, 0)) == 0)
                *states[i].count = (int)sql_long(q, 1);
    sql_end(q);
    if (got == 0)
        *ret_counts = c;
    return got;
}

int store_has_ended(struct store *store, const char *spec_id, bool *ret_has_ended,
                    struct error *err)
{
    long n;

    if (sql_get(store->db, err, 0, &n,
                "SELECT count(*) FROM runs WHERE spec_id >= ?1 AND spec_id < ?1 || 'g' AND "
                "state IN ('finished', 'diverged')",
                "t", spec_id) < 0)
        return -1;
    *ret_has_ended = n > 0;
    return 0;
}

int store_next_numeric(struct store *store, char ret_numeric[16], struct error *err)
{
    struct sql_query *q;
    long plan;
    int got;

    if (store_current_plan(store, &plan, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT numeric FROM runs WHERE state = 'planned' AND id IN " STORE_PLAN_RUNS
                    " LIMIT 1",
                    "i", plan);
    got = sql_step(q, err);
    if (got > 0)
        snprintf(ret_numeric, 16, "%s", sql_text(q, 0));
    sql_end(q);
    return got;
}

int store_read_ended(struct store *store, long since, const struct measure *select_by, struct arena *arena,
                     struct store_ended **ret_ended, int *ret_n, struct error *err)
{
    struct store_ended *ended;
    struct sql_query *q, *labels;
    long n, plan;
    int i = 0, got = 0;

    if (store_current_plan(store, &plan, err) < 0 ||
        sql_get(store->db, err, 0, &n, "SELECT count(*) FROM runs WHERE ended > ?1", "i", since) <
            0)
        return -1;
    ended = arena_alloc(arena, (size_t)(n + 1) * sizeof *ended);
    q = sql_prepare(store->db, err,
                    "SELECT " STORE_RUN_COLUMNS ", (SELECT value FROM metrics WHERE metrics.run = "
                    "plan_runs.run AND part = 'validation' AND name = ?3 AND class = ?4 AND "
                    "step = ifnull(" STORE_JUDGED_STEP("plan_runs.run") ", step) ORDER BY step DESC LIMIT 1) FROM plan_runs JOIN runs ON runs.id = plan_runs.run "
                    "WHERE plan = ?1 AND ended > ?2 GROUP BY run ORDER BY ended",
                    "iiti", plan, since, select_by->type->name, (long)select_by->class_index);
    labels = q ? store_labels_query(store, err) : NULL;
    if (!labels)
        got = -1;
    while (got >= 0 && i < n && (got = sql_step(q, err)) > 0) {
        ended[i] = (struct store_ended){store_read_run(q, arena),
                                        sql_is_null(q, STORE_RUN_N_COLUMNS) ? NAN
                                                                            : sql_double(q, STORE_RUN_N_COLUMNS)};
        got = store_labels_read(labels, q, NULL, arena, &ended[i].run, err);
        i++;
    }
    sql_end(q);
    sql_end(labels);
    *ret_ended = ended;
    *ret_n = i;
    return got < 0 ? -1 : 0;
}

/* Mean time of the plan's runs that ended last. */
static int read_pace(struct store *store, long plan, struct store_watch *watch, struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err,
                    "SELECT avg(seconds) FROM (SELECT seconds FROM runs WHERE ended IS NOT NULL AND "
                    "state IN ('finished', 'diverged') AND id IN " STORE_PLAN_RUNS
                    " ORDER BY ended DESC LIMIT 50)",
                    "i", plan);
    int got = sql_step(q, err);

    watch->seconds = got > 0 && !sql_is_null(q, 0) ? sql_double(q, 0) : NAN;
    sql_end(q);
    return got < 0 ? -1 : 0;
}

int store_read_watch(struct store *store, struct arena *arena, struct store_watch *ret_watch,
                     struct error *err)
{
    struct store_watch watch = {0};
    struct store_watched *runs = NULL;
    struct sql_query *q;
    long plan;
    int got;

    if (store_current_plan(store, &plan, err) < 0 || read_pace(store, plan, &watch, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT " STORE_RUN_COLUMNS ", owner, started, lease FROM plan_runs JOIN runs ON "
                    "runs.id = plan_runs.run WHERE plan = ?1 AND state IN "
                    "('running', 'diverged', 'failed') ORDER BY position",
                    "i", plan);
    while ((got = sql_step(q, err)) > 0) {
        runs = arena_grow(arena, runs, watch.n_runs, sizeof *runs);
        runs[watch.n_runs++] = (struct store_watched){
            .run = store_read_run(q, arena),
            .owner = arena_strdup(arena, sql_text(q, STORE_RUN_N_COLUMNS)),
            .started = sql_double(q, STORE_RUN_N_COLUMNS + 1),
            .lease = sql_double(q, STORE_RUN_N_COLUMNS + 2),
        };
    }
    sql_end(q);
    watch.runs = runs;
    *ret_watch = watch;
    return got;
}
