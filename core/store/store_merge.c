/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One store from several, and what is sound of a damaged one.
 *
 * The more a state says the better: results, then failed, then cancelled, then planned, then elsewhere.
 * Two results of one run must be the same in all that a digest is of; the one that is there stays. */
#include "store/store.h"
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

/* Tables of a run's results, with what selects their rows and how they are put in. */
static const struct {
    const char *select, *insert;
} results[] = {
    {STORE_METRICS_QUERY,
     "INSERT INTO metrics (run, step, part, name, class, value, kind) "
     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
    {"SELECT step, n, bits FROM answers WHERE run = ?1",
     "INSERT INTO answers (run, step, n, bits) VALUES (?1, ?2, ?3, ?4)"},
    {"SELECT step, name, n, numbers FROM arrays WHERE run = ?1",
     "INSERT INTO arrays (run, step, name, n, numbers) VALUES (?1, ?2, ?3, ?4, ?5)"},
    {"SELECT text FROM runs JOIN environments ON environments.id = environment WHERE runs.id = ?1",
     "INSERT INTO environments (text) VALUES (?2) ON CONFLICT DO NOTHING"},
    {"SELECT state, error, n_steps, last_step, weights_hash, started, seconds, peak_memory, host, sum, "
     "text FROM runs JOIN environments ON environments.id = environment WHERE runs.id = ?1",
     "UPDATE runs SET state = ?2, error = ?3, n_steps = ?4, last_step = ?5, weights_hash = ?6, "
     "started = ?7, seconds = ?8, peak_memory = ?9, host = ?10, sum = ?11, owner = NULL, lease = NULL, "
     "environment = (SELECT id FROM environments WHERE text = ?12), "
     "ended = (SELECT coalesce(max(ended), 0) + 1 FROM runs) WHERE id = ?1"},
};

/* Tables without row ids of their own. Of two versions of a text the later in the alphabet stays, so
 * that the order of merging does not matter. */
static const struct {
    const char *select, *insert;
} texts[] = {
    {"SELECT digest, text FROM patches",
     "INSERT INTO patches (digest, text) VALUES (?2, ?3) ON CONFLICT DO NOTHING"},
    {"SELECT digest, path FROM files",
     "INSERT INTO files (digest, path) VALUES (?2, ?3) ON CONFLICT (digest) DO UPDATE SET "
     "path = max(path, ?3)"},
    {"SELECT digest, name, description, classes, sum FROM data_sets",
     "INSERT INTO data_sets (digest, name, description, classes, sum) VALUES (?2, ?3, ?4, ?5, ?6) "
     "ON CONFLICT (digest) DO UPDATE SET name = ?3, description = ?4, classes = ?5, sum = ?6 WHERE "
     "(?3, ?4, ?5) > (name, description, classes)"},
    {"SELECT digest, used, title, question, baseline, source, overrides, created, sum, confirms, "
     "measure, select_by FROM plans",
     "INSERT INTO plans (digest, used, title, question, baseline, source, overrides, created, sum, "
     "confirms, measure, select_by) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (digest) DO UPDATE SET "
     "used = ?3, title = ?4, question = ?5, baseline = ?6, source = ?7, overrides = ?8, sum = ?10 WHERE "
     "(?3, ?4, ?5, ?6, ?7, ?8) > (used, title, question, baseline, source, overrides)"},
};

/* What varies, of the runs whose places are there by then. */
static const struct {
    const char *select, *insert;
} settings = {
    "SELECT digest, position, place, is_condition, setting, value FROM plan_settings JOIN plans ON plans.id = plan",
    "INSERT INTO plan_settings (plan, position, place, is_condition, setting, value) SELECT plan, position, "
    "?4, ?5, ?6, ?7 FROM plan_runs WHERE plan = (SELECT id FROM plans WHERE digest = ?2) AND position = ?3 "
    "ON CONFLICT DO NOTHING",
};

struct merge {
    struct store *into, *from;
    enum store_merge_kind kind;
    struct store_merged counts;
};

/* All rows of `select`, whose ?1 is from_id, by `insert`, whose ?1 is into_id. */
static int copy(struct merge *m, const char *select, long from_id, const char *insert, long into_id,
                struct error *err)
{
    struct sql_query *from =
        sql_prepare(m->from->db, err, select, strstr(select, "?1") ? "i" : "", from_id);
    struct sql_query *into = from ? sql_prepare(m->into->db, err, insert, "") : NULL;
    int got = into ? 0 : -1;

    while (got >= 0 && (got = sql_step(from, err)) > 0) {
        sql_rebind_row(into, into_id, from);
        got = sql_step(into, err) < 0 ? -1 : 1;
    }
    sql_end(from);
    sql_end(into);
    return got;
}

/* Of what a digest is: as text, for comparing. */
static int result_hash(struct store *store, long run, char ret_hex[HASH_HEX_SIZE],
                       struct error *err)
{
    static const char *const selects[] = {
        "SELECT spec, state, n_steps, last_step, weights_hash FROM runs WHERE id = ?1",
        STORE_METRICS_QUERY,
    };
    struct text bytes = {0};
    int got = 0;

    for (int i = 0; i < 2 && got >= 0; i++) {
        struct sql_query *q = sql_prepare(store->db, err, selects[i], "i", run);

        while ((got = sql_step(q, err)) > 0) {
            struct store_metric m = {0};

            if (i == 1 && (m = store_read_metric(q), !store_is_digested(&m)))
                continue;
            for (int c = 0; c < sql_columns(q); c++)
                sql_append(q, c, &bytes);
        }
        sql_end(q);
    }
    hash_block(bytes.s ? bytes.s : "", bytes.size, ret_hex);
    text_release(&bytes);
    return got;
}

static int compare(struct merge *m, long from_run, long into_run, const char *spec_id,
                   struct error *err)
{
    char here[HASH_HEX_SIZE], there[HASH_HEX_SIZE];

    if (result_hash(m->into, into_run, here, err) < 0 ||
        result_hash(m->from, from_run, there, err) < 0)
        return -1;
    if (strcmp(here, there) != 0)
        return error_set_status(err, EXIT_MISMATCH,
                                "run %.12s has other results in \"%s\" than in \"%s\"; nothing of the "
                                "former is taken", spec_id, m->from->path, m->into->path);
    m->counts.n_same++;
    return 0;
}

/* A run without results there is planned here, unless its state there says more. */
static int merge_state(struct merge *m, long run, const char *state, const char *why,
                       struct error *err)
{
    if (m->kind != MERGE_PLANS && strcmp(state, "elsewhere") == 0)
        return 0;
    if (strcmp(state, "running") == 0)
        state = "planned";
    return sql_do(m->into->db, err,
                  "UPDATE runs SET state = ?2, error = ?3 WHERE id = ?1 AND (state = 'elsewhere' OR "
                  "state = 'planned' AND ?2 IN ('failed', 'cancelled', 'elsewhere') OR "
                  "state = 'cancelled' AND ?2 = 'failed')",
                  "itt", run, state, why);
}

/* `row`: state, spec_id, spec, numeric, error of a run of `from` that is sound. */
static int merge_run(struct merge *m, struct sql_query *row, long run, struct error *err)
{
    const char *state = sql_text(row, 0), *spec_id = sql_text(row, 1);
    struct sql_query *q;
    char here[20] = "";
    long into = 0;
    int got;

    if (sql_do(m->into->db, err,
               "INSERT INTO runs (spec_id, spec, numeric) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
               "ttt", spec_id, sql_text(row, 2), sql_text(row, 3)) < 0)
        return -1;
    q = sql_prepare(m->into->db, err, "SELECT id, state FROM runs WHERE spec_id = ?1", "t", spec_id);
    if ((got = sql_step(q, err)) > 0) {
        into = sql_long(q, 0);
        snprintf(here, sizeof here, "%s", sql_text(q, 1));
    }
    sql_end(q);
    if (got < 0)
        return -1;
    if (store_has_results(state) && m->kind == MERGE_PLANS)
        return merge_state(m, into, "elsewhere", NULL, err);
    if (store_has_results(state) && store_has_results(here))
        return compare(m, run, into, spec_id, err);
    if (store_has_results(state)) {
        for (size_t i = 0; i < sizeof results / sizeof *results; i++)
            if (copy(m, results[i].select, run, results[i].insert, into, err) < 0)
                return -1;
        m->counts.n_new++;
        return store_check_run(m->into, into, err);
    }
    m->counts.n_left += !store_has_results(here);
    return merge_state(m, into, state, sql_is_null(row, 4) ? NULL : sql_text(row, 4), err);
}

/* A rescue takes what it can read; the next sweep makes its plan anew. */
static bool is_forgiven(const struct merge *m, const struct error *err)
{
    return m->kind == MERGE_SOUND && err->status == EXIT_MISMATCH;
}

/* The highest number of a run, for walking over all one by one, since a damaged store may lose its
 * thread otherwise. They are counted up, so that the file has room for as many; a higher one would
 * keep the walk busy for years. 1: there is such a one, and what is given is the highest that may be. */
static int last_run(struct store *store, long *ret_last, struct error *err)
{
    long last, most;

    if (sql_get(store->db, err, 0, &last, "SELECT max(id) FROM runs", "") < 0 ||
        sql_get(store->db, err, 0, &most, "SELECT page_count * page_size / 64 FROM " /* a spec's id */
                                          "pragma_page_count, pragma_page_size", "") < 0)
        return -1;
    *ret_last = last < most ? last : most;
    return last > most;
}

static int too_high(struct store *store, struct error *err)
{
    return error_set_status(err, EXIT_MISMATCH, "store \"%s\" is damaged: a run has a number that is "
                                                "higher than it has room for", store->path);
}

static int merge_runs(struct merge *m, struct error *err)
{
    struct sql_query *q;
    long last;
    int got = last_run(m->from, &last, err);

    if (got > 0 && m->kind != MERGE_SOUND)
        got = too_high(m->from, err);
    if (got < 0)
        return -1;
    m->counts.n_damaged += got;
    got = 0;
    q = sql_prepare(m->from->db, err,
                    "SELECT state, spec_id, spec, numeric, error FROM runs WHERE id = ?1", "i", 0L);
    for (long run = 1; q && got >= 0 && run <= last; run++) {
        sql_rebind(q, "i", run);
        got = sql_step(q, err);
        if (got == 0)
            continue;
        if (got > 0)
            got = store_check_run(m->from, run, err);
        if (got < 0 && is_forgiven(m, err)) {
            m->counts.n_damaged++;
            got = 0;
        } else if (got == 0) {
            got = merge_run(m, q, run, err);
        }
    }
    sql_end(q);
    return q ? got : -1;
}

/* The places of the runs in those plans that `into` had not. */
static int merge_places(struct merge *m, struct error *err)
{
    struct sql_query *q = sql_prepare(m->from->db, err,
                                      "SELECT digest, position, method, condition, point, seed, spec_id "
                                      "FROM plan_runs JOIN plans ON plans.id = plan JOIN runs ON "
                                      "runs.id = run", "");
    struct sql_query *put =
        sql_prepare(m->into->db, err,
                    "INSERT INTO plan_runs SELECT (SELECT id FROM plans WHERE digest = ?2), ?3, ?4, ?5, "
                    "?6, ?7, id FROM runs WHERE spec_id = ?8 ON CONFLICT DO NOTHING", "");
    int got = q && put ? 0 : -1;

    while (got >= 0 && (got = sql_step(q, err)) > 0) {
        sql_rebind_row(put, 0, q);
        got = sql_step(put, err) < 0 ? -1 : 1;
    }
    sql_end(q);
    sql_end(put);
    return got;
}

static int title(struct store *store, char ret_title[200], struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err, "SELECT title FROM plans WHERE " STORE_IS_CURRENT, "");
    int got = sql_step(q, err);

    snprintf(ret_title, 200, "%s", got > 0 ? sql_text(q, 0) : "");
    sql_end(q);
    return got < 0 ? -1 : 0;
}

