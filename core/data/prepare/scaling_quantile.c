/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To the normal law by ranks: a value goes to its place among the training part's quantiles, the
 * place p in 0 .. 1 to the normal quantile of p. As scikit-learn's QuantileTransformer(
 * output_distribution="normal") does it on all rows, with the number of quantiles and the noise
 * of Gorishniy et al. 2021:
 *
 * 1. Quantiles are at i / (k - 1), i < k, linear between order statistics (numpy's percentile,
 *    to the last bit: where a quantile hits a value that many rows share, an ulp less would
 *    end the tie one quantile earlier).
 * 2. p is linear between quantiles. Where several are equal to x, it is the middle of theirs.
 * 3. Values at the ends, or beyond them, are 0 and 1; constant columns are all 0, so that both
 *    become the end of 5.
 * 4. p is cut at 1e-7 and 1 - 1e-7, which are -5.2 and 5.2.
 * 5. Noise spreads ties over the quantiles near them, for the fit only: without it the many zeros
 *    of a column without negatives would be at its lower end, -5.2. */
#include "data/prepare/gauss.h"
#include "data/prepare/scaling.h"
#include "math/kernels.h"

#include <math.h>
#include <stdbool.h>

static const double THRESHOLD = 1e-7; /* scikit-learn's BOUNDS_THRESHOLD */

struct quantile_fit {
    int n;
    double *values; /* [n], rising */
    double *places; /* [n] in 0 .. 1 */
};

/* Deviation of the noise: rtdl-revisiting-models (lib/data.py) has noise / s, where s is the column's own, and 1 where
 * s is smaller than noise. It does not show in columns of whole numbers, which spread by 1 and more; but where s is 0.03,
 * it would be as large as the values. So it is at most the share `noise` of s: the same from s = 1 on. A column that
 * never varies has noise of 1, which puts it in the middle. */
static void add_noise(double *x, int n, double noise, struct rng rng)
{
    struct arena scratch = {0};
    float *normal = arena_alloc(&scratch, (size_t)n * sizeof *normal);
    double mean, variance, deviation, width;

    scaling_moments(x, n, &mean, &variance);
    deviation = sqrt(variance);
    width = deviation == 0 ? 1 : noise * fmin(deviation, 1 / deviation);
    kernel_normal(normal, (size_t)n, rng.key);
    for (int i = 0; i < n; i++)
        x[i] += width * (double)normal[i];
    arena_release(&scratch);
}

static int count_quantiles(int n)
{
    int k = n / 30 < 1000 ? n / 30 : 1000;

    k = k > 10 ? k : 10;
    return k < n ? k : n;
}

static const void *fit(double *x, int n, double noise, struct rng rng, struct arena *arena)
{
    struct quantile_fit *f = arena_alloc(arena, sizeof *f);
    int k = count_quantiles(n);

    if (noise > 0)
        add_noise(x, n, noise, rng);
    scaling_sort(x, n);
    f->n = k;
    f->values = arena_alloc(arena, (size_t)k * sizeof *f->values);
    f->places = arena_alloc(arena, (size_t)k * sizeof *f->places);
    for (int i = 0; i < k; i++) {
        double value;

        f->places[i] = i == 0 ? 0 : i == k - 1 ? 1 : i * (1.0 / (k - 1));
        value = scaling_quantile_at(x, n, f->places[i] * 100 / 100); /* there by way of percent */
        f->values[i] = i > 0 && value < f->values[i - 1] ? f->values[i - 1] : value;
    }
    return f;
}

/* How many of the values are below x; or up to it, where `with_equal`. */
static int count_below(const struct quantile_fit *f, double x, bool with_equal)
{
    int low = 0, high = f->n;

    while (low < high) {
        int middle = low + (high - low) / 2;

        if (f->values[middle] < x || (with_equal && f->values[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double place_of(const struct quantile_fit *f, double x)
{
    int first, last;
    double slope;

    if (x - THRESHOLD < f->values[0])
        return 0;
    if (x + THRESHOLD > f->values[f->n - 1])
        return 1;
    first = count_below(f, x, false); /* the first that is not below x */
    last = count_below(f, x, true) - 1; /* the last that is not above it */
    if (first <= last)
        return 0.5 * (f->places[first] + f->places[last]);
    slope = (f->places[first] - f->places[last]) / (f->values[first] - f->values[last]);
    return f->places[last] + slope * (x - f->values[last]);
}

static float apply(const void *fit_of, float x)
{
    const double least = THRESHOLD - 0x1p-52;
    double p = place_of(fit_of, (double)x);

    p = p < least ? least : p > 1 - least ? 1 - least : p;
    return (float)gauss_quantile(p);
}

const struct scaling scaling_quantile = {
    .name = "quantile",
    .doc = "ranks among max(min(n / 30, 1000), 10) quantiles, to the normal law",
    .source = "Gorishniy et al. 2021, from rtdl-revisiting-models; scikit-learn's "
              "QuantileTransformer",
    .fit = fit,
    .apply = apply,
};
