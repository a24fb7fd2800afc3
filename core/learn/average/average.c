/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/average/average.h"

extern const struct average_type average_sma;

static const struct average_type average_last_iterate = {
    .component = {.name = "last_iterate", .doc = "none: the weights as the last step left them, unless optimizer.ema is set"},
};

/* To add an average, add its line here. */
static const struct average_type *const types[] = {
    &average_last_iterate,
    &average_sma,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind average_kind = {
    .name = "average",
    .doc = "which mean of the weights is the model",
    .at = at,
};

struct average average_choose(const struct average_type *chosen, const void *config,
                              const struct optimizer_common *common)
{
    return chosen->n_blocks == 0 && common->ema > 0 ? (struct average){&average_ema, common}
                                                    : (struct average){chosen, config};
}
