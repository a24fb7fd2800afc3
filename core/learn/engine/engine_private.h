/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trainer_private: what the files of trainer.h share. */
#ifndef LEARN_TRAINER_PRIVATE_H
#define LEARN_TRAINER_PRIVATE_H

#include "learn/engine/engine.h"

/* A pass of n examples from place `first` of a batch on, at a desk; the rest is the caller's. */
struct graph_pass trainer_pass(const struct trainer *t, struct trainer_desk *desk,
                               const struct trainer_data *data, int first, int n);

/* Gives the scores [n][n_classes]. Forward of the pass->n pictures at place pass->first of `batch`; fills losses,
 * labels, environments and predicted there, and gradient[n][n_classes] of the losses,
 * or none where that is NULL. Likewise targets, where the data have them. */
const float *trainer_forward(struct trainer *t, struct trainer_desk *desk,
                             const struct trainer_data *data, const uint32_t *batch,
                             const struct graph_pass *pass, float *gradient);

#endif
