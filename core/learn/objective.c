/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective.h"

extern const struct objective_type objective_erm;
extern const struct objective_type objective_rgd;
extern const struct objective_type objective_rgd_mean_one;

/* To add an objective, add its line here. */
static const struct objective_type *const types[] = {
    &objective_erm,
    &objective_rgd,
    &objective_rgd_mean_one,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind objective_kind = {
    .name = "objective",
    .doc = "the losses of a batch to the number that is minimised",
    .at = at,
};

void objective_weights(const struct objective_type *type, const void *config,
                       const double *losses, int n, double *ret_weights)
{
    struct objective_sums sums = {.n = n};
    double scale;

    type->weigh(config, losses, n, ret_weights);
    if (type->reach == REACH_EXAMPLE)
        return;
    for (int i = 0; i < n; i++) {
        sums.weights += ret_weights[i];
        sums.losses += losses[i];
    }
    scale = type->scale(config, &sums);
    for (int i = 0; i < n; i++)
        ret_weights[i] *= scale;
}
