/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well a class's probability separates it from the rest: areas under curves, which all thresholds
 * make. Of two classes, that of the second; of more, the mean over the classes, each against the rest.
 */
#include "learn/metric/metric.h"

/* The examples of equal probability of class c, from the lowest on: what of them is of c, and what is not. */
struct step {
    double positive, negative;
};

/* Steps of class c, from the lowest probability to the highest; gives their number, and the sums. */
static int make_steps(const struct metric_examples *e, int c, int *order, struct arena *arena,
                      struct step *ret_steps, struct step *ret_sums)
{
    const float *p = e->probabilities + c;
    double *weights = arena_alloc(arena, (size_t)e->n_classes * sizeof *weights);
    struct step sums = {0};
    size_t stride = (size_t)e->n_classes;
    int n = 0;

    for (int l = 0; l < e->n_classes; l++)
        weights[l] = e->class_weights ? metric_weight(e, l) : 1;
    metric_sort(p, e->n_classes, e->n, arena, order);
    for (int i = 0; i < e->n; i++) {
        int label = e->labels[order[i]];

        if (i == 0 || p[(size_t)order[i] * stride] > p[(size_t)order[i - 1] * stride])
            ret_steps[n++] = (struct step){0};
        *(label == c ? &ret_steps[n - 1].positive : &ret_steps[n - 1].negative) += weights[label];
    }
    for (int i = 0; i < n; i++) {
        sums.positive += ret_steps[i].positive;
        sums.negative += ret_steps[i].negative;
    }
    *ret_sums = sums;
    return n;
}

/* The probability that an example of the class has a higher score than another one, ties half: as the
 * mean ranks of Mann and Whitney. */
static double area_roc(const struct step *steps, int n, const struct step *sums)
{
    double below = 0, area = 0;

    for (int i = 0; i < n; i++) {
        area += steps[i].positive * (below + steps[i].negative / 2);
        below += steps[i].negative;
    }
    return sums->positive > 0 && sums->negative > 0 ? area / (sums->positive * sums->negative) : NAN;
}

/* Average precision: each step's precision times what it adds to recall, from the highest on. */
static double area_pr(const struct step *steps, int n, const struct step *sums)
{
    double positive = 0, all = 0, area = 0;

    for (int i = n; i-- > 0;) {
        positive += steps[i].positive;
        all += steps[i].positive + steps[i].negative;
        if (all > 0)
            area += steps[i].positive / sums->positive * (positive / all);
    }
    return sums->positive > 0 ? area : NAN;
}

/* The mean over the classes where there is a value. */
static double over_classes(const struct metric_examples *e, struct arena *arena,
                           double (*area)(const struct step *steps, int n, const struct step *sums))
{
    struct step *steps = arena_alloc(arena, ((size_t)e->n + 1) * sizeof *steps);
    int *order = arena_alloc(arena, ((size_t)e->n + 1) * sizeof *order);
    double sum = 0;
    int n_values = 0;

    for (int c = e->n_classes == 2; c < e->n_classes; c++) {
        struct step sums;
        int n = make_steps(e, c, order, arena, steps, &sums);
        double value = area(steps, n, &sums);

        if (isnan(value))
            continue;
        sum += value;
        n_values++;
    }
    return sum / n_values;
}

static void auroc(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    *ret_values = over_classes(e, arena, area_roc);
}

static void auprc(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    *ret_values = over_classes(e, arena, area_pr);
}

const struct metric_type metric_auroc = {
    .name = "auroc",
    .title = "AUROC",
    .doc = "area under the ROC curve: the probability that an example of the class has a higher score than "
           "another one; 50% for what knows nothing",
    .source = "Hanley and McNeil 1982; scikit-learn's roc_auc_score(multi_class=\"ovr\")",
    .needs = METRIC_CLASSES | METRIC_SCORES,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = auroc,
};

const struct metric_type metric_auprc = {
    .name = "auprc",
    .title = "AUPRC",
    .doc = "average precision: area under the curve of precision over recall; the class's share for what "
           "knows nothing",
    .source = "scikit-learn's average_precision_score",
    .needs = METRIC_CLASSES | METRIC_SCORES,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = auprc,
};
