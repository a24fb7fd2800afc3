/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/commonest.h"

#include <math.h>
#include <string.h>

/* The last that the run recorded under that name, of n numbers (0: of any); NULL: none, or of others. */
static int read_last(struct store *store, long run, const char *name, int n, struct arena *arena,
                     const float **ret_numbers, int *ret_n, struct error *err)
{
    struct store_array *arrays;
    int n_arrays;

    *ret_numbers = NULL;
    if (store_read_arrays(store, run, name, arena, &arrays, &n_arrays, err) < 0)
        return -1;
    if (n_arrays == 0 || (n && arrays[n_arrays - 1].n != n))
        return 0;
    *ret_numbers = arrays[n_arrays - 1].numbers;
    if (ret_n)
        *ret_n = arrays[n_arrays - 1].n;
    return 0;
}

/* What the run's settings say of them. */
static int read_settings(struct store *store, long run, struct arena *arena, struct commonest *c, struct error *err)
{
    int n_classes = c->n_classes;
    const char **names = arena_alloc(arena, (size_t)n_classes * sizeof *names);
    const struct value *digest, *as;
    struct settings spec;
    struct value list = {0};

    settings_init(&spec, arena);
    if (store_read_spec(store, run, &spec, err) < 0)
        return -1;
    digest = settings_find(&spec, "data.digest");
    if (digest && digest->kind == VALUE_STRING &&
        store_read_class_names(store, digest->string, arena, &list, err) < 0)
        return -1;
    for (int i = 0; i < n_classes; i++)
        names[i] = i < list.n_items && list.items[i].kind == VALUE_STRING && text_is_plain(list.items[i].string)
                       ? list.items[i].string
                       : arena_printf(arena, "class %d", i);
    as = settings_find(&spec, "data.validation_as");
    c->is_weighed = as && as->kind == VALUE_STRING && strcmp(as->string, "natural") == 0;
    c->names = names;
    return 0;
}

/* What the measure is of test examples with these counts, each of which is named `index`. */
static double value_of(const struct measure *m, const float *counts, int n_classes, int index, struct arena *arena)
{
    struct metric_examples e = {.n_classes = n_classes};
    int *labels, *predicted;
    double *values = arena_alloc(arena, (size_t)n_classes * sizeof *values);

    if (m->type->needs != METRIC_CLASSES)
        return NAN;
    for (int c = 0; c < n_classes; c++)
        e.n += (int)counts[c];
    labels = arena_alloc(arena, ((size_t)e.n + 1) * sizeof *labels);
    predicted = arena_alloc(arena, ((size_t)e.n + 1) * sizeof *predicted);
    for (int c = 0, i = 0; c < n_classes; c++)
        for (int k = 0; k < (int)counts[c]; k++) {
            labels[i] = c;
            predicted[i++] = index;
        }
    e.labels = labels;
    e.predicted = predicted;
    metric_count(&e, arena);
    m->type->measure(&e, arena, values);
    return m->sign * values[m->class_index < 0 ? 0 : m->class_index];
}

/* A store is a stranger's: counts are. */
static bool are_counts(const float *counts, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++) {
        if (!(counts[i] >= 0) || counts[i] != floorf(counts[i]))
            return false;
        sum += counts[i];
    }
    return sum >= 1 && sum <= 1e7;
}

int commonest_read(struct store *store, const struct selections *s, const struct selection *r,
                   struct arena *arena, struct commonest *ret_commonest, struct error *err)
{
    struct commonest c = {.value = NAN};
    int i = 0;

    *ret_commonest = c;
    while (i < r->n && r->has_diverged[i])
        i++;
    if (i == r->n || (s->measure.type->needs & METRIC_NUMBERS))
        return 0;
    if (read_last(store, r->runs[i], "test_counts", 0, arena, &c.test, &c.n_classes, err) < 0)
        return -1;
    if (!c.test)
        return 0;
    if (read_last(store, r->runs[i], "train_counts", c.n_classes, arena, &c.train, NULL, err) < 0 ||
        read_last(store, r->runs[i], "validation_counts", c.n_classes, arena, &c.validation, NULL, err) < 0 ||
        read_settings(store, r->runs[i], arena, &c, err) < 0)
        return -1;
    if (!c.train || !are_counts(c.test, c.n_classes) || !are_counts(c.train, c.n_classes) || s->measure.class_index >= c.n_classes)
        return 0;
    for (int k = 1; k < c.n_classes; k++)
        if (c.train[k] > c.train[c.index])
            c.index = k;
    c.value = value_of(&s->measure, c.test, c.n_classes, c.index, arena);
    *ret_commonest = c;
    return 0;
}

static bool is_constant(const float *confusion, int n_classes)
{
    int n_named = 0;

    for (int named = 0; named < n_classes; named++) {
        bool is_named = false;

        for (int c = 0; c < n_classes && !is_named; c++)
            is_named = confusion[(size_t)c * (size_t)n_classes + (size_t)named] > 0;
        n_named += is_named;
    }
    return n_named == 1;
}

int commonest_count_constant(struct store *store, const struct selection *r, int *ret_n, struct error *err)
{
    int n = 0;

    for (int i = 0; i < r->n; i++) {
        struct arena arena = {0};
        const float *confusion;
        int size = 0, n_classes, result = read_last(store, r->runs[i], "test_confusion", 0, &arena, &confusion, &size, err);

        n_classes = (int)lround(sqrt(size));
        n += result == 0 && confusion && n_classes * n_classes == size && is_constant(confusion, n_classes);
        arena_release(&arena);
        if (result < 0)
            return -1;
    }
    *ret_n = n;
    return 0;
}
