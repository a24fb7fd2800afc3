/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/step/step.h"

static bool serves(const struct trainer_method *method)
{
    (void)method;
    return true;
}

static double gradient(struct trainer *t, const struct engine_batch *batch, const struct trainer_step *step,
                       int *ret_n_correct)
{
    double loss = engine_gradient(&t->engine, t->weights, batch);

    (void)step;
    *ret_n_correct = step_count_correct(t, batch->n);
    return loss;
}

const struct step_type step_plain = {
    .component = {.name = "plain"},
    .serves = serves,
    .gradient = gradient,
};
