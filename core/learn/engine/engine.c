/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine.h"

#include <assert.h>
#include <string.h>

static float *floats(struct arena *arena, size_t n)
{
    return arena_alloc(arena, n * sizeof(float));
}

static bool any_mixes(const struct trainer_method *m)
{
    bool mixes = false;

    for (int i = 0; i < TRAINER_N_SLOTS; i++)
        mixes |= m->slots[i].transform->mix != NULL;
    return mixes;
}

static bool any_reaches_batch(const struct trainer_method *m)
{
    bool reaches = m->penalty != NULL;

    for (int i = 0; i < TRAINER_N_SLOTS; i++)
        reaches |= objective_reach(m->slots[i].objective) == REACH_BATCH;
    return reaches;
}

/* A micro-batch of one input; of codes too, which have as many bytes as floats. */
static float *init_input(const struct trainer *t, int input, struct arena *arena)
{
    return floats(arena, (size_t)t->micro_batch * field_size(&t->graph.signature.fields[input]));
}

static void init_partners(const struct trainer *t, struct trainer_desk *desk, struct arena *arena)
{
    size_t n = (size_t)t->micro_batch;

    for (int i = 0; i < t->graph.signature.n; i++)
        desk->partner_x[i] = init_input(t, i, arena);
    desk->partner_gradient = floats(arena, n * (size_t)t->n_classes);
    desk->partner_losses = arena_alloc(arena, n * sizeof *desk->partner_losses);
    desk->partner_labels = arena_alloc(arena, n * sizeof *desk->partner_labels);
    desk->partner_indices = arena_alloc(arena, n * sizeof *desk->partner_indices);
}

/* The desks: as many as micro-batches where activations are to wait and fit. */
static void init_desks(struct trainer *t, struct arena *arena, int n_pieces, size_t keep)
{
    size_t x_size = (size_t)t->micro_batch * graph_inputs_size(&t->graph);
    size_t desk_size = (t->graph.workspace_size + x_size) * sizeof(float);

    t->keeps = any_reaches_batch(&t->method) && (size_t)n_pieces * desk_size <= keep;
    t->n_desks = t->keeps ? n_pieces : t->n_threads;
    t->desks = arena_alloc(arena, (size_t)t->n_desks * sizeof *t->desks);
    for (int i = 0; i < t->n_desks; i++)
        t->desks[i] = (struct trainer_desk){
            .workspace = floats(arena, t->graph.workspace_size),
            .coefficients = floats(arena, (size_t)t->micro_batch),
            .first = -1,
        };
    for (int i = 0; i < t->n_desks; i++)
        for (int k = 0; k < t->graph.signature.n; k++)
            t->desks[i].x[k] = init_input(t, k, arena);
    for (int i = 0; i < t->n_desks && any_mixes(&t->method); i++)
        init_partners(t, &t->desks[i], arena);
}

static void init_penalty(struct trainer *t, struct arena *arena)
{
    const struct penalty_type *penalty = t->method.penalty;
    size_t batch = (size_t)t->batch, width = graph_features_size(&t->graph);

    if (!penalty)
        return;
    t->scores = floats(arena, batch * (size_t)t->n_classes);
    t->score_gradients = floats(arena, batch * (size_t)t->n_classes);
    t->features = floats(arena, batch * width);
    t->feature_gradients = floats(arena, batch * width);
    if (penalty->plan)
        t->penalty_weights = penalty->plan(t->method.penalty_config, t->n_classes, (int)width,
                                           &t->graph.params, arena);
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
        .n_environments = sizes->n_environments,
        .n_model_params = graph->params.n,
        .micro_batch = micro_batch,
        .n_lanes = n_pieces < TRAINER_MAX_LANES ? n_pieces : TRAINER_MAX_LANES,
    };
    t->n_threads = sizes->n_threads < t->n_lanes ? sizes->n_threads : t->n_lanes;
    product_use_threads(sizes->n_threads > 1 ? sizes->n_threads : 1);
    init_penalty(t, arena);
    graph_plan(&t->graph, micro_batch);
    for (int i = 0; i < t->graph.params.n; i++)
        t->graph.params.items[i].decays |=
            method->optimizer_common->decays == OPTIMIZER_DECAYS_ALL;
    t->weights = floats(arena, t->graph.params.size);
    t->prepared = floats(arena, t->graph.prepared_size);
    for (int i = 0; i < method->optimizer->n_states; i++)
        t->states[i] = floats(arena, t->graph.params.size);
    if (method->optimizer_common->ema > 0)
        t->average = floats(arena, t->graph.params.size);
    t->takes_bytes = graph_takes_bytes(&t->graph) && !any_mixes(method);
    init_desks(t, arena, n_pieces, sizes->keep);
    for (int i = 0; i < t->n_lanes && i <= t->n_threads; i++)
        t->grads[i] = floats(arena, t->graph.params.size);
    t->losses = arena_alloc(arena, (size_t)batch * sizeof *t->losses);
    t->example_weights = arena_alloc(arena, (size_t)batch * sizeof *t->example_weights);
    t->labels = arena_alloc(arena, (size_t)batch * sizeof *t->labels);
    t->environments = arena_alloc(arena, (size_t)batch * sizeof *t->environments);
    t->predicted = arena_alloc(arena, (size_t)batch * sizeof *t->predicted);
    t->mixes = arena_alloc(arena, (size_t)batch * sizeof *t->mixes);
    if (sizes->target == TARGET_NUMBER)
        t->targets = floats(arena, (size_t)batch);
    if (method->optimizer_common->sam > 0) {
        int early = method->slots[TRAINER_EARLY].objective->n_state;
        int late = method->slots[TRAINER_LATE].objective->n_state;

        t->home = floats(arena, t->graph.params.size);
        t->home_state =
            arena_alloc(arena, (size_t)(early > late ? early : late) * sizeof *t->home_state);
    }
    trainer_use(t, TRAINER_EARLY);
    params_init(&t->graph.params, t->weights, rng);
}

