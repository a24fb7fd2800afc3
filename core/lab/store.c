/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/store.h"

#include "base/clock.h"
#include "lab/store_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 0x72676462, /* "rgdb", in the file's header */
    SCHEMA_VERSION = 4,
    OLDEST_VERSION = 2, /* an older one lacks what stands behind "-- from version N on" in the schema */
};

/* core/lab/schema.sql, put in by the assembler. */
extern const char store_schema[];
__asm__(".section .rodata\n"
        ".global store_schema\n"
        "store_schema:\n"
        ".incbin \"core/lab/schema.sql\"\n"
        ".byte 0\n"
        ".previous\n");

static int set_version(struct store *store, struct error *err)
{
    char text[60];

    snprintf(text, sizeof text, "PRAGMA user_version = %d", SCHEMA_VERSION);
    return sql_script(store->db, text, err);
}

/* Two programs may come upon an old store at once. */
static int upgrade(struct store *store, struct error *err)
{
    char since[40];
    long version;
    int result = -1;

    if (sql_begin(store->db, err) < 0)
        return -1;
    if (sql_get(store->db, err, 0, &version, "PRAGMA user_version", "") == 0) {
        snprintf(since, sizeof since, "-- from version %ld on", version + 1);
        if (version == SCHEMA_VERSION ||
            (sql_script(store->db, strstr(store_schema, since), err) == 0 &&
             set_version(store, err) == 0))
            result = sql_commit(store->db, err);
    }
    if (result < 0)
        sql_rollback(store->db);
    return result;
}

static int check_schema(struct store *store, enum store_mode mode, struct error *err)
{
    long application, version, n_tables;
    char text[120];

    if (sql_get(store->db, err, 0, &application, "PRAGMA application_id", "") < 0 ||
        sql_get(store->db, err, 0, &version, "PRAGMA user_version", "") < 0 ||
        sql_get(store->db, err, 0, &n_tables, "SELECT count(*) FROM sqlite_master", "") < 0)
        return -1;
    if (application == APPLICATION_ID && version == SCHEMA_VERSION)
        return 0;
    if (application == APPLICATION_ID && version >= OLDEST_VERSION && version < SCHEMA_VERSION)
        return mode == STORE_READ ? 0 : upgrade(store, err);
    if (application == APPLICATION_ID)
        return error_set(err,
                         "store \"%s\" has schema version %ld; this program reads %d to %d",
                         store->path, version, OLDEST_VERSION, SCHEMA_VERSION);
    if (application != 0 || version != 0 || n_tables != 0 || mode != STORE_CREATE)
        return error_set(err,
                         "\"%s\" is a database of another program, not a store of rgdbench",
                         store->path);
    snprintf(text, sizeof text, "PRAGMA application_id = %d", APPLICATION_ID);
    if (sql_script(store->db, store_schema, err) < 0 || sql_script(store->db, text, err) < 0)
        return -1;
    return set_version(store, err);
}

