/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conditional value at risk: the mean of the worst share alpha of the batch, exact
 * where alpha n is no whole number. Equal losses weigh equally: those at the
 * boundary share what is left, so the order of the batch does not matter. */
#include "learn/objective/objective.h"

struct cvar {
    double alpha;
};

static const struct hparam hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct cvar, alpha), .fallback = "0.1", .low = 0.001,
     .high = 1, .doc = "share of the batch that counts; below 1/n only the highest loss does"},
    {0},
};

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct cvar *cvar = config;

    objective_take_highest(batch, cvar->alpha * batch->n, ret_weights);
    for (int i = 0; i < batch->n; i++)
        ret_weights[i] /= cvar->alpha;
}

static double value(const void *config, const struct objective_batch *batch)
{
    weigh(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

const struct objective_type objective_cvar = {
    .component =
        {
            .name = "cvar",
            .doc = "the mean of the worst share of the batch",
            .formula = "w = 1/alpha on the alpha n highest losses, a part of it at the boundary",
            .source = "Levy et al. 2020 (arXiv 2010.05893)",
            .hparams = hparams,
            .config_size = sizeof(struct cvar),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
};
