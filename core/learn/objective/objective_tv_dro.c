/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Total-variation DRO: the worst mean loss over distributions p near the batch's uniform one,
 * sum |p - 1/n| / 2 <= rho. It moves the mass rho from the lowest losses to the highest one:
 * (1 - rho) CVaR + rho max, the former of the worst share 1 - rho. All between keep weight 1, so
 * that a single outlier takes what is moved: the least robust of the balls. Equal losses weigh
 * equally. */
#include "learn/objective/objective.h"

struct tv_dro {
    double rho;
};

static const struct hparam hparams[] = {
    {"rho", HPARAM_NUMBER, offsetof(struct tv_dro, rho), .fallback = "0.1", .low = 0, .high = 1,
     .doc = "share of the mass that may move; 0 is ERM, 1 the highest loss alone"},
    {0},
};

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct tv_dro *o = config;
    const struct objective_rank *ranks = batch->ranks;
    int n = batch->n, n_top = 0;

    objective_take_highest(batch, (1 - o->rho) * n, ret_weights);
    while (n_top < n && ranks[n_top].loss == ranks[0].loss)
        n_top++;
    for (int k = 0; k < n_top; k++)
        ret_weights[ranks[k].index] += o->rho * n / n_top;
}

static double value(const void *config, const struct objective_batch *batch)
{
    weigh(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

const struct objective_type objective_tv_dro = {
    .component =
        {
            .name = "tv_dro",
            .doc = "DRO in a total-variation ball: the lowest losses' mass goes to the highest",
            .formula = "(1 - rho) CVaR_(1 - rho) + rho max; w = 1 + rho n at the top, 0 at the rho n lowest",
            .source = "Jiang and Guan 2018, as the package dro cites it (arXiv 2505.23565)",
            .hparams = hparams,
            .config_size = sizeof(struct tv_dro),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
};
