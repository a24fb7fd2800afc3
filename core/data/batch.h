/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * batch: a field of some examples, in order, as a model reads it. Pictures are augmented and
 * standardised: as floats; or as bytes, a quarter of the memory, for products that standardise
 * (math/product.h). Numbers and codes are copied: they are prepared (data/prepare/prepare.h).
 *
 * Augmentation of a picture depends on the generator and the picture's index alone, so a batch may be
 * made in pieces by any thread.
 */
#ifndef DATA_BATCH_H
#define DATA_BATCH_H

#include "data/augment.h"
#include "data/prepare/standard.h"
#include "data/split.h"

/* Can batch_fill_bytes do in place of batch_fill? Of pictures, but where changes make floats. */
bool batch_has_bytes(const struct field *field, const struct augment_config *augment);

/* As batch_fill, for a caller that standardises: ret_x[n][C*H*W] as the files have them, cropped
 * and mirrored. */
void batch_fill_bytes(const struct field *picture, const struct values *values, const uint32_t *indices,
                      int n, const struct augment_config *augment, struct rng rng, unsigned char *ret_x);

/* ret_x[n][field_size] of the examples indices[n]: int32_t of codes, else floats.
 * augment: NULL for evaluation; else `rng` is the epoch's. Both, and standard, are of pictures. */
void batch_fill(const struct field *field, const struct values *values, const struct standard *standard,
                const uint32_t *indices, int n, const struct augment_config *augment, struct rng rng,
                void *ret_x);

#endif
