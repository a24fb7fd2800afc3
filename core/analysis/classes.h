/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * classes: what a mean over all test examples hides: the worst class and the tail, in each seed, as
 * means over seeds.
 */
#ifndef ANALYSIS_CLASSES_H
#define ANALYSIS_CLASSES_H

#include "analysis/select.h"
#include "stats/summary.h"

/* The classes from the one with most training examples to the one with fewest; of equals the first in the
 * data set stands first. */
struct class_order {
    int n;
    const int *at;        /* [n] classes */
    const double *counts; /* [n] by class, means over the runs; NULL: no run has recorded them, and the order
                           * is the data set's, which is that of size where it was made long-tailed */
};

/* Of the selected runs of r. */
int classes_order(struct store *store, const struct selection *r, int n_classes, struct arena *arena,
                  struct class_order *ret_order, struct error *err);

struct classes {
    int n_classes, n_tail; /* the third of the classes with the fewest training examples; 0: the store
                            * has no classes */
    struct summary worst;  /* over seeds, of the accuracy of each run's own worst class */
    struct summary tail;   /* over seeds, of the mean accuracy of the tail's classes */
};

/* Of the selected runs; one that diverged has 0. */
int classes_read(struct store *store, const struct selection *r, struct arena *arena,
                 struct classes *ret_classes, struct error *err);

#endif
