/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CVaR with a Kullback-Leibler penalty: w = min(exp((v - eta) / lambda), 1/alpha) of
 * mean 1. The highest losses are capped, and the others share the rest as a
 * soft-max does; the number of capped ones is the first that agrees with itself.
 *
 * Exponents are counted from the highest loss. Where the highest of those not yet capped lies
 * FAR below it, they are counted from that one: in numbers as large as the distance the
 * logarithm of a sum would be lost, and with it the mean of 1. */
#include "learn/objective/divergence.h"
#include "learn/objective/objective.h"
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

static const double FAR = 1e5; /* times lambda */

/* (v - origin) / lambda; not so low that sums of it overflow. */
static double exponent(double loss, double origin, double lambda)
{
    return fmax((loss - origin) / lambda, -1e300);
}

static double log_add(double a, double b)
{
    double high = fmax(a, b), low = fmin(a, b);

    return high + kernel_log(1 + kernel_exp(low - high));
}

/* The loss that exponents are counted from where `loss` is the highest of those in a sum. */
static double origin_of(double loss, double top, double lambda)
{
    return exponent(loss, top, lambda) < -FAR ? loss : top;
}

/* ranks[k].loss turns into log sum over i >= k of exp(u_i), counted from k's origin. */
static void sum_from_below(const struct kl_cvar *o, const struct objective_batch *batch)
{
    struct objective_rank *ranks = batch->ranks;
    double top = ranks[0].loss, next = top; /* the origin of the sum below */

    for (int k = batch->n - 1; k >= 0; k--) {
        double origin = origin_of(ranks[k].loss, top, o->lambda);
        double u = exponent(ranks[k].loss, origin, o->lambda);

        if (k < batch->n - 1)
            u = log_add(u, ranks[k + 1].loss + exponent(next, origin, o->lambda));
        ranks[k].loss = u;
        next = origin;
    }
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct kl_cvar *o = config;
    const struct objective_rank *ranks = batch->ranks;
    double top, origin, offset = 0;
    int n = batch->n, n_capped = 0;

    objective_rank(batch);
    top = origin = ranks[0].loss;
    sum_from_below(o, batch);
    for (; n_capped < n; n_capped++) {
        double loss = batch->losses[ranks[n_capped].index];
        double left = n - n_capped / o->alpha;

        if (left <= 0)
            break;
        origin = origin_of(loss, top, o->lambda);
        offset = kernel_log(left) - ranks[n_capped].loss;
        if (exponent(loss, origin, o->lambda) + offset <= -kernel_log(o->alpha))
            break;
    }
    for (int k = 0; k < n; k++) {
        int i = ranks[k].index;
        double u = k < n_capped ? 0 : exponent(batch->losses[i], origin, o->lambda);

        ret_weights[i] = k < n_capped ? 1 / o->alpha : kernel_exp(u + offset);
    }
}

static double value(const void *config, const struct objective_batch *batch)
{
    const struct kl_cvar *o = config;

    weigh(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room) - o->lambda * divergence_kl(batch->room, batch->n);
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
