/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/scaling.h"

struct robust_fit {
    double median, width;
};

static const void *fit(double *x, int n, double noise, struct rng rng, struct arena *arena)
{
    struct robust_fit *f = arena_alloc(arena, sizeof *f);

    (void)noise, (void)rng;
    scaling_sort(x, n);
    f->median = scaling_quantile_at(x, n, 0.5);
    f->width = scaling_quantile_at(x, n, 0.75) - scaling_quantile_at(x, n, 0.25);
    if (f->width <= 0)
        f->width = 0.5 * (x[n - 1] - x[0]);
    if (f->width <= 0)
        f->width = 1;
    return f;
}

static float apply(const void *fit_of, float x)
{
    const struct robust_fit *f = fit_of;

    return (float)(((double)x - f->median) / f->width);
}

/* scikit-learn's RobustScaler leaves a column whose quartiles are equal at its own scale: a few
 * thousands among zeros, as gains are, would reach the model as thousands. */
const struct scaling scaling_robust = {
    .name = "robust",
    .doc = "median 0, quartiles 1 apart; where they are equal, half the range is 1; a column that "
           "never varies is only centred",
    .source = "Holzmueller et al. 2024 (RealMLP), from pytabkit's code, without its clipping",
    .fit = fit,
    .apply = apply,
};
