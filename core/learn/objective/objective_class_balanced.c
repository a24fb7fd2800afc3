/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights by the size of the class. Over n, not over the sum of the weights as
 * PyTorch's weighted mean: a batch with many rare examples steps farther. */
#include "learn/objective/objective.h"
#include "nn/class_weights.h"

struct class_balanced {
    double beta;
};

static const struct hparam hparams[] = {
    {"beta", HPARAM_NUMBER, offsetof(struct class_balanced, beta), .fallback = "0.9999",
     .low = 0, .high = 1, .doc = "0: no weights; 1: one over the size of the class"},
    {0},
};

static enum objective_by by(const void *config)
{
    (void)config;
    return BY_CLASS;
}

static int state_size(const void *config, const struct objective_data *data)
{
    (void)config;
    return data->n_classes; /* the weights of the classes; they do not move */
}

static void start(const void *config, const struct objective_data *data, double *ret_state)
{
    class_weights(((const struct class_balanced *)config)->beta, data->class_counts,
                  data->n_classes, ret_state);
}

static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    (void)config;
    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = batch->state[batch->classes[i]];
}

static double value(const void *config, const struct objective_batch *batch)
{
    weigh(config, batch, batch->room);
    return objective_weighted_mean(batch, batch->room);
}

const struct objective_type objective_class_balanced = {
    .component =
        {
            .name = "class_balanced",
            .doc = "weights by the effective number of examples of the class",
            .formula = "w ~ (1 - beta) / (1 - beta^n_c), summing to C over the classes",
            .source = "Cui et al. 2019 (arXiv 1901.05555)",
            .hparams = hparams,
            .config_size = sizeof(struct class_balanced),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
    .by = by,
    .state_size = state_size,
    .start = start,
};
