/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/schedule.h"

struct cosine {
    double floor;
};

static const struct hparam hparams[] = {
    {"floor", HPARAM_NUMBER, offsetof(struct cosine, floor), .fallback = "0", .low = 0, .high = 1,
     .doc = "share of the learning rate that is left at the end"},
    {0},
};

static double factor(const void *config, struct schedule_time time)
{
    const struct cosine *cosine = config;
    double share = time.epoch / time.n_epochs;

    return cosine->floor + (1 - cosine->floor) * 0.5 * (1 + kernel_cospi(share));
}

const struct schedule_type schedule_cosine = {
    .component =
        {
            .name = "cosine",
            .doc = "half a cosine over the whole run, from the learning rate down to its floor; "
                   "warm-up hands over to it at the rate that it has there, not at 1",
            .source = "Loshchilov and Hutter 2017, eq. 5, without restarts",
            .hparams = hparams,
            .config_size = sizeof(struct cosine),
        },
    .factor = factor,
};
