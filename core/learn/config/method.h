/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * method: what a run's settings choose for the slots of a method, opened for its
 * data: sampler, transform, loss, objective, the last three for late epochs too, optimizer.
 */
#ifndef LEARN_CONFIG_METHOD_H
#define LEARN_CONFIG_METHOD_H

#include "learn/sampler/sampler.h"
#include "learn/trainer.h"

/* What a method must know of the data and the run. */
struct method_data {
    struct objective_data objective; /* counts of the training part */
    int batch;
    enum target_kind target; /* of numbers objective knows no classes */
    bool has_environments; /* a step draws from each group that objective counts */
};

struct method {
    struct loss losses[ENGINE_N_SLOTS];
    struct objective objectives[ENGINE_N_SLOTS];
    struct method_data data;
    struct sampler sampler;
    struct trainer_method trainer; /* points into the above */
};

/* `s` is complete (config.h). Borrows `data->objective`'s arrays; memory from
 * `arena`. Not to be moved afterwards. */
int method_open(struct method *m, const struct settings *s, const struct method_data *data,
                struct arena *arena, struct error *err);

/* The chosen type of a slot with its configuration, for whoever opens one. */
int method_choose(const struct settings *s, const char *slot, const struct component_kind *kind,
                  struct arena *arena, const struct component **ret_type, void **ret_config,
                  struct error *err);

#endif
