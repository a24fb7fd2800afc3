/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparisons: every method of every condition against the baseline there, corrected
 * over all of them; and the verdict in one sentence.
 */
#ifndef ANALYSIS_COMPARISONS_H
#define ANALYSIS_COMPARISONS_H

#include "analysis/ranking.h"
#include "stats/adjust.h"
#include "stats/paired.h"

/* Against the baseline. */
struct contrast {
    bool is_tested;            /* it is not the baseline, and both have runs */
    struct paired against;     /* minus the baseline; all NaN where it is not tested, or where no test
                                * exists (paired.h) */
    double p_t, p_signed_rank; /* corrected over all */
    double simultaneous;       /* half width of the difference's interval where all that have a t-test are to
                                * hold together, at 95%; that of `against` is by itself */
    struct test_result equal;  /* that the mean difference is within the rope (TOST); NaN: not asked for */
    double p_equal;            /* corrected likewise */
};

/* On which seeds: those that selected, or fresh ones. Each is corrected by itself. */
enum { ON_TUNED, ON_FRESH, N_ON };

struct comparison {
    const struct selection *r;
    struct contrast on[N_ON];
    enum emphasis emphasis;
    double p_best; /* against the best of its condition (ranking.h) */
};

/* Comparisons that have a p of each test, and so count in its correction. */
struct n_tests {
    int compared, t, signed_rank, equal;
};

struct comparisons {
    const struct adjust_type *correction;
    double rope;
    const struct comparison *items; /* [n]: by condition, then by method as planned */
    int n;
    struct n_tests n_tests[N_ON];
};

/* `correction` NULL: Holm. rope: a share; differences up to it are as good as none; 0: not asked for. */
struct comparisons comparisons_make(const struct selections *s, const struct adjust_type *correction,
                                    double rope, struct arena *arena);

/* Why the contrast has no t-test: "one seed", "the same difference in all seeds" ...; NULL: it has one. */
const char *comparisons_no_test(const struct contrast *c);

/* "Against erm: rgd is better (+1.20 ± 0.40 points, p = 0.012); ..." By the corrected paired t-test at 5%,
 * and where there is a rope by that of equivalence; over several conditions it counts them. On fresh
 * seeds, where there are any, a second sentence. */
void comparisons_verdict(const struct selections *s, const struct comparisons *c, struct text *t);

#endif
