/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * transform: what happens to the pictures of a batch, together, before the model.
 *
 * A mixed example is share of itself and the rest of its partner, picture and
 * label: its loss is share * loss(its label) + (1 - share) * loss(the partner's),
 * for any loss. Mixing needs no memory and no order: example i is made of the
 * batch's pictures i and partner, by any thread.
 *
 * To add one:
 *   1. write learn/transform_NAME.c after the pattern of transform_mixup.c;
 *   2. end it in `const struct transform_type transform_NAME = {...}`;
 *   3. add one line to the list in transform.c.
 */
#ifndef LEARN_TRANSFORM_TRANSFORM_H
#define LEARN_TRANSFORM_TRANSFORM_H

#include "base/component.h"
#include "math/rng.h"

#include <stdbool.h>

struct transform_mix {
    int partner; /* place in the batch */
    double share;
};

struct transform_type {
    struct component component;
    /* ret_mixes[n] for a batch of n, whose n_environments equal parts stand one behind the other
     * (1 where the data name none); `rng` is the step's. NULL: leaves the batch. */
    void (*mix)(const void *config, int n, int n_environments, struct rng rng,
                struct transform_mix *ret_mixes);
    bool needs_environments;
};

extern const struct component_kind transform_kind;

#endif
