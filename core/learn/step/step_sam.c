/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two gradients of a batch, the second uphill of the weights; the optimizer steps with that. */
#include "learn/step/step.h"
#include "math/kernels.h"

#include <math.h>
#include <string.h>

static bool serves(const struct trainer_method *method)
{
    return method->optimizer_common->sam > 0;
}

static size_t count_room(const struct trainer_method *method, const struct graph *graph, int batch)
{
    (void)method, (void)batch;
    return graph->params.size;
}

/* The weights move uphill along the gradient, sam long. */
static void climb(struct trainer *t)
{
    size_t size = t->engine.graph.params.size;
    double length = sqrt(kernels->square_sum(t->engine.grads[0], size));
    float stride = (float)(t->method.optimizer_common->sam / (length + 1e-12));
    float *restrict w = t->weights;
    const float *restrict g = t->engine.grads[0];

#pragma omp simd
    for (size_t i = 0; i < size; i++)
        w[i] += stride * g[i];
}

/* What is to move once a step, the objective's state and the running statistics among the weights, is as the first
 * gradient left it: the former moves with the second, from where it was. */
static double gradient(struct trainer *t, const struct engine_batch *batch, const struct trainer_step *step,
                       int *ret_n_correct)
{
    struct objective *objective = t->engine.slots->objective;
    size_t state_size = (size_t)objective->n_state * sizeof *objective->state;
    size_t size = t->engine.graph.params.size * sizeof *t->weights;
    double loss, uphill;

    (void)step;
    if (state_size)
        memcpy(t->step_numbers, objective->state, state_size);
    loss = engine_gradient(&t->engine, t->weights, batch);
    *ret_n_correct = step_count_correct(t, batch->n);
    if (!isfinite(loss))
        return loss;
    memcpy(t->step_room, t->weights, size);
    climb(t);
    if (state_size)
        memcpy(objective->state, t->step_numbers, state_size);
    uphill = engine_gradient(&t->engine, t->weights, batch);
    memcpy(t->weights, t->step_room, size);
    return isfinite(uphill) ? loss : uphill;
}

const struct step_type step_sam = {
    .component = {.name = "sam", .source = "Foret et al. 2021 (arXiv 2010.01412), algorithm 1"},
    .serves = serves,
    .count_room = count_room,
    .gradient = gradient,
};
