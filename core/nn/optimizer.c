/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/optimizer.h"

#include <string.h>

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

static const struct hparam common_hparams[] = {
    {"sam", HPARAM_NUMBER, offsetof(struct optimizer_common, sam), .fallback = "0", .low = 0,
     .high = 10, .doc = "rho of sharpness-aware minimisation around the optimizer; 0: without"},
    {0},
};

const struct component optimizer_common_component = {
    .name = "(any)",
    .doc = "sharpness-aware minimisation (SAM)",
    .formula = "the gradient is taken at w + sam g / |g|; two passes a step",
    .source = "Foret et al. 2021 (arXiv 2010.01412)",
    .hparams = common_hparams,
    .config_size = sizeof(struct optimizer_common),
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

        if (item->is_frozen) {
            memset(s.g, 0, s.n * sizeof *s.g);
            continue;
        }
        for (int k = 0; k < type->n_states; k++)
            s.states[k] = states[k] + item->offset;
        type->step(config, &s);
    }
}
