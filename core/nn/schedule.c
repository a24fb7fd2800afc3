/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/schedule.h"

extern const struct schedule_type schedule_constant;
extern const struct schedule_type schedule_cosine;
extern const struct schedule_type schedule_step;

/* To add a schedule, add its line here. */
static const struct schedule_type *const types[] = {
    &schedule_constant,
    &schedule_cosine,
    &schedule_step,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind schedule_kind = {
    .name = "schedule",
    .doc = "how the learning rate moves over a run",
    .at = at,
};

double schedule_factor(const struct schedule_type *type, const void *config, double warmup,
                       long step, long steps_per_epoch, double n_epochs)
{
    double epoch = (double)step / (double)steps_per_epoch;
    struct schedule_time time = {epoch, n_epochs};

    if (epoch < warmup) {
        double factor = (double)(step + 1) / (warmup * (double)steps_per_epoch);

        return factor < 1 ? factor : 1;
    }
    return type->factor(config, time);
}
