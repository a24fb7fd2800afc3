/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/optimizer.h"

extern const struct optimizer_type optimizer_adagrad;
extern const struct optimizer_type optimizer_adam;
extern const struct optimizer_type optimizer_adamw;
extern const struct optimizer_type optimizer_sgd;

/* To add an optimizer, add its line here. */
static const struct optimizer_type *const types[] = {
    &optimizer_sgd,
    &optimizer_adam,
    &optimizer_adamw,
    &optimizer_adagrad,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind optimizer_kind = {
    .name = "optimizer",
    .doc = "a gradient to new weights",
    .at = at,
};

void optimizer_step(const struct optimizer_type *type, const void *config,
                    const struct params *params, long step, double rate, float *weights,
                    float *grads, float *const *states)
{
    for (int i = 0; i < params->n; i++) {
        const struct param *item = &params->items[i];
        struct optimizer_step s = {
            .step = step,
            .rate = rate,
            .decays = item->decays,
            .n = item->size,
            .w = weights + item->offset,
            .g = grads + item->offset,
        };

        for (int k = 0; k < type->n_states; k++)
            s.states[k] = states[k] + item->offset;
        type->step(config, &s);
    }
}
