/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * select_over: means over the values of a condition (data sets, imbalances), or of several together, for one test over all of them.
 *
 * A seed is drawn anew, the data sets are not: the mean over them of what a seed gave is one number, and seeds are what
 * pairs and tests have (select_pairs, which takes the values that both methods have). So the test says whether the mean
 * over these data sets differs; for data sets at large there is the figure of ranks (stats/friedman.h).
 */
#ifndef ANALYSIS_SELECT_OVER_H
#define ANALYSIS_SELECT_OVER_H

#include "analysis/select.h"

struct select_over {
    struct selections s; /* by the rest of the condition, then method: each with the runs of all values, by seed, and
                          * `environments` telling which value; counts are sums; fresh seeds likewise */
    const char *const *values; /* [n_values] as they are shown, in their first order */
    int n_values;
};

/* `settings`: one, or several with commas between. Fails where some condition lacks one. In `arena`, and of what *s has. */
int select_over_make(const struct selections *s, const char *settings, struct arena *arena, struct select_over *ret_over,
                     struct error *err);

#endif
