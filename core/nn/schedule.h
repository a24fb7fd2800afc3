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
    double warmup;   /* of those the first */
};

struct schedule_type {
    struct component component;
    /* The factor on the learning rate, 1 at the start. */
    double (*factor)(const void *config, struct schedule_time time);
};

extern const struct component_kind schedule_kind;

/* How the rate grows in warm-up: with each step, or with each epoch, as in LDAM-DRW. */
enum schedule_pace { SCHEDULE_BY_STEP, SCHEDULE_BY_EPOCH };

/* What it begins with: the share of one step or epoch, or 0, as in Hugging Face's. */
enum schedule_start { SCHEDULE_FROM_ONE, SCHEDULE_FROM_ZERO };

struct schedule_warmup {
    double epochs;
    enum schedule_pace by;
    enum schedule_start from;
};

/* Is it time for what is set to happen behind `at` epochs, or where that is below 1, behind that share of the run? */
bool schedule_has_come_to(struct schedule_time time, double at);

/* The factor with linear warm-up in front, which takes its time from the schedule's: factor = (epoch + 1 step) /
 * warm-up until then, or by epochs (finished ones + 1) / warm-up; from zero without what is added. What follows is
 * what the schedule has there, as timm's default: cosine steps down from 1, by 0.07 after two
 * epochs of twelve. */
double schedule_factor(const struct schedule_type *type, const void *config, struct schedule_warmup warmup,
                       long step, long steps_per_epoch, double n_epochs);

#endif
