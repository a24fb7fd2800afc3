/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/changed_data.h"

#include "learn/data_cache.h"
#include "store/store_private.h"

#include <stdio.h>

/* The data set that a spec names; "" where it is a spec of another program, or damaged. */
static void read_name(const char *spec, struct text *ret_name)
{
    struct arena arena = {0};
    struct settings s;
    struct error ignored;

    settings_init(&s, &arena);
    text_printf(ret_name, "%s", "");
    if (settings_parse(&s, spec, &ignored) == 0)
        data_cache_name(&s, ret_name, &ignored);
    arena_release(&arena);
}

/* One of the plan that has the digest. */
static const char *spec_of(const struct plan *plan, const char *digest)
{
    int i = 0;

    while (i + 1 < plan->n_runs && !strstr(plan->runs[i].spec, digest))
        i++;
    return plan->runs[i].spec;
}

/* What the store knows of one digest. */
struct known {
    char digest[HASH_HEX_SIZE];
    long n_runs, n_ended, used; /* used: of the latest plan with runs of it */
    struct text name;
};

static int read_known(struct store *store, struct known *known, struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err,
        "WITH own AS (SELECT id, spec, state FROM runs "
        "WHERE instr(spec, 'data.digest = \"' || ?1 || '\"')) "
        "SELECT count(*), sum(state IN ('finished', 'diverged')), min(spec), "
        "(SELECT max(used) FROM plans WHERE id IN "
        "(SELECT plan FROM plan_runs WHERE run IN (SELECT id FROM own))) FROM own",
        "t", known->digest);
    int got = sql_step(q, err);

    if (got > 0) {
        known->n_runs = sql_long(q, 0);
        known->n_ended = sql_long(q, 1);
        read_name(sql_text(q, 2), &known->name);
        known->used = sql_long(q, 3);
    }
    sql_end(q);
    return got < 0 ? -1 : 0;
}

/* The digest of that name that was used last. */
static int find_last(struct store *store, const struct plan_data *data, const char *name,
                     struct known *ret_last, struct error *err)
{
    struct sql_query *q = sql_prepare(
        store->db, err, "SELECT digest FROM data_sets WHERE name = ?1", "t", data->name);
    int got;

    while ((got = sql_step(q, err)) > 0) {
        struct known known = {.used = 0};
        bool is_same;

        snprintf(known.digest, sizeof known.digest, "%s", sql_text(q, 0));
        if (read_known(store, &known, err) < 0) {
            got = -1;
            break;
        }
        is_same = strcmp(known.name.s, name) == 0;
        text_release(&known.name);
        if (is_same && known.used > ret_last->used)
            *ret_last = known;
    }
    sql_end(q);
    return got;
}

int changed_data_find(struct store *store, const struct plan *plan, struct text *ret_lines,
                      struct error *err)
{
    for (int i = 0; i < plan->n_data; i++) {
        const struct plan_data *data = &plan->data[i];
        struct known last = {.used = 0};
        struct text name = {0};
        int result;

        read_name(spec_of(plan, data->digest), &name);
        result = find_last(store, data, name.s, &last, err);
        text_release(&name);
        if (result < 0)
            return -1;
        if (last.used && strcmp(last.digest, data->digest) != 0)
            text_printf(ret_lines,
                        "data set \"%s\" has changed: its digest was %.12s and is %.12s; %ld runs in "
                        "the store are of the old data (%ld ended), this plan is of the new\n",
                        data->name, last.digest, data->digest, last.n_runs, last.n_ended);
    }
    return 0;
}