static int merge(struct merge *m, struct error *err)
{
    char here[200], there[200];
    long plan;

    if (m->kind != MERGE_SOUND) {
        if (title(m->into, here, err) < 0 || title(m->from, there, err) < 0)
            return -1;
        if (*here && strcmp(here, there) != 0)
            return error_set(err, "\"%s\" is of the experiment \"%s\", and \"%s\" of \"%s\"",
                             m->from->path, there, m->into->path, here);
        if (store_current_plan(m->from, &plan, err) < 0 ||
            store_check_plan(m->from, plan, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (copy(m, texts[i].select, 0, texts[i].insert, 0, err) < 0 && !is_forgiven(m, err))
            return -1;
    if (merge_runs(m, err) < 0 || (merge_places(m, err) < 0 && !is_forgiven(m, err)) ||
        (copy(m, settings.select, 0, settings.insert, 0, err) < 0 && !is_forgiven(m, err)))
        return -1;
    return m->kind == MERGE_SOUND ? store_drop_damaged(m->into, err) : 0;
}

int store_merge(struct store *into, struct store *from, enum store_merge_kind kind,
                struct store_merged *ret_merged, struct error *err)
{
    struct merge m = {.into = into, .from = from, .kind = kind};

    if (sql_begin(into->db, err) < 0)
        return -1;
    if (merge(&m, err) < 0) {
        sql_rollback(into->db);
        return -1;
    }
    if (sql_commit(into->db, err) < 0)
        return -1;
    *ret_merged = m.counts;
    return 0;
}

/* ---- what is sound ---- */

/* Each row of the query as a line. */
static int tell_rows(struct store *store, const char *query, const char *fine,
                     const struct listener *listener, int *n_found, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, query, "");
    int got;

    while ((got = sql_step(q, err)) > 0)
        if (strcmp(sql_text(q, 0), fine) != 0) {
            listener->tell(listener->context, sql_text(q, 0), true);
            ++*n_found;
        }
    sql_end(q);
    if (got < 0 && err->status == EXIT_MISMATCH) {
        listener->tell(listener->context, err->text, true);
        ++*n_found;
        return 0;
    }
    return got;
}

static int tell_patches(struct store *store, const struct listener *listener, int *n_found,
                        struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, "SELECT digest FROM patches", "");
    struct arena arena = {0};
    const char *text;
    int got;

    while ((got = sql_step(q, err)) > 0) {
        got = store_read_patch(store, sql_text(q, 0), &arena, &text, err);
        if (got == 0)
            continue;
        if (err->status != EXIT_MISMATCH)
            break;
        listener->tell(listener->context, err->text, true);
        ++*n_found;
    }
    sql_end(q);
    arena_release(&arena);
    return got < 0 && err->status != EXIT_MISMATCH ? -1 : 0;
}

int store_fsck(struct store *store, const struct listener *listener, struct store_soundness *ret_s,
               struct error *err)
{
    struct store_soundness s = {0};
    long last = 0, plan;
    int got;

    if (tell_rows(store, "PRAGMA integrity_check(20)", "ok", listener, &s.n_found, err) < 0 ||
        tell_rows(store, "SELECT 'a row of ' || \"table\" || ' refers to what is not there' FROM "
                         "pragma_foreign_key_check LIMIT 20", "", listener, &s.n_found, err) < 0)
        return -1;
    got = last_run(store, &last, err);
    if (got < 0 && err->status != EXIT_MISMATCH)
        return -1;
    if (got > 0) {
        too_high(store, err);
        listener->tell(listener->context, err->text, true);
        s.n_found++;
    }
    for (long run = 1; run <= last; run++) {
        long is_there;

        if (sql_get(store->db, err, 0, &is_there, "SELECT 1 FROM runs WHERE id = ?1", "i", run) == 0 &&
            !is_there)
            continue;
        s.n_runs++;
        if (store_check_run(store, run, err) == 0)
            s.n_sound++;
        else if (err->status == EXIT_MISMATCH)
            listener->tell(listener->context, err->text, true);
        else
            return -1;
    }
    if (tell_patches(store, listener, &s.n_found, err) < 0)
        return -1;
    if (s.n_sound == s.n_runs && (store_current_plan(store, &plan, err) < 0 ||
                                  store_check_plan(store, plan, err) < 0)) {
        listener->tell(listener->context, err->text, true);
        s.n_found++;
    }
    s.n_found += s.n_runs - s.n_sound;
    *ret_s = s;
    return 0;
}
