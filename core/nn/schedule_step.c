/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/schedule.h"

struct steps {
    struct hparam_numbers at;
    double gamma;
};

static const struct hparam hparams[] = {
    {"at", HPARAM_NUMBERS, offsetof(struct steps, at), .fallback = "[]", .low = 1e-6, .high = 1e6,
     .doc = "epochs after which the learning rate drops; below 1: shares of the run"},
    {"gamma", HPARAM_NUMBER, offsetof(struct steps, gamma), .fallback = "0.1", .low = 0, .high = 1,
     .doc = "factor of each drop"},
    {0},
};

static double factor(const void *config, struct schedule_time time)
{
    const struct steps *steps = config;
    int n_passed = 0;

    for (int i = 0; i < steps->at.n; i++)
        n_passed += schedule_has_come_to(time, steps->at.at[i]);
    return kernel_power(steps->gamma, n_passed);
}

const struct schedule_type schedule_step = {
    .component =
        {
            .name = "step",
            .doc = "drops by a factor after given epochs",
            .hparams = hparams,
            .config_size = sizeof(struct steps),
        },
    .factor = factor,
};
