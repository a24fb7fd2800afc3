/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * journal: what a run has measured so far, until the store takes it; as text, it
 * travels in the run's checkpoints.
 */
#ifndef WORK_JOURNAL_H
#define WORK_JOURNAL_H

#include "learn/run.h"
#include "store/store.h"

struct journal {
    struct arena *arena; /* owns the metrics */
    struct store_metric *metrics;
    int n_metrics;
    struct store_answers answers; /* of the test part, at its last evaluation or at the one that judges */
    struct store_array *arrays;
    int n_arrays;
    double seconds; /* that the run took before its last checkpoint was loaded */
};

void journal_init(struct journal *j, struct arena *arena);

/* All that an evaluation measured. What is kept of the evaluation that judges alone takes the place of the one's
 * before that did. */
void journal_add(struct journal *j, const struct run_point *point);

/* One line for each metric and array, one for the answers; numbers exactly. `seconds`: what the run took so far. */
void journal_write(const struct journal *j, double seconds, struct text *t);
int journal_read(struct journal *j, const char *text, struct error *err);

#endif
