/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective/objective.h"

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    (void)config;
    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = 1;
}

static double value(const void *config, const struct objective_batch *batch)
{
    double sum = 0;

    (void)config;
    for (int i = 0; i < batch->n; i++)
        sum += batch->losses[i];
    return sum / batch->n;
}

const struct objective_type objective_erm = {
    .component = {.name = "erm",
                  .doc = "empirical risk: the mean loss",
                  .formula = "w = 1"},
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
};
