/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `name = VALUE` of an environment, without quotes; "" where it has none. Environments may be a
 * stranger's: looked through line by line, not parsed. */
static const char *value_of(const char *text, const char *name, struct arena *arena)
{
    size_t length = strlen(name);

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *value = text + length + 3;

        if (strncmp(text, name, length) != 0 || strncmp(text + length, " = ", 3) != 0)
            continue;
        value += *value == '"';
        return arena_printf(arena, "%.*s", (int)strcspn(value, "\"\n"), value);
    }
    return "";
}

static struct version read_version(const char *environment, struct arena *arena)
{
    return (struct version){
        .commit = value_of(environment, "commit", arena),
        .is_dirty = strcmp(value_of(environment, "commit.dirty", arena), "true") == 0,
        .patch = value_of(environment, "commit.patch", arena),
    };
}

static int by_text(const void *a, const void *b)
{
    const struct version *x = a, *y = b;
    int order = strcmp(x->commit, y->commit);

    if (order == 0)
        order = x->is_dirty - y->is_dirty;
    return order ? order : strcmp(x->patch, y->patch);
}

static int by_runs(const void *a, const void *b)
{
    const struct version *x = a, *y = b;

    return x->n_runs != y->n_runs ? y->n_runs - x->n_runs : by_text(a, b);
}

/* Counts the runs of each environment. */
static int count_runs(struct store *store, const struct store_plan *plan, const char *a, const char *b,
                      struct arena *arena, struct store_provenance *ret_p, int **counts,
                      struct error *err)
{
    if (store_read_provenance(store, plan, arena, ret_p, err) < 0)
        return -1;
    if (!*counts)
        *counts = arena_alloc(arena, (size_t)(ret_p->n_environments + 1) * sizeof **counts);
    for (int i = 0; i < plan->n_runs; i++)
        if (ret_p->origins[i].environment >= 0 &&
            (!a || strcmp(plan->runs[i].method, a) == 0 || strcmp(plan->runs[i].method, b) == 0))
            (*counts)[ret_p->origins[i].environment]++;
    return 0;
}

int versions_read(struct store *store, const struct selections *s, const char *a, const char *b,
                  struct arena *arena, struct versions *ret_versions, struct error *err)
{
    struct store_provenance p;
    struct version *versions;
    int *counts = NULL, n = 0, n_merged = 0;

    if (count_runs(store, &s->plan, a, b, arena, &p, &counts, err) < 0 ||
        (s->fresh && count_runs(store, &s->fresh->plan, a, b, arena, &p, &counts, err) < 0))
        return -1;
    versions = arena_alloc(arena, (size_t)(p.n_environments + 1) * sizeof *versions);
    for (int i = 0; i < p.n_environments; i++)
        if (counts[i]) {
            versions[n] = read_version(p.environments[i].text, arena);
            versions[n++].n_runs = counts[i];
        }
    qsort(versions, (size_t)n, sizeof *versions, by_text);
    for (int i = 0; i < n; i++) {
        if (n_merged && by_text(&versions[n_merged - 1], &versions[i]) == 0)
            versions[n_merged - 1].n_runs += versions[i].n_runs;
        else
            versions[n_merged++] = versions[i];
    }
    qsort(versions, (size_t)n_merged, sizeof *versions, by_runs);
    *ret_versions = (struct versions){versions, n_merged};
    return 0;
}

const char *versions_name(const struct version *v)
{
    return *v->commit ? v->commit : "an unknown commit";
}

void versions_list(const struct versions *versions, struct text *t)
{
    for (int i = 0; i < versions->n; i++) {
        const struct version *v = &versions->items[i];

        text_printf(t, "%s%s", i ? ", " : "", versions_name(v));
        if (v->is_dirty)
            text_printf(t, " with changes%s%.12s", *v->patch ? " " : "", v->patch);
        text_printf(t, " (%d run%s)", v->n_runs, v->n_runs == 1 ? "" : "s");
    }
}
