/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/penalty/penalty.h"

struct ib {
    double lambda;
    int anneal;
};

static const struct hparam hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct ib, lambda), .fallback = "100", .low = 0,
     .high = 1e9, .doc = "weight of the features' variance, after the first steps"},
    {"anneal", HPARAM_INTEGER, offsetof(struct ib, anneal), .fallback = "500", .low = 0,
     .high = 1e9, .doc = "steps without it before that; then the optimizer starts anew"},
    {0},
};

static long stage(const void *config, long step, long n_steps)
{
    const struct ib *ib = config;

    (void)n_steps;
    return step >= ib->anneal ? ib->anneal : 0;
}

/* The mean over features of their variance (divisor n - 1) in an environment, and the mean of
 * that over environments. */
static double compute(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients)
{
    const struct ib *ib = config;
    size_t width = (size_t)batch->n_features;
    double weight = batch->step >= ib->anneal ? ib->lambda : 0, value = 0;

    (void)arena;
    for (int e = 0; e < batch->n_environments; e++) {
        int n, first = penalty_environment(batch, e, &n);
        double factor = weight / batch->n_environments / (double)width / (n - 1);

        for (size_t k = 0; k < width && n > 1; k++) {
            const float *x = batch->features + (size_t)first * width + k;
            float *g = ret_gradients->features + (size_t)first * width + k;
            double mean = 0;

            for (size_t i = 0; i < (size_t)n; i++)
                mean += (double)x[i * width] / n;
            for (size_t i = 0; i < (size_t)n; i++) {
                double d = x[i * width] - mean;

                value += factor * d * d;
                g[i * width] += (float)(2 * factor * d);
            }
        }
    }
    return value;
}

const struct penalty_type penalty_ib = {
    .component =
        {
            .name = "ib",
            .doc = "information bottleneck: the variance of the features",
            .formula = "lambda mean_e mean_k var(z_k)",
            .source = "Ahuja et al. 2021 (arXiv 2106.06607), IB-ERM, in DomainBed's form",
            .hparams = hparams,
            .config_size = sizeof(struct ib),
        },
    .needs_environments = true,
    .compute = compute,
    .stage = stage,
};
