/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the probabilities are worth, and not only their order. Lower is better.
 */
#include "learn/metric/metric.h"

#include "math/kernels.h"

/* The mean of what each example has, by weight. */
static double mean_of(const struct metric_examples *e, const double *values, struct arena *arena)
{
    double *sums = arena_alloc(arena, (size_t)e->n_classes * sizeof *sums);
    double mean = 0;

    for (int i = 0; i < e->n; i++)
        sums[e->labels[i]] += values[i];
    for (int c = 0; c < e->n_classes; c++)
        mean += metric_weight(e, c) * sums[c];
    return mean;
}

/* From the scores, so that an answer that is surely wrong costs what it costs, and not infinity. */
static void log_loss(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double *values = arena_alloc(arena, ((size_t)e->n + 1) * sizeof *values);

    for (int i = 0; i < e->n; i++) {
        const float *s = e->scores + (size_t)i * (size_t)e->n_classes;
        double highest = s[metric_predict(s, NULL, e->n_classes)], sum = 0;

        for (int c = 0; c < e->n_classes; c++)
            sum += kernel_exp((double)s[c] - highest);
        values[i] = kernel_log(sum) + highest - (double)s[e->labels[i]];
    }
    *ret_values = mean_of(e, values, arena);
}

const struct metric_type metric_log_loss = {
    .name = "log_loss",
    .title = "log loss",
    .doc = "mean of minus the logarithm of the probability of an example's class: cross-entropy, whatever "
           "loss was trained with",
    .source = "Good 1952; scikit-learn's log_loss",
    .needs = METRIC_CLASSES | METRIC_SCORES,
    .lower_is_better = true,
    .high = INFINITY,
    .is_later = true,
    .measure = log_loss,
};

static void brier(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double *values = arena_alloc(arena, ((size_t)e->n + 1) * sizeof *values);

    for (int i = 0; i < e->n; i++) {
        const float *p = e->probabilities + (size_t)i * (size_t)e->n_classes;

        for (int c = 0; c < e->n_classes; c++) {
            double off = (double)p[c] - (c == e->labels[i]);

            values[i] += off * off;
        }
    }
    *ret_values = mean_of(e, values, arena);
}

const struct metric_type metric_brier = {
    .name = "brier",
    .title = "Brier score",
    .doc = "mean over the examples of the squared errors of the probabilities, added up over the classes",
    .source = "Brier 1950, eq. 2; scikit-learn's brier_score_loss(scale_by_half=False)",
    .needs = METRIC_CLASSES | METRIC_SCORES,
    .lower_is_better = true,
    .high = 2,
    .is_later = true,
    .measure = brier,
};

enum { N_BINS = 15 };

/* Bins (k/15, (k + 1)/15] of the highest probability; any, where that is not a number, nor will be the sum. */
static int bin_of(double confidence)
{
    double k = ceil(confidence * N_BINS) - 1;

    return k >= N_BINS ? N_BINS - 1 : k > 0 ? (int)k : 0;
}

static void ece(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double *weights = arena_alloc(arena, (size_t)e->n_classes * sizeof *weights);
    double gaps[N_BINS] = {0}, sum = 0; /* a bin's weight times accuracy minus confidence */

    for (int c = 0; c < e->n_classes; c++)
        weights[c] = metric_weight(e, c);
    for (int i = 0; i < e->n; i++) {
        double confidence =
            (double)e->probabilities[(size_t)i * (size_t)e->n_classes + (size_t)e->predicted[i]];

        gaps[bin_of(confidence)] +=
            weights[e->labels[i]] * ((e->predicted[i] == e->labels[i]) - confidence);
    }
    for (int k = 0; k < N_BINS; k++)
        sum += fabs(gaps[k]);
    *ret_values = sum;
}

const struct metric_type metric_ece = {
    .name = "ece",
    .title = "calibration error",
    .doc = "expected calibration error: by how much the highest probability misses the share that is right, "
           "in 15 bins of equal width",
    .source = "Naeini et al. 2015; Guo et al. 2017, eq. 5",
    .needs = METRIC_CLASSES | METRIC_SCORES,
    .lower_is_better = true,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = ece,
};
