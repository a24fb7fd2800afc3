/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * loss: from scores and a label to one number per example, and its gradient.
 *
 * To add one:
 *   1. write nn/loss_NAME.c after the pattern of loss_cross_entropy.c;
 *   2. end it in `const struct loss_type loss_NAME = {...}`;
 *   3. add one line to the list in loss.c. tests/test_loss.c checks the gradient.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "base/component.h"

struct loss_batch {
    int n, n_classes;
    const float *scores; /* [n][n_classes] */
    const int *labels;   /* [n] */
};

struct loss_type {
    struct component component;
    /* ret_losses[n]; ret_gradient[n][n_classes] = d loss_i / d scores_i, not
     * divided by n, or NULL where it is not wanted. */
    void (*compute)(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient);
};

extern const struct component_kind loss_kind;

#endif
