/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/scaling.h"

#include <math.h>
#include <stdlib.h>

const struct scaling *const scaling_types[] = {
    &scaling_standard, &scaling_quantile, &scaling_min_max, &scaling_robust, &scaling_none, NULL,
};

const char *const scaling_names[] = {"standard", "quantile", "min_max", "robust", "none", NULL};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void scaling_moments(const double *x, int n, double *ret_mean, double *ret_variance)
{
    double sum = 0, squares = 0, mean;

    for (int i = 0; i < n; i++)
        sum += x[i];
    mean = sum / n;
    for (int i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    *ret_mean = mean;
    *ret_variance = squares / n;
}

void scaling_sort(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, ascending);
}

double scaling_quantile_at(const double *sorted, int n, double p)
{
    double at = (n - 1) * p, t = at - floor(at), step;
    int i = (int)at;

    if (i >= n - 1)
        return sorted[n - 1];
    step = sorted[i + 1] - sorted[i];
    return t < 0.5 ? sorted[i] + step * t : sorted[i + 1] - step * (1 - t);
}

static const void *fit_none(double *x, int n, double noise, struct rng rng, struct arena *arena)
{
    (void)x, (void)n, (void)noise, (void)rng, (void)arena;
    return NULL;
}

static float apply_none(const void *fit, float x)
{
    (void)fit;
    return x;
}

const struct scaling scaling_none = {
    .name = "none",
    .doc = "numbers as the file has them",
    .fit = fit_none,
    .apply = apply_none,
};
