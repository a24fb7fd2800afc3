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
    };
    t->n_threads = n_threads < t->n_lanes ? n_threads : t->n_lanes;
    graph_plan(&t->graph, micro_batch);
    t->weights = floats(arena, t->graph.params.size);
    t->prepared = floats(arena, t->graph.prepared_size);
    for (int i = 0; i < method->optimizer->n_states; i++)
        t->states[i] = floats(arena, t->graph.params.size);
    for (int i = 0; i < t->n_threads; i++) {
        struct trainer_desk *desk = &t->desks[i];

        desk->workspace = floats(arena, t->graph.workspace_size);
        desk->x = floats(arena, (size_t)micro_batch * input);
        desk->labels = arena_alloc(arena, (size_t)micro_batch * sizeof *desk->labels);
        desk->coefficients = floats(arena, (size_t)micro_batch);
    }
    for (int i = 0; i < t->n_lanes && i <= t->n_threads; i++)
        t->grads[i] = floats(arena, t->graph.params.size);
    t->losses = arena_alloc(arena, (size_t)batch * sizeof *t->losses);
    t->example_weights = arena_alloc(arena, (size_t)batch * sizeof *t->example_weights);
    t->correct = arena_alloc(arena, (size_t)batch * sizeof *t->correct);
    params_init(&t->graph.params, t->weights, rng);
}

int trainer_state(const struct trainer *t, struct tensor ret_blocks[TRAINER_MAX_STATE])
{
    static const char *const names[] = {"state1", "state2"};
    int n = 0;
    struct tensor like = {.type = TENSOR_F32, .n_dims = 1, .dims = {t->graph.params.size}};

    like.name = "weights";
    like.bytes = t->weights;
    ret_blocks[n++] = like;
    for (int i = 0; i < t->method.optimizer->n_states; i++) {
        like.name = names[i];
        like.bytes = t->states[i];
        ret_blocks[n++] = like;
    }
    return n;
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
static void forward_piece(struct trainer *t, struct trainer_desk *desk,
                          const struct trainer_data *data, const uint32_t *indices,
                          const struct graph_pass *pass, double *losses, bool *correct,
                          float *gradient)
{
    struct loss_batch batch = {.n = pass->n, .n_classes = t->n_classes, .labels = desk->labels};

    batch_fill(data->dataset, data->pool, data->standard, indices, pass->n, data->augment,
               data->augment_rng, desk->x, desk->labels);
    batch.scores = graph_forward(&t->graph, pass);
    t->method.loss->compute(t->method.loss_config, &batch, losses, gradient);
    for (int i = 0; i < pass->n; i++)
        correct[i] = argmax(batch.scores + (size_t)i * (size_t)t->n_classes, t->n_classes) ==
                     desk->labels[i];
}

static void train_piece(struct trainer *t, struct trainer_desk *desk, float *grads,
                        const struct trainer_data *data, const uint32_t *indices, int first,
                        int n_piece, int n_batch, struct rng rng)
{
    struct graph_pass pass = {
        .n = n_piece,
        .first = first,
        .training = true,
        .rng = rng,
        .weights = t->weights,
        .prepared = t->prepared,
        .grads = grads,
        .x = desk->x,
        .workspace = desk->workspace,
    };
    float *gradient = graph_output_gradient(&t->graph, &pass);
    double *weights = t->example_weights + first;

    forward_piece(t, desk, data, indices + first, &pass, t->losses + first, t->correct + first,
                  gradient);
    t->method.objective->weigh(t->method.objective_config, t->losses + first, n_piece, weights);
    for (int i = 0; i < n_piece; i++)
        desk->coefficients[i] = (float)(weights[i] / n_batch);
    kernels->scale_rows(gradient, desk->coefficients, (size_t)n_piece, (size_t)t->n_classes);
    graph_backward(&t->graph, &pass);
}

static void train_lane(struct trainer *t, int lane, struct trainer_desk *desk, float *grads,
                       const struct trainer_data *data, const uint32_t *indices, int n,
                       struct rng rng)
{
    int stride = t->n_lanes * t->micro_batch;

    for (int first = lane * t->micro_batch; first < n; first += stride) {
        int n_piece = n - first < t->micro_batch ? n - first : t->micro_batch;

        train_piece(t, desk, grads, data, indices, first, n_piece, n, rng);
    }
}

/* All lanes; their gradients end in grads[0], and the others are zero again. */
static void train_lanes(struct trainer *t, const struct trainer_data *data,
                        const uint32_t *indices, int n, struct rng rng)
{
    size_t size = t->graph.params.size;

    for (int first = 0; first < t->n_lanes; first += t->n_threads) {
        int n_wave = t->n_lanes - first < t->n_threads ? t->n_lanes - first : t->n_threads;
        float **grads = t->grads + (first > 0); /* only lane 0 adds to the sum itself */

#pragma omp parallel for schedule(static, 1) num_threads(n_wave) if (n_wave > 1)
        for (int i = 0; i < n_wave; i++)
            train_lane(t, first + i, &t->desks[i], grads[i], data, indices, n, rng);
        for (int i = first == 0; i < n_wave; i++) {
            kernels->add(t->grads[0], grads[i], size);
            memset(grads[i], 0, size * sizeof *grads[i]);
        }
    }
}

void trainer_step(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums)
{
    const struct objective_type *objective = t->method.objective;
    struct objective_sums sums = {.n = n};
    int n_correct = 0;

    assert(n > 0 && n <= t->batch);
    graph_prepare(&t->graph, t->weights, t->prepared);
    train_lanes(t, data, indices, n, step->rng);
    for (int i = 0; i < n; i++) {
        sums.weights += t->example_weights[i];
        sums.losses += t->losses[i];
        n_correct += t->correct[i];
    }
    *ret_sums = (struct trainer_sums){sums.losses, n_correct};
    if (!isfinite(sums.losses))
        return;
    if (objective->reach == REACH_SCALE)
        kernels->scale(t->grads[0], (float)objective->scale(t->method.objective_config, &sums),
                     t->graph.params.size);
    optimizer_step(t->method.optimizer, t->method.optimizer_config, &t->graph.params, step->step,
                   step->rate, t->weights, t->grads[0], t->states);
}

bool trainer_evaluate(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
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
    struct trainer_desk *desk = &t->desks[0];
    int n_occurring = 0, n_all_right = 0;

    for (int first = 0; first < n; first += t->micro_batch) {
        struct graph_pass pass = {
            .n = n - first < t->micro_batch ? n - first : t->micro_batch,
            .weights = t->weights,
            .x = desk->x,
            .workspace = desk->workspace,
        };

        if (data->should_stop && data->should_stop(data->stop_context))
            return false;
        forward_piece(t, desk, data, indices + first, &pass, t->losses, t->correct, NULL);
        for (int i = 0; i < pass.n; i++) {
            e.loss += t->losses[i];
            n_of_class[desk->labels[i]]++;
            n_right[desk->labels[i]] += t->correct[i];
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
    return true;
}
