/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/commonest.h"

#include <math.h>
#include <string.h>

/* How many examples of each of n classes (0: of as many as there are) the run recorded; NULL: that it did not, or of
 * another number. */
static int read_counts(struct store *store, long run, const char *name, int n, struct arena *arena,
                       struct store_array *ret_counts, struct error *err)
{
    if (store_read_last_array(store, run, name, arena, ret_counts, err) < 0)
        return -1;
    if (n && ret_counts->n != n)
        ret_counts->numbers = NULL;
    return 0;
}

/* What the run's settings say of them. */
static int read_settings(struct store *store, long run, struct arena *arena, struct commonest *c, struct error *err)
{
    int n_classes = c->n_classes;
    const char **names = arena_alloc(arena, (size_t)n_classes * sizeof *names);
    const struct value *as;
    struct settings spec;
    struct value list;

    settings_init(&spec, arena);
    if (store_read_spec(store, run, &spec, err) < 0 || store_read_spec_classes(store, &spec, arena, &list, err) < 0)
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
    struct store_array train, validation, test;
    int i = 0;

    *ret_commonest = c;
    while (i < r->n && r->has_diverged[i])
        i++;
    if (i == r->n || (s->measure.type->needs & METRIC_NUMBERS))
        return 0;
    if (read_counts(store, r->runs[i], "test_counts", 0, arena, &test, err) < 0)
        return -1;
    if (test.n == 0)
        return 0;
    c.n_classes = test.n;
    if (read_counts(store, r->runs[i], "train_counts", test.n, arena, &train, err) < 0 ||
        read_counts(store, r->runs[i], "validation_counts", test.n, arena, &validation, err) < 0 ||
        read_settings(store, r->runs[i], arena, &c, err) < 0)
        return -1;
    c.train = train.numbers;
    c.validation = validation.numbers;
    c.test = test.numbers;
    if (!c.train || !are_counts(c.test, c.n_classes) || !are_counts(c.train, c.n_classes) ||
        s->measure.class_index >= c.n_classes)
        return 0;
    for (int k = 1; k < c.n_classes; k++)
        if (c.train[k] > c.train[c.index])
            c.index = k;
    c.value = value_of(&s->measure, c.test, c.n_classes, c.index, arena);
    *ret_commonest = c;
    return 0;
}

/* Of its columns, has one something in it? */
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
        struct store_array confusion;
        int result = store_read_last_array(store, r->runs[i], "test_confusion", &arena, &confusion, err);
        int n_classes = result == 0 ? (int)lround(sqrt(confusion.n)) : 0;

        n += n_classes > 0 && n_classes * n_classes == confusion.n && is_constant(confusion.numbers, n_classes);
        arena_release(&arena);
        if (result < 0)
            return -1;
    }
    *ret_n = n;
    return 0;
}

int commonest_find_collapse(struct store *store, const struct selection *r, struct collapse *ret_collapse,
                            struct error *err)
{
    const double close = 0.01; /* what an optimum that was not quite reached is off */
    struct collapse found = {0};

    for (int i = 0; i < r->n; i++) {
        struct arena arena = {0};
        struct store_array values;
        int result = store_read_last_array(store, r->runs[i], "train_values", &arena, &values, err);

        if (result == 0 && values.n == 2 && !r->has_diverged[i] &&
            values.numbers[0] >= values.numbers[1] - close * fabs(values.numbers[1]) && found.n++ == 0) {
            found.value = values.numbers[0];
            found.constant = values.numbers[1];
        }
        arena_release(&arena);
        if (result < 0)
            return -1;
    }
    *ret_collapse = found;
    return 0;
}
