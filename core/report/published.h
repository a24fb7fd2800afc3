/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * published: what others reported for the methods of an experiment, for a column
 * beside our own numbers, with its source.
 *
 * results/published/EXPERIMENT.csv has the header
 *
 *     method,condition,test_accuracy,setting,source
 *
 * and a row a number: the method's label, the condition as our tables show it (empty:
 * none), percent, what was trained there ("ResNet-32, 200 epochs"), and where it stands.
 */
#ifndef REPORT_PUBLISHED_H
#define REPORT_PUBLISHED_H

#include "base/arena.h"
#include "base/error.h"

struct published_number {
    const char *method, *condition, *setting, *source;
    double test_accuracy; /* percent */
    int mark;             /* [1], [2]: the source's number in the caption */
};

struct published {
    const struct published_number *items;
    int n, n_marks;
};

/* A file that is not there has no numbers. In `arena`. */
int published_read(const char *path, struct arena *arena, struct published *ret_published,
                   struct error *err);

/* The first for this method and (shortened) condition, or NULL. */
const struct published_number *published_find(const struct published *p, const char *method,
                                              const char *condition);

#endif
