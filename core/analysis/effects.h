/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * effects: what more can be said of a difference than its p-value, for the columns of a table that
 * ask for it (stats=all). What `rgdbench stats` says of numbers from elsewhere, of a sweep's own.
 */
#ifndef ANALYSIS_EFFECTS_H
#define ANALYSIS_EFFECTS_H

#include "analysis/select.h"
#include "stats/bayes.h"
#include "stats/bootstrap.h"

struct effects {
    struct bootstrap_interval bca; /* 95%, of the mean paired difference */
    double improvement;            /* P(a run of a above one of b), unpaired; 95%: */
    struct bootstrap_interval improvement_ends;
    double iqm; /* of a's runs; 95%: */
    struct bootstrap_interval iqm_ends;
    struct bayes bayes;            /* .left: b is better, .right: a is */
};

/* Of a minus b on their common seeds, in what selections hold; rope, too. What is of pairs is NaN where there
 * are none, or b is NULL: a is the baseline. stream: which stream of random numbers; another one for
 * each pair of a table. */
struct effects effects_of(const struct selection *a, const struct selection *b, double rope, int stream);

void effects_caption(struct text *t, const struct selections *s, double rope);

#endif
