/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/prepare.h"

#include <math.h>

struct column {
    float mean, inverse;
};

/* Summed in the order of the rows. A column that never varies is only centred. */
static struct column measure_column(const float *x, size_t n_columns, const uint32_t *rows, int n)
{
    double sum = 0, squares = 0, mean, variance;

    for (int i = 0; i < n; i++)
        sum += (double)x[rows[i] * n_columns];
    mean = sum / n;
    for (int i = 0; i < n; i++) {
        double off = (double)x[rows[i] * n_columns] - mean;

        squares += off * off;
    }
    variance = squares / n;
    return (struct column){(float)mean, variance > 1e-12 ? (float)(1 / sqrt(variance)) : 1};
}

static const float *apply(const struct column *columns, size_t n_columns, const float *x, int n,
                          struct arena *arena)
{
    float *y = arena_alloc(arena, (size_t)n * n_columns * sizeof *y);

    for (size_t i = 0; i < (size_t)n; i++)
        for (size_t c = 0; c < n_columns; c++)
            y[i * n_columns + c] = (x[i * n_columns + c] - columns[c].mean) * columns[c].inverse;
    return y;
}

static void prepare_numbers(const struct dataset *d, int f, const uint32_t *rows, int n, struct arena *arena,
                            struct prepared *p)
{
    struct pool *pools[] = {&p->train, &p->test, &p->probe};
    const float *x = d->train.values[f].numbers;
    size_t n_columns = field_size(&d->signature.fields[f]);
    struct column *columns = arena_alloc(arena, n_columns * sizeof *columns);

    for (size_t c = 0; c < n_columns; c++)
        columns[c] = measure_column(x + c, n_columns, rows, n);
    for (int i = 0; i < 3; i++)
        if (pools[i]->n)
            pools[i]->values[f].numbers = apply(columns, n_columns, pools[i]->values[f].numbers, pools[i]->n, arena);
}

void prepare_fit(const struct dataset *d, const uint32_t *rows, int n, struct arena *arena,
                 struct prepared *ret_prepared)
{
    struct prepared p = {.signature = d->signature, .train = d->train, .test = d->test, .probe = d->probe};

    for (int f = 0; f < d->signature.n; f++)
        if (d->signature.fields[f].kind == FIELD_NUMBERS)
            prepare_numbers(d, f, rows, n, arena, &p);
    *ret_prepared = p;
}
