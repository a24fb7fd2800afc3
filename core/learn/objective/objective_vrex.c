/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Risk extrapolation: the mean of the groups' losses plus beta times their
 * variance, over the groups that a batch has. Beta is 1 for the first `anneal`
 * steps; DomainBed also starts Adam anew at the switch, which we do not. */
#include "learn/objective/objective.h"

struct vrex {
    double lambda;
    int anneal, by; /* enum objective_by */
};

static const struct hparam hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct vrex, lambda), .fallback = "10", .low = 0,
     .high = 1e6, .doc = "beta, after the first steps"},
    {"anneal", HPARAM_INTEGER, offsetof(struct vrex, anneal), .fallback = "500", .low = 0,
     .high = 1e9, .doc = "steps with beta 1 before that"},
    {"by", HPARAM_CHOICE, offsetof(struct vrex, by), .fallback = "\"class\"",
     .choices = objective_by_names, .doc = "what makes a group"},
    {0},
};

enum { N_STEPS, STATE_SIZE };

static enum objective_by by(const void *config)
{
    return (enum objective_by)((const struct vrex *)config)->by;
}

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config, (void)data;
    return STATE_SIZE;
}

struct risks {
    double mean[OBJECTIVE_MAX_GROUPS]; /* of each group */
    int counts[OBJECTIVE_MAX_GROUPS];
    int n_present;
    double centre, variance; /* over the groups present, divisor their number */
};

static void measure(const struct vrex *o, const struct objective_batch *batch, struct risks *r)
{
    int n = objective_n_groups(o->by, batch->data);

    *r = (struct risks){.n_present = 0};
    for (int i = 0; i < batch->n; i++) {
        int g = objective_group(o->by, batch, i);

        r->mean[g] += batch->losses[i];
        r->counts[g]++;
    }
    for (int g = 0; g < n; g++) {
        if (!r->counts[g])
            continue;
        r->mean[g] /= r->counts[g];
        r->centre += r->mean[g];
        r->n_present++;
    }
    r->centre /= r->n_present;
    for (int g = 0; g < n; g++)
        if (r->counts[g])
            r->variance += (r->mean[g] - r->centre) * (r->mean[g] - r->centre) / r->n_present;
}

static double beta(const struct vrex *o, const struct objective_batch *batch)
{
    return batch->state[N_STEPS] < o->anneal ? 1 : o->lambda;
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct vrex *o = config;
    struct risks r;

    measure(o, batch, &r);
    for (int i = 0; i < batch->n; i++) {
        int g = objective_group(o->by, batch, i);
        double slope = 1 + 2 * beta(o, batch) * (r.mean[g] - r.centre);

        ret_weights[i] = slope * batch->n / ((double)r.n_present * r.counts[g]);
    }
    batch->state[N_STEPS]++;
}

static double value(const void *config, const struct objective_batch *batch)
{
    struct risks r;

    measure(config, batch, &r);
    return r.centre + beta(config, batch) * r.variance;
}

const struct objective_type objective_vrex = {
    .component =
        {
            .name = "vrex",
            .doc = "risk extrapolation: the groups' mean loss plus their variance",
            .formula = "mean_g L_g + beta var_g L_g; w = n (1 + 2 beta (L_g - mean L)) / (G n_g)",
            .source = "Krueger et al. 2021 (arXiv 2003.00688), in DomainBed's form",
            .hparams = hparams,
            .config_size = sizeof(struct vrex),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
    .by = by,
    .state_size = state_size,
};
