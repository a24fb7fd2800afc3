/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/schedule.h"

extern const struct schedule_type schedule_constant;
extern const struct schedule_type schedule_cosine;
extern const struct schedule_type schedule_linear;
extern const struct schedule_type schedule_step;

/* To add a schedule, add its line here. */
static const struct schedule_type *const types[] = {
    &schedule_constant,
    &schedule_cosine,
    &schedule_linear,
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

/* A share of the epochs is rounded as floats are: it may come out a bit above the epoch that is meant. */
bool schedule_has_come_to(struct schedule_time time, double at)
{
    const double ROUNDING = 1e-12;

    return time.epoch >= (at < 1 ? at * time.n_epochs * (1 - ROUNDING) : at);
}

double schedule_factor(const struct schedule_type *type, const void *config, struct schedule_warmup warmup,
                       long step, long steps_per_epoch, double n_epochs)
{
    double epoch = (double)step / (double)steps_per_epoch;
    struct schedule_time time = {epoch, n_epochs, warmup.epochs};

    if (epoch < warmup.epochs) {
        long pace = warmup.by == SCHEDULE_BY_EPOCH ? steps_per_epoch : 1;
        double factor = (double)((step / pace + (warmup.from == SCHEDULE_FROM_ONE)) * pace) / (warmup.epochs * (double)steps_per_epoch);

        return factor < 1 ? factor : 1;
    }
    return type->factor(config, time);
}
