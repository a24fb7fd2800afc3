/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kullback-Leibler DRO: the worst mean loss over distributions p near the batch's
 * uniform one, either penalised by lambda KL(p) or held to KL(p) <= rho. Both have
 * p = softmax(v / lambda); the constrained one finds its lambda. */
#include "learn/objective/objective.h"
#include "learn/objective/tilt.h"
#include "math/kernels.h"

#include <math.h>

struct penalised {
    double lambda;
};

static const struct hparam penalised_hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct penalised, lambda), .fallback = "1", .low = 1e-6,
     .high = 1e6, .doc = "price of the divergence; infinity would be ERM"},
    {0},
};

static void weigh_penalised(const void *config, const struct objective_batch *batch,
                            double *ret_weights)
{
    const struct penalised *o = config;

    tilt(batch->losses, batch->n, 1 / o->lambda, ret_weights);
}

static double value_penalised(const void *config, const struct objective_batch *batch)
{
    const struct penalised *o = config;

    return o->lambda * tilt_log_mean(batch->losses, batch->n, 1 / o->lambda);
}

struct constrained {
    double rho;
};

static const struct hparam constrained_hparams[] = {
    {"rho", HPARAM_NUMBER, offsetof(struct constrained, rho), .fallback = "0.1", .low = 1e-6,
     .high = 20, .doc = "radius of the ball: the largest divergence allowed"},
    {0},
};

/* KL(softmax(a v) | uniform) of u = (v - max) / range, in [-1, 0]. */
static double divergence(const double *u, int n, double a)
{
    double sum = 0, moment = 0;

    for (int i = 0; i < n; i++) {
        double e = kernel_exp(a * u[i]);

        sum += e;
        moment += e * a * u[i];
    }
    return moment / sum - kernel_log(sum / n);
}

/* The a that makes the divergence rho; it grows with a. The lower end is
 * Hoeffding's bound KL <= a^2 / 8 for a range of 1. */
static double solve(const double *u, int n, double rho)
{
    enum { BISECTIONS = 200 };
    double low = sqrt(8 * rho), high = low;

    while (divergence(u, n, high) < rho && high < 1e300)
        high *= 2;
    for (int k = 0; k < BISECTIONS; k++) {
        double middle = low + (high - low) / 2;

        if (middle <= low || middle >= high)
            break;
        *(divergence(u, n, middle) < rho ? &low : &high) = middle;
    }
    return high;
}

static void weigh_constrained(const void *config, const struct objective_batch *batch,
                              double *ret_weights)
{
    const struct constrained *o = config;
    int n = batch->n, n_top = 0;
    double low = batch->losses[0], high = low;

    for (int i = 1; i < n; i++) {
        low = fmin(low, batch->losses[i]);
        high = fmax(high, batch->losses[i]);
    }
    for (int i = 0; i < n; i++) {
        ret_weights[i] = high > low ? (batch->losses[i] - high) / (high - low) : 0;
        n_top += batch->losses[i] == high;
    }
    if (o->rho >= kernel_log((double)n / n_top)) { /* the ball holds the worst case */
        for (int i = 0; i < n; i++)
            ret_weights[i] = batch->losses[i] == high ? (double)n / n_top : 0;
        return;
    }
    tilt(ret_weights, n, solve(ret_weights, n, o->rho), ret_weights);
}

static double value_constrained(const void *config, const struct objective_batch *batch)
{
    weigh_constrained(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

const struct objective_type objective_kl_dro = {
    .component =
        {
            .name = "kl_dro",
            .doc = "DRO with a penalty on the Kullback-Leibler divergence",
            .formula = "w = exp(v / lambda) / mean exp(v / lambda)",
            .source = "the textbook dual, lambda log mean exp(v / lambda)",
            .hparams = penalised_hparams,
            .config_size = sizeof(struct penalised),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_penalised,
    .value = value_penalised,
};

const struct objective_type objective_kl_dro_constrained = {
    .component =
        {
            .name = "kl_dro_constrained",
            .doc = "DRO in a Kullback-Leibler ball, its dual solved in each batch",
            .formula = "w = exp(v / lambda) / mean exp(v / lambda), lambda so that KL = rho",
            .source = "the textbook dual, inf over lambda of lambda rho + lambda log mean exp(v / lambda)",
            .hparams = constrained_hparams,
            .config_size = sizeof(struct constrained),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_constrained,
    .value = value_constrained,
};
