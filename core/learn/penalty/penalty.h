/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * penalty: what is added to the objective that looks at the scores or features of a whole
 * batch, environment by environment, and at their gradients.
 *
 * Features are what the model's last layer reads. A penalty may have weights of its own, which
 * train along with the model's (FRR's reconstruction).
 *
 * To add one:
 *   1. write learn/penalty_NAME.c after the pattern of penalty_sd.c;
 *   2. end it in `const struct penalty_type penalty_NAME = {...}`;
 *   3. add one line to the list in penalty.c. tests/test_penalty.c checks its gradients
 *      because it is listed.
 */
#ifndef LEARN_PENALTY_PENALTY_H
#define LEARN_PENALTY_PENALTY_H

#include "base/component.h"
#include "nn/params.h"

/* A batch after its forward pass. */
struct penalty_batch {
    int n, n_classes, n_features, n_environments;
    const float *scores;     /* [n][n_classes] */
    const float *features;   /* [n][n_features] */
    const int *labels;       /* [n] */
    const int *environments; /* [n], each below n_environments; the examples of one follow each
                              * other, from the first environment on */
    long step, n_steps;      /* this one, from 0; of the run */
    const float *weights;    /* those of the penalty, where it has any */
};

/* Where the derivatives of the penalty are added. */
struct penalty_gradients {
    float *scores, *features; /* as the batch's */
    float *weights;
};

/* The part of training that a penalty may freeze. */
struct penalty_freeze {
    bool features, last_layer, own; /* weights before the last layer; of it; of the penalty */
};

struct penalty_type {
    struct component component;
    bool needs_environments; /* compares them: without any it would be nothing */
    /* The value at this step, weight included. `arena` is the step's, for room to work. */
    double (*compute)(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients);
    /* (optional) The step at which the stage that `step` belongs to began: there the objective
     * jumps, and the optimizer starts anew. 0 without it. */
    long (*stage)(const void *config, long step, long n_steps);
    /* (optional) Declares weights of its own; gives the offset of the first. */
    size_t (*plan)(const void *config, int n_classes, int n_features, struct params *params,
                   struct arena *arena);
    /* (optional) What does not train at a step. */
    struct penalty_freeze (*freeze)(const void *config, long step, long n_steps);
};

extern const struct component_kind penalty_kind;

/* ---- for penalties ---- */

/* The examples of environment e: gives the place of the first, and their number. */
int penalty_environment(const struct penalty_batch *batch, int e, int *ret_n);

#endif
