/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GroupDRO: one weight q_g per class, environment or pair, moved towards the groups of
 * high loss before it is used. Groups that a batch lacks have loss 0 there, as in
 * its authors' code; the weights in use are then over those present. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <math.h>

struct group_dro {
    double eta, adjustment;
    int by; /* enum objective_by */
};

static const struct hparam hparams[] = {
    {"eta", HPARAM_NUMBER, offsetof(struct group_dro, eta), .fallback = "0.01", .low = 0,
     .high = 100, .doc = "step of the groups' weights"},
    {"adjustment", HPARAM_NUMBER, offsetof(struct group_dro, adjustment), .fallback = "0",
     .low = 0, .high = 1000, .doc = "added to a group's loss, over the root of its size"},
    {"by", HPARAM_CHOICE, offsetof(struct group_dro, by), .fallback = "\"class\"",
     .choices = objective_by_names, .doc = "what makes a group"},
    {0},
};

static enum objective_by by(const void *config)
{
    return (enum objective_by)((const struct group_dro *)config)->by;
}

static int state_size(const void *config, const struct objective_data *data)
{
    return objective_n_groups((int)by(config), data); /* log q, up to a constant: all start equal */
}

/* q_g <- q_g exp(eta L_g), scaled to a sum of 1. */
static void move(const struct group_dro *o, const struct objective_batch *batch,
                 const double *sums, const int *counts)
{
    const int *sizes = objective_group_counts(o->by, batch->data);
    double *log_q = batch->state, top = -INFINITY, sum = 0;
    int n = objective_n_groups(o->by, batch->data);
    bool are_known = false;

    for (int g = 0; g < n; g++)
        are_known |= sizes && sizes[g] > 0;
    for (int g = 0; g < n; g++) {
        double loss = counts[g] ? sums[g] / counts[g] : 0;

        if (are_known && sizes[g] == 0 && counts[g] == 0) { /* training has none of it */
            log_q[g] = -INFINITY;
            continue;
        }
        if (o->adjustment > 0 && are_known && sizes[g])
            loss += o->adjustment / sqrt(sizes[g]);
        log_q[g] += o->eta * loss;
        top = fmax(top, log_q[g]);
    }
    for (int g = 0; g < n; g++)
        sum += isinf(log_q[g]) ? 0 : kernel_exp(log_q[g] - top);
    for (int g = 0; g < n; g++)
        log_q[g] -= top + kernel_log(sum);
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    double sums[OBJECTIVE_MAX_GROUPS] = {0};
    int counts[OBJECTIVE_MAX_GROUPS] = {0};
    const struct group_dro *o = config;

    for (int i = 0; i < batch->n; i++) {
        int g = objective_group(o->by, batch, i);

        sums[g] += batch->losses[i];
        counts[g]++;
    }
    move(o, batch, sums, counts);
    for (int i = 0; i < batch->n; i++) {
        int g = objective_group(o->by, batch, i);

        ret_weights[i] = batch->n * kernel_exp(batch->state[g]) / counts[g];
    }
}

const struct objective_type objective_group_dro = {
    .component =
        {
            .name = "group_dro",
            .doc = "DRO over groups: a weight for each class, environment or class in an environment, moved online",
            .formula = "w = n q_g / n_g, q_g <- q_g exp(eta L_g) / sum",
            .source = "Sagawa et al. 2020 (arXiv 1911.08731) and its authors' code",
            .hparams = hparams,
            .config_size = sizeof(struct group_dro),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .by = by,
    .state_size = state_size,
};
