/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums over what the store has: of one run, plan or data set, so that damage is found. They are
 * taken of what has been written, as it is read back. No row id is in them: a store that was put
 * together from others (store_merge.c) has other ids. */
#include "store/store.h"
#include "store/store_private.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a sum is of: a row of these but for SUM and what is before it, then rows of metrics, of
 * answers and of arrays. Whoever computed a run, when and how long, is in it: pages show that. */
enum { SUM, SPEC_ID, SPEC, STATE = 4, N_STEPS = 6, LAST_STEP, WEIGHTS_HASH, N_NOT_SUMMED = 1 };

#define RUN_QUERY \
    "SELECT sum, spec_id, spec, numeric, state, error, n_steps, last_step, weights_hash, " \
    "started, seconds, peak_memory, host, environments.text FROM runs LEFT JOIN environments ON " \
    "environments.id = environment WHERE runs.id = ?1"

static const char *const queries[] = {
    RUN_QUERY,
    STORE_METRICS_QUERY,
    "SELECT step, n, bits FROM answers WHERE run = ?1",
    "SELECT step, name, n, numbers FROM arrays WHERE run = ?1 ORDER BY name, step",
};

enum { METRICS = 1, N_QUERIES = sizeof queries / sizeof *queries };

struct summer {
    struct sql_query *queries[N_QUERIES];
    struct text bytes; /* of one run */
    /* What is kept of a run: store_checker_read. Its texts one after the other, then part and name
     * of each metric. */
    bool keeps;
    struct store_checked run;
    struct store_metric *metrics;
    int capacity;
    struct text texts;
};

static void summer_release(struct summer *s)
{
    for (int i = 0; i < N_QUERIES; i++)
        sql_end(s->queries[i]);
    text_release(&s->bytes);
    text_release(&s->texts);
    free(s->metrics);
}

static int summer_init(struct summer *ret_summer, struct store *store, struct error *err)
{
    *ret_summer = (struct summer){0};
    for (int i = 0; i < N_QUERIES; i++)
        if (!(ret_summer->queries[i] = sql_prepare(store->db, err, queries[i], "i", 0L))) {
            summer_release(ret_summer);
            return -1;
        }
    return 0;
}

/* Appends all columns of a row from `first` on, so that no two rows look the same. */
static void add_row(struct sql_query *q, int first, struct text *bytes)
{
    for (int c = first; c < sql_columns(q); c++)
        sql_append(q, c, bytes);
    text_add(bytes, "\n", 1);
}

static void keep_text(struct summer *s, const char *text)
{
    text_add(&s->texts, text, strlen(text) + 1);
}

/* From its row. */
static void keep_run(struct summer *s)
{
    struct sql_query *q = s->queries[0];

    s->run = (struct store_checked){.has_ended = !sql_is_null(q, WEIGHTS_HASH),
                                    .n_steps = sql_long(q, N_STEPS),
                                    .last_step = sql_long(q, LAST_STEP)};
    s->texts.size = 0;
    keep_text(s, sql_text(q, SPEC));
    keep_text(s, sql_text(q, STATE));
    keep_text(s, sql_text(q, WEIGHTS_HASH));
}

static void keep_metric(struct summer *s, struct store_metric m)
{
    if (s->run.n_metrics == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 64;
        s->metrics = memory_resize(s->metrics, (size_t)s->capacity * sizeof *s->metrics);
    }
    s->metrics[s->run.n_metrics++] = m;
    keep_text(s, m.part);
    keep_text(s, m.name);
}

static const char *next_text(const char **at)
{
    const char *text = *at;

    *at += strlen(text) + 1;
    return text;
}

/* Once the texts no longer move. */
static void set_texts(struct summer *s)
{
    const char *at = s->texts.s;

    s->run.spec = next_text(&at);
    s->run.state = next_text(&at);
    s->run.weights_hash = next_text(&at);
    for (int i = 0; i < s->run.n_metrics; i++) {
        s->metrics[i].part = next_text(&at);
        s->metrics[i].name = next_text(&at);
    }
    s->run.metrics = s->metrics;
}

/* The row of a run: 1, 0 where there is none, or -1. */
static int find_run(struct summer *s, long run, struct error *err)
{
    sql_rebind(s->queries[0], "i", run);
    return sql_step(s->queries[0], err);
}

