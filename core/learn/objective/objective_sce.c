/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symmetric cross-entropy, against label noise: alpha times the cross-entropy v, which learns all
 * labels, plus beta times the reverse one, -a (1 - p), which does not follow wrong ones. Its authors
 * take log 0 for -4 in the paper; their code clamps labels at 1e-4, which is a = -9.21. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <math.h>

struct sce {
    double alpha, beta, a;
};

static const struct hparam hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct sce, alpha), .fallback = "0.1", .low = 0,
     .high = 1000, .doc = "factor on the cross-entropy; with beta 0 all that there is"},
    {"beta", HPARAM_NUMBER, offsetof(struct sce, beta), .fallback = "1", .low = 0,
     .high = 1000, .doc = "factor on the reverse cross-entropy; with alpha 0 all that there is"},
    {"a", HPARAM_NUMBER, offsetof(struct sce, a), .fallback = "-4", .low = -100, .high = 0,
     .doc = "what log 0 is taken for; 0 takes the reverse cross-entropy away"},
    {0},
};

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct sce *o = config;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = o->alpha - o->a * o->beta * kernel_exp(-batch->losses[i]);
}

static double value(const void *config, const struct objective_batch *batch)
{
    const struct sce *o = config;
    double sum = 0;

    for (int i = 0; i < batch->n; i++)
        sum += o->alpha * batch->losses[i] + o->a * o->beta * expm1(-batch->losses[i]);
    return sum / batch->n;
}

const struct objective_type objective_sce = {
    .component =
        {
            .name = "sce",
            .doc = "symmetric cross-entropy: high losses count less, but for a floor, against label noise",
            .formula = "w = alpha - a beta exp(-v); mean(alpha v - a beta (1 - exp(-v)))",
            .source = "Wang et al. 2019 (arXiv 1908.06112)",
            .hparams = hparams,
            .config_size = sizeof(struct sce),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
};
