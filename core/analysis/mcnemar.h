/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mcnemar: two trained models on the same test examples: how often one alone is right.
 *
 * McNemar's test speaks of these two models, not of the methods: it says nothing of what
 * another seed would give.
 */
#ifndef ANALYSIS_MCNEMAR_H
#define ANALYSIS_MCNEMAR_H

#include "store/store.h"

struct mcnemar_pair {
    int n;                /* examples; 0: the store has not kept the answers of both */
    int a_alone, b_alone; /* that one has right and the other wrong */
    double p;             /* McNemar's exact test; NaN where n is 0 */
};

/* Fails where what was kept does not have the test accuracies that the store has of the runs. */
int mcnemar_compare(struct store *store, long run_a, long run_b, struct mcnemar_pair *ret_pair,
                    struct error *err);

#endif
