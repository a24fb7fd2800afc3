/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * step: how the gradient that an optimizer moves by is made of a batch.
 *
 * To add one:
 *   1. write learn/step/step_NAME.c after the pattern of step_sam.c, ending in `const struct step_type step_NAME`;
 *   2. add one line to the list in step.c, before those that serve methods that it serves as well.
 */
#ifndef LEARN_STEP_STEP_H
#define LEARN_STEP_STEP_H

#include "learn/trainer.h"

struct step_type {
    const char *name, *source;
    bool (*serves)(const struct trainer_method *method);
    int n_blocks; /* as large as the weights, that it works with: trainer.step_room */
    /* Leaves the gradient in the engine's grads[0], and the weights where they were, but for buffers. Gives the sum of the
     * losses at the weights; not finite where some loss was not, also elsewhere. *ret_n_correct of them were right. */
    double (*gradient)(struct trainer *t, const struct engine_batch *batch, int *ret_n_correct);
};

/* The list of all, NULL-ended. */
extern const struct step_type *const step_types[];

const struct step_type *step_choose(const struct trainer_method *method);

/* For steps: how many examples of the last batch were right. */
int step_count_correct(const struct trainer *t, int n);

#endif
