/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CVaR with a Kullback-Leibler penalty: w = min(exp((v - eta) / lambda), 1/alpha) of
 * mean 1. The highest losses are capped, and the others share the rest as a
 * soft-max does; the number of capped ones is the first that agrees with itself. */
#include "learn/objective.h"
#include "math/kernels.h"

#include <math.h>

struct kl_cvar {
    double alpha, lambda;
};

static const struct hparam hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct kl_cvar, alpha), .fallback = "0.1", .low = 0.001,
     .high = 1, .doc = "no weight is above 1/alpha"},
    {"lambda", HPARAM_NUMBER, offsetof(struct kl_cvar, lambda), .fallback = "1", .low = 1e-6,
     .high = 1e6, .doc = "price of the divergence; 0 would be cvar"},
    {0},
};

/* (v - max) / lambda; not so low that sums of it overflow. */
static double exponent(double loss, double top, double lambda)
{
    return fmax((loss - top) / lambda, -1e300);
}

static double log_add(double a, double b)
{
    double high = fmax(a, b), low = fmin(a, b);

    return high + kernel_log(1 + kernel_exp(low - high));
}

/* ranks[k].loss turns into log sum over i >= k of exp(u_i). */
static void sum_from_below(const struct kl_cvar *o, const struct objective_batch *batch)
{
    struct objective_rank *ranks = batch->ranks;
    double top = ranks[0].loss;

    for (int k = batch->n - 1; k >= 0; k--) {
        double u = exponent(ranks[k].loss, top, o->lambda);

        ranks[k].loss = k == batch->n - 1 ? u : log_add(u, ranks[k + 1].loss);
    }
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct kl_cvar *o = config;
    const struct objective_rank *ranks = batch->ranks;
    double top, offset = 0;
    int n = batch->n, n_capped = 0;

    objective_rank(batch);
    top = ranks[0].loss;
    sum_from_below(o, batch);
    for (; n_capped < n; n_capped++) {
        double u = exponent(batch->losses[ranks[n_capped].index], top, o->lambda);
        double left = n - n_capped / o->alpha;

        if (left <= 0)
            break;
        offset = kernel_log(left) - ranks[n_capped].loss;
        if (u + offset <= -kernel_log(o->alpha))
            break;
    }
    for (int k = 0; k < n; k++) {
        int i = ranks[k].index;
        double u = exponent(batch->losses[i], top, o->lambda);

        ret_weights[i] = k < n_capped ? 1 / o->alpha : kernel_exp(u + offset);
    }
}

/* mean(w v) - lambda mean(w log w). */
static double value(const void *config, const struct objective_batch *batch)
{
    const struct kl_cvar *o = config;
    double entropy = 0;

    weigh(config, batch, batch->room);
    for (int i = 0; i < batch->n; i++)
        if (batch->room[i] > 0)
            entropy += batch->room[i] * kernel_log(batch->room[i]);
    return objective_weighted_mean(batch, batch->room) - o->lambda * entropy / batch->n;
}

const struct objective_type objective_kl_cvar = {
    .component =
        {
            .name = "kl_cvar",
            .doc = "CVaR with a penalty on the Kullback-Leibler divergence",
            .formula = "w = min(exp((v - eta) / lambda), 1/alpha), eta so that mean(w) = 1",
            .source = "Levy et al. 2020 (arXiv 2010.05893)",
            .hparams = hparams,
            .config_size = sizeof(struct kl_cvar),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
};
