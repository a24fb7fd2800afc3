/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/step/step.h"

extern const struct step_type step_plain;
extern const struct step_type step_sam;
extern const struct step_type step_wrm;
extern const struct step_type step_lff;

/* To add a kind of step that the slot chooses, add its line here. */
static const struct step_type *const chosen[] = {
    &step_wrm,
    &step_lff,
    NULL,
};

/* Of the others, the first that serves a method is taken. */
static const struct step_type *const others[] = {
    &step_sam,
    &step_plain,
    NULL,
};

static const struct component *at(int i)
{
    return chosen[i] ? &chosen[i]->component : NULL;
}

const struct component_kind step_kind = {
    .name = "step",
    .doc = "how the gradient is made of a batch",
    .at = at,
};

const struct step_type *step_choose(const struct trainer_method *method)
{
    int i = 0;

    if (method->step)
        return method->step;
    while (!others[i]->serves(method))
        i++;
    return others[i];
}

int step_count_correct(const struct trainer *t, int n)
{
    const struct engine_outcome *o = &t->engine.outcome;
    int n_correct = 0;

    for (int i = 0; i < n; i++)
        n_correct += o->predicted[i] == o->labels[i];
    return n_correct;
}
