/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * standard: what pictures are standardised by, as they are read: mean and deviation of each channel over
 * the training pictures.
 */
#ifndef DATA_PREPARE_STANDARD_H
#define DATA_PREPARE_STANDARD_H

#include "data/dataset.h"

enum { STANDARD_MAX_CHANNELS = 4 };

struct standard {
    float mean[STANDARD_MAX_CHANNELS], inverse[STANDARD_MAX_CHANNELS]; /* in units of a byte */
};

/* From the pictures indices[n] of a field's values. A channel that never varies is only centred. */
void standard_measure(const struct field *picture, const struct values *values, const uint32_t *indices,
                      int n, struct standard *ret_standard);

/* Bytes to 0 .. 1. */
void standard_unit(struct standard *ret_standard);

#endif
