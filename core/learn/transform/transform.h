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
 *   1. write learn/transform/transform_NAME.c after the pattern of transform_mixup.c;
 *   2. end it in `const struct transform_type transform_NAME = {...}`;
 *   3. add one line to the list in transform.c.
 */
#ifndef LEARN_TRANSFORM_TRANSFORM_H
#define LEARN_TRANSFORM_TRANSFORM_H

#include "base/component.h"
#include "math/rng.h"

#include <stdint.h>

struct transform_mix {
    int partner; /* place in the batch */
    double share;
};

struct transform_batch {
    int n;
    int n_environments;  /* 1 where the data name none */
    const int *labels;   /* [n] */
    const int *environments; /* [n]; of no meaning where the data name none */
    uint64_t *room;      /* [n] to work with */
};

/* What of environments a transform needs: that examples belong to some (a table's groups are some), or that a step
 * has as much of each, one behind the other. */
enum transform_needs { TRANSFORM_NOTHING, TRANSFORM_ENVIRONMENTS, TRANSFORM_PARTS };

struct transform_type {
    struct component component;
    /* ret_mixes[n]; `rng` is the step's. NULL: leaves the batch. */
    void (*mix)(const void *config, const struct transform_batch *batch, struct rng rng,
                struct transform_mix *ret_mixes);
    enum transform_needs needs;
    /* Does it mix classes within an environment? Then some must have two. (optional) */
    bool (*crosses_classes)(const void *config);
};

extern const struct component_kind transform_kind;

#endif
