/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/metric/metric.h"

/* With t_c the weight of class c, p_c what is named c and s all that is right:
 *
 *     (s - sum_c t_c p_c) / sqrt((1 - sum_c p_c^2) (1 - sum_c t_c^2))
 *
 * Who names one class always, knows nothing, and has 0, which is its limit; with examples of one class only
 * there is nothing to know, and no value. */
static void matthews(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    size_t n = (size_t)e->n_classes;
    double right = 0, both = 0, t2 = 0, p2 = 0, all = 0;
    double *t = arena_alloc(arena, n * sizeof *t), *p = arena_alloc(arena, n * sizeof *p);
    int n_occurring = 0, n_named = 0;

    for (size_t l = 0; l < n; l++) {
        double weight = metric_weight(e, (int)l);

        t[l] = weight * e->n_of[l];
        right += weight * e->counts[l * n + l];
        for (size_t c = 0; c < n; c++)
            p[c] += weight * e->counts[l * n + c];
        n_occurring += t[l] > 0;
        all += t[l];
    }
    for (size_t c = 0; c < n; c++) {
        both += t[c] * p[c];
        t2 += t[c] * t[c];
        p2 += p[c] * p[c];
        n_named += p[c] > 0;
    }
    *ret_values = n_occurring < 2 ? NAN
                  : n_named < 2   ? 0
                                  : (right * all - both) / sqrt((all * all - p2) * (all * all - t2));
}

const struct metric_type metric_matthews = {
    .name = "matthews",
    .title = "Matthews correlation",
    .doc = "correlation of what is and what is named, over all classes: 0 for what knows nothing",
    .source = "Matthews 1975; Gorodkin 2004 for several classes; scikit-learn's matthews_corrcoef",
    .needs = METRIC_CLASSES,
    .low = -1,
    .high = 1,
    .is_later = true,
    .measure = matthews,
};
