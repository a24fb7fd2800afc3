/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/numbers.h"

#include "data/prepare/scaling.h"

#include <assert.h>
#include <math.h>

static const char *const missing_names[] = {"mean", "median", NULL};

static const struct hparam hparams[] = {
    {"numbers", HPARAM_CHOICE, offsetof(struct prepare_config, numbers),
     .fallback = "\"standard\"", .choices = scaling_names, .is_later = true,
     .doc = "how columns of numbers are scaled, by what the training part has"},
    {"missing", HPARAM_CHOICE, offsetof(struct prepare_config, missing), .fallback = "\"mean\"",
     .choices = missing_names, .is_later = true,
     .doc = "what a missing number becomes: its column's mean or median over the training part"},
    {"missing_indicator", HPARAM_BOOL, offsetof(struct prepare_config, missing_indicator),
     .fallback = "false", .is_later = true,
     .doc = "whether each column of which the training part misses a number gets another that "
            "says where"},
    {"quantile_noise", HPARAM_NUMBER, offsetof(struct prepare_config, quantile_noise),
     .fallback = "0.001", .low = 0, .high = 1, .is_later = true,
     .doc = "c: quantiles are measured with normal noise of deviation c / max(s, c), s the "
            "column's own, as large as that where s is sqrt(c); 0: none"},
    {0},
};

const struct component prepare_component = {
    .name = "prepare",
    .doc = "what is done to the columns of a table",
    .source = "noise: Gorishniy et al. 2021, from rtdl-revisiting-models",
    .hparams = hparams,
    .config_size = sizeof(struct prepare_config),
};

struct column {
    float fill;      /* what a missing number becomes */
    const void *fit; /* the scaling's */
};

struct numbers {
    const struct scaling *scaling;
    int n_columns, n_indicators;
    struct column *columns; /* [n_columns] */
    int *indicators;        /* [n_indicators] the columns they are of */
};

static float mean_or_median(int missing, double *x, int n)
{
    double sum = 0;

    if (n == 0)
        return 0;
    if (missing == MISSING_MEDIAN) {
        scaling_sort(x, n);
        return (float)scaling_quantile_at(x, n, 0.5);
    }
    for (int i = 0; i < n; i++)
        sum += x[i];
    return (float)(sum / n);
}

enum { GATHERED = 16 }; /* columns of a row that are in one line of the cache */

/* The values of some columns, from `first` on, in the order of the rows: ret[columns][n]. */
static void gather(const float *x, int n_columns, int first, int n_gathered, const uint32_t *rows, int n, float *ret)
{
    for (int i = 0; i < n; i++) {
        const float *row = x + rows[i] * (size_t)n_columns + first;

        for (int c = 0; c < n_gathered; c++)
            ret[(size_t)c * (size_t)n + (size_t)i] = row[c];
    }
}

/* Fits column c, whose values are x[n]. `values`: room for n. */
static void fit_column(struct numbers *t, int c, const struct prepare_config *config, const float *x, int n,
                       struct rng rng, double *values, struct arena *arena)
{
    struct column *column = &t->columns[c];
    int n_present = 0;

    for (int i = 0; i < n; i++)
        if (!isnan(x[i]))
            values[n_present++] = (double)x[i];
    if (n_present < n && config->missing_indicator)
        t->indicators[t->n_indicators++] = c;
    column->fill = mean_or_median(config->missing, values, n_present);
    for (int i = 0; i < n; i++)
        values[i] = (double)(isnan(x[i]) ? column->fill : x[i]);
    column->fit = t->scaling->fit(values, n, config->quantile_noise, rng, arena);
}

const struct numbers *numbers_fit(const struct prepare_config *config, const float *x,
                                  int n_columns, const uint32_t *rows, int n, struct rng rng,
                                  struct arena *arena)
{
    struct numbers *t = arena_alloc(arena, sizeof *t);
    struct arena scratch = {0};
    double *values = arena_alloc(&scratch, (size_t)n * sizeof *values);
    float *gathered = arena_alloc(&scratch, (size_t)n * GATHERED * sizeof *gathered);

    assert(n > 0);
    t->scaling = scaling_types[config->numbers];
    t->n_columns = n_columns;
    t->columns = arena_alloc(arena, (size_t)n_columns * sizeof *t->columns);
    t->indicators = arena_alloc(arena, (size_t)n_columns * sizeof *t->indicators);
    for (int first = 0; first < n_columns; first += GATHERED) {
        int n_gathered = n_columns - first < GATHERED ? n_columns - first : GATHERED;

        gather(x, n_columns, first, n_gathered, rows, n, gathered);
        for (int c = 0; c < n_gathered; c++)
            fit_column(t, first + c, config, gathered + (size_t)c * (size_t)n, n,
                       rng_index(rng, (uint64_t)(first + c)), values, arena);
    }
    arena_release(&scratch);
    return t;
}

int numbers_width(const struct numbers *t)
{
    return t->n_columns + t->n_indicators;
}

void numbers_apply(const struct numbers *t, const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++, x += t->n_columns) {
        for (int c = 0; c < t->n_columns; c++) {
            const struct column *column = &t->columns[c];

            *ret_y++ = t->scaling->apply(column->fit, isnan(x[c]) ? column->fill : x[c]);
        }
        for (int k = 0; k < t->n_indicators; k++)
            *ret_y++ = isnan(x[t->indicators[k]]) ? 1 : 0;
    }
}

const char *numbers_name(const struct numbers *t, const char *const *names, int k,
                         struct arena *arena)
{
    assert(k >= 0 && k < numbers_width(t));
    if (k < t->n_columns)
        return names[k];
    return arena_printf(arena, "%s is missing", names[t->indicators[k - t->n_columns]]);
}
