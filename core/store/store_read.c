/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The half of the store that reports read. */
#include "store/caveats.h"
#include "store/store.h"
#include "store/store_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double store_value(struct sql_query *q, int column)
{
    const char *kind = sql_text(q, column + 1);

    if (strcmp(kind, "finite") == 0)
        return sql_double(q, column);
    return strcmp(kind, "inf") == 0 ? INFINITY : strcmp(kind, "-inf") == 0 ? -INFINITY : NAN;
}

const char *store_kind(double value)
{
    return isfinite(value) ? "finite" : isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

int store_freeze(struct store *store, struct error *err)
{
    if (sql_begin_reading(store->db, err) < 0)
        return -1;
    store->is_frozen = true;
    return 0;
}

/* The labels in order of first appearance. */
static void list_methods(struct store_plan *plan, struct arena *arena)
{
    const char **methods = arena_alloc(arena, (EXPERIMENT_MAX_METHODS + 1) * sizeof *methods);
    int n = 0;

    for (int i = 0; i < plan->n_runs && n < EXPERIMENT_MAX_METHODS; i++)
        if (n == 0 || strcmp(methods[n - 1], plan->runs[i].method) != 0)
            methods[n++] = plan->runs[i].method;
    plan->methods = methods;
    plan->n_methods = n;
}

struct store_run store_read_run(struct sql_query *q, struct arena *arena)
{
    return (struct store_run){
        .run = sql_long(q, 0),
        .method = arena_strdup(arena, sql_text(q, 1)),
        .condition = arena_strdup(arena, sql_text(q, 2)),
        .point = arena_strdup(arena, sql_text(q, 3)),
        .seed = (int)sql_long(q, 4),
        .state = arena_strdup(arena, sql_text(q, 5)),
        .error = sql_is_null(q, 6) ? NULL : arena_strdup(arena, sql_text(q, 6)),
        .spec_id = arena_strdup(arena, sql_text(q, 7)),
        .last_step = sql_long(q, 8),
        .seconds = sql_double(q, 9),
        .ended = sql_long(q, 10),
        .n_steps = sql_long(q, 11),
        .is_judged_best = sql_long(q, STORE_RUN_JUDGED_BEST),
    };
}

/* What looks through labels takes the square of their lengths. */
static int check_labels(const struct store_run *run, struct error *err)
{
    const char *const labels[] = {run->method, run->condition, run->point};

    for (int i = 0; i < 3; i++)
        if (strlen(labels[i]) > PLAN_MAX_LABEL)
            return error_set_status(err, EXIT_MISMATCH,
                                    "run %.12s has a label of %zu bytes; at most %d are read",
                                    run->spec_id, strlen(labels[i]), PLAN_MAX_LABEL);
    return 0;
}

/* Rows of STORE_RUN_COLUMNS. Ends the query. */
static int read_runs(struct store *store, struct sql_query *q, struct arena *arena,
                     struct store_plan *plan, struct error *err)
{
    struct sql_query *labels = q ? store_labels_query(store, err) : NULL;
    struct store_run *runs = NULL;
    int n = 0, got = -1;

    while (labels && (got = sql_step(q, err)) > 0) {
        runs = arena_grow(arena, runs, n, sizeof *runs);
        runs[n] = store_read_run(q, arena);
        if (check_labels(&runs[n], err) < 0 ||
            store_labels_read(labels, q, n > 0 ? &runs[n - 1] : NULL, arena, &runs[n], err) < 0) {
            got = -1;
            break;
        }
        n++;
    }
    sql_end(q);
    sql_end(labels);
    plan->runs = runs;
    plan->n_runs = n;
    return got;
}

int store_find_measure(const struct store_plan *plan, const char *text, struct arena *arena,
                       struct measure *ret_measure, struct error *err)
{
    return measure_find(*text ? text : measure_default(plan->class_names.n_items > 0), &plan->class_names, arena,
                        ret_measure, err);
}

/* All data sets of a plan have classes, or none of them has: the first run's tells. Where it was imported, nobody
 * has described them, and there are some. */
static int read_plan_classes(struct store *store, struct arena *arena, struct store_plan *plan, struct error *err)
{
    static const struct value unknown[] = {{.kind = VALUE_STRING, .string = "?"}, {.kind = VALUE_STRING, .string = "?"}};
    struct settings spec;
    int got = 0;

    settings_init(&spec, arena);
    if (plan->n_runs > 0 && (store_read_spec(store, plan->runs[0].run, &spec, err) < 0 ||
                             (got = store_read_spec_classes(store, &spec, arena, &plan->class_names, err)) < 0))
        return -1;
    if (got == 0)
        plan->class_names = (struct value){.kind = VALUE_LIST, .n_items = 2, .items = unknown};
    return 0;
}

/* What the plan says it is judged by. A store is a stranger's: what it names may not exist. */
static int read_measures(struct store *store, const char *measure, const char *select, struct arena *arena,
                         struct store_plan *plan, struct error *err)
{
    if (read_plan_classes(store, arena, plan, err) < 0)
        return -1;
    if (store_find_measure(plan, measure, arena, &plan->measure, err) < 0 ||
        store_find_measure(plan, *select ? select : measure, arena, &plan->select_by, err) < 0) {
        err->status = EXIT_MISMATCH;
        return error_context(err, "store \"%s\"", store->path);
    }
    return 0;
}

int store_read_measures(struct store *store, struct arena *arena, struct measure *ret_measure,
                        struct measure *ret_select_by, struct error *err)
{
    struct store_plan plan = {0};
    struct store_run *first = arena_alloc(arena, sizeof *first);
    const char *measure = "", *select = "";
    struct sql_query *q;
    long id;
    int got;

    if (store_current_plan(store, &id, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT measure, select_by, run FROM plans JOIN plan_runs ON plan = id WHERE id = ?1 "
                    "ORDER BY position LIMIT 1", "i", id);
    got = sql_step(q, err);
    if (got > 0) {
        measure = arena_strdup(arena, sql_text(q, 0));
        select = arena_strdup(arena, sql_text(q, 1));
        first->run = sql_long(q, 2);
        plan.runs = first;
        plan.n_runs = 1;
    }
    sql_end(q);
    if (got < 0 || read_measures(store, measure, select, arena, &plan, err) < 0)
        return -1;
    *ret_measure = plan.measure;
    *ret_select_by = plan.select_by;
    return 0;
}

int store_read_plan(struct store *store, struct arena *arena, struct store_plan *ret_plan,
                    struct error *err)
{
    struct store_plan plan = {0};
    const char *measure = "", *select = "";
    struct sql_query *q;
    long id;
    int got;

    if (store_current_plan(store, &id, err) < 0 || store_check_plan(store, id, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT title, question, baseline, digest, measure, select_by, overrides FROM plans "
                    "WHERE id = ?1", "i", id);
    got = sql_step(q, err);
    if (got > 0) {
        plan.title = arena_strdup(arena, sql_text(q, 0));
        plan.question = arena_strdup(arena, sql_text(q, 1));
        plan.baseline = arena_strdup(arena, sql_text(q, 2));
        plan.digest = arena_strdup(arena, sql_text(q, 3));
        measure = arena_strdup(arena, sql_text(q, 4));
        select = arena_strdup(arena, sql_text(q, 5));
        plan.overrides = arena_strdup(arena, sql_text(q, 6));
    }
    sql_end(q);
    if (got <= 0 ||
        read_runs(store,
                  sql_prepare(store->db, err,
                              "SELECT " STORE_RUN_COLUMNS " FROM plan_runs JOIN runs ON "
                              "runs.id = plan_runs.run WHERE plan = ?1 ORDER BY position",
                              "i", id),
                  arena, &plan, err) < 0)
        return -1;
    list_methods(&plan, arena);
    if (read_measures(store, measure, select, arena, &plan, err) < 0 ||
        caveats_read(store, &plan, NULL, NULL, arena, &plan.caveats, err) < 0)
        return -1;
    *ret_plan = plan;
    return 0;
}

int store_read_fresh(struct store *store, const struct store_plan *plan, struct arena *arena,
                     struct store_plan *ret_fresh, struct error *err)
{
    struct store_plan fresh = *plan;

    if (read_runs(store,
                  sql_prepare(store->db, err,
                              "SELECT " STORE_RUN_COLUMNS " FROM plan_runs JOIN runs ON "
                              "runs.id = plan_runs.run WHERE plan IN (SELECT id FROM plans WHERE "
                              "confirms = ?1) GROUP BY run, method, condition, point, seed "
                              "ORDER BY method, condition, point, seed",
                              "t", plan->digest),
                  arena, &fresh, err) < 0)
        return -1;
    *ret_fresh = fresh;
    return 0;
}

/* Has it classes where numbers are asked for, or numbers? 1, 0 or -1 on error. */
static int is_of_other_kind(struct store *store, const struct store_run *run, const struct measure *m, struct error *err)
{
    const char *other = strcmp(m->name, "accuracy") == 0 ? "r2" : strcmp(m->name, "r2") == 0 ? "accuracy" : "";
    struct sql_query *q = sql_prepare(store->db, err, "SELECT 1 FROM metrics WHERE run = ?1 AND name = ?2 LIMIT 1", "it",
                                      run->run, other);
    int got = q ? sql_step(q, err) : -1;

    sql_end(q);
    return got;
}

/* Measures that runs of earlier versions have not recorded, or those of another kind of data, are no damage. */
static int tell_missing(struct store *store, const struct store_run *run, const char *part,
                        const struct measure *m, struct error *err)
{
    bool is_old = strcmp(m->name, "accuracy") != 0 && strcmp(m->name, "r2") != 0;
    int is_other = is_of_other_kind(store, run, m, err);

    if (is_other < 0)
        return -1;
    if (m->type->needs & METRIC_GROUPS)
        return error_set(err, "measure \"%s\": the %s data have no groups of examples", m->name, part);
    if (is_old || is_other)
        return error_set(err, "measure \"%s\": %s%.12s has not recorded it on %s data (an earlier version "
                              "of this program, or no such data); train anew to have it, or say another measure",
                         m->name, *run->spec_id ? "run " : "a run", run->spec_id, part);
    return error_set_status(err, EXIT_MISMATCH, "store \"%s\" is damaged: run %.12s has finished and has no %s %s",
                            store->path, run->spec_id, part, m->name);
}

int store_read_last(struct store *store, const struct store_plan *plan, const char *part,
                    const struct measure *m, double *ret_values, struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err,
        "SELECT value, kind FROM metrics WHERE run = ?1 AND part = ?2 AND name = ?3 AND "
        "class = ?4 AND step = ifnull(" STORE_JUDGED_STEP("?1") ", step) ORDER BY step DESC LIMIT 1",
        "itti", 0L, part, m->type->name, (long)m->class_index);
    int got = q ? 0 : -1;

    for (int i = 0; i < plan->n_runs && got >= 0; i++) {
        ret_values[i] = NAN;
        if (strcmp(plan->runs[i].state, "finished") != 0)
            continue;
        sql_rebind(q, "itti", plan->runs[i].run, part, m->type->name, (long)m->class_index);
        got = sql_step(q, err);
        if (got > 0)
            ret_values[i] = store_value(q, 0);
        if (got > 0 && isnan(ret_values[i]))
            ret_values[i] = m->sign * m->worst;
        if (got == 0) /* left out, it would make a table of fewer seeds */
            got = tell_missing(store, &plan->runs[i], part, m, err);
    }
    sql_end(q);
    return got < 0 ? -1 : 0;
}

/* Rows of (at, value, kind). Ends the query. */
static int read_series(struct sql_query *q, struct arena *arena, struct store_series *ret_series,
                       struct error *err)
{
    int n = 0, got;
    long *at = NULL;
    double *values = NULL;

    while ((got = sql_step(q, err)) > 0) {
        at = arena_grow(arena, at, n, sizeof *at);
        values = arena_grow(arena, values, n, sizeof *values);
        at[n] = sql_long(q, 0);
        values[n++] = store_value(q, 1);
    }
    sql_end(q);
    if (got < 0)
        return -1;
    *ret_series = (struct store_series){n, at, values};
    return 0;
}

int store_read_curve(struct store *store, long run, const char *part, const char *name, int class_index,
                     struct arena *arena, struct store_series *ret_series, struct error *err)
{
    return read_series(sql_prepare(store->db, err,
                                   "SELECT step, value, kind FROM metrics WHERE run = ?1 AND "
                                   "part = ?2 AND name = ?3 AND class = ?4 ORDER BY step",
                                   "itti", run, part, name, (long)class_index),
                       arena, ret_series, err);
}

int store_read_classes(struct store *store, long run, const char *part, struct arena *arena,
                       struct store_series *ret_series, struct error *err)
{
    return read_series(
        sql_prepare(store->db, err,
                    "SELECT class, value, kind FROM metrics WHERE run = ?1 AND part = ?2 AND "
                    "name = 'class_accuracy' AND step = ifnull(" STORE_JUDGED_STEP("?1") ", (SELECT max(step) FROM "
                    "metrics WHERE run = ?1)) ORDER BY class",
                    "it", run, part),
        arena, ret_series, err);
}

int store_read_answers(struct store *store, long run, struct arena *arena,
                       struct store_answers *ret_answers, struct error *err)
{
    struct store_answers answers = {0};
    struct sql_query *q;
    size_t size = 0;
    int got;

    q = sql_prepare(store->db, err, "SELECT step, n, bits FROM answers WHERE run = ?1", "i", run);
    got = sql_step(q, err);
    if (got > 0) {
        const void *bytes = sql_bytes(q, 2, &size);
        unsigned char *bits = arena_alloc(arena, size + 1);

        if (size)
            memcpy(bits, bytes, size);
        answers = (struct store_answers){sql_long(q, 0), (int)sql_long(q, 1), bits};
        if (sql_long(q, 1) < 1 || sql_long(q, 1) > STORE_MAX_ANSWERS ||
            size != ((size_t)answers.n + 7) / 8)
            got = error_set_status(err, EXIT_MISMATCH, "store \"%s\": the answers of run %ld are "
                                   "damaged", store->path, run);
    }
    sql_end(q);
    if (got < 0)
        return -1;
    *ret_answers = answers;
    return 0;
}

int store_read_arrays(struct store *store, long run, const char *name, struct arena *arena,
                      struct store_array **ret_arrays, int *ret_n, struct error *err)
{
    struct store_array *arrays = NULL;
    struct sql_query *q;
    int n = 0, got;

    *ret_n = 0;
    q = sql_prepare(store->db, err,
                    "SELECT step, n, numbers FROM arrays WHERE run = ?1 AND name = ?2 ORDER BY step",
                    "it", run, name);
    while ((got = sql_step(q, err)) > 0) {
        size_t size;
        const void *bytes = sql_bytes(q, 2, &size);
        long length = sql_long(q, 1);
        float *numbers;

        if (length < 1 || length > STORE_MAX_ARRAY || size != (size_t)length * sizeof *numbers) {
            got = error_set_status(err, EXIT_MISMATCH, "store \"%s\": \"%s\" of run %ld is damaged",
                                   store->path, name, run);
            break;
        }
        numbers = arena_alloc(arena, size);
        memcpy(numbers, bytes, size);
        arrays = arena_grow(arena, arrays, n, sizeof *arrays);
        arrays[n++] = (struct store_array){sql_long(q, 0), name, (int)length, numbers};
    }
    sql_end(q);
    if (got < 0)
        return -1;
    *ret_arrays = arrays;
    *ret_n = n;
    return 0;
}

int store_read_last_array(struct store *store, long run, const char *name, struct arena *arena,
                          struct store_array *ret_array, struct error *err)
{
    struct store_array *arrays;
    int n;

    if (store_read_arrays(store, run, name, arena, &arrays, &n, err) < 0)
        return -1;
    *ret_array = n > 0 ? arrays[n - 1] : (struct store_array){.name = name};
    return 0;
}

int store_read_spec(struct store *store, long run, struct settings *ret_settings,
                    struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT spec FROM runs WHERE id = ?1", "i", run);
    int got = sql_step(q, err);

    if (got > 0)
        got = settings_parse(ret_settings, sql_text(q, 0), err);
    else if (got == 0)
        got = error_set(err, "store \"%s\" has no run %ld", store->path, run);
    sql_end(q);
    return got;
}

int store_read_weights(struct store *store, const char *prefix, struct arena *arena,
                       struct store_weights *ret_weights, struct error *err)
{
    struct sql_query *q;
    struct store_weights found = {0};
    const char *state = NULL;
    long run = 0;
    int got, n = 0;

    if (!*prefix || prefix[strspn(prefix, "0123456789abcdef")])
        return error_set(err, "\"%s\" is not the beginning of a spec's id, which has the digits "
                              "0-9a-f", prefix);
    q = sql_prepare(store->db, err,
                    "SELECT spec, spec_id, weights_hash, state, id FROM runs WHERE spec_id >= ?1 AND "
                    "spec_id < ?1 || 'g' LIMIT 2",
                    "t", prefix);
    for (; (got = sql_step(q, err)) > 0; n++) {
        found = (struct store_weights){arena_strdup(arena, sql_text(q, 0)),
                                       arena_strdup(arena, sql_text(q, 1)),
                                       arena_strdup(arena, sql_text(q, 2))};
        state = arena_strdup(arena, sql_text(q, 3));
        run = sql_long(q, 4);
    }
    sql_end(q);
    if (got < 0)
        return -1;
    if (n != 1)
        return error_set(err, "store \"%s\" has %s run whose spec's id begins with \"%s\"",
                         store->path, n ? "more than one" : "no", prefix);
    if (store_check_run(store, run, err) < 0)
        return -1;
    if (strcmp(state, "finished") != 0)
        return error_set(err, "run %.12s is %s; only a finished one has weights", found.spec_id,
                         state);
    *ret_weights = found;
    return 0;
}

int store_read_class_names(struct store *store, const char *data_digest, struct arena *arena,
                           struct value *ret_list, struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err, "SELECT classes, sum FROM data_sets WHERE digest = ?1", "t", data_digest);
    int got = sql_step(q, err);

    if (got == 0)
        got = error_set(err, "store \"%s\" does not describe data set %s", store->path,
                        data_digest);
    else if (got > 0 && (got = store_check_data(store, data_digest, sql_text(q, 1), err)) == 0)
        got = value_parse(sql_text(q, 0), arena, ret_list, err);
    sql_end(q);
    return got;
}

int store_read_spec_classes(struct store *store, const struct settings *spec, struct arena *arena,
                            struct value *ret_list, struct error *err)
{
    const struct value *digest = settings_find(spec, "data.digest");

    *ret_list = (struct value){.kind = VALUE_LIST};
    if (!digest || digest->kind != VALUE_STRING)
        return 0;
    return store_read_class_names(store, digest->string, arena, ret_list, err) < 0 ? -1 : 1;
}

struct store_metric store_read_metric(struct sql_query *q)
{
    return (struct store_metric){.step = sql_long(q, 0),
                                 .part = sql_text(q, 1),
                                 .name = sql_text(q, 2),
                                 .class_index = (int)sql_long(q, 3),
                                 .value = store_value(q, 4)};
}
