/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/trainer.h"

#include "math/kernels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static float *floats(struct arena *arena, size_t n)
{
    return arena_alloc(arena, n * sizeof(float));
}

void trainer_init(struct trainer *t, struct arena *arena, const struct trainer_method *method,
                  const struct graph *graph, int n_classes, int batch, int micro_batch,
                  int n_threads, struct rng rng)
{
    size_t input = shape_size(graph->nodes[GRAPH_INPUT].out);
    int n_pieces;

    assert(batch > 0 && micro_batch > 0);
    if (micro_batch > batch)
        micro_batch = batch;
    n_pieces = (batch + micro_batch - 1) / micro_batch;
    *t = (struct trainer){
        .method = *method,
        .graph = *graph,
        .n_classes = n_classes,
        .batch = batch,
        .micro_batch = micro_batch,
        .n_lanes = n_pieces < TRAINER_MAX_LANES ? n_pieces : TRAINER_MAX_LANES,
        .n_threads = n_threads,
    };
    graph_plan(&t->graph, micro_batch);
    t->weights = floats(arena, t->graph.params.size);
    for (int i = 0; i < method->optimizer->n_states; i++)
        t->states[i] = floats(arena, t->graph.params.size);
    for (int i = 0; i < t->n_lanes; i++) {
        struct trainer_lane *lane = &t->lanes[i];

        lane->workspace = floats(arena, t->graph.workspace_size);
        lane->grads = floats(arena, t->graph.params.size);
        lane->x = floats(arena, (size_t)micro_batch * input);
        lane->labels = arena_alloc(arena, (size_t)micro_batch * sizeof *lane->labels);
        lane->coefficients = floats(arena, (size_t)micro_batch);
    }
    t->losses = arena_alloc(arena, (size_t)batch * sizeof *t->losses);
    t->example_weights = arena_alloc(arena, (size_t)batch * sizeof *t->example_weights);
    t->correct = arena_alloc(arena, (size_t)batch * sizeof *t->correct);
    params_init(&t->graph.params, t->weights, rng);
}

