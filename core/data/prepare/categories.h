/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * categories: which levels of a table's columns of categories a run can know: those of its
 * training part. A level that only other rows have is none, -1, for whatever reads it
 * (one-hot: zeros), as no weight was ever trained for it.
 *
 * Levels are numbered by the data set, from 0 in each column; -1 is none. A missing category is no
 * matter here: where it is one, its reader made it a level.
 *
 *     const struct categories *k = categories_fit(codes, n_columns, n_levels, rows, n, &arena);
 *     categories_apply(k, codes, n_rows, known);
 */
#ifndef DATA_PREPARE_CATEGORIES_H
#define DATA_PREPARE_CATEGORIES_H

#include "base/arena.h"

#include <stdint.h>

struct category_column {
    int n_all;       /* levels of the data set */
    int n;           /* those that the rows of the fit have */
    int32_t *levels; /* [n] the data set's numbers of these, rising */
    int32_t *known;  /* [n_all] the place in `levels` of each; -1: unseen */
};

struct categories {
    int n_columns;
    struct category_column *columns; /* [n_columns] */
};

/* codes[n_rows][n_columns], each from -1 to n_levels[its column] - 1; the rows rows[n] are read. A
 * column may end without a level. Cannot fail; all lives in `arena`, and points to nothing else. */
const struct categories *categories_fit(const int32_t *codes, int n_columns, const int *n_levels,
                                        const uint32_t *rows, int n, struct arena *arena);

/* codes[n][n_columns] to ret_known[n][n_columns], each -1 or below its column's n; may be the same
 * array. */
void categories_apply(const struct categories *k, const int32_t *codes, size_t n,
                      int32_t *ret_known);

#endif