/* Of the run whose row was found. */
static int sum(struct summer *s, long run, char ret_hex[HASH_HEX_SIZE], struct error *err)
{
    s->bytes.size = 0;
    for (int i = 0; i < N_QUERIES; i++) {
        int got = 1;

        if (i > 0) {
            sql_rebind(s->queries[i], "i", run);
            got = sql_step(s->queries[i], err);
        }
        for (; got > 0; got = sql_step(s->queries[i], err)) {
            add_row(s->queries[i], i == 0 ? N_NOT_SUMMED : 0, &s->bytes);
            if (i == METRICS && s->keeps)
                keep_metric(s, store_read_metric(s->queries[i]));
        }
        if (got < 0)
            return -1;
        text_add(&s->bytes, "\n", 1);
    }
    hash_block(s->bytes.s, s->bytes.size, ret_hex);
    return 0;
}

static int put(struct store *store, struct summer *s, long run, struct error *err)
{
    char hex[HASH_HEX_SIZE];

    if (find_run(s, run, err) < 0 || sum(s, run, hex, err) < 0)
        return -1;
    return sql_do(store->db, err, "UPDATE runs SET sum = ?2 WHERE id = ?1", "it", run, hex);
}

int store_sum_put(struct store *store, long run, struct error *err)
{
    struct summer s;
    int result;

    if (summer_init(&s, store, err) < 0)
        return -1;
    result = put(store, &s, run, err);
    summer_release(&s);
    return result;
}

/* Of all rows that the query gives. Ends it. */
static int sum_rows(struct sql_query *q, char ret_hex[HASH_HEX_SIZE], struct error *err)
{
    struct text bytes = {0};
    int got;

    while ((got = sql_step(q, err)) > 0)
        add_row(q, 0, &bytes);
    sql_end(q);
    hash_block(bytes.s ? bytes.s : "", bytes.size, ret_hex);
    text_release(&bytes);
    return got;
}

static int sum_plan(struct store *store, long plan, char ret_hex[HASH_HEX_SIZE], struct error *err)
{
    return sum_rows(sql_prepare(store->db, err,
                                "SELECT digest || coalesce(' confirms ' || confirms, '') || "
                                "CASE WHEN measure <> '' THEN ' measure ' || measure ELSE '' END || "
                                "CASE WHEN select_by <> '' THEN ' select ' || select_by ELSE '' END, used, title, "
                                "question, baseline, source, overrides FROM plans WHERE id = ?1",
                                "i", plan),
                    ret_hex, err);
}

static int sum_data(struct store *store, const char *digest, char ret_hex[HASH_HEX_SIZE],
                    struct error *err)
{
    return sum_rows(sql_prepare(store->db, err,
                                "SELECT digest, name, description, classes FROM data_sets "
                                "WHERE digest = ?1", "t", digest),
                    ret_hex, err);
}

int store_sum_put_plan(struct store *store, long plan, struct error *err)
{
    char hex[HASH_HEX_SIZE];

    if (sum_plan(store, plan, hex, err) < 0)
        return -1;
    return sql_do(store->db, err, "UPDATE plans SET sum = ?2 WHERE id = ?1", "it", plan, hex);
}

int store_sum_put_data(struct store *store, const char *digest, struct error *err)
{
    char hex[HASH_HEX_SIZE];

    if (sum_data(store, digest, hex, err) < 0)
        return -1;
    return sql_do(store->db, err, "UPDATE data_sets SET sum = ?2 WHERE digest = ?1", "tt", digest,
                  hex);
}

int store_sum_put_all(struct store *store, struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err, "SELECT id FROM runs WHERE state IN ('finished', 'diverged')", "");
    struct summer s;
    int got = summer_init(&s, store, err);

    while (got >= 0 && (got = sql_step(q, err)) > 0)
        got = put(store, &s, sql_long(q, 0), err);
    sql_end(q);
    summer_release(&s);
    q = got < 0 ? NULL : sql_prepare(store->db, err, "SELECT id FROM plans", "");
    while (q && (got = sql_step(q, err)) > 0 &&
           (got = store_sum_put_plan(store, sql_long(q, 0), err)) >= 0)
        ;
    sql_end(q);
    q = got < 0 ? NULL : sql_prepare(store->db, err, "SELECT digest FROM data_sets", "");
    while (q && (got = sql_step(q, err)) > 0 &&
           (got = store_sum_put_data(store, sql_text(q, 0), err)) >= 0)
        ;
    sql_end(q);
    return got < 0 || !q ? -1 : 0;
}

/* ---- are they still right? ---- */

static int damaged(struct store *store, struct error *err, const char *what)
{
    return error_set_status(err, EXIT_MISMATCH,
                            "store \"%s\" is damaged: %s; `rgdbench fsck NAME` says what is sound",
                            store->path, what);
}

