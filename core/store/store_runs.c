/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The life of a run, as store.h draws it.
 *
 * What a power failure may undo is not waited for: a claim or a lease that is lost
 * was its owner's, who is gone as well. Results are on the disk before the call
 * comes back. */
#include "store/store.h"

#include "os/clock.h"
#include "store/store_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEXT_END "(SELECT coalesce(max(ended), 0) + 1 FROM runs)"

#define GIVE_BACK \
    "UPDATE runs SET state = 'planned', owner = NULL, lease = NULL, started = NULL "
#define FAIL /* ?1: why */ \
    "UPDATE runs SET state = 'failed', owner = NULL, lease = NULL, error = ?1, ended = " NEXT_END " "

/* Ends the transaction as `result` says, and gives it. */
static int end(struct store *store, int result, struct error *err)
{
    if (result >= 0 && sql_commit(store->db, err) == 0)
        return result;
    sql_rollback(store->db);
    return -1;
}

/* ---- for workers ---- */

/* The next planned run of the plan from `position` on; 1, 0 or -1. */
static int find_planned(struct store *store, long plan, const char *numeric, long position,
                        struct arena *arena, struct store_claim *ret_claim, struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err,
        "SELECT runs.id, runs.spec, runs.fence, position, spec_id FROM plan_runs CROSS JOIN runs ON "
        "runs.id = plan_runs.run WHERE plan = ?1 AND position >= ?2 AND state = 'planned' AND "
        "numeric = ?3 ORDER BY position LIMIT 1",
        "iit", plan, position, numeric);
    int got = sql_step(q, err);

    if (got > 0) {
        char id[HASH_HEX_SIZE];

        hash_block(sql_text(q, 1), strlen(sql_text(q, 1)), id);
        if (strcmp(id, sql_text(q, 4)) != 0)
            got = error_set_status(err, EXIT_MISMATCH,
                                   "store \"%s\" is damaged: run %.12s: its settings are not those "
                                   "that it is named after", store->path, sql_text(q, 4));
        ret_claim->run = sql_long(q, 0);
        ret_claim->spec = arena_strdup(arena, sql_text(q, 1));
        ret_claim->fence = sql_long(q, 2) + 1;
        store->position = sql_long(q, 3);
    }
    sql_end(q);
    return got;
}

static int expire(struct store *store, struct error *err)
{
    return sql_do(store->db, err,
                  GIVE_BACK "WHERE state = 'running' AND coalesce(lease, 0) < ?1",
                  "f", clock_wall());
}

static int claim(struct store *store, const char *owner, const char *numeric, double lease,
                 struct arena *arena, struct store_claim *ret_claim, struct error *err)
{
    long plan;
    int got;

    if (store_current_plan(store, &plan, err) < 0)
        return -1;
    /* Runs before the last claimed one are taken, but for those that were given back. */
    got = find_planned(store, plan, numeric, store->position, arena, ret_claim, err);
    if (got == 0 && expire(store, err) < 0)
        return -1;
    if (got == 0)
        got = find_planned(store, plan, numeric, 0, arena, ret_claim, err);
    if (got <= 0)
        return got;
    if (sql_do(store->db, err,
               "UPDATE runs SET state = 'running', owner = ?2, lease = ?3, fence = ?4, "
               "error = NULL, started = ?5 WHERE id = ?1",
               "itfif", ret_claim->run, owner, clock_wall() + lease, ret_claim->fence,
               clock_wall()) < 0)
        return -1;
    return 1;
}

int store_claim(struct store *store, const char *owner, const char *numeric, double lease,
                struct arena *arena, struct store_claim *ret_claim, struct error *err)
{
    if (sql_begin_light(store->db, err) < 0)
        return -1;
    return end(store, claim(store, owner, numeric, lease, arena, ret_claim, err), err);
}

int store_renew(struct store *store, long run, long fence, double lease, struct error *err)
{
    if (sql_begin_light(store->db, err) < 0)
        return -1;
    return end(store,
               sql_do(store->db, err,
                      "UPDATE runs SET lease = ?3 WHERE id = ?1 AND state = 'running' AND "
                      "fence = ?2",
                      "iif", run, fence, clock_wall() + lease) < 0
                   ? -1
                   : sql_changes(store->db) == 1,
               err);
}

static int put_metrics(struct store *store, long run, const struct store_metric *metrics, int n,
                       struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err, "INSERT INTO metrics VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "");
    int got = q ? 0 : -1;

    for (int i = 0; i < n && got == 0; i++) {
        const struct store_metric *m = &metrics[i];

        sql_rebind(q, "iittift", run, m->step, m->part, m->name, (long)m->class_index, m->value,
                   store_kind(m->value));
        got = sql_step(q, err);
    }
    sql_end(q);
    return got;
}

