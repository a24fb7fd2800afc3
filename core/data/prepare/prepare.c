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

static void prepare_numbers(const struct prepare_config *config, const struct view *view, const uint32_t *rows, int n,
                            struct rng rng, struct arena *arena, struct field *field)
{
    int n_columns = field->shape[0];
    const struct numbers *fit = numbers_fit(config, view->values[0]->numbers, n_columns, rows, n, rng, arena);
    size_t width = (size_t)numbers_width(fit);
    const char **names = arena_alloc(arena, width * sizeof *names);

    for (int k = 0; field->columns && k < (int)width; k++)
        names[k] = numbers_name(fit, field->columns, k, arena);
    for (int i = 0; i < N_POOLS; i++) {
        float *y = arena_alloc(arena, (size_t)view->n[i] * width * sizeof *y);

        numbers_apply(fit, view->values[i]->numbers, (size_t)view->n[i], y);
        view->values[i]->numbers = y;
    }
    field->shape[0] = (int)width;
    field->columns = field->columns ? names : NULL;
}

static void prepare_categories(const struct view *view, const uint32_t *rows, int n, struct arena *arena,
                               struct field *field)
{
    int n_columns = field->shape[0];
    const struct categories *fit = categories_fit(view->values[0]->codes, n_columns, field->n_levels, rows, n, arena);
    int *n_levels = arena_alloc(arena, (size_t)n_columns * sizeof *n_levels);

    for (int i = 0; i < N_POOLS; i++) {
        int32_t *y = arena_alloc(arena, (size_t)view->n[i] * (size_t)n_columns * sizeof *y);

        categories_apply(fit, view->values[i]->codes, (size_t)view->n[i], y);
        view->values[i]->codes = y;
    }
    for (int c = 0; c < n_columns; c++)
        n_levels[c] = fit->columns[c].n;
    field->n_levels = n_levels;
}

static bool has_missing(const struct dataset *d, int f)
{
    size_t n = (size_t)d->train.n * field_size(&d->signature.fields[f]);
    const float *x = d->train.values[f].numbers;

    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return true;
    return false;
}

/* What asks for something that these data have not. */
static int check(const struct dataset *d, const struct prepare_config *config, struct error *err)
{
    int numbers = signature_find(&d->signature, FIELD_NUMBERS);
    const char *of_missing = config->missing             ? "data.missing"
                             : config->missing_indicator ? "data.missing_indicator"
                                                         : NULL;

    if (config->numbers && numbers < 0)
        return error_set(err, "data.numbers scales numbers; these data have %s", d->signature.fields[0].name);
    if (of_missing && (numbers < 0 || !has_missing(d, numbers)))
        return error_set(err, "%s does nothing: these data miss no number", of_missing);
    return 0;
}

int prepare_fit(const struct dataset *d, const struct prepare_config *config, const uint32_t *rows, int n,
                struct rng rng, struct arena *arena, struct prepared *ret_prepared, struct error *err)
{
    struct prepared p = {.signature = d->signature, .train = d->train, .test = d->test, .probe = d->probe};

    if (check(d, config, err) < 0)
        return -1;
    for (int f = 0; f < d->signature.n; f++) {
        struct field *field = &p.signature.fields[f];
        struct view view = view_of(&p, f);

        if (field->kind == FIELD_NUMBERS)
            prepare_numbers(config, &view, rows, n, rng, arena, field);
        else if (field->kind == FIELD_CATEGORIES)
            prepare_categories(&view, rows, n, arena, field);
    }
    *ret_prepared = p;
    return 0;
}
