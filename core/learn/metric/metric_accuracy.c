/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shares of examples whose class the model names: of all, by class, and what is made of those.
 */
#include "learn/metric/metric.h"

static int right(const struct metric_examples *e, int c)
{
    return e->counts[(size_t)c * (size_t)e->n_classes + (size_t)c];
}

static void class_accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    (void)arena;
    for (int c = 0; c < e->n_classes; c++) {
        int n = e->n_of[c];

        ret_values[c] = n ? (double)right(e, c) / n : NAN;
    }
}

const struct metric_type metric_class_accuracy = {
    .name = "class_accuracy",
    .title = "accuracy of class",
    .doc = "share of the examples of one class that are named right (recall)",
    .needs = METRIC_CLASSES,
    .by_class = true,
    .high = 1,
    .is_share = true,
    .measure = class_accuracy,
};

/* Unless classes have weights, a quotient of two counts, and nothing rounded before it. */
static void accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double weighted = 0;
    int n_right = 0;

    (void)arena;
    for (int c = 0; c < e->n_classes; c++) {
        int n = e->n_of[c];

        n_right += right(e, c);
        if (e->class_weights && n)
            weighted += e->class_weights[c] * ((double)right(e, c) / n);
    }
    *ret_values = e->class_weights ? weighted : (double)n_right / e->n;
}

const struct metric_type metric_accuracy = {
    .name = "accuracy",
    .title = "accuracy",
    .doc = "share of the examples that are named right",
    .needs = METRIC_CLASSES,
    .high = 1,
    .is_share = true,
    .measure = accuracy,
};

static void balanced_accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double sum = 0;
    int n_occurring = 0;

    (void)arena;
    for (int c = 0; c < e->n_classes; c++) {
        int n = e->n_of[c];

        if (n == 0)
            continue;
        sum += (double)right(e, c) / n;
        n_occurring++;
    }
    *ret_values = sum / n_occurring;
}

const struct metric_type metric_balanced_accuracy = {
    .name = "balanced_accuracy",
    .title = "balanced accuracy",
    .doc = "mean of the classes' accuracies, over the classes that occur: what naming always the same "
           "class gives is one over their number",
    .source = "Brodersen et al. 2010; scikit-learn's balanced_accuracy_score",
    .needs = METRIC_CLASSES,
    .high = 1,
    .is_share = true,
    .measure = balanced_accuracy,
};

static void worst_class_accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double worst = NAN;

    (void)arena;
    for (int c = 0; c < e->n_classes; c++) {
        int n = e->n_of[c];

        if (n)
            worst = fmin(worst, (double)right(e, c) / n); /* fmin passes NaN over */
    }
    *ret_values = worst;
}

const struct metric_type metric_worst_class_accuracy = {
    .name = "worst_class_accuracy",
    .title = "worst-class accuracy",
    .doc = "the lowest of the classes' accuracies",
    .needs = METRIC_CLASSES,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = worst_class_accuracy,
};

enum { TOP = 5 };

/* Is the label among the five of the highest scores? Of equal scores the first class goes first. */
static bool is_in_top(const float *scores, int n_classes, int label)
{
    int n_before = 0;

    for (int c = 0; c < n_classes; c++)
        n_before += scores[c] > scores[label] || (scores[c] == scores[label] && c < label);
    return n_before < TOP;
}

static void top5_accuracy(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    int *n_in = arena_alloc(arena, (size_t)e->n_classes * sizeof *n_in);
    int n_all = 0;
    double weighted = 0;

    for (int i = 0; i < e->n; i++)
        n_in[e->labels[i]] +=
            is_in_top(e->scores + (size_t)i * (size_t)e->n_classes, e->n_classes, e->labels[i]);
    for (int c = 0; c < e->n_classes; c++) {
        n_all += n_in[c];
        weighted += metric_weight(e, c) * n_in[c];
    }
    *ret_values = e->class_weights ? weighted : (double)n_all / e->n;
}

const struct metric_type metric_top5_accuracy = {
    .name = "top5_accuracy",
    .title = "top-5 accuracy",
    .doc = "share of the examples whose class is among the five with the highest scores",
    .source = "Russakovsky et al. 2015 (ImageNet); scikit-learn's top_k_accuracy_score",
    .needs = METRIC_CLASSES | METRIC_SCORES,
    .min_classes = TOP + 1,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = top5_accuracy,
};
