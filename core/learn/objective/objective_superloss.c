/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SuperLoss, an automatic curriculum: the weight that minimises (v - tau) w + lambda log^2 w. Losses
 * above tau count less, those below it more, up to e. With x = (v - tau) / (2 lambda) the weight is
 * exp(-W(x)), W Lambert's function, and x no less than -1/e, where W ends.
 *
 * A moving tau takes its batch in behind the batch, so that a weight is a function of its own loss and
 * of what was before. It starts at log C, the loss of a net that knows nothing yet; of numbers, at 1. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <math.h>

struct superloss {
    double tau, gamma, lambda;
};

static const struct hparam hparams[] = {
    {"tau", HPARAM_NUMBER, offsetof(struct superloss, tau), .fallback = "0", .low = 0, .high = 1e6,
     .doc = "what is hard: losses above it; 0: log of the number of classes"},
    {"gamma", HPARAM_NUMBER, offsetof(struct superloss, gamma), .fallback = "0", .low = 0, .high = 1,
     .doc = "share of each batch's mean loss in a moving tau; 0: tau stays, 1: it is the last batch's mean"},
    {"lambda", HPARAM_NUMBER, offsetof(struct superloss, lambda), .fallback = "1", .low = 0.001, .high = 1e6,
     .doc = "price of weights other than 1: to infinity it is ERM; its authors take 0.25 for CIFAR-100"},
    {0},
};

enum { TAU, STATE_SIZE };

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config, (void)data;
    return STATE_SIZE;
}

static void start(const void *config, const struct objective_data *data, double *ret_state)
{
    const struct superloss *o = config;

    ret_state[TAU] = o->tau > 0 ? o->tau : data->n_classes ? kernel_log(data->n_classes) : 1;
}

/* W with W exp(W) = x on the principal branch, at least -1: Halley's steps, from the series at the
 * branch point -1/e, beside which they would divide by 0 and it is exact, or from a logarithm. */
static double lambert(double x)
{
    enum { MOST_STEPS = 50 };
    const double E = 2.718281828459045235;
    double p = sqrt(2 * fmax(0, E * x + 1));
    double w = x >= 0 ? kernel_log(1 + x) : -1 + p - p * p / 3 + p * p * p * 11 / 72;

    if (p < 1e-4)
        return w;
    for (int i = 0; i < MOST_STEPS; i++) {
        double e = kernel_exp(w), excess = w * e - x, before = w;

        w -= excess / (e * (w + 1) - (w + 2) * excess / (2 * w + 2));
        if (fabs(w - before) <= 1e-15 * fabs(w))
            break;
    }
    return w;
}

/* -log of the weight of a loss. */
static double exponent(const struct superloss *o, const struct objective_batch *batch, int i)
{
    const double BRANCH = -0.36787944117144233, MOST = 1e300;
    double x = (batch->losses[i] - batch->state[TAU]) / o->lambda / 2;

    return x <= BRANCH ? -1 : lambert(fmin(x, MOST));
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct superloss *o = config;
    double mean = 0;

    for (int i = 0; i < batch->n; i++) {
        ret_weights[i] = kernel_exp(-exponent(o, batch, i));
        mean += batch->losses[i] / batch->n;
    }
    batch->state[TAU] += o->gamma * (mean - batch->state[TAU]);
}

static double value(const void *config, const struct objective_batch *batch)
{
    const struct superloss *o = config;
    double sum = 0;

    for (int i = 0; i < batch->n; i++) {
        double u = exponent(o, batch, i);

        sum += (batch->losses[i] - batch->state[TAU]) * kernel_exp(-u) + o->lambda * u * u;
    }
    return sum / batch->n;
}

const struct objective_type objective_superloss = {
    .component =
        {
            .name = "superloss",
            .doc = "automatic curriculum: losses above a threshold count less, those below it more",
            .formula = "w = exp(-W(max(-2/e, (v - tau) / lambda) / 2)); min_w mean((v - tau) w + lambda log^2 w)",
            .source = "Castells et al. 2020 (SuperLoss, NeurIPS)",
            .caveat = "a moving tau starts at the log of the number of classes and moves behind the batch",
            .hparams = hparams,
            .config_size = sizeof(struct superloss),
        },
    .reach = REACH_BATCH, /* for what moves */
    .weigh = weigh,
    .value = value,
    .state_size = state_size,
    .start = start,
};