/* The row of the run at hand: NULL where it is as it must be, but for its sum. */
static const char *check_state(struct sql_query *q, const char *id)
{
    static const char *const open_states[] = {"planned", "running", "failed", "cancelled",
                                              "elsewhere"};
    const char *state = sql_text(q, STATE), *spec = sql_text(q, SPEC);
    char hex[HASH_HEX_SIZE];

    if (store_has_results(state))
        return sql_is_null(q, SUM) ? "it has no sum" : NULL; /* which is of settings and name, too */
    hash_block(spec, strlen(spec), hex);
    if (strcmp(hex, id) != 0)
        return "its settings are not those that it is named after";
    for (size_t i = 0; i < sizeof open_states / sizeof *open_states; i++)
        if (strcmp(state, open_states[i]) == 0)
            return sql_is_null(q, SUM) ? NULL : "it has a sum, and no results";
    return "its state is none that there is";
}

static int check_run(struct store *store, struct summer *s, long run, struct error *err)
{
    char what[120], want[HASH_HEX_SIZE], hex[HASH_HEX_SIZE], id[HASH_HEX_SIZE];
    struct sql_query *q = s->queries[0];
    const char *why;
    bool has_sum;
    int got;

    if ((got = find_run(s, run, err)) < 0)
        return -1;
    snprintf(id, sizeof id, "%s", got > 0 ? sql_text(q, SPEC_ID) : "");
    snprintf(want, sizeof want, "%s", got > 0 ? sql_text(q, SUM) : "");
    has_sum = *want;
    why = got > 0 ? check_state(q, id) : "it is not there";
    if (!why && s->keeps)
        keep_run(s);
    if (!why && has_sum) {
        if (sum(s, run, hex, err) < 0)
            return -1;
        if (strcmp(hex, want) != 0)
            why = "it is not what was written";
    }
    if (!why)
        return 0;
    snprintf(what, sizeof what, "run %.12s: %s", *id ? id : "?", why);
    return damaged(store, err, what);
}

/* Does the plan hold, in the column selected, what it computes to? 1, 0 or -1. */
static int holds(struct store *store, long plan, const char *select,
                 int (*compute)(struct store *store, long plan, char ret_hex[HASH_HEX_SIZE],
                                struct error *err),
                 struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, select, "i", plan);
    char hex[HASH_HEX_SIZE];
    int got = sql_step(q, err);

    if (got > 0)
        got = compute(store, plan, hex, err) < 0
                  ? -1
                  : strcmp(sql_text(q, 0), hex) == 0;
    sql_end(q);
    return got;
}

/* Is it what was written, but for its runs? 1, 0 or -1. */
static int is_plan_right(struct store *store, long plan, struct error *err)
{
    return holds(store, plan, "SELECT sum FROM plans WHERE id = ?1", sum_plan, err);
}

/* Are its runs and their places those that its digest is of? 1, 0 or -1. */
static int has_plan_its_runs(struct store *store, long plan, struct error *err)
{
    int is_right = holds(store, plan, "SELECT digest FROM plans WHERE id = ?1", store_plan_digest, err);

    return is_right > 0 ? store_labels_check(store, plan, err) : is_right;
}

/* The plan and those of its fresh seeds: 1, 0 or -1. */
static int have_plans_their_runs(struct store *store, long plan, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, STORE_SHOWN_PLANS, "i", plan);
    int got, is_right = 1;

    while (is_right > 0 && (got = sql_step(q, err)) > 0)
        is_right = has_plan_its_runs(store, sql_long(q, 0), err);
    sql_end(q);
    return is_right > 0 && got < 0 ? -1 : is_right;
}

/* All plans, since a wrong one might be the current one; and what `plan` consists of. */
int store_check_places(struct store *store, long plan, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, "SELECT id FROM plans", "");
    int got, is_right = 1;

    while (is_right > 0 && (got = sql_step(q, err)) > 0)
        is_right = is_plan_right(store, sql_long(q, 0), err);
    sql_end(q);
    if (is_right > 0 && got == 0)
        is_right = have_plans_their_runs(store, plan, err);
    if (is_right < 0 || got < 0)
        return -1;
    return is_right ? 0 : damaged(store, err, "its plan is not what was written");
}

