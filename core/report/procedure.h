/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * procedure: how much a result would vary if all of it were done again, tuning too.
 *
 * The t interval of one configuration answers for other seeds and the same settings. Here seeds are
 * drawn anew, each method selects the configuration with the best mean validation measure on them, and
 * its test measure is read on them: a bootstrap of the whole procedure. Ends are those of the expanded
 * percentile interval (Hesterberg 2015, The American Statistician 69, section 5.3), which widens the
 * percentiles as much as n seeds make a t interval wider than a normal one: plain percentiles hold the
 * truth in 86% of cases at six seeds, 75% at three.
 */
#ifndef REPORT_PROCEDURE_H
#define REPORT_PROCEDURE_H

#include "report/select.h"

struct procedure {
    int n_seeds;
    double low, high;  /* 95%; NaN with fewer than two seeds, where a mean is minus infinity, and where
                        * all draws are alike: an interval of no width would be a certainty */
    double stability;  /* share of the draws that selected what is best on all seeds */
};

struct procedure procedure_bootstrap(const struct selection *r);

/* Of a minus b: the seeds that both have are drawn, and both select anew. .stability NaN. */
struct procedure procedure_difference(const struct selection *a, const struct selection *b);

#endif
