/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/scaling.h"

#include <math.h>

struct standard_fit {
    float mean, inverse;
};

/* In floats, and sums in the order of the rows: stored results of numbers came of these bits. */
static const void *fit(double *x, int n, double noise, struct rng rng, struct arena *arena)
{
    struct standard_fit *f = arena_alloc(arena, sizeof *f);
    double mean, variance;

    (void)noise, (void)rng;
    scaling_moments(x, n, &mean, &variance);
    f->mean = (float)mean;
    f->inverse = variance > 1e-12 ? (float)(1 / sqrt(variance)) : 1;
    return f;
}

static float apply(const void *fit_of, float x)
{
    const struct standard_fit *f = fit_of;

    return (x - f->mean) * f->inverse;
}

const struct scaling scaling_standard = {
    .name = "standard",
    .doc = "mean 0, deviation 1; a column that never varies is only centred",
    .fit = fit,
    .apply = apply,
};