static int drop_patches(struct store *store, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, "SELECT digest FROM patches", "");
    struct arena arena = {0};
    const char *text;
    int got;

    while ((got = sql_step(q, err)) > 0)
        if (store_read_patch(store, sql_text(q, 0), &arena, &text, err) < 0 &&
            (err->status != EXIT_MISMATCH ||
             sql_do(store->db, err, "DELETE FROM patches WHERE digest = ?1", "t", sql_text(q, 0)) < 0)) {
            got = -1;
            break;
        }
    sql_end(q);
    arena_release(&arena);
    return got;
}

/* Plans of fresh seeds for one that is not there. */
#define ORPHANS \
    "SELECT id FROM plans WHERE confirms IS NOT NULL AND confirms NOT IN (SELECT digest FROM plans)"

int store_drop_damaged(struct store *store, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, "SELECT id FROM plans", "");
    int got;

    while ((got = sql_step(q, err)) > 0) {
        long plan = sql_long(q, 0);
        int is_right = is_plan_right(store, plan, err);

        if (is_right > 0)
            is_right = has_plan_its_runs(store, plan, err);
        if (is_right < 0 ||
            (is_right == 0 &&
             (sql_do(store->db, err, "DELETE FROM plan_settings WHERE plan = ?1", "i", plan) < 0 ||
              sql_do(store->db, err, "DELETE FROM plan_runs WHERE plan = ?1", "i", plan) < 0 ||
              sql_do(store->db, err, "DELETE FROM plans WHERE id = ?1", "i", plan) < 0))) {
            got = -1;
            break;
        }
    }
    sql_end(q);
    if (got == 0)
        got = sql_do(store->db, err, "DELETE FROM plan_settings WHERE plan IN (" ORPHANS ")", "") < 0 ||
                      sql_do(store->db, err, "DELETE FROM plan_runs WHERE plan IN (" ORPHANS ")", "") < 0 ||
                      sql_do(store->db, err, "DELETE FROM plans WHERE id IN (" ORPHANS ")", "") < 0
                  ? -1
                  : 0;
    q = got < 0 ? NULL : sql_prepare(store->db, err, "SELECT digest, sum FROM data_sets", "");
    while (q && (got = sql_step(q, err)) > 0) {
        char hex[HASH_HEX_SIZE];

        if (sum_data(store, sql_text(q, 0), hex, err) < 0 ||
            (strcmp(hex, sql_text(q, 1)) != 0 &&
             sql_do(store->db, err, "DELETE FROM data_sets WHERE digest = ?1", "t",
                    sql_text(q, 0)) < 0)) {
            got = -1;
            break;
        }
    }
    sql_end(q);
    return q && got == 0 ? drop_patches(store, err) : -1;
}

int store_check_data(struct store *store, const char *digest, const char *want, struct error *err)
{
    char hex[HASH_HEX_SIZE];

    if (sum_data(store, digest, hex, err) < 0)
        return -1;
    return strcmp(hex, want) == 0
               ? 0
               : damaged(store, err, "a data set's description is not what was written");
}

int store_check_run(struct store *store, long run, struct error *err)
{
    struct summer s;
    int result;

    if (summer_init(&s, store, err) < 0)
        return -1;
    result = check_run(store, &s, run, err);
    summer_release(&s);
    return result;
}

int store_check_plan(struct store *store, long plan, struct error *err)
{
    struct sql_query *q;
    struct summer s;
    int got;

    if (store->is_checked)
        return 0;
    if (store_check_places(store, plan, err) < 0 || summer_init(&s, store, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT run FROM plan_runs WHERE plan IN (" STORE_SHOWN_PLANS
                    ") ORDER BY plan != ?1, plan, position", "i", plan);
    while ((got = sql_step(q, err)) > 0 &&
           (got = check_run(store, &s, sql_long(q, 0), err)) >= 0)
        ;
    sql_end(q);
    summer_release(&s);
    store->is_checked = got == 0 && store->is_frozen;
    return got;
}

/* ---- checked as they are read ---- */

struct store_checker {
    struct store *store;
    struct summer summer;
};

struct store_checker *store_checker_new(struct store *store, struct error *err)
{
    struct store_checker *c = memory_alloc(sizeof *c);

    c->store = store;
    if (summer_init(&c->summer, store, err) < 0) {
        free(c);
        return NULL;
    }
    c->summer.keeps = true;
    return c;
}

void store_checker_free(struct store_checker *c)
{
    if (c)
        summer_release(&c->summer);
    free(c);
}

int store_checker_read(struct store_checker *c, long run, struct store_checked *ret_run,
                       struct error *err)
{
    if (check_run(c->store, &c->summer, run, err) < 0)
        return -1;
    set_texts(&c->summer);
    *ret_run = c->summer.run;
    return 0;
}
