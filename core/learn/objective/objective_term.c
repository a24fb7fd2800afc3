/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective/objective.h"
#include "learn/objective/tilt.h"

struct term {
    double t;
};

static const struct hparam hparams[] = {
    {"t", HPARAM_NUMBER, offsetof(struct term, t), .fallback = "1", .low = -1e6, .high = 1e6,
     .doc = "tilt: above 0 high losses count more, below 0 less; 0 is ERM"},
    {0},
};

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    tilt(batch->losses, batch->n, ((const struct term *)config)->t, ret_weights);
}

static double value(const void *config, const struct objective_batch *batch)
{
    double t = ((const struct term *)config)->t, sum = 0;

    if (t != 0)
        return tilt_log_mean(batch->losses, batch->n, t) / t;
    for (int i = 0; i < batch->n; i++)
        sum += batch->losses[i];
    return sum / batch->n;
}

const struct objective_type objective_term = {
    .component =
        {
            .name = "term",
            .doc = "tilted empirical risk",
            .formula = "w = exp(t v) / mean exp(t v)",
            .source = "Li et al. 2021 (TERM; arXiv 2109.06141)",
            .hparams = hparams,
            .config_size = sizeof(struct term),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
};
