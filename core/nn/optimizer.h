/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * optimizer: from a gradient to new weights.
 *
 * The update rules are PyTorch's, so that recipes carry over; weight decay skips
 * biases and norms (params.h), unless it is to be on all parameters.
 *
 * To add one:
 *   1. write nn/optimizer_NAME.c after the pattern of optimizer_sgd.c;
 *   2. end it in `const struct optimizer_type optimizer_NAME = {...}`;
 *   3. add one line to the list in optimizer.c.
 */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include "base/component.h"
#include "nn/params.h"

enum { OPTIMIZER_MAX_STATES = 2 };

/* One parameter's part of one step. */
struct optimizer_step {
    long step;   /* 1 for the first */
    double rate; /* learning rate */
    bool decays;
    size_t n;
    float *w;                            /* [n] */
    const float *g;                      /* [n] */
    float *states[OPTIMIZER_MAX_STATES]; /* [n] each, zero before the first step */
};

struct optimizer_type {
    struct component component;
    int n_states;
    void (*step)(const void *config, const struct optimizer_step *step);
};

extern const struct component_kind optimizer_kind;

/* What any optimizer can have: hparams under "optimizer". */
struct optimizer_common {
    double sam;       /* rho; 0: without */
    double clip_norm; /* the gradient's largest norm; 0: no limit */
    double ema;       /* decay of the weights' average; 0: none is kept */
    int decays;       /* enum optimizer_decays: what weight decay is on */
    double layer_decay; /* of the learning rate, for each layer below the last; 1: none */
};

enum optimizer_decays { OPTIMIZER_DECAYS_WEIGHTS, OPTIMIZER_DECAYS_ALL };

extern const struct component optimizer_common_component;

/* A step for all parameters. Blocks are laid out as params say; states holds
 * type->n_states blocks. */
void optimizer_step(const struct optimizer_type *type, const void *config,
                    const struct params *params, long step, double rate, float *weights,
                    const float *grads, float *const *states);

#endif
