/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/optimizer.h"

struct sgd {
    double momentum, weight_decay;
    bool nesterov;
};

static const struct hparam hparams[] = {
    {"momentum", HPARAM_NUMBER, offsetof(struct sgd, momentum), .fallback = "0.9", .low = 0,
     .high = 0.9999, .doc = "share of the last step that is kept"},
    {"nesterov", HPARAM_BOOL, offsetof(struct sgd, nesterov), .fallback = "false",
     .doc = "look ahead along the momentum"},
    {"weight_decay", HPARAM_NUMBER, offsetof(struct sgd, weight_decay), .fallback = "0", .low = 0,
     .high = 1, .doc = "added to the gradient as weight_decay * w"},
    {0},
};

/* m = momentum m + g';  w -= rate m, or rate (g' + momentum m) with Nesterov. */
static void step(const void *config, const struct optimizer_step *s)
{
    const struct sgd *sgd = config;
    float momentum = (float)sgd->momentum, rate = (float)s->rate;
    float decay = s->decays ? (float)sgd->weight_decay : 0;
    const float *restrict g = s->g;
    float *restrict w = s->w, *restrict m = s->states[0];

    if (sgd->nesterov) {
#pragma omp simd
        for (size_t i = 0; i < s->n; i++) {
            float d = g[i] + decay * w[i];
            float v = momentum * m[i] + d;

            m[i] = v;
            w[i] -= rate * (d + momentum * v);
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < s->n; i++) {
        float v = momentum * m[i] + (g[i] + decay * w[i]);

        m[i] = v;
        w[i] -= rate * v;
    }
}

const struct optimizer_type optimizer_sgd = {
    .component =
        {
            .name = "sgd",
            .doc = "stochastic gradient descent with momentum",
            .source = "Sutskever et al. 2013 in PyTorch's form",
            .hparams = hparams,
            .config_size = sizeof(struct sgd),
        },
    .n_states = 1,
    .step = step,
};
