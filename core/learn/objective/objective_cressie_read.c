/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DRO under the divergences of Cressie and Read, D(p) = mean f_k(n p) with
 * f_k(w) = (w^k - k w + k - 1) / (k (k - 1)): one number k from nearly KL (towards 1) over chi2 (2)
 * to divergences that hardly let a weight grow. Held to D <= rho, or penalised by lambda D.
 *
 * Either way the weights are a power of a ramp. Of x = (v - max) / range, in [-1, 0],
 *
 *     w ~ r(x) = max(0, 1 + slope x)^(1/(k - 1)),
 *
 * and slope is where an excess that grows with it is 0: of the divergence over rho; or of the slope over the
 * one that fits the price, (k - 1) range / lambda mean(r)^(k - 1), as 1/mean(r) is the weight of the highest
 * loss. It is looked for by its logarithm: nothing overflows at any k.
 * For large k the foot of the ramp is steep: a loss right at it weighs as exactly as the loss is known. */
#include "learn/objective/divergence.h"
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <float.h>
#include <math.h>

struct cressie_read {
    double k, size; /* the latter: rho or lambda */
};

#define K_HPARAM                                                                                   \
    {"k", HPARAM_NUMBER, offsetof(struct cressie_read, k), .fallback = "2", .low = 1.01,           \
     .high = 100, .doc = "order of the divergence: towards 1 it is KL, 2 is chi2, above that few " \
                         "weights grow much and more are 0"}

static const struct hparam ball_hparams[] = {
    K_HPARAM,
    {"rho", HPARAM_NUMBER, offsetof(struct cressie_read, size), .fallback = "0.5", .low = 1e-6,
     .high = 1e6, .doc = "radius of the ball: the largest divergence allowed; 0 would be ERM"},
    {0},
};

static const struct hparam penalised_hparams[] = {
    K_HPARAM,
    {"lambda", HPARAM_NUMBER, offsetof(struct cressie_read, size), .fallback = "1", .low = 1e-6,
     .high = 1e6, .doc = "price of the divergence; infinity would be ERM"},
    {0},
};

static const double STEEPEST = 700; /* logarithm of a slope: all but the highest losses are off the ramp */

/* What an excess is of. */
struct ramp {
    const double *x;
    int n;
    double k;
    double limit; /* log(1 + k (k - 1) rho), or log((k - 1) range / lambda) */
};

static double power(double base, double k)
{
    return base > 0 ? kernel_exp(kernel_log(base) / (k - 1)) : 0;
}

/* Of log mean w^k, which is log(1 + k (k - 1) D), over its limit. */
static double divergence_excess(const struct ramp *ramp, double log_slope)
{
    double slope = kernel_exp(log_slope), sum = 0, powers = 0;

    for (int i = 0; i < ramp->n; i++) {
        double base = 1 + slope * ramp->x[i], r = power(base, ramp->k);

        sum += r;
        powers += r * fmax(0, base); /* r^k */
    }
    return kernel_log(powers / ramp->n) - ramp->k * kernel_log(sum / ramp->n) - ramp->limit;
}

static double price_excess(const struct ramp *ramp, double log_slope)
{
    double slope = kernel_exp(log_slope), sum = 0;

    for (int i = 0; i < ramp->n; i++)
        sum += power(1 + slope * ramp->x[i], ramp->k);
    return log_slope - (ramp->k - 1) * kernel_log(sum / ramp->n) - ramp->limit;
}

/* Where it is 0, from a guess on: the ends step outwards, further each time, and close in by false position
 * (Illinois: an end that stays has its excess halved), in a fifth of a bisection's rounds. */
