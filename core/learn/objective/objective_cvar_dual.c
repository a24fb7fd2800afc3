/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CVaR by its dual, min over eta of eta + mean(max(0, v - eta)) / alpha (Rockafellar and Uryasev 2000): the
 * threshold eta is kept from batch to batch and takes a gradient step after each. So an example's weight asks for
 * no other loss: a step costs what ERM's does, and a batch may be small beside 1/alpha, of which `cvar` sees its
 * own worst share only. Weights have the mean 1 once eta has arrived; before, from below, it is up to 1/alpha.
 *
 * A loss at the threshold counts: eta starts at 0, where losses of 0 would else leave no gradient. */
#include "learn/objective/objective.h"

#include <math.h>

struct cvar_dual {
    double alpha, rate, eta;
};

static const struct hparam hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct cvar_dual, alpha), .fallback = "0.1", .low = 0.001,
     .high = 1, .doc = "share of the examples that counts; 1 is ERM while losses are above eta"},
    {"rate", HPARAM_NUMBER, offsetof(struct cvar_dual, rate), .fallback = "0.1", .low = 0,
     .high = 1000, .doc = "step of the threshold after a batch, in units of the loss; 0 leaves it "
                          "at eta"},
    {"eta", HPARAM_NUMBER, offsetof(struct cvar_dual, eta), .fallback = "0", .low = -1e6,
     .high = 1e6, .doc = "threshold before the first batch"},
    {0},
};

enum { ETA, STATE_SIZE };

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config, (void)data;
    return STATE_SIZE;
}

static void start(const void *config, const struct objective_data *data, double *ret_state)
{
    (void)data;
    ret_state[ETA] = ((const struct cvar_dual *)config)->eta;
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct cvar_dual *o = config;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = batch->losses[i] >= batch->state[ETA] ? 1 / o->alpha : 0;
}

/* The derivative of the dual is 1 less the mean weight. */
static void move(const void *config, const struct objective_sums *sums, double *state)
{
    state[ETA] -= ((const struct cvar_dual *)config)->rate * (1 - sums->weights / sums->n);
}

static double value(const void *config, const struct objective_batch *batch)
{
    double eta = batch->state[ETA], sum = 0;

    for (int i = 0; i < batch->n; i++)
        sum += fmax(0, batch->losses[i] - eta);
    return eta + sum / batch->n / ((const struct cvar_dual *)config)->alpha;
}

const struct objective_type objective_cvar_dual = {
    .component =
        {
            .name = "cvar_dual",
            .doc = "CVaR at ERM's cost: a threshold that moves from batch to batch, and what lies above it",
            .formula = "w = [v >= eta] / alpha, eta <- eta - rate (1 - mean(w))",
            .source = "Levy et al. 2020 (arXiv 2010.05893), dual SGM, and its authors' code",
            .hparams = hparams,
            .config_size = sizeof(struct cvar_dual),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
    .state_size = state_size,
    .start = start,
    .move = move,
};
