/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/bootstrap.h"

#include "base/arena.h"
#include "stats/distribution.h"
#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>

/* Of a standard deviation: more than rounding does, less than means of other values differ by. */
static const double ROUNDING = 1e-6;

double bootstrap_quantile(const double *sorted, int n, double p)
{
    double at = p * (n - 1);
    int i = (int)floor(at);

    if (isnan(p))
        return NAN;
    if (i >= n - 1 || isinf(sorted[i])) /* there is nothing between an infinity and the next */
        return sorted[i < n ? i : n - 1];
    return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
}

/* The skewness of the jackknife means over 6. They are (sum - x[i]) / (n - 1), and
 * differ from their mean by (mean - x[i]) / (n - 1); that factor cancels. */
static double acceleration(const double *x, int n, double mean)
{
    double squares = 0, cubes = 0;

    for (int i = 0; i < n; i++) {
        double d = x[i] - mean;

        squares += d * d;
        cubes += d * d * d;
    }
    return cubes / (6 * pow(squares, 1.5));
}

void bootstrap_ends(const double *x, int n, double *draws, int n_draws, double level,
                    struct bootstrap *ret_bootstrap)
{
    struct summary s = summary_of(x, n);
    double half = (1 - level) / 2, z = normal_quantile(half), bias, a, below = 0;

    /* A resample of the very sum is a tie, whatever its additions left in the last bits. */
    qsort(draws, (size_t)n_draws, sizeof *draws, summary_ascending);
    for (int i = 0; i < n_draws; i++)
        below += fabs(draws[i] - s.mean) <= ROUNDING * s.sd ? 0.5 : draws[i] < s.mean;
    bias = normal_quantile(below / n_draws);
    a = acceleration(x, n, s.mean);
    ret_bootstrap->percentile = (struct bootstrap_interval){bootstrap_quantile(draws, n_draws, half),
                                                            bootstrap_quantile(draws, n_draws, 1 - half)};
    ret_bootstrap->bca = (struct bootstrap_interval){
        bootstrap_quantile(draws, n_draws, normal_below(bias + (bias + z) / (1 - a * (bias + z)))),
        bootstrap_quantile(draws, n_draws, normal_below(bias + (bias - z) / (1 - a * (bias - z)))),
    };
}

int bootstrap_draws(int n)
{
    return n > BOOTSTRAP_MANY ? BOOTSTRAP_FEW : BOOTSTRAP_DRAWS;
}

void bootstrap_mean(const double *x, int n, struct rng rng, double level,
                    struct bootstrap *ret_bootstrap)
{
    const struct bootstrap_interval none = {NAN, NAN};
    struct summary s = summary_of(x, n);
    struct arena arena = {0};
    int n_draws = bootstrap_draws(n);
    double *draws;

    *ret_bootstrap = (struct bootstrap){none, none};
    if (n < 2 || !isfinite(s.sd))
        return;
    if (s.sd == 0) {
        ret_bootstrap->percentile = (struct bootstrap_interval){s.mean, s.mean};
        return;
    }
    draws = arena_alloc(&arena, (size_t)n_draws * sizeof *draws);
    rng = rng_derive(rng, "bootstrap");
    for (int k = 0; k < n_draws; k++) {
        for (int i = 0; i < n; i++)
            draws[k] += x[rng_below(&rng, (uint32_t)n)] - s.mean; /* a mean of equal values is exact */
        draws[k] = s.mean + draws[k] / n;
    }
    bootstrap_ends(x, n, draws, n_draws, level, ret_bootstrap);
    arena_release(&arena);
}
