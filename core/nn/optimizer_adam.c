/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adam, and AdamW, which differs in where the decay enters. */
#include "math/kernels.h"
#include "nn/optimizer.h"

#include <math.h>

struct adam {
    double beta1, beta2, epsilon, weight_decay;
    bool bias_correction;
};

#define COMMON                                                                                  \
    {"beta1", HPARAM_NUMBER, offsetof(struct adam, beta1), .fallback = "0.9", .low = 0,         \
     .high = 0.9999, .doc = "decay of the mean of gradients"},                                  \
    {"beta2", HPARAM_NUMBER, offsetof(struct adam, beta2), .fallback = "0.999", .low = 0,       \
     .high = 0.999999, .doc = "decay of the mean of squared gradients"},                        \
    {"epsilon", HPARAM_NUMBER, offsetof(struct adam, epsilon), .fallback = "1e-08", .low = 1e-12, \
     .high = 1, .doc = "added to the root of the latter"},                                      \
    {"bias_correction", HPARAM_BOOL, offsetof(struct adam, bias_correction), .fallback = "true", \
     .is_later = true,                                                                          \
     .doc = "both are divided by the share that they have seen; false: as they are, as BERT's first code has it"}

static const struct hparam adam_hparams[] = {
    COMMON,
    {"weight_decay", HPARAM_NUMBER, offsetof(struct adam, weight_decay), .fallback = "0", .low = 0,
     .high = 1, .doc = "added to the gradient as weight_decay * w"},
    {0},
};

static const struct hparam adamw_hparams[] = {
    COMMON,
    {"weight_decay", HPARAM_NUMBER, offsetof(struct adam, weight_decay), .fallback = "0.01",
     .low = 0, .high = 1, .doc = "w shrinks by learning rate * weight_decay each step"},
    {0},
};

static void update(const struct adam *adam, const struct optimizer_step *s, float decay,
                   float shrink)
{
    float beta1 = (float)adam->beta1, beta2 = (float)adam->beta2;
    float rest1 = (float)(1 - adam->beta1), rest2 = (float)(1 - adam->beta2);
    double correction1 = adam->bias_correction ? 1 - kernel_power(adam->beta1, s->step) : 1;
    double correction2 = adam->bias_correction ? 1 - kernel_power(adam->beta2, s->step) : 1;
    float rate = (float)(s->rate / correction1), epsilon = (float)adam->epsilon;
    float inverse = (float)(1 / sqrt(correction2));
    const float *restrict g = s->g;
    float *restrict w = s->w, *restrict m = s->states[0], *restrict v = s->states[1];

#pragma omp simd
    for (size_t i = 0; i < s->n; i++) {
        float d = g[i] + decay * w[i];
        float mean = beta1 * m[i] + rest1 * d;
        float square = beta2 * v[i] + rest2 * (d * d);

        m[i] = mean;
        v[i] = square;
        w[i] = w[i] * shrink - rate * (mean / (sqrtf(square) * inverse + epsilon));
    }
}

static void step_adam(const void *config, const struct optimizer_step *s)
{
    const struct adam *adam = config;

    update(adam, s, s->decays ? (float)adam->weight_decay : 0, 1);
}

static void step_adamw(const void *config, const struct optimizer_step *s)
{
    const struct adam *adam = config;

    update(adam, s, 0, s->decays ? (float)(1 - s->rate * adam->weight_decay) : 1);
}

const struct optimizer_type optimizer_adam = {
    .component =
        {
            .name = "adam",
            .doc = "Adam with decay in the gradient",
            .source = "Kingma and Ba 2015, algorithm 1",
            .hparams = adam_hparams,
            .config_size = sizeof(struct adam),
        },
    .n_states = 2,
    .step = step_adam,
};

const struct optimizer_type optimizer_adamw = {
    .component =
        {
            .name = "adamw",
            .doc = "Adam with decoupled weight decay",
            .source = "Loshchilov and Hutter 2019, algorithm 2 in PyTorch's form",
            .hparams = adamw_hparams,
            .config_size = sizeof(struct adam),
        },
    .n_states = 2,
    .step = step_adamw,
};
