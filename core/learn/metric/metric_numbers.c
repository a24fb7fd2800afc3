/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of targets that are numbers.
 */
#include "learn/metric/metric.h"

static double mean_of(const float *x, int n)
{
    double mean = 0;

    for (int i = 0; i < n; i++)
        mean += (double)x[i] / n;
    return mean;
}

/* Exactly: what rounding leaves of equal targets' spread would be a divisor. */
static bool is_constant(const float *x, int n)
{
    for (int i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

static double mean_square(const struct metric_examples *e)
{
    double sum = 0;

    for (int i = 0; i < e->n; i++) {
        double residual = (double)e->answers[i] - (double)e->targets[i];

        sum += residual * residual;
    }
    return sum / e->n;
}

static void r2(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double mean = mean_of(e->targets, e->n), residuals = 0, spread = 0;

    (void)arena;
    for (int i = 0; i < e->n; i++) {
        double residual = (double)e->answers[i] - (double)e->targets[i];
        double from_mean = (double)e->targets[i] - mean;

        residuals += residual * residual;
        spread += from_mean * from_mean;
    }
    *ret_values = is_constant(e->targets, e->n) ? NAN : 1 - residuals / spread;
}

const struct metric_type metric_r2 = {
    .name = "r2",
    .title = "R2",
    .doc = "1 minus the mean squared error over the variance of the targets: 0 for answering their mean",
    .source = "scikit-learn's r2_score",
    .needs = METRIC_NUMBERS,
    .low = -INFINITY,
    .high = 1,
    .is_share = true,
    .measure = r2,
};

static void rmse(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    (void)arena;
    *ret_values = sqrt(mean_square(e));
}

const struct metric_type metric_rmse = {
    .name = "rmse",
    .title = "RMSE",
    .doc = "root of the mean squared error, in the targets' unit",
    .needs = METRIC_NUMBERS,
    .lower_is_better = true,
    .high = INFINITY,
    .is_later = true,
    .measure = rmse,
};

static void mae(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double sum = 0;

    (void)arena;
    for (int i = 0; i < e->n; i++)
        sum += fabs((double)e->answers[i] - (double)e->targets[i]);
    *ret_values = sum / e->n;
}

const struct metric_type metric_mae = {
    .name = "mae",
    .title = "MAE",
    .doc = "mean absolute error, in the targets' unit",
    .needs = METRIC_NUMBERS,
    .lower_is_better = true,
    .high = INFINITY,
    .is_later = true,
    .measure = mae,
};

static double correlation(const double *x, const double *y, int n)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;

    for (int i = 0; i < n; i++) {
        mean_x += x[i] / n;
        mean_y += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return fmax(-1, fmin(1, xy / (sqrt(xx) * sqrt(yy))));
}

/* Ranks from 1, those of equals their mean. */
static double *rank(const float *x, int n, struct arena *arena)
{
    double *ranks = arena_alloc(arena, ((size_t)n + 1) * sizeof *ranks);
    int *order = arena_alloc(arena, ((size_t)n + 1) * sizeof *order);

    metric_sort(x, 1, n, arena, order);
    for (int i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && x[order[end]] == x[order[i]]; end++)
            ;
        for (int k = i; k < end; k++)
            ranks[order[k]] = (i + 1 + end) / 2.0;
    }
    return ranks;
}

static double *widen(const float *x, int n, struct arena *arena)
{
    double *wide = arena_alloc(arena, ((size_t)n + 1) * sizeof *wide);

    for (int i = 0; i < n; i++)
        wide[i] = (double)x[i];
    return wide;
}

/* Of the numbers as `read` gives them; NaN where targets or answers are all equal. */
static double correlation_of(const struct metric_examples *e, struct arena *arena,
                             double *(*read)(const float *x, int n, struct arena *arena))
{
    if (is_constant(e->targets, e->n) || is_constant(e->answers, e->n))
        return NAN;
    return correlation(read(e->targets, e->n, arena), read(e->answers, e->n, arena), e->n);
}

static void pearson(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    *ret_values = correlation_of(e, arena, widen);
}

const struct metric_type metric_pearson = {
    .name = "pearson",
    .title = "Pearson correlation",
    .doc = "linear correlation of answers and targets",
    .source = "SciPy's pearsonr",
    .needs = METRIC_NUMBERS,
    .low = -1,
    .high = 1,
    .is_later = true,
    .measure = pearson,
};

static void spearman(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    *ret_values = correlation_of(e, arena, rank);
}

const struct metric_type metric_spearman = {
    .name = "spearman",
    .title = "Spearman correlation",
    .doc = "correlation of the ranks of answers and targets, ties by their mean rank",
    .source = "SciPy's spearmanr",
    .needs = METRIC_NUMBERS,
    .low = -1,
    .high = 1,
    .is_later = true,
    .measure = spearman,
};
