/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * F1: the harmonic mean of precision and recall, of one class or of all.
 */
#include "learn/metric/metric.h"

/* 2 right / (examples of the class + examples named so); NaN where there is neither. */
static void f1(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    size_t n = (size_t)e->n_classes;

    (void)arena;
    for (size_t c = 0; c < n; c++) {
        double right = 0, both = 0;

        for (size_t l = 0; l < n; l++) {
            double weight = metric_weight(e, (int)l);

            both += weight * e->counts[l * n + c]; /* named c */
            if (l != c)
                continue;
            right = weight * e->counts[c * n + c];
            both += weight * e->n_of[c];
        }
        ret_values[c] = both > 0 ? 2 * right / both : NAN;
    }
}

const struct metric_type metric_f1 = {
    .name = "f1",
    .title = "F1 of class",
    .doc = "harmonic mean of the precision and the recall of one class",
    .source = "van Rijsbergen 1979; scikit-learn's f1_score(average=None)",
    .needs = METRIC_CLASSES,
    .by_class = true,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = f1,
};

static void macro_f1(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double *values = arena_alloc(arena, (size_t)e->n_classes * sizeof *values);
    double sum = 0;
    int n = 0;

    f1(e, arena, values);
    for (int c = 0; c < e->n_classes; c++) {
        if (isnan(values[c]))
            continue;
        sum += values[c];
        n++;
    }
    *ret_values = sum / n;
}

const struct metric_type metric_macro_f1 = {
    .name = "macro_f1",
    .title = "macro F1",
    .doc = "mean of the classes' F1, over the classes that occur or are named",
    .source = "scikit-learn's f1_score(average=\"macro\")",
    .needs = METRIC_CLASSES,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = macro_f1,
};