double trainer_memory(const struct trainer_method *method, const struct graph *graph,
                      const struct trainer_sizes *sizes)
{
    const double batch = sizes->batch, classes = sizes->n_classes;
    const int micro_batch = sizes->micro_batch < sizes->batch ? sizes->micro_batch : sizes->batch;
    const int n_pieces = (sizes->batch + micro_batch - 1) / micro_batch;
    const int n_lanes = n_pieces < TRAINER_MAX_LANES ? n_pieces : TRAINER_MAX_LANES;
    const int n_threads = sizes->n_threads < n_lanes ? sizes->n_threads : n_lanes;
    const double input = micro_batch * (double)graph_inputs_size(graph);
    struct graph planned = *graph;
    double n_blocks, desk, desks, floats;

    graph_plan(&planned, micro_batch);
    n_blocks = 1 + method->optimizer->n_states + (method->optimizer_common->ema > 0) +
               (method->optimizer_common->sam > 0) + (n_threads < n_lanes ? n_threads + 1 : n_lanes);
    desk = (double)planned.workspace_size + input + micro_batch;
    desks = n_threads * desk;
    if (any_reaches_batch(method) && n_pieces * desk * sizeof(float) <= (double)sizes->keep)
        desks = n_pieces * desk;
    if (any_mixes(method))
        desks += desks / desk * (input + micro_batch * classes);
    floats = n_blocks * (double)planned.params.size + (double)planned.prepared_size + desks;
    if (method->penalty)
        floats += 2 * batch * (classes + (double)graph_features_size(graph));
    return sizeof(float) * floats +
           batch * (2 * sizeof(double) + 3 * sizeof(int) + sizeof(struct transform_mix));
}

void trainer_use(struct trainer *t, int slots)
{
    t->slots = &t->method.slots[slots];
}

void trainer_restart(struct trainer *t, const float *weights)
{
    size_t size = t->graph.params.size;

    for (int i = 0; i < t->method.optimizer->n_states; i++)
        memset(t->states[i], 0, size * sizeof *t->states[i]);
    for (int i = 0; i < TRAINER_N_SLOTS; i++)
        objective_restart(t->method.slots[i].objective);
    trainer_use(t, TRAINER_EARLY);
    memcpy(t->weights, weights, size * sizeof *weights);
}

const float *trainer_model(const struct trainer *t)
{
    return t->average ? t->average : t->weights;
}

int trainer_state(const struct trainer *t, struct tensor ret_blocks[TRAINER_MAX_STATE])
{
    static const char *const names[] = {"state1", "state2"};
    static const char *const objectives[TRAINER_N_SLOTS] = {"objective", "late_objective"};
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
    if (t->average) {
        like.name = "average";
        like.bytes = t->average;
        ret_blocks[n++] = like;
    }
    for (int i = 0; i < TRAINER_N_SLOTS; i++) {
        const struct objective *objective = t->method.slots[i].objective;

        if (objective->n_state && (i == 0 || objective != t->method.slots[0].objective))
            ret_blocks[n++] = (struct tensor){.name = objectives[i],
                                              .type = TENSOR_F64,
                                              .n_dims = 1,
                                              .dims = {(size_t)objective->n_state},
                                              .bytes = objective->state};
    }
    return n;
}
