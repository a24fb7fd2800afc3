/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/needs.h"

#include "store/store_private.h"
#include "work/job.h"

#include <math.h>
#include <string.h>

struct reader {
    struct store *store;
    const char *data_root;
    struct data_cache cache;
    struct text last; /* of the run before, what its needs depend on */
    struct run_needs needs;
};

/* Is it as the run before? */
static bool is_known(struct reader *r, const char *spec)
{
    struct arena arena = {0};
    struct settings s;
    struct text t = {0};
    struct error ignored;
    bool result;

    settings_init(&s, &arena);
    if (settings_parse(&s, spec, &ignored) == 0)
        run_check_settings(&s, "", &t);
    result = r->last.s && t.s && strcmp(r->last.s, t.s) == 0;
    text_release(&r->last);
    r->last = t;
    arena_release(&arena);
    return result;
}

static void weigh(struct reader *r, const char *spec)
{
    struct arena arena = {0};
    struct job job;
    struct run_size size;
    struct error ignored;

    if (job_open(&job, r->store, spec, r->data_root, &r->cache, &arena, &ignored) == 0) {
        job.input.init = NULL; /* the weights it starts from are in no other place than its own */
        if (run_check(&job.input, &size, &ignored) == 0) {
            r->needs.bytes = fmax(r->needs.bytes, size.needs.bytes);
            r->needs.bytes_per_thread = fmax(r->needs.bytes_per_thread, size.needs.bytes_per_thread);
        }
    }
    arena_release(&arena);
}

int needs_read(struct store *store, const char *data_root, const struct listener *listener,
               struct run_needs *ret_needs, struct error *err)
{
    struct reader r = {.store = store, .data_root = data_root, .cache = {.listener = listener}};
    struct sql_query *q;
    long plan;
    int got;

    if (store_current_plan(store, &plan, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT spec FROM plan_runs JOIN runs ON runs.id = run WHERE plan = ?1 AND "
                    "state IN ('planned', 'running') ORDER BY position", "i", plan);
    while ((got = sql_step(q, err)) > 0)
        if (!is_known(&r, sql_text(q, 0)))
            weigh(&r, sql_text(q, 0));
    sql_end(q);
    data_cache_close(&r.cache);
    text_release(&r.last);
    if (got == 0)
        *ret_needs = r.needs;
    return got;
}
