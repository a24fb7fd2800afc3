/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ranking: which method of a condition has the best mean, and which are not told from it.
 */
#ifndef ANALYSIS_RANKING_H
#define ANALYSIS_RANKING_H

#include "analysis/emphasis.h"
#include "analysis/select.h"

/* ret_emphases[i] belongs to rows[i], selections of one condition. A method with fewer seeds than another is
 * never the best: what is missing may be its worst. Alone, a method is not emphasised; what
 * all diverged, or is worse by the same in all seeds, which no test can say, is not close. ret_p[i], where not
 * NULL, is the p of the paired t-test against the best, Holm-corrected over all pairs of methods; NaN: it is
 * the best, or there are no two pairs. */
void ranking_mark(const struct selection *const *rows, int n, enum emphasis *ret_emphases,
                  double *ret_p);

/* The selections of each condition, in the order of their first appearance: rows of
 * the i-th. Gives the number of rows, 0 past the last condition. */
int ranking_condition(const struct selections *s, int i, const struct selection **ret_rows);

#endif
