/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/schedule.h"

struct linear {
    double floor;
};

static const struct hparam hparams[] = {
    {"floor", HPARAM_NUMBER, offsetof(struct linear, floor), .fallback = "0", .low = 0, .high = 1,
     .doc = "share of the learning rate that is left at the end"},
    {0},
};

static double factor(const void *config, struct schedule_time time)
{
    const struct linear *linear = config;

    return linear->floor + (1 - linear->floor) * (time.n_epochs - time.epoch) / (time.n_epochs - time.warmup);
}

const struct schedule_type schedule_linear = {
    .component =
        {
            .name = "linear",
            .doc = "a line from the learning rate, where warm-up ends, down to its floor",
            .source = "transformers' get_linear_schedule_with_warmup, with train.warmup_from = \"zero\"",
            .hparams = hparams,
            .config_size = sizeof(struct linear),
        },
    .factor = factor,
};
