/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * prepare: a data set as a model sees it. What is measured for that is measured on the training part of the
 * run alone, so that nothing of other examples reaches its weights: numbers are filled and scaled
 * (data/prepare/numbers.h), categories have the levels of the training part (data/prepare/categories.h).
 *
 * Pictures stay what they are, bytes, and are standardised when a batch is read (data/prepare/standard.h): they
 * are many, and change with augmentation.
 */
#ifndef DATA_PREPARE_PREPARE_H
#define DATA_PREPARE_PREPARE_H

#include "data/dataset.h"
#include "data/prepare/numbers.h"

struct prepared {
    struct signature signature; /* what a model is built for */
    struct pool train, test, probe; /* the data set's; labels and all that is not prepared is shared with it */
};

/* Fitted on the examples rows[n] of d->train; `rng` is for noise of the fit. Memory from `arena`; borrows from d. Fails
 * where the configuration asks for something of numbers, and the data have none. Without has_values for the signature
 * alone, by which a model is built: the values stay as they were. */
int prepare_fit(const struct dataset *d, const struct prepare_config *config, const uint32_t *rows, int n,
                struct rng rng, bool has_values, struct arena *arena, struct prepared *ret_prepared,
                struct error *err);

#endif
