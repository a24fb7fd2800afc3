/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/optimizer.h"

#include <math.h>

struct adagrad {
    double epsilon, weight_decay;
};

static const struct hparam hparams[] = {
    {"epsilon", HPARAM_NUMBER, offsetof(struct adagrad, epsilon), .fallback = "1e-10", .low = 1e-12,
     .high = 1, .doc = "added to the root of the sum of squares"},
    {"weight_decay", HPARAM_NUMBER, offsetof(struct adagrad, weight_decay), .fallback = "0",
     .low = 0, .high = 1, .doc = "added to the gradient as weight_decay * w"},
    {0},
};

static void step(const void *config, const struct optimizer_step *s)
{
    const struct adagrad *adagrad = config;
    float rate = (float)s->rate, epsilon = (float)adagrad->epsilon;
    float decay = s->decays ? (float)adagrad->weight_decay : 0;
    const float *restrict g = s->g;
    float *restrict w = s->w, *restrict sum = s->states[0];

#pragma omp simd
    for (size_t i = 0; i < s->n; i++) {
        float d = g[i] + decay * w[i];
        float total = sum[i] + d * d;

        sum[i] = total;
        w[i] -= rate * (d / (sqrtf(total) + epsilon));
    }
}

const struct optimizer_type optimizer_adagrad = {
    .component =
        {
            .name = "adagrad",
            .doc = "Adagrad: steps shrink with the sum of squared gradients",
            .source = "Duchi, Hazan and Singer 2011",
            .hparams = hparams,
            .config_size = sizeof(struct adagrad),
        },
    .n_states = 1,
    .step = step,
};