static double solve(double (*excess_of)(const struct ramp *ramp, double log_slope), const struct ramp *ramp,
                    double guess)
{
    enum { ROUNDS = 200 };
    double low = fmin(guess, STEEPEST), high = low;
    double below = excess_of(ramp, low), above = below; /* the excess at the ends */

    for (double step = 1; below > 0 && low > -DBL_MAX; step *= 2)
        below = excess_of(ramp, low -= step);
    for (double step = 1; high < STEEPEST && above < 0; step *= 2)
        above = excess_of(ramp, high = fmin(high + step, STEEPEST));
    for (int i = 0, moved = 0; i < ROUNDS; i++) {
        double middle = low + (high - low) * (below / (below - above)), excess;

        if (!(middle > low && middle < high))
            break;
        excess = excess_of(ramp, middle);
        if (excess < 0) {
            low = middle;
            below = excess;
            above /= moved < 0 ? 2 : 1;
        } else {
            high = middle;
            above = excess;
            below /= moved > 0 ? 2 : 1;
        }
        moved = excess < 0 ? -1 : 1;
    }
    return fabs(below) < fabs(above) ? low : high;
}

/* Fills x[n] and gives the range; where that is 0, all x are 0. */
static double scale(const double *losses, int n, double *x)
{
    double low = losses[0], high = low;

    for (int i = 1; i < n; i++) {
        low = fmin(low, losses[i]);
        high = fmax(high, losses[i]);
    }
    for (int i = 0; i < n; i++)
        x[i] = high > low ? (losses[i] - high) / (high - low) : 0;
    return high - low;
}

/* The weights in place of x. */
static void climb(double *x, int n, double k, double slope)
{
    double sum = 0;

    for (int i = 0; i < n; i++) {
        x[i] = power(1 + slope * x[i], k);
        sum += x[i];
    }
    for (int i = 0; i < n; i++)
        x[i] *= n / sum;
}

static void weigh_ball(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct cressie_read *o = config;
    struct ramp ramp = {ret_weights, batch->n, o->k, kernel_log(1 + o->k * (o->k - 1) * o->size)};
    int n = batch->n, n_top = 0;

    scale(batch->losses, n, ret_weights);
    for (int i = 0; i < n; i++)
        n_top += ret_weights[i] == 0;
    if ((o->k - 1) * kernel_log((double)n / n_top) <= ramp.limit) { /* the ball holds the worst case */
        for (int i = 0; i < n; i++)
            ret_weights[i] = ret_weights[i] == 0 ? (double)n / n_top : 0;
        return;
    }
    climb(ret_weights, n, o->k, kernel_exp(solve(divergence_excess, &ramp, kernel_log(o->k - 1))));
}

static double value_ball(const void *config, const struct objective_batch *batch)
{
    weigh_ball(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

static void weigh_penalised(const void *config, const struct objective_batch *batch,
                            double *ret_weights)
{
    const struct cressie_read *o = config;
    double range = fmax(scale(batch->losses, batch->n, ret_weights), 1e-300);
    struct ramp ramp = {ret_weights, batch->n, o->k,
                        kernel_log(o->k - 1) - kernel_log(o->size) + kernel_log(range)};

    climb(ret_weights, batch->n, o->k, kernel_exp(solve(price_excess, &ramp, ramp.limit)));
}

static double value_penalised(const void *config, const struct objective_batch *batch)
{
    const struct cressie_read *o = config;

    weigh_penalised(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room) -
           o->size * divergence_cressie_read(batch->room, batch->n, o->k);
}

const struct objective_type objective_cressie_read = {
    .component =
        {
            .name = "cressie_read",
            .doc = "DRO in a ball of a Cressie-Read divergence: one order from KL over chi2 on",
            .formula = "w ~ max(0, v - eta)^(1/(k - 1)), mean 1, eta so that mean(w^k) = 1 + k (k - 1) rho",
            .source = "Duchi and Namkoong 2021 (arXiv 1810.08750)",
            .hparams = ball_hparams,
            .config_size = sizeof(struct cressie_read),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_ball,
    .value = value_ball,
};

const struct objective_type objective_cressie_read_penalised = {
    .component =
        {
            .name = "cressie_read_penalised",
            .doc = "DRO with a penalty on a Cressie-Read divergence",
            .formula = "w = max(0, 1 + (k - 1) (v - eta) / lambda)^(1/(k - 1)), eta so that mean(w) = 1",
            .source = "the dual of Duchi and Namkoong's divergences (arXiv 1810.08750), derived here",
            .hparams = penalised_hparams,
            .config_size = sizeof(struct cressie_read),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_penalised,
    .value = value_penalised,
};
