/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Generalised cross-entropy, against label noise: of a cross-entropy v it is (1 - p^q) / q, whose
 * derivative by v is p^q. RGD with the sign turned: what is hard, as a wrong label is, counts less;
 * so it is RGD's natural control. Of another loss it is the same function of that. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <math.h>

struct gce {
    double q;
};

static const struct hparam hparams[] = {
    {"q", HPARAM_NUMBER, offsetof(struct gce, q), .fallback = "0.7", .low = 0.001, .high = 1,
     .doc = "to 0 it tends to the loss itself, ERM; at 1 it is 1 - p, the mean absolute error"},
    {0},
};

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct gce *o = config;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = kernel_exp(-o->q * batch->losses[i]);
}

static double value(const void *config, const struct objective_batch *batch)
{
    const struct gce *o = config;
    double sum = 0;

    for (int i = 0; i < batch->n; i++)
        sum -= expm1(-o->q * batch->losses[i]) / o->q;
    return sum / batch->n;
}

const struct objective_type objective_gce = {
    .component =
        {
            .name = "gce",
            .doc = "generalised cross-entropy: high losses count less, against label noise",
            .formula = "w = exp(-q v); mean((1 - exp(-q v)) / q)",
            .source = "Zhang and Sabuncu 2018 (arXiv 1805.07836)",
            .hparams = hparams,
            .config_size = sizeof(struct gce),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
};
