/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * engine_private: what the files of engine.h share. */
#ifndef LEARN_ENGINE_ENGINE_PRIVATE_H
#define LEARN_ENGINE_ENGINE_PRIVATE_H

#include "learn/engine/engine.h"

/* How many of indices[n] the micro-batch from place `first` on has. */
int engine_cut(const struct engine *e, const struct engine_data *data, const uint32_t *indices, int n, int first);

/* A pass of a piece, which has place `place` among those of the batch, at a desk, with a thread's scratch; the rest is
 * the caller's. */
struct graph_pass engine_pass(const struct engine *e, struct engine_desk *desk, int thread,
                              const struct engine_data *data, struct engine_piece piece, int place);

/* The pass->n examples at place pass->first of the batch, in training, through a segment of the graph. The first segment
 * reads them; behind the last, their outcome is there, and gradient[n][n_classes] of the losses. */
void engine_forward(struct engine *e, struct engine_desk *desk, const struct engine_batch *batch,
                    const struct graph_pass *pass, int segment, float *gradient);

/* How the transform mixes this batch, into e->mixes. */
void engine_draw_mixes(struct engine *e, const struct engine_batch *batch);

#endif
