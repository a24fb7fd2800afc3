/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * numbers: the columns of numbers of a table, made what a model reads: missing numbers filled,
 * columns scaled (data/prepare/scaling.h), columns added that say what was missing. All is
 * measured on the rows that one names, a run's training part, and nothing else: other rows may
 * be anything.
 *
 *     const struct numbers *t = numbers_fit(&config, x, n_columns, rows, n, rng, &arena);
 *     float *y = arena_alloc(&arena, n_rows * numbers_width(t) * sizeof *y);
 *     numbers_apply(t, x, n_rows, y);
 *
 * A missing number is NaN. It becomes its column's mean or median over the rows, of those that have
 * one (0 where none has), and is scaled as that; scalings are fitted on what was filled, too, as in
 * the code of Gorishniy et al. 2021 and of TALENT. Infinite numbers are for the reader to refuse.
 *
 * The same bits for the same rows in the same order, whatever the machine: noise depends on the
 * generator, the column and a row's place among `rows`.
 */
#ifndef DATA_PREPARE_NUMBERS_H
#define DATA_PREPARE_NUMBERS_H

#include "base/component.h"
#include "math/rng.h"

#include <stdint.h>

struct prepare_config {
    int numbers; /* of scaling_types */
    int missing; /* enum prepare_missing */
    bool missing_indicator;
    double quantile_noise;
};

enum prepare_missing { MISSING_MEAN, MISSING_MEDIAN };

/* hparams of `struct prepare_config`, under "data". */
extern const struct component prepare_component;

struct numbers;

/* x[n_rows][n_columns], of which the rows rows[n], n > 0, are read. Cannot fail. The result lives
 * in `arena`, and points to nothing else. */
const struct numbers *numbers_fit(const struct prepare_config *config, const float *x,
                                  int n_columns, const uint32_t *rows, int n, struct rng rng,
                                  struct arena *arena);

/* How many columns come out: n_columns and, where the configuration wants them, an indicator, 0
 * or 1, for each of them that has a missing number among the rows of the fit. */
int numbers_width(const struct numbers *t);

/* x[n][n_columns] to ret_y[n][width]; the two may not overlap. A row's result depends on that row
 * alone. A value far outside of what was fitted on may become infinite. */
void numbers_apply(const struct numbers *t, const float *x, size_t n, float *ret_y);

/* Of the k-th column that comes out: that of its source, names[n_columns], or, in `arena`, "age is
 * missing". */
const char *numbers_name(const struct numbers *t, const char *const *names, int k,
                         struct arena *arena);

#endif
