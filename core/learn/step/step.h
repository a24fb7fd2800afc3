/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * step: how the gradient that an optimizer moves by is made of a batch.
 *
 * To add one:
 *   1. write learn/step/step_NAME.c after the pattern of step_wrm.c, ending in `const struct step_type step_NAME`;
 *   2. add one line to the list in step.c: one that the slot "step" chooses to the first, one that goes by other settings,
 *      as SAM does, to the second, before those that serve methods that it serves as well.
 */
#ifndef LEARN_STEP_STEP_H
#define LEARN_STEP_STEP_H

#include "learn/trainer.h"

struct step_type {
    struct component component; /* of what no slot chooses only name and source */
    bool (*serves)(const struct trainer_method *method); /* NULL: it is chosen by name */
    bool wants_inputs; /* it moves the first input, which must be one of floats, and the only one */
    bool weighs;       /* examples itself, in the objective's place, by losses that are of classes */
    /* (optional) Floats that it works with, trainer.step_room, of a graph and so many examples. */
    size_t (*count_room)(const struct trainer_method *method, const struct graph *graph, int batch);
    /* (optional) Before the first step: what it keeps from one to the next. Room is zero. */
    void (*begin)(struct trainer *t, struct rng rng);
    bool has_model; /* of its own, which starts as trainer.step_start says */
    void (*add_state)(const struct trainer *t, struct state *state);
    /* Leaves the gradient in the engine's grads[0], and the weights where they were, but for buffers. Gives the sum of the
     * losses at the weights; not finite where some loss was not, also elsewhere. *ret_n_correct of them were right. */
    double (*gradient)(struct trainer *t, const struct engine_batch *batch, const struct trainer_step *step,
                       int *ret_n_correct);
};

/* Those that the slot chooses. */
extern const struct component_kind step_kind;

const struct step_type *step_choose(const struct trainer_method *method);

/* For steps: how many examples of the last batch were right. */
int step_count_correct(const struct trainer *t, int n);

#endif