/* Two programs that open a new store at once: one makes the schema. */
static int prepare(struct store *store, enum store_mode mode, struct error *err)
{
    long is_ours;

    if (sql_script(store->db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL", err) < 0)
        return -1;
    if (mode == STORE_CREATE) {
        if (sql_get(store->db, err, 0, &is_ours, "SELECT count(*) FROM sqlite_master", "") < 0)
            return -1;
        if (is_ours == 0) {
            if (sql_script(store->db, "PRAGMA journal_mode = WAL", err) < 0 ||
                sql_begin(store->db, err) < 0)
                return -1;
            if (check_schema(store, mode, err) < 0) {
                sql_rollback(store->db);
                return -1;
            }
            return sql_commit(store->db, err);
        }
    }
    return check_schema(store, mode, err);
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store,
               struct error *err)
{
    static const enum sql_mode modes[] = {SQL_READ, SQL_WRITE, SQL_CREATE};
    struct store *store;
    struct stat st;
    bool is_new = stat(path, &st) < 0;

    if (is_new && mode != STORE_CREATE)
        return error_set(err, "there is no store \"%s\"; a sweep makes it", path);
    store = calloc(1, sizeof *store);
    store->path = strdup(path);
    if (sql_open(path, modes[mode], &store->db, err) < 0 || prepare(store, mode, err) < 0) {
        store_close(store);
        if (is_new && stat(path, &st) == 0 && st.st_size == 0)
            unlink(path); /* leave no empty file behind */
        return -1;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sql_close(store->db);
    free((char *)store->path);
    free(store);
}

int store_current_plan(struct store *store, long *ret_plan, struct error *err)
{
    long plan;

    if (sql_get(store->db, err, 0, &plan, "SELECT id FROM plans ORDER BY used DESC LIMIT 1", "") <
        0)
        return -1;
    if (plan == 0)
        return error_set(err, "store \"%s\" holds no plan; a sweep makes one", store->path);
    *ret_plan = plan;
    return 0;
}

/* ---- plans ---- */

static int put_run(struct store *store, long plan, int position, const struct plan_run *run,
                   struct error *err)
{
    const char *key = "train.numeric = \"";
    const char *at = strstr(run->spec, key);
    char numeric[16] = "";
    long id;

    sscanf(at + strlen(key), "%15[a-z]", numeric);
    if (sql_do(store->db, err,
               "INSERT INTO runs (spec_id, spec, numeric) VALUES (?1, ?2, ?3) "
               "ON CONFLICT (spec_id) DO NOTHING",
               "ttt", run->id, run->spec, numeric) < 0 ||
        sql_get(store->db, err, 0, &id, "SELECT id FROM runs WHERE spec_id = ?1", "t", run->id) < 0)
        return -1;
    return sql_do(store->db, err,
                  "INSERT INTO plan_runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                  "ON CONFLICT DO NOTHING",
                  "iitttii", plan, (long)position, run->method, run->condition, run->point,
                  (long)run->seed, id);
}

static int put_plan(struct store *store, const struct plan *plan, struct error *err)
{
    const struct experiment *e = plan->experiment;
    long id;

    for (int i = 0; i < plan->n_data; i++)
        if (sql_do(store->db, err,
                   "INSERT INTO data_sets VALUES (?1, ?2, ?3, ?4) ON CONFLICT (digest) DO UPDATE "
                   "SET name = ?2, description = ?3, classes = ?4",
                   "tttt", plan->data[i].digest, plan->data[i].name, plan->data[i].description,
                   plan->data[i].classes) < 0)
            return -1;
    for (int i = 0; i < plan->n_files; i++)
        if (sql_do(store->db, err,
                   "INSERT INTO files VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET path = ?2",
                   "tt", plan->files[i].digest, plan->files[i].path) < 0)
            return -1;
    if (sql_do(store->db, err,
               "INSERT INTO plans (digest, used, title, question, baseline, source, overrides, "
               "created) VALUES (?1, (SELECT coalesce(max(used), 0) + 1 FROM plans), ?2, ?3, ?4, "
               "?5, ?6, ?7) ON CONFLICT (digest) DO UPDATE SET used = excluded.used, title = ?2, "
               "question = ?3, baseline = ?4, source = ?5, overrides = ?6",
               "tttttt" "f", plan->id, e->title, e->question, e->baseline, e->source,
               e->overrides, clock_wall()) < 0 ||
        sql_get(store->db, err, 0, &id, "SELECT id FROM plans WHERE digest = ?1", "t", plan->id) <
            0)
        return -1;
    for (int i = 0; i < plan->n_runs; i++)
        if (put_run(store, id, i, &plan->runs[i], err) < 0)
            return -1;
    return 0;
}

int store_put_plan(struct store *store, const struct plan *plan, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    if (put_plan(store, plan, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return sql_commit(store->db, err);
}

/* ---- the life of a run ---- */

#define CURRENT_RUNS \
    "(SELECT run FROM plan_runs WHERE plan = (SELECT id FROM plans ORDER BY used DESC LIMIT 1))"

int store_claim(struct store *store, const char *owner, const char *numeric, struct arena *arena,
                struct store_claim *ret_claim, struct error *err)
{
    struct sql_query *q = NULL;
    int got = -1;

    if (sql_begin(store->db, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT runs.id, runs.spec FROM plan_runs JOIN runs ON runs.id = plan_runs.run "
                    "WHERE plan = (SELECT id FROM plans ORDER BY used DESC LIMIT 1) AND "
                    "state = 'planned' AND numeric = ?1 ORDER BY position LIMIT 1",
                    "t", numeric);
    got = sql_step(q, err);
    if (got > 0) {
        ret_claim->run = sql_long(q, 0);
        ret_claim->spec = arena_strdup(arena, sql_text(q, 1));
    }
    sql_end(q);
    if (got > 0 && sql_do(store->db, err,
                          "UPDATE runs SET state = 'running', owner = ?2, error = NULL, "
                          "started = ?3 WHERE id = ?1",
                          "itf", ret_claim->run, owner, clock_wall()) < 0)
        got = -1;
    if (got < 0 || sql_commit(store->db, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return got;
}

int store_data_description(struct store *store, const char *digest, struct settings *ret_settings,
                           struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err,
                                      "SELECT description FROM data_sets WHERE digest = ?1", "t",
                                      digest);
    int got = sql_step(q, err);

    if (got > 0)
        got = settings_parse(ret_settings, sql_text(q, 0), err);
    else if (got == 0)
        got = error_set(err, "store \"%s\" does not describe data set %s", store->path, digest);
    sql_end(q);
    return got;
}

int store_file_path(struct store *store, const char *digest, struct arena *arena,
                    const char **ret_path, struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT path FROM files WHERE digest = ?1", "t", digest);
    int got = sql_step(q, err);

    if (got > 0)
        *ret_path = arena_strdup(arena, sql_text(q, 0));
    else if (got == 0)
        error_set(err, "store \"%s\" does not know the file %s", store->path, digest);
    sql_end(q);
    return got > 0 ? 0 : -1;
}

static int put_metrics(struct store *store, long run, const struct store_metric *metrics, int n,
                       struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err, "INSERT INTO metrics VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "");
    int got = q ? 0 : -1;

    for (int i = 0; i < n && got == 0; i++) {
        const struct store_metric *m = &metrics[i];
        const char *kind = isfinite(m->value) ? "finite"
                           : isnan(m->value)  ? "nan"
                           : m->value > 0     ? "inf"
                                              : "-inf";

        sql_rebind(q, "iittift", run, m->step, m->part, m->name, (long)m->class_index, m->value,
                   kind);
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

static int finish(struct store *store, long run, const char *owner, const struct store_outcome *o,
                  struct error *err)
{
    long environment;

    if (sql_do(store->db, err,
               "INSERT INTO environments (text) VALUES (?1) ON CONFLICT DO NOTHING", "t",
               o->environment) < 0 ||
        sql_get(store->db, err, 0, &environment, "SELECT id FROM environments WHERE text = ?1",
                "t", o->environment) < 0 ||
        sql_do(store->db, err,
               "UPDATE runs SET state = ?3, owner = NULL, n_steps = ?4, last_step = ?5, "
               "weights_hash = ?6, environment = ?7, started = ?8, seconds = ?9, "
               "peak_memory = ?10, host = ?11, error = ?12, "
               "ended = (SELECT coalesce(max(ended), 0) + 1 FROM runs) "
               "WHERE id = ?1 AND state = 'running' AND owner = ?2",
               "ittiitiffitt", run, owner, o->has_diverged ? "diverged" : "finished", o->n_steps,
               o->last_step, o->weights_hash, environment, o->started, o->seconds, o->peak_memory,
               o->host, o->where) < 0)
        return -1;
    if (sql_changes(store->db) != 1)
        return error_set_status(err, EXIT_STORAGE,
                                "store \"%s\": run %ld was taken away from this worker",
                                store->path, run);
    if (put_metrics(store, run, o->metrics, o->n_metrics, err) < 0 ||
        put_arrays(store, run, o->arrays, o->n_arrays, err) < 0)
        return -1;
    return put_answers(store, run, &o->answers, err);
}

int store_finish(struct store *store, long run, const char *owner,
                 const struct store_outcome *outcome, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    if (finish(store, run, owner, outcome, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return sql_commit(store->db, err);
}

static int put_ended(struct store *store, const struct plan *plan,
                     struct store_outcome (*outcome)(void *context, int i, struct arena *arena),
                     void *context, struct error *err)
{
    static const char OWNER[] = "import";

    if (put_plan(store, plan, err) < 0)
        return -1;
    for (int i = 0; i < plan->n_runs; i++) {
        struct arena arena = {0};
        struct store_outcome o;
        int result = 0;
        long run;

        if (sql_get(store->db, err, 0, &run,
                    "SELECT id FROM runs WHERE spec_id = ?1 AND state = 'planned'", "t",
                    plan->runs[i].id) < 0)
            return -1;
        if (run == 0)
            continue;
        o = outcome(context, i, &arena);
        if (sql_do(store->db, err, "UPDATE runs SET state = 'running', owner = ?2 WHERE id = ?1",
                   "it", run, OWNER) < 0 ||
            finish(store, run, OWNER, &o, err) < 0)
            result = -1;
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
    if (put_ended(store, plan, outcome, context, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return sql_commit(store->db, err);
}

int store_fail(struct store *store, long run, const char *owner, const char *why,
               struct error *err)
{
    return sql_do(store->db, err,
                  "UPDATE runs SET state = 'failed', owner = NULL, error = ?3, "
                  "ended = (SELECT coalesce(max(ended), 0) + 1 FROM runs) "
                  "WHERE id = ?1 AND state = 'running' AND owner = ?2",
                  "itt", run, owner, why);
}

int store_release(struct store *store, long run, const char *owner, struct error *err)
{
    return sql_do(store->db, err,
                  "UPDATE runs SET state = 'planned', owner = NULL, started = NULL "
                  "WHERE id = ?1 AND state = 'running' AND owner = ?2",
                  "it", run, owner);
}

/* ---- the sweep ---- */

int store_retry_failed(struct store *store, struct error *err)
{
    if (sql_do(store->db, err,
               "UPDATE runs SET state = 'planned', error = NULL, ended = NULL "
               "WHERE state = 'failed' AND id IN " CURRENT_RUNS,
               "") < 0)
        return -1;
    return (int)sql_changes(store->db);
}

int store_reclaim(struct store *store, bool (*is_alive)(const char *owner), struct error *err)
{
    struct sql_query *q;
    int got;

    if (sql_begin(store->db, err) < 0)
        return -1;
    q = sql_prepare(store->db, err, "SELECT id, owner FROM runs WHERE state = 'running'", "");
    while ((got = sql_step(q, err)) > 0)
        if (!is_alive(sql_text(q, 1)) &&
            store_release(store, sql_long(q, 0), sql_text(q, 1), err) < 0) {
            got = -1;
            break;
        }
    sql_end(q);
    if (got < 0 || sql_commit(store->db, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return 0;
}

int store_fail_owner(struct store *store, const char *owner, const char *why, int *ret_n,
                     struct error *err)
{
    if (sql_do(store->db, err,
               "UPDATE runs SET state = 'failed', owner = NULL, error = ?2, "
               "ended = (SELECT coalesce(max(ended), 0) + 1 FROM runs) "
               "WHERE state = 'running' AND owner = ?1",
               "tt", owner, why) < 0)
        return -1;
    *ret_n = (int)sql_changes(store->db);
    return 0;
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
                  {"failed", &c.failed}};
    struct sql_query *q = sql_prepare(
        store->db, err,
        "SELECT state, count(*) FROM runs WHERE id IN " CURRENT_RUNS " GROUP BY state", "");
    int got;

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
    struct sql_query *q = sql_prepare(
        store->db, err,
        "SELECT numeric FROM runs WHERE state = 'planned' AND id IN " CURRENT_RUNS " LIMIT 1", "");
    int got = sql_step(q, err);

    if (got > 0)
        snprintf(ret_numeric, 16, "%s", sql_text(q, 0));
    sql_end(q);
    return got;
}
