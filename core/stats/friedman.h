/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * friedman: several methods over several data sets (or other blocks), by their
 * ranks within each: Demsar 2006, JMLR 7.
 *
 * Mean ranks of two methods depend on the others in the pool (Benavoli, Corani and
 * Mangili 2016), so pairwise_p holds signed-rank tests, Holm-corrected; Nemenyi's
 * critical distance is for the diagram.
 *
 * Ties are exact, as in test.h.
 */
#ifndef STATS_FRIEDMAN_H
#define STATS_FRIEDMAN_H

#include "base/arena.h"

#include <stdbool.h>

struct friedman {
    int n_methods, n_blocks;
    const double *mean_ranks; /* [n_methods], 1 is best */
    bool is_unanimous;                 /* all blocks rank alike */
    double chi_squared, chi_squared_p; /* with the correction for ties; NaN: all tied */
    double f, f_p; /* Iman and Davenport 1980. Where blocks are unanimous f is infinite, and f_p is
                    * that of all orders of ranks: r^(1 - n_blocks) for r orders; NaN: all tied */
    double exact_p; /* of chi-squared, by all orders of ranks; NaN: all tied, or too many to count */
    double critical_distance;          /* Nemenyi, 5%, in mean ranks */
    const double *nemenyi_p;           /* [n_methods][n_methods] */
    const double *pairwise_p;          /* the same; signed-rank, Holm over all pairs */
};

/* values[block * n_methods + method], none NaN; 2 methods and 2 blocks at least.
 * The larger value has the better rank, or the smaller. Results in `arena`. */
struct friedman friedman_test(const double *values, int n_blocks, int n_methods,
                              bool larger_is_better, struct arena *arena);

/* ranks[block * n_methods + method], 1 to n_methods, ties by their mean. NaN where there are more than six
 * methods, or so many blocks that the approximations above are as good. */
double friedman_exact_p(const double *ranks, int n_blocks, int n_methods);

#endif
