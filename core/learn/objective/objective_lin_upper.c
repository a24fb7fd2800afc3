/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Soft-max weights by where a loss lies between the lowest and the highest of its batch, for
 * language models: h from -1 to 1. lin_upper counts the upper half alike and less the lower a loss is below it,
 * quadratic the middle most, extremes both ends most. Of losses that are all equal h is 0; the authors' code
 * floors the range at 1e-6, we do not, so that the weights do not change with the loss's unit. */
#include "learn/objective/objective.h"
#include "learn/objective/tilt.h"

#include <math.h>

struct relative {
    double r;
    int burn_in;
};

static const struct hparam hparams[] = {
    {"r", HPARAM_NUMBER, offsetof(struct relative, r), .fallback = "1", .low = 0.001, .high = 1e6,
     .doc = "temperature: to 0 the favoured losses alone count, to infinity all alike, which is ERM"},
    {"burn_in", HPARAM_INTEGER, offsetof(struct relative, burn_in), .fallback = "0", .low = 0, .high = 1e9,
     .doc = "steps of ERM before it; its authors' runs have 1000"},
    {0},
};

enum { N_STEPS, STATE_SIZE };

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config, (void)data;
    return STATE_SIZE;
}

static double linear_below(double h)
{
    return fmin(h + 1, 1);
}

static double middle(double h)
{
    return 1 - h * h;
}

static void weigh(const void *config, const struct objective_batch *batch, double (*favour)(double h),
                  double *ret_weights)
{
    const struct relative *o = config;
    double low = batch->losses[0], high = low;
    bool burns_in = batch->state[N_STEPS]++ < o->burn_in;

    for (int i = 1; i < batch->n; i++) {
        low = fmin(low, batch->losses[i]);
        high = fmax(high, batch->losses[i]);
    }
    for (int i = 0; i < batch->n; i++) {
        double h = high > low ? 2 * ((batch->losses[i] - low) / (high - low)) - 1 : 0;

        ret_weights[i] = burns_in ? 0 : favour(h);
    }
    tilt(ret_weights, batch->n, 1 / o->r, ret_weights);
}

static void weigh_lin_upper(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    weigh(config, batch, linear_below, ret_weights);
}

static void weigh_quadratic(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    weigh(config, batch, middle, ret_weights);
}

static void weigh_extremes(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    weigh(config, batch, fabs, ret_weights);
}

#define SOURCE "Sow et al. 2025 (arXiv 2502.06733), algorithm 1, and its authors' code"
#define CAVEAT "no burn-in by default"

const struct objective_type objective_lin_upper = {
    .component =
        {
            .name = "lin_upper",
            .doc = "low losses count less, those of the batch's upper half all alike",
            .formula = "w = n softmax(min(h + 1, 1) / r), h = (2 v - max - min) / (max - min)",
            .source = SOURCE,
            .caveat = CAVEAT,
            .hparams = hparams,
            .config_size = sizeof(struct relative),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_lin_upper,
    .state_size = state_size,
};

const struct objective_type objective_quadratic = {
    .component =
        {
            .name = "quadratic",
            .doc = "losses in the middle of the batch's range count more",
            .formula = "w = n softmax((1 - h^2) / r), h = (2 v - max - min) / (max - min)",
            .source = SOURCE,
            .caveat = CAVEAT,
            .hparams = hparams,
            .config_size = sizeof(struct relative),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_quadratic,
    .state_size = state_size,
};

const struct objective_type objective_extremes = {
    .component =
        {
            .name = "extremes",
            .doc = "losses at both ends of the batch's range count more",
            .formula = "w = n softmax(abs(h) / r), h = (2 v - max - min) / (max - min)",
            .source = SOURCE,
            .caveat = CAVEAT,
            .hparams = hparams,
            .config_size = sizeof(struct relative),
        },
    .reach = REACH_BATCH,
    .weigh = weigh_extremes,
    .state_size = state_size,
};
