/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/select_over.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    int seed, value;
    double validation, test;
    bool has_diverged;
    long run;
};

/* What is to be one selection. */
struct pooled {
    const char *method;
    struct label rest;
    const char *rest_text;
    const struct selection **parts;
    int *values; /* the place of each part's value */
    int n;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return x->seed != y->seed ? (x->seed > y->seed) - (x->seed < y->seed) : (x->value > y->value) - (x->value < y->value);
}

static int find_value(const char **values, int *n, const char *text)
{
    int i = 0;

    while (i < *n && strcmp(values[i], text) != 0)
        i++;
    if (i == *n)
        values[(*n)++] = text;
    return i;
}

static struct pooled *find_pooled(struct pooled *items, int *n, const char *method, const struct label *rest, int most,
                                  struct arena *arena)
{
    const char *text = label_text(rest, arena);
    int i = 0;

    while (i < *n && (strcmp(items[i].method, method) != 0 || strcmp(items[i].rest_text, text) != 0))
        i++;
    if (i == *n) {
        items[i] = (struct pooled){.method = method, .rest = *rest, .rest_text = text};
        items[i].parts = arena_alloc(arena, (size_t)most * sizeof *items[i].parts);
        items[i].values = arena_alloc(arena, (size_t)most * sizeof *items[i].values);
        ++*n;
    }
    return &items[i];
}

/* Of the parts' runs on fresh seeds, where they have some. */
static const struct pooled *fresh_of(const struct pooled *p, struct arena *arena)
{
    struct pooled *fresh = arena_alloc(arena, sizeof *fresh);

    *fresh = *p;
    fresh->parts = arena_alloc(arena, (size_t)p->n * sizeof *fresh->parts);
    for (int i = 0; i < p->n; i++)
        if (!(fresh->parts[i] = p->parts[i]->fresh))
            return NULL;
    return fresh;
}

static struct selection join(const struct pooled *p, struct arena *arena)
{
    struct selection r = {.method = p->method, .condition = p->rest_text, .condition_label = p->rest, .point = "",
                          .best = -1, .place = p->parts[0]->place};
    struct entry *entries;
    int *seeds, *values, n = 0;
    double *validation, *test;
    bool *has_diverged;
    long *runs;

    for (int i = 0; i < p->n; i++) {
        const struct selection *part = p->parts[i];

        r.n += part->n;
        r.n_points = part->n_points > r.n_points ? part->n_points : r.n_points;
        r.n_planned += part->n_planned;
        r.n_finished += part->n_finished;
        r.n_diverged += part->n_diverged;
        r.n_failed += part->n_failed;
        r.n_seeds += part->n_seeds;
        r.n_diverged_here += part->n_diverged_here;
        r.n_partial += part->n_partial;
    }
    entries = arena_alloc(arena, ((size_t)r.n + 1) * sizeof *entries);
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->parts[i]->n; k++)
            entries[n++] = (struct entry){p->parts[i]->seeds[k], p->values[i], p->parts[i]->validation[k],
                                          p->parts[i]->test[k], p->parts[i]->has_diverged[k], p->parts[i]->runs[k]};
    qsort(entries, (size_t)n, sizeof *entries, compare_entries);
    r.seeds = seeds = arena_alloc(arena, ((size_t)n + 1) * sizeof *seeds);
    r.environments = values = arena_alloc(arena, ((size_t)n + 1) * sizeof *values);
    r.validation = validation = arena_alloc(arena, ((size_t)n + 1) * sizeof *validation);
    r.test = test = arena_alloc(arena, ((size_t)n + 1) * sizeof *test);
    r.has_diverged = has_diverged = arena_alloc(arena, ((size_t)n + 1) * sizeof *has_diverged);
    r.runs = runs = arena_alloc(arena, ((size_t)n + 1) * sizeof *runs);
    for (int i = 0; i < n; i++) {
        seeds[i] = entries[i].seed;
        values[i] = entries[i].value;
        validation[i] = entries[i].validation;
        test[i] = entries[i].test;
        has_diverged[i] = entries[i].has_diverged;
        runs[i] = entries[i].run;
    }
    return r;
}

/* Splits the selection's condition at the settings ("data,imbalance"): what they are, as it is shown, and the rest. */
static int split(const struct selection *r, const char *settings, struct arena *arena, const char **ret_value,
                 struct label *ret_rest, struct error *err)
{
    char *names = arena_strdup(arena, settings), *at = NULL;
    struct label values = {0};

    *ret_rest = r->condition_label;
    for (char *name = strtok_r(names, ",", &at); name; name = strtok_r(NULL, ",", &at)) {
        const struct label_part *part = label_find(ret_rest, name);

        if (!part)
            return error_set(err, "over=%s: \"%s\" is no condition, or stands there twice: method \"%s\" has %s%s", settings,
                             name, r->method, *r->condition ? "" : "none", label_short(&r->condition_label, arena));
        values = label_and(&values, *part, arena);
        *ret_rest = label_without(ret_rest, part, arena);
    }
    if (values.n == 0)
        return error_set(err, "over=%s names no condition", settings);
    *ret_value = values.n == 1 ? label_short_value(values.parts[0].value, arena) : label_short(&values, arena);
    return 0;
}

int select_over_make(const struct selections *s, const char *settings, struct arena *arena, struct select_over *ret_over,
                     struct error *err)
{
    size_t room = (size_t)s->n + 1;
    const char **values = arena_alloc(arena, room * sizeof *values);
    struct pooled *pooled = arena_alloc(arena, room * sizeof *pooled);
    struct selection *items = arena_alloc(arena, room * sizeof *items);
    struct select_over over = {.s = *s, .values = values};

    over.s.n = over.s.n_conditions = 0;
    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];
        const char *value = "";
        struct pooled *p;
        struct label rest;

        if (split(r, settings, arena, &value, &rest, err) < 0)
            return -1;
        p = find_pooled(pooled, &over.s.n, r->method, &rest, s->n, arena);
        p->values[p->n] = find_value(values, &over.n_values, value);
        p->parts[p->n++] = r;
    }
    for (int i = 0; i < over.s.n; i++) {
        const struct pooled *fresh = fresh_of(&pooled[i], arena);

        items[i] = join(&pooled[i], arena);
        if (fresh) {
            struct selection *joined = arena_alloc(arena, sizeof *joined);

            *joined = join(fresh, arena);
            joined->is_frozen = fresh->parts[0]->is_frozen;
            items[i].fresh = joined;
        }
    }
    select_list_conditions(&over.s, items, arena);
    *ret_over = over;
    return 0;
}
