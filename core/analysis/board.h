/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * board: all runs of one method under one condition, seeds down and configurations across: what
 * selection chooses from, and the only place where it chooses.
 *
 *     int c = board_choose(&b, i);              the best configuration of seed i by itself
 *     int c = board_choose_over(&b, seeds, n);  the best mean over these seeds
 *
 * 1. Validation values choose, never test values.
 * 2. Of equals the first in the plan is chosen. Equal is what rounding cannot tell apart: means of
 *    shares k/n are.
 * 3. A run that diverged has the measure's worst value. Where that is minus infinity, one
 *    configuration is below another if more of its runs diverged.
 * 4. Over several seeds, only configurations compete that ended on as many of them as any.
 */
#ifndef ANALYSIS_BOARD_H
#define ANALYSIS_BOARD_H

#include "store/store.h"

struct board {
    int n_points, n_seeds;
    const char **points;       /* [n_points] configurations, in the plan's order */
    struct label *labels;      /* [n_points] their parts */
    int *seeds;                /* [n_seeds] rising */
    int *places;               /* [n_seeds][n_points] of the run in the plan; -1: is not in it */
    double *validation, *test; /* [n_seeds][n_points]; NaN: has not ended */
};

/* Of the n runs order[0 ..] of `plan`; the values are by the plan's places. In `arena`. */
struct board board_fill(const struct store_plan *plan, const double *validation, const double *test,
                        const int *order, int n, struct arena *arena);

/* A configuration's place in b->points; -1: none has ended there. */
int board_choose(const struct board *b, int seed);

/* Over the seeds seeds[0 .. n - 1], places in b->seeds, which may recur. */
int board_choose_over(const struct board *b, const int *seeds, int n);
int board_choose_over_all(const struct board *b);

/* All that have ended on any of these seeds, the best first, so that of any set of them the one that
 * stands first would be chosen. ret_points: [n_points]. Gives their number. */
int board_rank(const struct board *b, const int *seeds, int n, int *ret_points);

/* The mean test measure of a configuration over those of the seeds on which it has ended; NaN: none. */
double board_test_mean(const struct board *b, int point, const int *seeds, int n);

/* By how much the best over all seeds leads the next one: mean over the seeds on which both ended,
 * and standard error of that, of the differences seed by seed. NaN where there is none. */
struct board_lead {
    double mean, standard_error;
};

struct board_lead board_lead_of(const struct board *b);

/* Has the configuration ended on this seed? */
bool board_has_ended(const struct board *b, int seed, int point);

/* Is x above y, by more than what rounding does (metric_exceeds)? */
bool board_exceeds(double x, double y);

#endif