static int argmax(const float *x, int n)
{
    int best = 0;

    for (int i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

/* Forward of the pictures indices[first .. first+n); fills losses and correct. */
static void forward_piece(struct trainer *t, struct trainer_lane *lane,
                          const struct trainer_data *data, const uint32_t *indices,
                          const struct graph_pass *pass, double *losses, bool *correct,
                          float *gradient)
{
    struct loss_batch batch = {.n = pass->n, .n_classes = t->n_classes, .labels = lane->labels};

    batch_fill(data->dataset, data->pool, data->standard, indices, pass->n, data->augment,
               data->augment_rng, lane->x, lane->labels);
    batch.scores = graph_forward(&t->graph, pass);
    t->method.loss->compute(t->method.loss_config, &batch, losses, gradient);
    for (int i = 0; i < pass->n; i++)
        correct[i] = argmax(batch.scores + (size_t)i * (size_t)t->n_classes, t->n_classes) ==
                     lane->labels[i];
}

static void train_piece(struct trainer *t, struct trainer_lane *lane,
                        const struct trainer_data *data, const uint32_t *indices, int first,
                        int n_piece, int n_batch, struct rng rng)
{
    struct graph_pass pass = {
        .n = n_piece,
        .first = first,
        .training = true,
        .rng = rng,
        .weights = t->weights,
        .grads = lane->grads,
        .x = lane->x,
        .workspace = lane->workspace,
    };
    float *gradient = graph_output_gradient(&t->graph, &pass);
    double *weights = t->example_weights + first;

    forward_piece(t, lane, data, indices + first, &pass, t->losses + first, t->correct + first,
                  gradient);
    t->method.objective->weigh(t->method.objective_config, t->losses + first, n_piece, weights);
    for (int i = 0; i < n_piece; i++)
        lane->coefficients[i] = (float)(weights[i] / n_batch);
    kernel_scale_rows(gradient, lane->coefficients, (size_t)n_piece, (size_t)t->n_classes);
    graph_backward(&t->graph, &pass);
}

static void train_lane(struct trainer *t, int lane, const struct trainer_data *data,
                       const uint32_t *indices, int n, struct rng rng)
{
    int stride = t->n_lanes * t->micro_batch;

    for (int first = lane * t->micro_batch; first < n; first += stride) {
        int n_piece = n - first < t->micro_batch ? n - first : t->micro_batch;

        train_piece(t, &t->lanes[lane], data, indices, first, n_piece, n, rng);
    }
}

/* Adds the lanes up in lane 0, scales, and leaves the others zero. */
static float *sum_lanes(struct trainer *t, const struct objective_sums *sums)
{
    const struct objective_type *objective = t->method.objective;
    float *grads = t->lanes[0].grads;
    size_t size = t->graph.params.size;

    for (int i = 1; i < t->n_lanes; i++) {
        kernel_add(grads, t->lanes[i].grads, size);
        memset(t->lanes[i].grads, 0, size * sizeof *grads);
    }
    if (objective->reach == REACH_SCALE)
        kernel_scale(grads, (float)objective->scale(t->method.objective_config, sums), size);
    return grads;
}

void trainer_step(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums)
{
    struct objective_sums sums = {.n = n};
    int n_correct = 0;
    float *grads;

    assert(n > 0 && n <= t->batch);
#pragma omp parallel for schedule(static, 1) num_threads(t->n_threads) if (t->n_threads > 1)
    for (int lane = 0; lane < t->n_lanes; lane++)
        train_lane(t, lane, data, indices, n, step->rng);
    for (int i = 0; i < n; i++) {
        sums.weights += t->example_weights[i];
        sums.losses += t->losses[i];
        n_correct += t->correct[i];
    }
    *ret_sums = (struct trainer_sums){sums.losses, n_correct};
    if (!isfinite(sums.losses))
        return;
    grads = sum_lanes(t, &sums);
    optimizer_step(t->method.optimizer, t->method.optimizer_config, &t->graph.params, step->step,
                   step->rate, t->weights, grads, t->states);
}

void trainer_evaluate(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                      int n, struct arena *arena, struct evaluation *ret_evaluation)
{
    size_t n_classes = (size_t)t->n_classes;
    int *n_of_class = arena_alloc(arena, n_classes * sizeof *n_of_class);
    int *n_right = arena_alloc(arena, n_classes * sizeof *n_right);
    struct evaluation e = {
        .n = n,
        .n_classes = t->n_classes,
        .class_accuracy = arena_alloc(arena, n_classes * sizeof *e.class_accuracy),
    };
    struct trainer_lane *lane = &t->lanes[0];
    int n_occurring = 0, n_all_right = 0;

    for (int first = 0; first < n; first += t->micro_batch) {
        struct graph_pass pass = {
            .n = n - first < t->micro_batch ? n - first : t->micro_batch,
            .weights = t->weights,
            .x = lane->x,
            .workspace = lane->workspace,
        };

        forward_piece(t, lane, data, indices + first, &pass, t->losses, t->correct, NULL);
        for (int i = 0; i < pass.n; i++) {
            e.loss += t->losses[i];
            n_of_class[lane->labels[i]]++;
            n_right[lane->labels[i]] += t->correct[i];
        }
    }
    e.loss /= n;
    for (int c = 0; c < t->n_classes; c++) {
        e.class_accuracy[c] = n_of_class[c] ? (double)n_right[c] / n_of_class[c] : NAN;
        n_all_right += n_right[c];
        if (n_of_class[c]) {
            n_occurring++;
            e.balanced_accuracy += e.class_accuracy[c];
        }
    }
    e.accuracy = (double)n_all_right / n;
    e.balanced_accuracy /= n_occurring;
    *ret_evaluation = e;
}
