/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the numbers of the current plan come from. */
#include "store/store.h"
#include "store/store_private.h"

static int read_source(struct store *store, struct arena *arena, struct store_provenance *p,
                       struct error *err)
{
    struct sql_query *q;
    long plan;
    int got;

    if (store_current_plan(store, &plan, err) < 0)
        return -1;
    q = sql_prepare(store->db, err, "SELECT source, overrides FROM plans WHERE id = ?1", "i", plan);
    got = sql_step(q, err);
    if (got > 0) {
        p->source = arena_strdup(arena, sql_text(q, 0));
        p->overrides = arena_strdup(arena, sql_text(q, 1));
    }
    sql_end(q);
    return got < 0 ? -1 : 0;
}

/* In the order of their texts: row ids tell who came first, which is chance. */
static int read_environments(struct store *store, struct arena *arena, struct store_provenance *p,
                             struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err,
                                      "SELECT id, text FROM environments ORDER BY text", "");
    struct store_environment *items = NULL;
    int got;

    while ((got = sql_step(q, err)) > 0) {
        items = arena_grow(arena, items, p->n_environments, sizeof *items);
        items[p->n_environments++] =
            (struct store_environment){sql_long(q, 0), arena_strdup(arena, sql_text(q, 1))};
    }
    sql_end(q);
    p->environments = items;
    return got < 0 ? -1 : 0;
}

static int place_of(const struct store_provenance *p, long id)
{
    for (int i = 0; i < p->n_environments; i++)
        if (p->environments[i].id == id)
            return i;
    return -1;
}

int store_read_provenance(struct store *store, const struct store_plan *plan, struct arena *arena,
                          struct store_provenance *ret_provenance, struct error *err)
{
    struct store_provenance p = {.source = "", .overrides = ""};
    struct store_origin *origins = arena_alloc(arena, (size_t)(plan->n_runs + 1) * sizeof *origins);
    struct sql_query *q;
    int got = 0;

    if (read_source(store, arena, &p, err) < 0 || read_environments(store, arena, &p, err) < 0)
        return -1;
    q = sql_prepare(store->db, err, "SELECT spec, environment, weights_hash FROM runs WHERE id = ?1",
                    "i", 0L);
    for (int i = 0; i < plan->n_runs && got >= 0 && q; i++) {
        sql_rebind(q, "i", plan->runs[i].run);
        got = sql_step(q, err);
        if (got > 0)
            origins[i] = (struct store_origin){
                .spec = arena_strdup(arena, sql_text(q, 0)),
                .environment = sql_is_null(q, 1) ? -1 : place_of(&p, sql_long(q, 1)),
                .weights_hash = arena_strdup(arena, sql_text(q, 2)),
            };
    }
    sql_end(q);
    if (got < 0 || !q)
        return -1;
    p.origins = origins;
    *ret_provenance = p;
    return 0;
}

int store_put_patch(struct store *store, const char *text, struct error *err)
{
    char digest[HASH_HEX_SIZE];

    hash_block(text, strlen(text), digest);
    return sql_do(store->db, err, "INSERT INTO patches VALUES (?1, ?2) ON CONFLICT DO NOTHING", "tt",
                  digest, text);
}

int store_read_patch(struct store *store, const char *digest, struct arena *arena,
                     const char **ret_text, struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT text FROM patches WHERE digest = ?1", "t", digest);
    char found[HASH_HEX_SIZE];
    int got = sql_step(q, err);

    if (got == 0)
        *ret_text = NULL;
    if (got > 0) {
        const char *text = arena_strdup(arena, sql_text(q, 0));

        hash_block(text, strlen(text), found);
        if (strcmp(found, digest) == 0)
            *ret_text = text;
        else
            got = error_set_status(err, EXIT_MISMATCH, "store \"%s\" is damaged: patch %.12s is not "
                                                       "what was written", store->path, digest);
    }
    sql_end(q);
    return got < 0 ? -1 : 0;
}

int store_read_metrics(struct store *store, long run, struct arena *arena,
                       struct store_metric **ret_metrics, int *ret_n, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, STORE_METRICS_QUERY, "i", run);
    struct store_metric *metrics = NULL;
    int n = 0, got;

    while ((got = sql_step(q, err)) > 0) {
        metrics = arena_grow(arena, metrics, n, sizeof *metrics);
        metrics[n] = store_read_metric(q);
        metrics[n].part = arena_strdup(arena, metrics[n].part);
        metrics[n].name = arena_strdup(arena, metrics[n].name);
        n++;
    }
    sql_end(q);
    *ret_metrics = metrics;
    *ret_n = n;
    return got < 0 ? -1 : 0;
}
