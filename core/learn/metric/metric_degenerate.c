/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/metric/metric.h"

/* Fine-tuning on few examples may end so, and its accuracy may look like something: its mean over seeds is the share of
 * such runs. Where all examples are of one class, that is no fault. */
static void degenerate(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    size_t n = (size_t)e->n_classes;
    int n_occurring = 0, n_named = 0;

    (void)arena;
    for (size_t c = 0; c < n; c++) {
        int named = 0;

        for (size_t l = 0; l < n; l++)
            named += e->counts[l * n + c];
        n_occurring += e->n_of[c] > 0;
        n_named += named > 0;
    }
    *ret_values = n_occurring < 2 ? (double)NAN : n_named < 2;
}

const struct metric_type metric_degenerate = {
    .name = "degenerate",
    .title = "share of degenerate runs",
    .doc = "1 where one class is named for all examples, whatever they are; else 0",
    .needs = METRIC_CLASSES,
    .lower_is_better = true,
    .low = 0,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = degenerate,
};
