/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/penalty/penalty.h"

struct sd {
    double lambda;
};

static const struct hparam hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct sd, lambda), .fallback = "0.1", .low = 0,
     .high = 1e6, .doc = "weight of the mean square of the scores"},
    {0},
};

static double compute(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients)
{
    const struct sd *sd = config;
    size_t size = (size_t)batch->n * (size_t)batch->n_classes;
    double sum = 0;

    (void)arena;
    for (size_t i = 0; i < size; i++) {
        sum += (double)batch->scores[i] * batch->scores[i];
        ret_gradients->scores[i] += (float)(2 * sd->lambda / (double)size * batch->scores[i]);
    }
    return sd->lambda * sum / (double)size;
}

const struct penalty_type penalty_sd = {
    .component =
        {
            .name = "sd",
            .doc = "spectral decoupling: the mean square of the scores",
            .formula = "lambda mean(u^2)",
            .source = "Pezeshki et al. 2021 (arXiv 2011.09468), equation 25",
            .hparams = hparams,
            .config_size = sizeof(struct sd),
        },
    .compute = compute,
};