static int put_answers(struct store *store, long run, const struct store_answers *a,
                       struct error *err)
{
    if (a->n == 0)
        return 0;
    return sql_do(store->db, err, "INSERT INTO answers VALUES (?1, ?2, ?3, ?4)", "iiib", run, a->step,
                  (long)a->n, a->bits, ((size_t)a->n + 7) / 8);
}

static int put_arrays(struct store *store, long run, const struct store_array *arrays, int n,
                      struct error *err)
{
    for (int i = 0; i < n; i++)
        if (sql_do(store->db, err, "INSERT INTO arrays VALUES (?1, ?2, ?3, ?4, ?5)", "iitib", run,
                   arrays[i].step, arrays[i].name, (long)arrays[i].n, arrays[i].numbers,
                   (size_t)arrays[i].n * sizeof *arrays[i].numbers) < 0)
            return -1;
    return 0;
}

/* 0; 1 where the run is not the claim's any more. */
static int finish(struct store *store, const struct store_claim *claim,
                  const struct store_outcome *o, struct error *err)
{
    long environment, run = claim->run;

    if (sql_do(store->db, err,
               "INSERT INTO environments (text) VALUES (?1) ON CONFLICT DO NOTHING", "t",
               o->environment) < 0 ||
        sql_get(store->db, err, 0, &environment, "SELECT id FROM environments WHERE text = ?1",
                "t", o->environment) < 0 ||
        sql_do(store->db, err,
               "UPDATE runs SET state = ?3, owner = NULL, lease = NULL, n_steps = ?4, "
               "last_step = ?5, weights_hash = ?6, environment = ?7, started = ?8, seconds = ?9, "
               "peak_memory = ?10, host = ?11, error = ?12, ended = " NEXT_END
               " WHERE id = ?1 AND state = 'running' AND fence = ?2",
               "iitiitiffitt", run, claim->fence, o->has_diverged ? "diverged" : "finished",
               o->n_steps, o->last_step, o->weights_hash, environment, o->started, o->seconds,
               o->peak_memory, o->host, o->where) < 0)
        return -1;
    if (sql_changes(store->db) != 1)
        return 1;
    if (put_metrics(store, run, o->metrics, o->n_metrics, err) < 0 ||
        put_arrays(store, run, o->arrays, o->n_arrays, err) < 0 ||
        put_answers(store, run, &o->answers, err) < 0)
        return -1;
    return store_sum_put(store, run, err);
}

int store_finish(struct store *store, const struct store_claim *claim,
                 const struct store_outcome *outcome, struct error *err)
{
    int result;

    if (sql_begin(store->db, err) < 0)
        return -1;
    result = finish(store, claim, outcome, err);
    if (result > 0) { /* not even the environment */
        sql_rollback(store->db);
        return 1;
    }
    return end(store, result, err);
}

int store_fail(struct store *store, const struct store_claim *claim, const char *why,
               struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    return end(store,
               sql_do(store->db, err,
                      FAIL "WHERE id = ?2 AND state = 'running' AND fence = ?3", "tii", why,
                      claim->run, claim->fence) < 0
                   ? -1
                   : sql_changes(store->db) != 1,
               err);
}

int store_release(struct store *store, const struct store_claim *claim, struct error *err)
{
    if (sql_begin_light(store->db, err) < 0)
        return -1;
    return end(store,
               sql_do(store->db, err,
                      GIVE_BACK "WHERE id = ?1 AND state = 'running' AND fence = ?2",
                      "ii", claim->run, claim->fence) < 0
                   ? -1
                   : sql_changes(store->db) != 1,
               err);
}

/* ---- for imports ---- */

static int put_ended(struct store *store, const struct plan *plan,
                     struct store_outcome (*outcome)(void *context, int i, struct arena *arena),
                     void *context, struct error *err)
{
    if (store_insert_plan(store, plan, err) < 0)
        return -1;
    for (int i = 0; i < plan->n_runs; i++) {
        struct arena arena = {0};
        struct store_claim claim = {0};
        struct store_outcome o;
        int result = -1;

        if (sql_get(store->db, err, 0, &claim.run,
                    "SELECT id FROM runs WHERE spec_id = ?1 AND state = 'planned'", "t",
                    plan->runs[i].id) < 0)
            return -1;
        if (claim.run == 0)
            continue;
        o = outcome(context, i, &arena);
        if (sql_do(store->db, err, "UPDATE runs SET state = 'running', fence = fence + 1 "
                                   "WHERE id = ?1", "i", claim.run) == 0 &&
            sql_get(store->db, err, 0, &claim.fence, "SELECT fence FROM runs WHERE id = ?1", "i",
                    claim.run) == 0)
            result = finish(store, &claim, &o, err);
        arena_release(&arena);
        if (result < 0)
            return -1;
    }
    return 0;
}

