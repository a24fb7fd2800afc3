/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/scaling.h"

struct min_max_fit {
    double low, high;
};

static const void *fit(double *x, int n, double noise, struct rng rng, struct arena *arena)
{
    struct min_max_fit *f = arena_alloc(arena, sizeof *f);

    (void)noise, (void)rng;
    f->low = f->high = x[0];
    for (int i = 1; i < n; i++) {
        f->low = x[i] < f->low ? x[i] : f->low;
        f->high = x[i] > f->high ? x[i] : f->high;
    }
    return f;
}

/* Of a constant column nothing was learned, so that another value later is told from none. */
static float apply(const void *fit_of, float x)
{
    const struct min_max_fit *f = fit_of;

    return f->high > f->low ? (float)(((double)x - f->low) / (f->high - f->low)) : 0;
}

const struct scaling scaling_min_max = {
    .name = "min_max",
    .doc = "the training part's values lie in 0 .. 1, others where they fall; a column that never "
           "varies is 0",
    .fit = fit,
    .apply = apply,
};
