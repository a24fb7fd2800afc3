/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/step/step.h"
#include "math/kernels.h"

#include <math.h>
#include <string.h>

/* The gradient to a norm of at most clip_norm, as torch.nn.utils.clip_grad_norm_ does; what
 * is frozen does not count. False where the norm is not finite. */
static bool clip_gradient(struct trainer *t)
{
    const struct params *params = &t->engine.graph.params;
    float *gradient = t->engine.grads[0];
    double limit = t->method.optimizer_common->clip_norm, square = 0, factor;

    for (int i = 0; i < params->n; i++)
        if (!params->items[i].is_fixed && !params->items[i].is_frozen)
            square += kernels->square_sum(gradient + params->items[i].offset, params->items[i].size);
    if (!isfinite(square))
        return false;
    factor = limit / (sqrt(square) + 1e-6);
    if (factor < 1)
        kernels->scale(gradient, (float)factor, params->size);
    return true;
}

static void average_weights(struct trainer *t, const struct trainer_step *step)
{
    const struct average *average = &t->method.average;
    struct average_step of = {step->step, step->n_steps, t->engine.graph.params.size, t->weights, {NULL}};

    if (average->type->n_blocks == 0)
        return;
    memcpy(of.blocks, t->averages, sizeof of.blocks);
    average->type->add(average->config, &of);
}

/* At the step where a stage of the penalty begins, the optimizer starts anew; what the stage
 * does not train is frozen. Gives the steps made before the stage. */
static long begin_step(struct trainer *t, const struct trainer_step *step)
{
    const struct penalty_type *penalty = t->method.engine.penalty;
    const void *config = t->method.engine.penalty_config;
    struct params *params = &t->engine.graph.params;
    struct penalty_freeze freeze = {.features = false};
    long made = step->step - 1, before = 0;

    if (penalty && penalty->stage)
        before = penalty->stage(config, made, step->n_steps);
    for (int i = 0; i < t->method.optimizer->n_states && before > 0 && before == made; i++)
        memset(t->states[i], 0, params->size * sizeof *t->states[i]);
    if (penalty && penalty->freeze)
        freeze = penalty->freeze(config, made, step->n_steps);
    freeze.features |= t->engine.n_frozen > 0;
    for (int i = 0; i < params->n; i++)
        params->items[i].is_frozen = i >= t->engine.n_model_params             ? freeze.own
                                     : i >= t->engine.graph.n_params_before_last ? freeze.last_layer
                                                                                 : freeze.features;
    return before;
}

static struct engine_batch batch_of(const struct engine_data *data, const uint32_t *indices, int n,
                                    const struct trainer_step *step)
{
    return (struct engine_batch){.data = data, .indices = indices, .n = n, .rng = step->rng,
                                 .step = step->step - 1, .n_steps = step->n_steps};
}

/* A subgradient: that of a weight of 0 is 0. */
static void add_l1(struct trainer *t)
{
    const struct params *params = &t->engine.graph.params;

    for (int i = t->engine.graph.n_params_before_last; i < t->engine.n_model_params; i++) {
        const struct param *item = &params->items[i];
        const float *w = t->weights + item->offset;
        float *g = t->engine.grads[0] + item->offset, l1 = (float)t->l1;

        for (size_t k = 0; k < item->size && item->n_dims > 1; k++) /* of a bias not */
            g[k] += l1 * (float)((w[k] > 0) - (w[k] < 0));
    }
}

bool trainer_move(struct trainer *t, long step, double rate, float *weights, float *const *states)
{
    if (t->method.optimizer_common->clip_norm > 0 && !clip_gradient(t))
        return false;
    optimizer_step(t->method.optimizer, t->method.optimizer_config, &t->engine.graph.params, step, rate, weights,
                   t->engine.grads[0], states);
    return true;
}

void trainer_step(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums)
{
    const struct engine_batch batch = batch_of(data, indices, n, step);
    long before = begin_step(t, step);

    ret_sums->loss = t->step->gradient(t, &batch, step, &ret_sums->n_correct);
    if (!isfinite(ret_sums->loss))
        return;
    if (t->l1 > 0)
        add_l1(t);
    if (!trainer_move(t, step->step - before, step->rate, t->weights, t->states)) {
        ret_sums->loss = NAN;
        return;
    }
    average_weights(t, step);
}

/* The first parameter, or the last, as backward goes, with a number that is not finite in its part of the
 * block; NULL where there is none. */
static const char *find_param(const struct trainer *t, const float *block, bool from_behind)
{
    const struct params *p = &t->engine.graph.params;

    for (int k = 0; k < p->n; k++) {
        const struct param *item = &p->items[from_behind ? p->n - 1 - k : k];

        if (!isfinite(kernels->square_sum(block + item->offset, item->size)))
            return item->name;
    }
    return NULL;
}

const char *trainer_trace_weights(const struct trainer *t)
{
    return find_param(t, trainer_model(t), false);
}

void trainer_trace(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                   int n, const struct trainer_step *step, struct text *ret_text)
{
    const struct engine_batch batch = batch_of(data, indices, n, step);
    const char *weights = find_param(t, t->weights, false);
    const char *gradient = find_param(t, t->engine.grads[0], true);
    const struct op_node *node = engine_trace(&t->engine, t->weights, &batch);

    if (weights)
        text_printf(ret_text, "weights \"%s\"", weights);
    else if (node)
        text_printf(ret_text, "output of layer \"%s\" (%s)", node->name, node->type->name);
    else if (gradient)
        text_printf(ret_text, "gradient of \"%s\"", gradient);
    else
        text_printf(ret_text, t->method.engine.penalty ? "loss or penalty" : "loss");
}
