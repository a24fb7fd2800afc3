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

/* The desks: as many as micro-batches where activations are to wait and fit. */
static void init_desks(struct trainer *t, struct arena *arena, int n_pieces, size_t keep)
{
    size_t input = shape_size(t->graph.nodes[GRAPH_INPUT].out);
    size_t x_size = (size_t)t->micro_batch * input;
    size_t desk_size = (t->graph.workspace_size + x_size) * sizeof(float);

    t->keeps = objective_reach(t->method.objective) == REACH_BATCH &&
               (size_t)n_pieces * desk_size <= keep;
    t->n_desks = t->keeps ? n_pieces : t->n_threads;
    t->desks = arena_alloc(arena, (size_t)t->n_desks * sizeof *t->desks);
    for (int i = 0; i < t->n_desks; i++)
        t->desks[i] = (struct trainer_desk){
            .workspace = floats(arena, t->graph.workspace_size),
            .x = floats(arena, x_size),
            .coefficients = floats(arena, (size_t)t->micro_batch),
            .first = -1,
        };
}

void trainer_init(struct trainer *t, struct arena *arena, const struct trainer_method *method,
                  const struct graph *graph, const struct trainer_sizes *sizes, struct rng rng)
{
    int batch = sizes->batch;
    int micro_batch = sizes->micro_batch < batch ? sizes->micro_batch : batch;
    int n_pieces;

    assert(batch > 0 && micro_batch > 0);
    n_pieces = (batch + micro_batch - 1) / micro_batch;
    *t = (struct trainer){
        .method = *method,
        .graph = *graph,
        .n_classes = sizes->n_classes,
        .batch = batch,
        .micro_batch = micro_batch,
        .n_lanes = n_pieces < TRAINER_MAX_LANES ? n_pieces : TRAINER_MAX_LANES,
    };
    t->n_threads = sizes->n_threads < t->n_lanes ? sizes->n_threads : t->n_lanes;
    graph_plan(&t->graph, micro_batch);
    t->weights = floats(arena, t->graph.params.size);
    t->prepared = floats(arena, t->graph.prepared_size);
    for (int i = 0; i < method->optimizer->n_states; i++)
        t->states[i] = floats(arena, t->graph.params.size);
    init_desks(t, arena, n_pieces, sizes->keep);
    for (int i = 0; i < t->n_lanes && i <= t->n_threads; i++)
        t->grads[i] = floats(arena, t->graph.params.size);
    t->losses = arena_alloc(arena, (size_t)batch * sizeof *t->losses);
    t->example_weights = arena_alloc(arena, (size_t)batch * sizeof *t->example_weights);
    t->labels = arena_alloc(arena, (size_t)batch * sizeof *t->labels);
    t->environments = arena_alloc(arena, (size_t)batch * sizeof *t->environments);
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
    if (t->method.objective->n_state)
        ret_blocks[n++] = (struct tensor){.name = "objective",
                                          .type = TENSOR_F64,
                                          .n_dims = 1,
                                          .dims = {(size_t)t->method.objective->n_state},
                                          .bytes = t->method.objective->state};
    return n;
}

/* The class of the highest score; offsets may be NULL. */
static int predict(const float *scores, int n, const float *offsets)
{
    int best = 0;
    float highest = scores[0] + (offsets ? offsets[0] : 0);

    for (int c = 1; c < n; c++) {
        float score = scores[c] + (offsets ? offsets[c] : 0);

        if (score > highest) {
            highest = score;
            best = c;
        }
    }
    return best;
}

/* Forward of the pictures indices[0 .. pass->n), which are at pass->first in the
 * batch; fills losses, labels, environments and correct there. */
static void forward_piece(struct trainer *t, struct trainer_desk *desk,
                          const struct trainer_data *data, const uint32_t *indices,
                          const struct graph_pass *pass, float *gradient)
{
    const struct loss *loss = t->method.loss;
    int *labels = t->labels + pass->first;
    const float *scores;

    batch_fill(data->dataset, data->pool, data->standard, indices, pass->n, data->augment,
               data->augment_rng, desk->x, labels);
    scores = graph_forward(&t->graph, pass);
    loss_compute(loss, pass->n, scores, labels, t->losses + pass->first, gradient);
    for (int i = 0; i < pass->n; i++) {
        if (data->pool->environments)
            t->environments[pass->first + i] = data->pool->environments[indices[i]];
        t->correct[pass->first + i] =
            predict(scores + (size_t)i * (size_t)t->n_classes, t->n_classes,
                    pass->training ? NULL : loss->offsets) == labels[i];
    }
    desk->first = pass->first;
}

