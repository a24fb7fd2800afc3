/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * average: which mean of the weights behind each step is the model. Steps move the weights as ever; the average is
 * evaluated, and is what a run ends with. Running statistics among the weights are averaged likewise.
 *
 * The moving average (EMA) is older than this slot, and stays a setting of optimizers, `ema`: specs keep their meaning.
 *
 * To add one:
 *   1. write learn/average/average_NAME.c after the pattern of average_sma.c;
 *   2. end it in `const struct average_type average_NAME = {...}`;
 *   3. add one line to the list in average.c.
 */
#ifndef LEARN_AVERAGE_AVERAGE_H
#define LEARN_AVERAGE_AVERAGE_H

#include "base/component.h"
#include "nn/optimizer.h"

enum { AVERAGE_MAX_BLOCKS = 2 };

/* Behind a step. */
struct average_step {
    long step, n_steps; /* 1 for the first; how many there will be */
    size_t n;
    const float *w;                   /* [n] */
    float *blocks[AVERAGE_MAX_BLOCKS]; /* [n] each: the average, and what else is kept from step to step */
};

struct average_type {
    struct component component;
    int n_blocks; /* 0: none is kept, the weights are the model */
    void (*add)(const void *config, const struct average_step *step);
    /* (optional) Averages a run of so many steps anything? */
    int (*check)(const void *config, long n_steps, struct error *err);
};

extern const struct component_kind average_kind;

/* Of optimizer.ema; its config is the optimizer's struct optimizer_common. In no list. */
extern const struct average_type average_ema;

/* What is kept: the chosen one or, where nothing is chosen, what optimizer.ema asks for. */
struct average {
    const struct average_type *type;
    const void *config;
};

struct average average_choose(const struct average_type *chosen, const void *config,
                              const struct optimizer_common *common);

#endif
