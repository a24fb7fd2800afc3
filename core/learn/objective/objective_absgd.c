/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attentional-biased SGD, the nearest relative of RGD: the same exponential, over a
 * normaliser that moves from batch to batch. Kept as its logarithm, so that
 * nothing overflows; 0 before the first batch, as its authors' code has it. */
#include "learn/objective/objective.h"
#include "learn/objective/tilt.h"
#include "math/kernels.h"

#include <math.h>

struct absgd {
    double lambda, gamma, alpha;
    bool is_negative;
};

static const struct hparam hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct absgd, lambda), .fallback = "5", .low = 0.01,
     .high = 1e6, .doc = "temperature"},
    {"negative", HPARAM_BOOL, offsetof(struct absgd, is_negative), .fallback = "false",
     .doc = "-lambda in its place: high losses count less, against label noise"},
    {"gamma", HPARAM_NUMBER, offsetof(struct absgd, gamma), .fallback = "0.7", .low = 0.001,
     .high = 1, .doc = "share of the batch in the moving normaliser"},
    {"alpha", HPARAM_NUMBER, offsetof(struct absgd, alpha), .fallback = "0.5", .low = 0.001,
     .high = 1000, .doc = "factor on the normaliser: the mean weight tends to 1/alpha"},
    {0},
};

enum { LOG_U, STATE_SIZE };

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config, (void)data;
    return STATE_SIZE;
}

static void start(const void *config, const struct objective_data *data, double *ret_state)
{
    (void)config, (void)data;
    ret_state[LOG_U] = -INFINITY;
}

/* log((1 - gamma) u + gamma alpha mean). */
static double move(const struct absgd *o, double log_u, double log_mean)
{
    double now = log_mean + kernel_log(o->gamma * o->alpha), before, high;

    if (o->gamma == 1 || log_u == -INFINITY)
        return now;
    before = log_u + kernel_log(1 - o->gamma);
    high = fmax(now, before);
    return high + kernel_log(kernel_exp(now - high) + kernel_exp(before - high));
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct absgd *o = config;
    double a = o->is_negative ? -1 / o->lambda : 1 / o->lambda;
    double log_mean = tilt(batch->losses, batch->n, a, ret_weights);
    double scale;

    batch->state[LOG_U] = move(o, batch->state[LOG_U], log_mean);
    scale = kernel_exp(log_mean - batch->state[LOG_U]);
    for (int i = 0; i < batch->n; i++)
        ret_weights[i] *= scale;
}

const struct objective_type objective_absgd = {
    .component =
        {
            .name = "absgd",
            .doc = "attentional-biased SGD: exponential weights over a moving normaliser",
            .formula = "w = exp(v / lambda) / u, u <- (1 - gamma) u + gamma alpha mean exp(v / lambda)",
            .source = "Qi et al. 2020 (arXiv 2012.06951) and its authors' code",
            .hparams = hparams,
            .config_size = sizeof(struct absgd),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .state_size = state_size,
    .start = start,
};
