/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * budget: how good is a method if only k of its configurations are tried? The expected test value of
 * what is then selected, over all sets of k of the n that were tried. */
#ifndef ANALYSIS_BUDGET_H
#define ANALYSIS_BUDGET_H

#include "analysis/select.h"

struct budget {
    int n;                           /* the most configurations that have ended */
    const double *mean, *half_width; /* [n] with 1, 2 .. n of them; as the measure, not in percent */
};

/* Selecting in each seed: the expectation of each seed by itself, over the sets of its own
 * configurations; their mean over seeds and its 95% t interval. A seed in which only m have ended stays
 * where it is with all m. With all n it is what the table has.
 *
 * Selecting over all seeds: the expectation of a configuration's mean over seeds; no interval.
 *
 * Where a run that diverged may be selected and the measure has no worst value, the mean is minus
 * infinity: there is none. */
struct budget budget_of(const struct selection *r, enum select_in in, struct arena *arena);

#endif
