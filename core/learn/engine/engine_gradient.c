/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine_private.h"
#include "math/kernels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* What a pass over a batch does: both at once, or all forwards, then all backwards. */
enum phase { FORWARD = 1, BACKWARD = 2 };

/* One batch at work. */
struct work {
    const struct trainer_data *data;
    const uint32_t *indices;
    int n;
    struct rng rng;
    int phases; /* of enum phase */
    const struct trainer_step *step;
};

static struct objective_batch losses_of(const struct trainer *t, const struct work *work,
                                        int first, int n)
{
    return (struct objective_batch){
        .n = n,
        .losses = t->losses + first,
        .classes = t->labels + first,
        .environments = work->data->pool->groups ? t->environments + first : NULL,
    };
}

static void work_on_piece(struct trainer *t, const struct work *work, struct trainer_desk *desk,
                          float *grads, int first, int n)
{
    struct graph_pass pass = trainer_pass(t, desk, work->data, first, n);
    float *gradient = graph_output_gradient(&t->graph, &pass);
    double *weights = t->example_weights + first;

    pass.training = true;
    pass.rng = work->rng;
    pass.weights = t->weights;
    pass.prepared = t->prepared;
    pass.grads = grads;
    pass.grads_add = first >= t->n_lanes * t->micro_batch; /* not the first of its lane */
    if (work->phases & FORWARD || desk->first != first)
        trainer_forward(t, desk, work->data, work->indices, &pass, gradient);
    if (work->phases == FORWARD)
        return;
    if (work->phases == (FORWARD | BACKWARD)) {
        struct objective_batch part = losses_of(t, work, first, n);

        objective_weigh_part(t->slots->objective, &part, weights);
    }
    for (int i = 0; i < n; i++)
        desk->coefficients[i] = (float)(weights[i] / work->n);
    kernels->scale_rows(gradient, desk->coefficients, (size_t)n, (size_t)t->n_classes);
    if (t->scores) {
        kernels->add(gradient, t->score_gradients + (size_t)first * (size_t)t->n_classes,
                     (size_t)n * (size_t)t->n_classes);
        pass.feature_gradient =
            t->feature_gradients + (size_t)first * graph_features_size(&t->graph);
    }
    graph_backward(&t->graph, &pass);
    desk->first = -1;
}

static void work_on_lane(struct trainer *t, const struct work *work, int lane, int thread,
                         float *grads)
{
    int stride = t->n_lanes * t->micro_batch;

    for (int first = lane * t->micro_batch; first < work->n; first += stride) {
        int n_piece = work->n - first < t->micro_batch ? work->n - first : t->micro_batch;
        int desk = t->keeps ? first / t->micro_batch : thread;

        work_on_piece(t, work, &t->desks[desk], grads, first, n_piece);
    }
}

/* All lanes that have a piece; their gradients end in grads[0]. */
static void work_on_lanes(struct trainer *t, const struct work *work)
{
    size_t size = t->graph.params.size;
    int n_pieces = (work->n + t->micro_batch - 1) / t->micro_batch;
    int n_lanes = n_pieces < t->n_lanes ? n_pieces : t->n_lanes;

    for (int first = 0; first < n_lanes; first += t->n_threads) {
        int n_wave = n_lanes - first < t->n_threads ? n_lanes - first : t->n_threads;
        float **grads = t->grads + (first > 0); /* only lane 0 adds to the sum itself */

        if (n_wave == 1) { /* a team of one would be in the way of products' threads */
            work_on_lane(t, work, first, 0, grads[0]);
        } else {
#pragma omp parallel for schedule(static, 1) num_threads(n_wave)
            for (int i = 0; i < n_wave; i++)
                work_on_lane(t, work, first + i, i, grads[i]);
        }
        if (work->phases == FORWARD)
            continue;
        for (int i = first == 0; i < n_wave; i++)
            kernels->add(t->grads[0], grads[i], size);
    }
}

