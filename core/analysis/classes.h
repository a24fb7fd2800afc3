/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * classes: what a mean over all test examples hides: the worst class and the tail, in each seed, as
 * means over seeds.
 */
#ifndef ANALYSIS_CLASSES_H
#define ANALYSIS_CLASSES_H

#include "analysis/select.h"
#include "stats/summary.h"

struct classes {
    int n_classes, n_tail; /* the last third of the classes, which are in order of size where the data
                            * set was made long-tailed; 0: the store has no classes */
    struct summary worst;  /* over seeds, of the accuracy of each run's own worst class */
    struct summary tail;   /* over seeds, of the mean accuracy of the tail's classes */
};

/* Of the selected runs; one that diverged has 0. */
int classes_read(struct store *store, const struct selection *r, struct arena *arena,
                 struct classes *ret_classes, struct error *err);

#endif
