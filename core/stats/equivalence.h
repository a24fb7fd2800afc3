/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * equivalence: are two methods as good as equal? A test that finds no difference does
 * not say so; this one may.
 *
 * TOST, two one-sided tests (Schuirmann 1987): the mean difference lies between -margin and
 * margin where both one-sided t-tests reject, "at most -margin" and "at least margin". p is the
 * larger of theirs: at p < 0.05 the 90% t interval lies within the margin.
 *
 *     struct test_result r = equivalence_tost(&in, 0.01);
 *     if (r.p < 0.05)
 *         ... equal within 0.01
 */
#ifndef STATS_EQUIVALENCE_H
#define STATS_EQUIVALENCE_H

#include "stats/test.h"

/* The statistic is that of the side with the larger p. No p without spread, for fewer than two
 * pairs, and where the margin is not above 0. */
struct test_result equivalence_tost(const struct test_input *in, double margin);

#endif
