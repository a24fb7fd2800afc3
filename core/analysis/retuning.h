/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * retuning: how much a result would vary if all of it were done again, tuning too.
 *
 * The t interval of one configuration answers for other seeds and the same settings. Here seeds are
 * drawn anew, each method selects the configuration with the best mean validation measure on them, and
 * its test measure is read on them: a bootstrap of the whole procedure. The interval is for what this
 * procedure gives on average over n seeds, with the luck of its selection.
 *
 * A selection jumps, and percentiles of draws that jump hold the truth too often where validation is
 * noisy and too rarely where it is not (docs/STATISTICS.md). The mean of the draws does not jump: it is
 * Efron's smoothed estimate (2014, Estimation and accuracy after model selection, JASA 109), and he gives
 * its variance from the same draws. The interval is that mean -+ t(n - 1) standard errors; the factor
 * n / (n - 1) of the variance is ours, and with one configuration it is the t interval of its mean.
 */
#ifndef ANALYSIS_RETUNING_H
#define ANALYSIS_RETUNING_H

#include "analysis/select.h"

enum { PROCEDURE_DRAWS = 4000 };

struct retuning {
    int n_seeds;
    double low, high;  /* 95%; NaN with fewer than two seeds, where a mean is minus infinity, and where
                        * all draws are alike: an interval of no width would be a certainty */
    double stability;  /* share of the draws that selected what is best on all seeds */
};

struct retuning retuning_bootstrap(const struct selection *r);

/* Of a minus b: the seeds that both have are drawn, and both select anew. .stability NaN. */
struct retuning retuning_difference(const struct selection *a, const struct selection *b);

#endif