int store_put_ended(struct store *store, const struct plan *plan,
                    struct store_outcome (*outcome)(void *context, int i, struct arena *arena),
                    void *context, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    return end(store, put_ended(store, plan, outcome, context, err), err);
}

/* ---- for the sweep ---- */

/* Changes the state of runs of the plan; gives their number. The statement has the plan as ?1 and
 * the beginning of spec ids as ?2. */
static int change_state(struct store *store, const char *prefix, const char *statement,
                        struct error *err)
{
    long plan;

    if (store_current_plan(store, &plan, err) < 0 ||
        sql_do(store->db, err, statement, "it", plan, prefix) < 0)
        return -1;
    return (int)sql_changes(store->db);
}

#define OF_PLAN_AND_PREFIX " AND spec_id >= ?2 AND spec_id < ?2 || 'g' AND id IN " STORE_PLAN_RUNS

int store_retry(struct store *store, const char *prefix, bool with_cancelled, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    return end(store,
               change_state(store, prefix,
                            with_cancelled
                                ? "UPDATE runs SET state = 'planned', error = NULL, ended = NULL "
                                  "WHERE state IN ('failed', 'cancelled')" OF_PLAN_AND_PREFIX
                                : "UPDATE runs SET state = 'planned', error = NULL, ended = NULL "
                                  "WHERE state = 'failed'" OF_PLAN_AND_PREFIX,
                            err),
               err);
}

int store_cancel(struct store *store, const char *prefix, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    return end(store,
               expire(store, err) < 0
                   ? -1
                   : change_state(store, prefix,
                                  "UPDATE runs SET state = 'cancelled' "
                                  "WHERE state = 'planned'" OF_PLAN_AND_PREFIX,
                                  err),
               err);
}

/* A run that has several places counts at its first. */
static int take_share(struct store *store, int i, int n, bool only_planned, struct error *err)
{
    long plan;

    if (store_current_plan(store, &plan, err) < 0)
        return -1;
    return sql_do(store->db, err,
                  "UPDATE runs SET state = CASE WHEN number % ?3 = ?2 THEN 'planned' ELSE 'elsewhere' "
                  "END FROM (SELECT run, row_number() OVER (ORDER BY min(position)) - 1 AS number FROM "
                  "plan_runs JOIN runs ON runs.id = run WHERE plan = ?1 AND (state = 'planned' OR "
                  "NOT ?4) GROUP BY run) AS numbered WHERE id = run AND state IN ('planned', 'elsewhere')",
                  "iiii", plan, (long)i, (long)n, (long)only_planned);
}

int store_take_share(struct store *store, int i, int n, bool only_planned, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    return end(store, take_share(store, i, n, only_planned, err), err);
}

/* Gives back the runs of owners that are not alive. */
static int release_dead(struct store *store, bool (*is_alive)(const char *owner),
                        struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT id, owner FROM runs WHERE state = 'running'", "");
    int got;

    while ((got = sql_step(q, err)) > 0)
        if (!is_alive(sql_text(q, 1)) &&
            sql_do(store->db, err,
                   GIVE_BACK "WHERE id = ?1", "i", sql_long(q, 0)) < 0) {
            got = -1;
            break;
        }
    sql_end(q);
    return got;
}

int store_reclaim(struct store *store, bool (*is_alive)(const char *owner), struct error *err)
{
    if (sql_begin_light(store->db, err) < 0)
        return -1;
    return end(store, expire(store, err) < 0 ? -1 : release_dead(store, is_alive, err), err);
}

int store_fail_owner(struct store *store, const char *owner, const char *why, int *ret_n,
                     struct error *err)
{
    int n;

    if (sql_begin(store->db, err) < 0)
        return -1;
    n = sql_do(store->db, err,
               FAIL "WHERE state = 'running' AND owner = ?2", "tt", why, owner) < 0
            ? -1
            : (int)sql_changes(store->db);
    n = end(store, n, err);
    if (n < 0)
        return -1;
    *ret_n = n;
    return 0;
}
