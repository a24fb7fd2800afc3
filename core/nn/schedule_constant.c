/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/schedule.h"

static double factor(const void *config, struct schedule_time time)
{
    (void)config, (void)time;
    return 1;
}

const struct schedule_type schedule_constant = {
    .component = {.name = "constant", .doc = "the same learning rate throughout"},
    .factor = factor,
};
