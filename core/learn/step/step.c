/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/step/step.h"

extern const struct step_type step_plain;
extern const struct step_type step_sam;

/* To add a kind of step, add its line here; the first that serves a method is taken. */
const struct step_type *const step_types[] = {
    &step_sam,
    &step_plain,
    NULL,
};

const struct step_type *step_choose(const struct trainer_method *method)
{
    int i = 0;

    while (!step_types[i]->serves(method))
        i++;
    return step_types[i];
}

int step_count_correct(const struct trainer *t, int n)
{
    const struct engine_outcome *o = &t->engine.outcome;
    int n_correct = 0;

    for (int i = 0; i < n; i++)
        n_correct += o->predicted[i] == o->labels[i];
    return n_correct;
}
