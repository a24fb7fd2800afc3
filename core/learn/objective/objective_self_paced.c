/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Self-paced learning: easy examples first. Losses from a threshold lambda on weigh nothing; it grows, until
 * all count. At an absolute threshold alone a new net, all of whose losses are high, would never begin: so
 * the lowest share of each batch always counts, whatever lambda is; under the linear form by a half at least. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <math.h>

enum form { HARD, LINEAR };

struct self_paced {
    double lambda, share, grow;
    int form, every;
};

static const char *const forms[] = {[HARD] = "hard", [LINEAR] = "linear", NULL};

static const struct hparam hparams[] = {
    {"form", HPARAM_CHOICE, offsetof(struct self_paced, form), .fallback = "\"hard\"", .choices = forms,
     .doc = "hard: what is below lambda counts, all alike; linear: less the nearer to it"},
    {"lambda", HPARAM_NUMBER, offsetof(struct self_paced, lambda), .fallback = "1", .low = 0.001, .high = 1e6,
     .doc = "the first threshold; above all losses the hard form is ERM"},
    {"share", HPARAM_NUMBER, offsetof(struct self_paced, share), .fallback = "0.5", .low = 0, .high = 1,
     .doc = "of each batch, its lowest losses, that counts at any threshold; 0: perhaps nothing does"},
    {"grow", HPARAM_NUMBER, offsetof(struct self_paced, grow), .fallback = "1.3", .low = 1, .high = 100,
     .doc = "factor by which lambda grows; 1: it stays"},
    {"every", HPARAM_INTEGER, offsetof(struct self_paced, every), .fallback = "100", .low = 1, .high = 1e9,
     .doc = "steps between two growths"},
    {0},
};

enum { N_STEPS, STATE_SIZE };

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config, (void)data;
    return STATE_SIZE;
}

static double lambda_now(const struct self_paced *o, const struct objective_batch *batch)
{
    double n_grown = floor(batch->state[N_STEPS] / o->every);

    return o->lambda * kernel_exp(fmin(600, n_grown * kernel_log(o->grow)));
}

/* The highest loss of the share that always counts. */
static double always_counts(const struct self_paced *o, const struct objective_batch *batch)
{
    int n = (int)ceil(o->share * batch->n);

    objective_rank(batch);
    return n ? batch->ranks[batch->n - n].loss : -INFINITY;
}

static void weigh_now(const struct self_paced *o, const struct objective_batch *batch, double *ret_weights)
{
    double lambda = lambda_now(o, batch), at_least = always_counts(o, batch);

    for (int i = 0; i < batch->n; i++) {
        double loss = batch->losses[i];

        ret_weights[i] = o->form == HARD ? loss < lambda || loss <= at_least
                                         : fmax(0, fmin(1, 1 - loss / fmax(lambda, 2 * at_least)));
    }
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    weigh_now(config, batch, ret_weights);
    batch->state[N_STEPS]++;
}

/* None where the linear form's threshold is the batch's. */
static double value(const void *config, const struct objective_batch *batch)
{
    const struct self_paced *o = config;
    double lambda = lambda_now(o, batch), sum = 0;

    if (o->form == LINEAR && lambda < 2 * always_counts(o, batch))
        return (double)NAN;
    weigh_now(o, batch, batch->room);
    for (int i = 0; i < batch->n; i++) {
        double w = batch->room[i];

        sum += w * batch->losses[i] + lambda * (o->form == HARD ? -w : w * w / 2 - w);
    }
    return sum / batch->n;
}

const struct objective_type objective_self_paced = {
    .component =
        {
            .name = "self_paced",
            .doc = "easy examples first: high losses weigh nothing, up to a threshold that grows",
            .formula = "hard: w = 1 where v < lambda; linear: w = max(0, 1 - v / lambda); min_w mean(w v + lambda f(w)), "
                       "f = -w or w^2/2 - w",
            .source = "Kumar et al. 2010; linear: Jiang et al. 2014",
            .caveat = "lambda grows by steps, and a share of each batch always counts",
            .hparams = hparams,
            .config_size = sizeof(struct self_paced),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
    .state_size = state_size,
};
