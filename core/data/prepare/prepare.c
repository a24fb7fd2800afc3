/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/prepare.h"

#include "data/prepare/categories.h"

#include <math.h>

enum { N_POOLS = 3 };

/* The values of one field in all pools. */
struct view {
    struct values *values[N_POOLS];
    int n[N_POOLS];
};

static struct view view_of(struct prepared *p, int f)
{
    return (struct view){{&p->train.values[f], &p->test.values[f], &p->probe.values[f]},
                         {p->train.n, p->test.n, p->probe.n}};
}

static void apply_numbers(const struct numbers *fit, const struct view *view, struct arena *arena)
{
    for (int i = 0; i < N_POOLS; i++) {
        float *y = arena_alloc(arena, (size_t)view->n[i] * (size_t)numbers_width(fit) * sizeof *y);

        numbers_apply(fit, view->values[i]->numbers, (size_t)view->n[i], y);
        view->values[i]->numbers = y;
    }
}

static void apply_categories(const struct categories *fit, const struct view *view, struct arena *arena)
{
    for (int i = 0; i < N_POOLS; i++) {
        int32_t *y = arena_alloc(arena, (size_t)view->n[i] * (size_t)fit->n_columns * sizeof *y);

        categories_apply(fit, view->values[i]->codes, (size_t)view->n[i], y);
        view->values[i]->codes = y;
    }
}

/* The columns that come out. */
static void describe_numbers(const struct numbers *fit, struct field *field, struct arena *arena)
{
    int width = numbers_width(fit);
    const char **names = arena_alloc(arena, (size_t)width * sizeof *names);

    for (int k = 0; field->columns && k < width; k++)
        names[k] = numbers_name(fit, field->columns, k, arena);
    field->shape[0] = width;
    field->columns = field->columns ? names : NULL;
}

static void describe_categories(const struct categories *fit, struct field *field, struct arena *arena)
{
    int *n_levels = arena_alloc(arena, (size_t)fit->n_columns * sizeof *n_levels);

    for (int c = 0; c < fit->n_columns; c++)
        n_levels[c] = fit->columns[c].n;
    field->n_levels = n_levels;
}

static bool has_missing(const struct pool *pool, const struct field *field, int f)
{
    size_t n = (size_t)pool->n * field_size(field);
    const float *x = pool->values[f].numbers;

    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return true;
    return false;
}

/* What asks for something that these data have not. */
static int check(const struct dataset *d, const struct prepare_config *config, struct error *err)
{
    int numbers = signature_find(&d->signature, FIELD_NUMBERS);
    const struct field *field = numbers < 0 ? NULL : &d->signature.fields[numbers];
    bool misses = field && has_missing(&d->train, field, numbers);

    if (config->numbers && numbers < 0)
        return error_set(err, "data.numbers scales numbers; these data have %s", d->signature.fields[0].name);
    if (config->missing_indicator && !misses)
        return error_set(err, "data.missing_indicator does nothing: the training part misses no number");
    if (config->missing && !misses && !(field && has_missing(&d->test, field, numbers)))
        return error_set(err, "data.missing does nothing: these data miss no number");
    return 0;
}

int prepare_fit(const struct dataset *d, const struct prepare_config *config, const uint32_t *rows, int n,
                struct rng rng, bool has_values, struct arena *arena, struct prepared *ret_prepared, struct error *err)
{
    struct prepared p = {.signature = d->signature, .train = d->train, .test = d->test, .probe = d->probe};

    if (check(d, config, err) < 0)
        return -1;
    for (int f = 0; f < d->signature.n; f++) {
        struct field *field = &p.signature.fields[f];
        const struct values *train = &d->train.values[f];
        struct view view = view_of(&p, f);

        if (field->kind == FIELD_NUMBERS && (has_values || config->missing_indicator)) { /* else they stay as many */
            const struct numbers *fit = numbers_fit(config, train->numbers, field->shape[0], rows, n, rng, arena);

            describe_numbers(fit, field, arena);
            if (has_values)
                apply_numbers(fit, &view, arena);
        } else if (field->kind == FIELD_CATEGORIES) {
            const struct categories *fit =
                categories_fit(train->codes, field->shape[0], field->n_levels, rows, n, arena);

            describe_categories(fit, field, arena);
            if (has_values)
                apply_categories(fit, &view, arena);
        }
    }
    *ret_prepared = p;
    return 0;
}
