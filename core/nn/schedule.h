/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * schedule: how the learning rate moves over a run.
 *
 * To add one: write nn/schedule_NAME.c, end it in a `const struct schedule_type`,
 * and add one line to the list in schedule.c.
 */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "base/component.h"

struct schedule_time {
    double epoch;    /* begun ones count by their part: 1.5 is amid the second */
    double n_epochs; /* of the run, warm-up included */
};

struct schedule_type {
    struct component component;
    /* The factor on the learning rate, 1 at the start. */
    double (*factor)(const void *config, struct schedule_time time);
};

extern const struct component_kind schedule_kind;

/* The factor with `warmup` epochs of linear warm-up in front, which take their
 * time from the schedule's: factor = (epoch + 1 step) / warmup until then. What follows is
 * what the schedule has there, as timm's default: cosine steps down from 1, by 0.07 after two
 * epochs of twelve. */
double schedule_factor(const struct schedule_type *type, const void *config, double warmup,
                       long step, long steps_per_epoch, double n_epochs);

#endif
