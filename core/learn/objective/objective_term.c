/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tilted empirical risk, of examples or of groups. By groups, each example counts with the mean loss
 * of its group in the batch, so that all of a group weigh alike: the group level of hierarchical
 * tilting, with none within the groups. */
#include "learn/objective/objective.h"
#include "learn/objective/tilt.h"

#include <string.h>

struct term {
    double t;
    int by; /* enum objective_by */
};

static const struct hparam hparams[] = {
    {"t", HPARAM_NUMBER, offsetof(struct term, t), .fallback = "1", .low = -1e6, .high = 1e6,
     .doc = "tilt: above 0 high losses count more, below 0 less; 0 is ERM"},
    {"by", HPARAM_CHOICE, offsetof(struct term, by), .fallback = "\"none\"", .is_later = true,
     .choices = objective_by_or_none_names, .doc = "what is tilted: mean losses of these groups; none: each loss"},
    {0},
};

static enum objective_by by(const void *config)
{
    return (enum objective_by)((const struct term *)config)->by;
}

/* What is tilted: each loss, or the mean of its group. */
static void level(const struct term *o, const struct objective_batch *batch, double *ret_x)
{
    double sums[OBJECTIVE_MAX_GROUPS] = {0};
    int counts[OBJECTIVE_MAX_GROUPS] = {0};

    memcpy(ret_x, batch->losses, (size_t)batch->n * sizeof *ret_x);
    if (o->by == BY_NONE)
        return;
    for (int i = 0; i < batch->n; i++) {
        int g = objective_group(o->by, batch, i);

        sums[g] += batch->losses[i];
        counts[g]++;
    }
    for (int i = 0; i < batch->n; i++) {
        int g = objective_group(o->by, batch, i);

        ret_x[i] = sums[g] / counts[g];
    }
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct term *o = config;

    level(o, batch, ret_weights);
    tilt(ret_weights, batch->n, o->t, ret_weights);
}

static double value(const void *config, const struct objective_batch *batch)
{
    const struct term *o = config;
    double sum = 0;

    level(o, batch, batch->room);
    if (o->t != 0)
        return tilt_log_mean(batch->room, batch->n, o->t) / o->t;
    for (int i = 0; i < batch->n; i++)
        sum += batch->room[i];
    return sum / batch->n;
}

const struct objective_type objective_term = {
    .component =
        {
            .name = "term",
            .doc = "tilted empirical risk, of examples or of groups",
            .formula = "w = exp(t v) / mean exp(t v); by groups v is L_g",
            .source = "Li et al. 2021 (TERM; arXiv 2109.06141)",
            .hparams = hparams,
            .config_size = sizeof(struct term),
        },
    .reach = REACH_BATCH,
    .weigh = weigh,
    .value = value,
    .by = by,
};
