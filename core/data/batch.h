/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * batch: pictures, or rows of numbers, for a model: augmented, standardised, in order. As floats;
 * pictures also as bytes, a quarter of the memory, for products that standardise (math/product.h).
 *
 * Standardisation is per channel, with mean and deviation of the training
 * pictures. Augmentation of a picture depends on the generator and the picture's
 * index alone, so a batch may be made in pieces by any thread.
 */
#ifndef DATA_BATCH_H
#define DATA_BATCH_H

#include "data/augment.h"
#include "data/split.h"

enum { BATCH_MAX_CHANNELS = 4 };

struct standard {
    float mean[BATCH_MAX_CHANNELS], inverse[BATCH_MAX_CHANNELS]; /* in units of a byte, or of the numbers */
};

/* From `n` pictures of the pool. A channel that never varies is only centred. */
void standard_measure(const struct dataset *d, const struct pool *pool, const uint32_t *indices,
                      int n, struct standard *ret_standard);

/* Bytes to 0 .. 1. */
void standard_unit(struct standard *ret_standard);

/* Can batch_fill_bytes do in place of batch_fill? Not for numbers, nor where changes make floats. */
bool batch_has_bytes(const struct pool *pool, const struct augment_config *augment);

/* As batch_fill, for a caller that standardises: ret_x[n][C*H*W] as the files have them, cropped
 * and mirrored. */
void batch_fill_bytes(const struct dataset *d, const struct pool *pool, const uint32_t *indices,
                      int n, const struct augment_config *augment, struct rng rng,
                      unsigned char *ret_x, int *ret_labels);

/* ret_x[n][C*H*W] and ret_labels[n] of the pictures indices[n] of the pool.
 * augment: NULL for evaluation; else `rng` is the epoch's. */
void batch_fill(const struct dataset *d, const struct pool *pool, const struct standard *standard,
                const uint32_t *indices, int n, const struct augment_config *augment,
                struct rng rng, float *ret_x, int *ret_labels);

#endif
