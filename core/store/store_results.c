/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All results of a plan and of its fresh seeds: their digest, and the rows of an export. Each run is
 * checked as it is read. */
#include "base/memory.h"
#include "learn/metric/metric.h"
#include "store/store.h"
#include "store/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- digest ---- */

bool store_is_digested(const struct store_metric *m)
{
    const struct metric_type *type;

    if (strcmp(m->name, "loss") == 0)
        return true;
    if (strcmp(m->name, "class_accuracy") == 0)
        return strcmp(m->part, "validation") != 0;
    type = metric_find(m->name);
    return !type || !type->is_later;
}

/* "STEP PART NAME CLASS VALUE KIND", the value as "%a"; without printf, which is slow. */
static void add_metric(struct text *t, const struct store_metric *m)
{
    char value[40];

    strfromd(value, sizeof value, "%a", m->value);
    text_add_long(t, m->step);
    text_add(t, " ", 1);
    text_add_string(t, m->part);
    text_add(t, " ", 1);
    text_add_string(t, m->name);
    text_add(t, " ", 1);
    text_add_long(t, m->class_index);
    text_add(t, " ", 1);
    text_add_string(t, value);
    text_add(t, " ", 1);
    text_add_string(t, store_kind(m->value));
    text_add(t, "\n", 1);
}

/* What the digest is of. */
static void describe(const struct store_checked *run, struct text *t)
{
    text_add_string(t, run->spec);
    text_add_string(t, run->has_ended ? run->state : "open");
    text_add(t, " ", 1);
    text_add_long(t, run->n_steps);
    text_add(t, " ", 1);
    text_add_long(t, run->last_step);
    text_add(t, " ", 1);
    text_add_string(t, run->has_ended ? run->weights_hash : "-");
    text_add(t, "\n", 1);
    for (int i = 0; i < run->n_metrics && run->has_ended; i++)
        if (store_is_digested(&run->metrics[i]))
            add_metric(t, &run->metrics[i]);
}

/* The order of the digest is by chance that of the file. Runs are read in bunches, each in the order
 * of their rows, because every step to another place of a large file costs more than the run. */
enum { BUNCH = 16384 };

struct described {
    long run;
    size_t at, size; /* of its text */
};

struct digester {
    struct store_checker *checker;
    struct described runs[BUNCH], *by_row[BUNCH];
    int n, n_left;
    struct text text;
    struct hash hash;
};

static int compare_rows(const void *a, const void *b)
{
    const struct described *const *x = a, *const *y = b;

    return ((*x)->run > (*y)->run) - ((*x)->run < (*y)->run);
}

static int hash_bunch(struct digester *d, struct error *err)
{
    struct store_checked run;

    for (int i = 0; i < d->n; i++)
        d->by_row[i] = &d->runs[i];
    qsort(d->by_row, (size_t)d->n, sizeof *d->by_row, compare_rows);
    d->text.size = 0;
    for (int i = 0; i < d->n; i++) {
        struct described *r = d->by_row[i];

        if (store_checker_read(d->checker, r->run, &run, err) < 0)
            return -1;
        r->at = d->text.size;
        describe(&run, &d->text);
        r->size = d->text.size - r->at;
        d->n_left += !run.has_ended;
    }
    for (int i = 0; i < d->n; i++)
        hash_update(&d->hash, d->text.s + d->runs[i].at, d->runs[i].size);
    d->n = 0;
    return 0;
}

static int hash_runs(struct digester *d, struct store *store, struct error *err)
{
    struct sql_query *q;
    long plan;
    int got;

    if (!(d->checker = store_checker_new(store, err)) || store_current_plan(store, &plan, err) < 0 ||
        store_check_places(store, plan, err) < 0)
        return -1;
    /* NOT INDEXED: no sum is of the index, which may be damaged and lack a run. */
    q = sql_prepare(store->db, err,
                    "SELECT id FROM runs NOT INDEXED WHERE id IN (SELECT run FROM plan_runs WHERE plan IN ("
                    STORE_SHOWN_PLANS ")) ORDER BY spec_id",
                    "i", plan);
    while ((got = sql_step(q, err)) > 0) {
        d->runs[d->n++].run = sql_long(q, 0);
        if (d->n == BUNCH && (got = hash_bunch(d, err)) < 0)
            break;
    }
    sql_end(q);
    return got < 0 ? -1 : hash_bunch(d, err);
}

int store_digest(struct store *store, char ret_hex[HASH_HEX_SIZE], int *ret_n_left,
                 struct error *err)
{
    struct digester *d = memory_alloc(sizeof *d);
    int result;

    hash_init(&d->hash, HASH_SHA256);
    result = hash_runs(d, store, err);
    hash_hex(&d->hash, ret_hex);
    *ret_n_left = d->n_left;
    store_checker_free(d->checker);
    text_release(&d->text);
    free(d);
    return result;
}

/* ---- export ---- */

int store_export(struct store *store,
                 int (*row)(void *context, const struct store_export_row *row), void *context,
                 struct error *err)
{
    struct store_checker *checker = store_checker_new(store, err);
    struct sql_query *q = NULL;
    struct store_checked run;
    long plan;
    int got = -1, stop = 0;

    if (checker && store_current_plan(store, &plan, err) == 0 &&
        store_check_places(store, plan, err) == 0)
        q = sql_prepare(store->db, err,
                        "SELECT DISTINCT run, method, condition, point, seed, spec_id, state, "
                        "plan != ?1 is_fresh FROM plan_runs JOIN runs ON runs.id = plan_runs.run "
                        "WHERE plan IN (" STORE_SHOWN_PLANS ") ORDER BY is_fresh, "
                        "iif(is_fresh, 0, position), method, condition, point, seed",
                        "i", plan);
    while (q && stop == 0 && (got = sql_step(q, err)) > 0) {
        struct store_export_row r = {
            .method = sql_text(q, 1),
            .condition = sql_text(q, 2),
            .point = sql_text(q, 3),
            .seed = (int)sql_long(q, 4),
            .spec_id = sql_text(q, 5),
            .state = sql_text(q, 6),
            .is_fresh = sql_long(q, 7),
        };

        if ((got = store_checker_read(checker, sql_long(q, 0), &run, err)) < 0)
            break;
        for (int i = 0; i < run.n_metrics && stop == 0; i++) {
            r.is_first = i == 0;
            r.metric = run.metrics[i];
            stop = row(context, &r);
        }
    }
    sql_end(q);
    store_checker_free(checker);
    return stop ? stop : got;
}
