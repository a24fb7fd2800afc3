/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights by the size of the group, in the training part: those of rare groups weigh more, whatever
 * their loss. Scaled over the groups, not over the examples: as many examples of each group have the
 * mean weight 1, so a batch with many rare ones steps farther, as in class_balanced. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

struct reweight {
    double power;
    int by; /* enum objective_by */
};

static const struct hparam hparams[] = {
    {"power", HPARAM_NUMBER, offsetof(struct reweight, power), .fallback = "1", .low = 0,
     .high = 2, .doc = "0: no weights; 0.5: one over the root of the size; 1: over the size, all groups alike"},
    {"by", HPARAM_CHOICE, offsetof(struct reweight, by), .fallback = "\"class\"",
     .choices = objective_by_names, .doc = "what makes a group"},
    {0},
};

static enum objective_by by(const void *config)
{
    return (enum objective_by)((const struct reweight *)config)->by;
}

static int state_size(const void *config, const struct objective_data *data)
{
    return objective_n_groups((int)by(config), data); /* the weights of the groups; they do not move */
}

/* A group without examples gets 0, and does not count in G. */
static void start(const void *config, const struct objective_data *data, double *ret_state)
{
    const struct reweight *o = config;
    const int *counts = objective_group_counts(o->by, data);
    int n = objective_n_groups(o->by, data), n_present = 0;
    double sum = 0;

    for (int g = 0; g < n; g++) {
        ret_state[g] = counts[g] ? kernel_exp(-o->power * kernel_log(counts[g])) : 0;
        sum += ret_state[g];
        n_present += counts[g] > 0;
    }
    for (int g = 0; g < n; g++)
        ret_state[g] *= n_present / sum;
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct reweight *o = config;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = batch->state[objective_group(o->by, batch, i)];
}

static double value(const void *config, const struct objective_batch *batch)
{
    weigh(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

const struct objective_type objective_reweight = {
    .component =
        {
            .name = "reweight",
            .doc = "weights by the size of the class, environment or class in an environment",
            .formula = "w = G n_g^-power / sum_g n_g^-power",
            .source = "SubpopBench's ReWeight (power 1) and SqrtReWeight (0.5), Yang et al. 2023 (arXiv 2302.12254)",
            .hparams = hparams,
            .config_size = sizeof(struct reweight),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
    .by = by,
    .state_size = state_size,
    .start = start,
};
