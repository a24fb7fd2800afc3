/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * noise: wrong labels in the training part, on purpose.
 *
 *   uniform  a label becomes, with probability r, one of all K classes at random: it
 *            is wrong with probability r (K-1)/K
 *   flip     with probability r that of one other class, which is the same for all of
 *            the label's class
 *   flip2    with probability r/2 each that of one of two other classes
 *
 * Which labels, depends on the generator and the picture's index alone; which class
 * flips to which, on the generator: so each seed has errors of its own, and all
 * methods under one seed have the same. Validation and test stay clean.
 */
#ifndef DATA_NOISE_H
#define DATA_NOISE_H

#include "base/component.h"
#include "math/rng.h"

#include <stdint.h>

struct noise_config {
    double rate;
    int kind; /* enum noise_kind */
};

enum noise_kind { NOISE_UNIFORM, NOISE_FLIP, NOISE_FLIP2 };

/* hparams of `struct noise_config`, under "data". */
extern const struct component noise_component;

/* Changes labels[indices[k]], k < n. Fails where there are too few classes. */
int noise_apply(const struct noise_config *config, struct rng rng, const uint32_t *indices, int n,
                int n_classes, uint16_t *labels, struct error *err);

#endif