/* What a pass over a batch does: both at once, or all forwards, then all backwards. */
enum phase { FORWARD = 1, BACKWARD = 2 };

/* One batch at work. */
struct work {
    const struct trainer_data *data;
    const uint32_t *indices;
    int n;
    struct rng rng;
    int phases; /* of enum phase */
};

static struct objective_batch losses_of(const struct trainer *t, const struct work *work,
                                        int first, int n)
{
    return (struct objective_batch){
        .n = n,
        .losses = t->losses + first,
        .classes = t->labels + first,
        .environments = work->data->pool->environments ? t->environments + first : NULL,
    };
}

static void work_on_piece(struct trainer *t, const struct work *work, struct trainer_desk *desk,
                          float *grads, int first, int n)
{
    struct graph_pass pass = {
        .n = n,
        .first = first,
        .training = true,
        .rng = work->rng,
        .weights = t->weights,
        .prepared = t->prepared,
        .grads = grads,
        .x = desk->x,
        .workspace = desk->workspace,
    };
    float *gradient = graph_output_gradient(&t->graph, &pass);
    double *weights = t->example_weights + first;

    if (work->phases & FORWARD || desk->first != first)
        forward_piece(t, desk, work->data, work->indices + first, &pass, gradient);
    if (work->phases == FORWARD)
        return;
    if (work->phases == (FORWARD | BACKWARD)) {
        struct objective_batch part = losses_of(t, work, first, n);

        objective_weigh_part(t->method.objective, &part, weights);
    }
    for (int i = 0; i < n; i++)
        desk->coefficients[i] = (float)(weights[i] / work->n);
    kernels->scale_rows(gradient, desk->coefficients, (size_t)n, (size_t)t->n_classes);
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

/* All lanes; their gradients end in grads[0], and the others are zero again. */
static void work_on_lanes(struct trainer *t, const struct work *work)
{
    size_t size = t->graph.params.size;

    for (int first = 0; first < t->n_lanes; first += t->n_threads) {
        int n_wave = t->n_lanes - first < t->n_threads ? t->n_lanes - first : t->n_threads;
        float **grads = t->grads + (first > 0); /* only lane 0 adds to the sum itself */

#pragma omp parallel for schedule(static, 1) num_threads(n_wave) if (n_wave > 1)
        for (int i = 0; i < n_wave; i++)
            work_on_lane(t, work, first + i, i, grads[i]);
        if (work->phases == FORWARD)
            continue;
        for (int i = first == 0; i < n_wave; i++) {
            kernels->add(t->grads[0], grads[i], size);
            memset(grads[i], 0, size * sizeof *grads[i]);
        }
    }
}

static double sum_of(const double *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

/* The gradient of the objective into grads[0], zero before, and the sum of losses.
 * Where that is not finite, the gradient is not what it should be. */
static double compute_gradient(struct trainer *t, struct work *work)
{
    struct objective *objective = t->method.objective;
    struct objective_sums sums = {.n = work->n};

    if (objective_reach(objective) == REACH_BATCH) {
        struct objective_batch all = losses_of(t, work, 0, work->n);

        work->phases = FORWARD;
        work_on_lanes(t, work);
        sums.losses = sum_of(t->losses, work->n);
        if (!isfinite(sums.losses))
            return sums.losses;
        objective_weigh(objective, &all, t->example_weights);
        work->phases = BACKWARD;
        work_on_lanes(t, work);
        return sums.losses;
    }
    work->phases = FORWARD | BACKWARD;
    work_on_lanes(t, work);
    sums.losses = sum_of(t->losses, work->n);
    sums.weights = sum_of(t->example_weights, work->n);
    if (isfinite(sums.losses) && objective->type->reach == REACH_SCALE)
        kernels->scale(t->grads[0], (float)objective_scale(objective, &sums),
                       t->graph.params.size);
    return sums.losses;
}

void trainer_step(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                  int n, const struct trainer_step *step, struct trainer_sums *ret_sums)
{
    struct work work = {.data = data, .indices = indices, .n = n, .rng = step->rng};
    struct trainer_sums sums = {0};

    assert(n > 0 && n <= t->batch);
    graph_prepare(&t->graph, t->weights, t->prepared);
    sums.loss = compute_gradient(t, &work);
    for (int i = 0; i < n; i++)
        sums.n_correct += t->correct[i];
    *ret_sums = sums;
    if (!isfinite(sums.loss))
        return;
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
        forward_piece(t, desk, data, indices + first, &pass, NULL);
        for (int i = 0; i < pass.n; i++) {
            e.loss += t->losses[i];
            n_of_class[t->labels[i]]++;
            n_right[t->labels[i]] += t->correct[i];
        }
    }
    desk->first = -1;
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