static double sum_of(const double *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

/* The penalty of the batch whose forwards are done; keeps its derivatives for the backwards. */
static double compute_penalty(struct trainer *t, const struct work *work)
{
    size_t n = (size_t)work->n, width = graph_features_size(&t->graph);
    struct arena arena = {0};
    struct penalty_batch batch = {
        .n = work->n,
        .n_classes = t->n_classes,
        .n_features = (int)width,
        .n_environments = t->n_environments ? t->n_environments : 1,
        .scores = t->scores,
        .features = t->features,
        .labels = t->labels,
        .environments = t->environments,
        .step = work->step->step - 1,
        .n_steps = work->step->n_steps,
        .weights = t->weights + t->penalty_weights,
    };
    struct penalty_gradients gradients = {t->score_gradients, t->feature_gradients,
                                          t->grads[0] + t->penalty_weights};
    double value;

    memset(t->score_gradients, 0, n * (size_t)t->n_classes * sizeof *t->score_gradients);
    memset(t->feature_gradients, 0, n * width * sizeof *t->feature_gradients);
    if (t->method.penalty->plan) /* its weights are the last */
        memset(gradients.weights, 0,
               (t->graph.params.size - t->penalty_weights) * sizeof *gradients.weights);
    value = t->method.penalty->compute(t->method.penalty_config, &batch, &arena, &gradients);
    arena_release(&arena);
    return value;
}

/* The gradient of the objective into grads[0], and the sum of losses.
 * Where that is not finite, the gradient is not what it should be. */
static double compute_gradient(struct trainer *t, struct work *work)
{
    struct objective *objective = t->slots->objective;
    struct objective_sums sums = {.n = work->n};

    t->weight_scale = 1;
    if (objective_reach(objective) == REACH_BATCH || t->method.penalty) {
        struct objective_batch all = losses_of(t, work, 0, work->n);

        work->phases = FORWARD;
        work_on_lanes(t, work);
        sums.losses = sum_of(t->losses, work->n);
        if (!isfinite(sums.losses))
            return sums.losses;
        objective_weigh(objective, &all, t->example_weights);
        if (t->method.penalty && !isfinite(compute_penalty(t, work)))
            return NAN;
        work->phases = BACKWARD;
        work_on_lanes(t, work);
        return sums.losses;
    }
    work->phases = FORWARD | BACKWARD;
    work_on_lanes(t, work);
    sums.losses = sum_of(t->losses, work->n);
    sums.weights = sum_of(t->example_weights, work->n);
    if (isfinite(sums.losses) && objective->type->reach == REACH_SCALE) {
        t->weight_scale = objective_scale(objective, &sums);
        kernels->scale(t->grads[0], (float)t->weight_scale, t->graph.params.size);
    }
    return sums.losses;
}

/* The weights move uphill along the gradient, sam long; what they were waits at home.
 * The objective's state goes back: it is to move once a step. */
static void climb(struct trainer *t)
{
    size_t size = t->graph.params.size;
    double length = sqrt(kernels->square_sum(t->grads[0], size));
    float stride = (float)(t->method.optimizer_common->sam / (length + 1e-12));
    float *restrict w = t->weights;
    const float *restrict g = t->grads[0];
    const struct objective *objective = t->slots->objective;

    memcpy(t->home, w, size * sizeof *w);
#pragma omp simd
    for (size_t i = 0; i < size; i++)
        w[i] += stride * g[i];
    if (objective->n_state)
        memcpy(objective->state, t->home_state,
               (size_t)objective->n_state * sizeof *objective->state);
}

/* The gradient at the weights or, with SAM, uphill of them; sums of the former. */
static struct trainer_sums gradient_of_step(struct trainer *t, struct work *work)
{
    const struct objective *objective = t->slots->objective;
    struct trainer_sums sums = {0};
    double loss;

    if (t->home && objective->n_state)
        memcpy(t->home_state, objective->state,
               (size_t)objective->n_state * sizeof *objective->state);
    graph_prepare(&t->graph, t->weights, t->prepared);
    sums.loss = compute_gradient(t, work);
    for (int i = 0; i < work->n; i++)
        sums.n_correct += t->predicted[i] == t->labels[i];
    if (!t->home || !isfinite(sums.loss))
        return sums;
    climb(t);
    graph_prepare(&t->graph, t->weights, t->prepared);
    loss = compute_gradient(t, work);
    memcpy(t->weights, t->home, t->graph.params.size * sizeof *t->weights);
    if (!isfinite(loss))
        sums.loss = loss;
    return sums;
}

/* The gradient to a norm of at most clip_norm, as torch.nn.utils.clip_grad_norm_ does; what
 * is frozen does not count. False where the norm is not finite. */
static bool clip_gradient(struct trainer *t)
{
    const struct params *params = &t->graph.params;
    double limit = t->method.optimizer_common->clip_norm, square = 0, factor;

    for (int i = 0; i < params->n; i++)
        if (!params->items[i].is_frozen)
            square += kernels->square_sum(t->grads[0] + params->items[i].offset,
                                          params->items[i].size);
    if (!isfinite(square))
        return false;
    factor = limit / (sqrt(square) + 1e-6);
    if (factor < 1)
        kernels->scale(t->grads[0], (float)factor, params->size);
    return true;
}

/* The average moves to the new weights; the first of them are its start, as in
 * torch.optim.swa_utils.AveragedModel. */
static void average_weights(struct trainer *t, long step)
{
    float rest = (float)(1 - t->method.optimizer_common->ema);
    float *restrict a = t->average;
    const float *restrict w = t->weights;

    if (step == 1)
        memcpy(a, w, t->graph.params.size * sizeof *a);
#pragma omp simd
    for (size_t i = 0; i < t->graph.params.size; i++)
        a[i] += rest * (w[i] - a[i]);
}

/* At the step where a stage of the penalty begins, the optimizer starts anew; what the stage
 * does not train is frozen. Gives the steps made before the stage. */
static long begin_step(struct trainer *t, const struct trainer_step *step)
{
    const struct penalty_type *penalty = t->method.penalty;
    const void *config = t->method.penalty_config;
    struct params *params = &t->graph.params;
    struct penalty_freeze freeze = {false};
    long made = step->step - 1, before = 0;

    if (!penalty)
        return 0;
    if (penalty->stage)
        before = penalty->stage(config, made, step->n_steps);
    for (int i = 0; i < t->method.optimizer->n_states && before > 0 && before == made; i++)
        memset(t->states[i], 0, params->size * sizeof *t->states[i]);
    if (penalty->freeze)
        freeze = penalty->freeze(config, made, step->n_steps);
    for (int i = 0; i < params->n; i++)
        params->items[i].is_frozen = i >= t->n_model_params                  ? freeze.own
                                     : i >= t->graph.n_params_before_last ? freeze.last_layer
                                                                          : freeze.features;
    return before;
}

void trainer_step(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums)
{
    struct work work = {.data = data, .indices = indices, .n = n, .rng = step->rng,
                        .step = step};
    long before = begin_step(t, step);

    assert(n > 0 && n <= t->batch);
    if (t->slots->transform->mix)
        t->slots->transform->mix(t->slots->transform_config, n,
                                 t->n_environments ? t->n_environments : 1, step->rng, t->mixes);
    *ret_sums = gradient_of_step(t, &work);
    if (!isfinite(ret_sums->loss))
        return;
    if (t->method.optimizer_common->clip_norm > 0 && !clip_gradient(t)) {
        ret_sums->loss = NAN;
        return;
    }
    optimizer_step(t->method.optimizer, t->method.optimizer_config, &t->graph.params,
                   step->step - before, step->rate, t->weights, t->grads[0], t->states);
    if (t->average)
        average_weights(t, step->step);
}
