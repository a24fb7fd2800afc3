/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rockafellian relaxation, for wrong labels: the best case, min over distributions p of mean loss + theta TV(p),
 * where DRO takes the worst. It moves the mass of each loss that lies more than theta above the lowest to that
 * one: those examples weigh nothing, and the lowest carries them all. Equal losses weigh equally, and a loss
 * right at the limit stays.
 *
 * Its authors keep a mass for each example of the training part and move it step by step over the epochs (so
 * their paper; their code was not read). Here each batch is solved by itself, and nothing needs to be kept. */
#include "learn/objective/objective.h"

#include <math.h>

struct rockafellian {
    double theta;
};

static const struct hparam hparams[] = {
    {"theta", HPARAM_NUMBER, offsetof(struct rockafellian, theta), .fallback = "1", .low = 0,
     .high = 1e6, .doc = "how far above the lowest a loss may lie to count; 0 is the lowest alone, "
                         "infinity would be ERM"},
    {0},
};

static double lowest(const struct objective_batch *batch)
{
    double low = batch->losses[0];

    for (int i = 1; i < batch->n; i++)
        low = fmin(low, batch->losses[i]);
    return low;
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    double low = lowest(batch), limit = low + ((const struct rockafellian *)config)->theta;
    int n_low = 0, n_moved = 0;

    for (int i = 0; i < batch->n; i++) {
        n_low += batch->losses[i] == low;
        n_moved += batch->losses[i] > limit;
    }
    for (int i = 0; i < batch->n; i++) {
        ret_weights[i] = batch->losses[i] <= limit;
        if (batch->losses[i] == low)
            ret_weights[i] += (double)n_moved / n_low;
    }
}

/* A moved loss costs the lowest and theta. */
static double value(const void *config, const struct objective_batch *batch)
{
    double limit = lowest(batch) + ((const struct rockafellian *)config)->theta, sum = 0;

    for (int i = 0; i < batch->n; i++)
        sum += fmin(batch->losses[i], limit);
    return sum / batch->n;
}

const struct objective_type objective_rockafellian = {
    .component =
        {
            .name = "rockafellian",
            .doc = "Rockafellian relaxation: optimistic total variation, against wrong labels",
            .formula = "mean(min(v, min v + theta)); w = 0 above min v + theta, their mass at the lowest loss",
            .source = "Chen et al. 2024 (arXiv 2405.20531), solved in each batch",
            .caveat = "solved in each batch, where its authors keep a weight per example over epochs",
            .hparams = hparams,
            .config_size = sizeof(struct rockafellian),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
};
