/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chi-squared DRO: the worst mean loss over distributions p near the batch's
 * uniform one, D(p) = mean((m p - 1)^2) / 2. Its p is a ramp: p ~ max(0, v - eta).
 * Held to D(p) <= rho, or penalised by lambda D(p). */
#include "learn/objective/divergence.h"
#include "learn/objective/objective.h"

#include <math.h>

struct ball {
    double rho; /* or alpha, in Hashimoto's form */
};

static const struct hparam rho_hparams[] = {
    {"rho", HPARAM_NUMBER, offsetof(struct ball, rho), .fallback = "1", .low = 1e-6, .high = 1e6,
     .doc = "radius of the ball: the largest divergence allowed"},
    {0},
};

static const struct hparam alpha_hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct ball, rho), .fallback = "0.2", .low = 0.001,
     .high = 0.999, .doc = "share of the smallest group to protect; rho = (1/alpha - 1)^2 / 2"},
    {0},
};

/* mean(r^2) / mean(r)^2 of the ramp r = max(0, u - eta): 1 + 2 D(p). */
static double spread(const double *u, int n, double eta)
{
    double sum = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        double r = fmax(0, u[i] - eta);

        sum += r;
        squares += r * r;
    }
    return n * squares / (sum * sum);
}

/* eta for u in [-1, 0] with 0 among them. While all lie above it, it is the mean
 * less sd / sqrt(2 rho); else by bisection: the spread grows with eta. */
static double solve(const double *u, int n, double rho)
{
    enum { BISECTIONS = 200 };
    double mean = 0, variance = 0, low = -1, high = 0, eta;

    for (int i = 0; i < n; i++)
        mean += u[i] / n;
    for (int i = 0; i < n; i++)
        variance += (u[i] - mean) * (u[i] - mean) / n;
    eta = mean - sqrt(variance / (2 * rho));
    if (eta <= -1)
        return eta;
    for (int k = 0; k < BISECTIONS; k++) {
        double middle = low + (high - low) / 2;

        if (middle <= low || middle >= high)
            break;
        *(spread(u, n, middle) < 1 + 2 * rho ? &low : &high) = middle;
    }
    return low;
}

static void weigh_ball(double rho, const struct objective_batch *batch, double *ret_weights)
{
    int n = batch->n, n_top = 0;
    double low = batch->losses[0], high = low, eta, sum = 0;

    for (int i = 1; i < n; i++) {
        low = fmin(low, batch->losses[i]);
        high = fmax(high, batch->losses[i]);
    }
    for (int i = 0; i < n; i++)
        n_top += batch->losses[i] == high;
    if (n <= (1 + 2 * rho) * n_top) { /* the ball holds the worst case; all equal */
        for (int i = 0; i < n; i++)
            ret_weights[i] = batch->losses[i] == high ? (double)n / n_top : 0;
        return;
    }
    for (int i = 0; i < n; i++)
        ret_weights[i] = (batch->losses[i] - high) / (high - low);
    eta = solve(ret_weights, n, rho);
    for (int i = 0; i < n; i++) {
        ret_weights[i] = fmax(0, ret_weights[i] - eta);
        sum += ret_weights[i];
    }
    for (int i = 0; i < n; i++)
        ret_weights[i] *= n / sum;
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    weigh_ball(((const struct ball *)config)->rho, batch, ret_weights);
}

static double value(const void *config, const struct objective_batch *batch)
{
    weigh(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

static void weigh_hashimoto(const void *config, const struct objective_batch *batch,
                            double *ret_weights)
{
    double c = 1 / ((const struct ball *)config)->rho - 1;

    weigh_ball(c * c / 2, batch, ret_weights);
}

static double value_hashimoto(const void *config, const struct objective_batch *batch)
{
    weigh_hashimoto(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

struct penalised {
    double lambda;
};

static const struct hparam penalised_hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct penalised, lambda), .fallback = "1", .low = 1e-6,
     .high = 1e6, .doc = "price of the divergence; infinity would be ERM"},
    {0},
};

/* w = max(0, v - eta) / lambda with mean 1: the k highest losses are above eta, and
 * eta = mean of those - lambda n / k for the largest k that agrees with itself.
 * Losses are taken from the highest, so that large ones do not cancel. */
static double penalised_eta(const struct penalised *o, const struct objective_batch *batch)
{
    double top, sum = 0, eta = 0;

    objective_rank(batch);
    top = batch->ranks[0].loss;
    for (int k = 1; k <= batch->n; k++) {
        double u = batch->ranks[k - 1].loss - top, next;

        next = (sum + u - o->lambda * batch->n) / k;
        if (k > 1 && u <= next)
            break;
        sum += u;
        eta = next;
    }
    return eta; /* below the highest loss */
}

static void weigh_penalised(const void *config, const struct objective_batch *batch,
                            double *ret_weights)
{
    const struct penalised *o = config;
    double eta = penalised_eta(o, batch), top = batch->ranks[0].loss;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = fmax(0, batch->losses[i] - top - eta) / o->lambda;
}

/* mean(w v) - lambda D; the dual, of eta, would cancel where losses are small beside lambda. */
static double value_penalised(const void *config, const struct objective_batch *batch)
{
    const struct penalised *o = config;

    weigh_penalised(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room) - o->lambda * divergence_chi2(batch->room, batch->n);
}

const struct objective_type objective_chi2_dro = {
    .component =
        {
            .name = "chi2_dro",
            .doc = "DRO in a chi-squared ball, solved in each batch",
            .formula = "w ~ max(0, v - eta), mean 1, eta so that mean((w - 1)^2) / 2 = rho",
            .source = "Levy et al. 2020 (arXiv 2010.05893)",
            .hparams = rho_hparams,
            .config_size = sizeof(struct ball),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
};

const struct objective_type objective_chi2_dro_hashimoto = {
    .component =
        {
            .name = "chi2_dro_hashimoto",
            .doc = "the same ball by the share of the smallest group to protect",
            .formula = "min over eta of sqrt(1 + (1/alpha - 1)^2) sqrt(mean(max(0, v - eta)^2)) + eta",
            .source = "Hashimoto et al. 2018, in the form of Zhai et al. 2021 (DORO)",
            .hparams = alpha_hparams,
            .config_size = sizeof(struct ball),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_hashimoto,
    .value = value_hashimoto,
};

const struct objective_type objective_chi2_dro_penalised = {
    .component =
        {
            .name = "chi2_dro_penalised",
            .doc = "DRO with a penalty on the chi-squared divergence",
            .formula = "w = max(0, v - eta) / lambda, eta so that mean(w) = 1",
            .source = "Levy et al. 2020 (arXiv 2010.05893)",
            .hparams = penalised_hparams,
            .config_size = sizeof(struct penalised),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_penalised,
    .value = value_penalised,
};
