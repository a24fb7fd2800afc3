/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * objective: how the losses of a batch become the one number that is minimised.
 *
 * For training only its derivatives count: d value / d loss_i = weight_i * scale
 * / n. Weights are constants for the gradient ("detached"); their gradient
 * through the loss is already in that derivative.
 *
 * How far a weight reaches decides what a step costs:
 *
 *   REACH_EXAMPLE  weight_i is a function of loss_i alone, scale is 1; forward and
 *                  backward of a micro-batch run together while it is in the cache
 *   REACH_SCALE    the same, and one number per batch, known at the end, scales
 *                  the sum of gradients
 *
 * To add one:
 *   1. write learn/objective_NAME.c after the pattern of objective_rgd.c;
 *   2. end it in `const struct objective_type objective_NAME = {...}`;
 *   3. add one line to the list in objective.c. tests/test_objective.c, help,
 *      `rgdbench list` and the constructors in scripts pick it up.
 */
#ifndef LEARN_OBJECTIVE_H
#define LEARN_OBJECTIVE_H

#include "base/component.h"

enum objective_reach { REACH_EXAMPLE, REACH_SCALE };

/* Sums over a whole batch, in its order. */
struct objective_sums {
    int n;
    double weights; /* of weight_i */
    double losses;  /* of loss_i */
};

struct objective_type {
    struct component component;
    enum objective_reach reach;
    /* ret_weights[i] for losses[i], i < n. Called on any part of a batch. */
    void (*weigh)(const void *config, const double *losses, int n, double *ret_weights);
    /* The scale of the batch; REACH_SCALE only. */
    double (*scale)(const void *config, const struct objective_sums *sums);
};

extern const struct component_kind objective_kind;

/* The final weights of a whole batch, scale included: what `rgdbench weights`
 * prints. */
void objective_weights(const struct objective_type *type, const void *config,
                       const double *losses, int n, double *ret_weights);

#endif
