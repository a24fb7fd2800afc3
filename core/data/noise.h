/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * noise: wrong labels in the training part, on purpose: drawn, or as people gave them (data/noisy_labels.h).
 *
 *   uniform  a label becomes, with probability r, one of all K classes at random: it
 *            is wrong with probability r (K-1)/K
 *   flip     with probability r that of one other class, which is the same for all of
 *            the label's class
 *   flip2    with probability r/2 each that of one of two other classes
 *
 * Which labels, depends on the generator and the picture's index alone; which class
 * flips to which, on the generator: so each seed has errors of its own, and all
 * methods under one seed have the same. The test part stays clean, and so does validation, unless
 * `validation_labels` asks for labels as wrong as those that are trained on: what one has who has no others.
 */
#ifndef DATA_NOISE_H
#define DATA_NOISE_H

#include "base/component.h"
#include "math/rng.h"

#include <stdint.h>

struct noise_config {
    double rate;
    int kind; /* enum noise_kind */
    const char *noisy_labels; /* which of the data set's; "": its own */
    int validation_labels;    /* enum noise_validation */
};

enum noise_validation { NOISE_VALIDATION_CLEAN, NOISE_VALIDATION_NOISY };
enum noise_kind { NOISE_UNIFORM, NOISE_FLIP, NOISE_FLIP2 };

/* hparams of `struct noise_config`, under "data". */
extern const struct component noise_component;

/* Are there wrong labels? */
bool noise_is_there(const struct noise_config *config);

/* Changes labels[indices[k]], k < n, as `rate` and `kind` say. Fails where there are too few classes. */
int noise_apply(const struct noise_config *config, struct rng rng, const uint32_t *indices, int n,
                int n_classes, uint16_t *labels, struct error *err);

#endif
