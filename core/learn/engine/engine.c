/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine.h"

#include <assert.h>
#include <string.h>

static float *floats(struct arena *arena, size_t n)
{
    return arena_alloc(arena, n * sizeof(float));
}

static bool any_mixes(const struct engine_method *m)
{
    bool mixes = false;

    for (int i = 0; i < ENGINE_N_SLOTS; i++)
        mixes |= m->slots[i].transform->mix != NULL;
    return mixes;
}

/* Do all forwards come before all backwards? */
static bool any_reaches_batch(const struct engine_method *m)
{
    bool reaches = m->penalty != NULL || m->waits;

    for (int i = 0; i < ENGINE_N_SLOTS; i++)
        reaches |= objective_reach(m->slots[i].objective) == REACH_BATCH;
    return reaches;
}

/* How a batch is cut. */
struct cut {
    int micro_batch, piece_rows, n_pieces, n_lanes, n_threads;
    int n_lookers; /* threads of an evaluation, which is not cut into lanes */
};

static int at_most(int x, int limit)
{
    return x < limit ? x : limit;
}

static struct cut cut_batch(const struct graph *graph, const struct engine_sizes *sizes)
{
    int longest = graph_most_rows(graph);
    struct cut cut = {.micro_batch = at_most(sizes->micro_batch, sizes->batch)};

    assert(sizes->batch > 0 && sizes->micro_batch > 0);
    cut.n_pieces = (sizes->batch + cut.micro_batch - 1) / cut.micro_batch;
    if (longest > 0) {
        int64_t n_rows = (int64_t)sizes->batch * longest;

        /* Two pieces that follow each other have more rows than one may have. */
        cut.piece_rows = sizes->micro_batch > longest ? sizes->micro_batch : longest;
        cut.micro_batch = at_most(sizes->batch, cut.piece_rows);
        cut.n_pieces = at_most(sizes->batch, (int)(2 * n_rows / cut.piece_rows) + 1);
    }
    cut.n_lanes = cut.n_pieces < ENGINE_MAX_LANES ? cut.n_pieces : ENGINE_MAX_LANES;
    cut.n_threads = sizes->n_threads < cut.n_lanes ? sizes->n_threads : cut.n_lanes;
    cut.n_lookers = sizes->n_threads < ENGINE_MAX_LANES ? sizes->n_threads : ENGINE_MAX_LANES;
    return cut;
}

/* A micro-batch of one input; of codes too, which have as many bytes as floats. */
static size_t input_size(const struct graph *graph, int input, int micro_batch, int piece_rows)
{
    const struct op_node *node = &graph->nodes[input];

    return (size_t)(node->most_rows ? piece_rows : micro_batch) * shape_size(node->out);
}

/* Of a planned graph: floats of a desk, without what partners take. */
static size_t desk_size(const struct graph *graph, const struct cut *cut)
{
    size_t size = graph->workspace_size;

    for (int i = 0; i < graph->signature.n; i++)
        size += input_size(graph, i, cut->micro_batch, cut->piece_rows);
    return size;
}

/* Do the activations of a batch wait, each micro-batch's at a desk? */
static bool keeps_all(const struct engine_method *method, const struct graph *graph, const struct cut *cut, size_t keep)
{
    double size = (double)cut->n_pieces * (double)desk_size(graph, cut) * sizeof(float);

    return graph->n_cuts > 0 || (any_reaches_batch(method) && size <= (double)keep);
}

static int count_desks(const struct engine_method *method, const struct graph *graph, const struct cut *cut, size_t keep)
{
    int n = keeps_all(method, graph, cut, keep) ? cut->n_pieces : cut->n_threads;

    return n > cut->n_lookers ? n : cut->n_lookers;
}

/* Gradients at once: of a wave and the sum, or of all lanes. */
static int count_grads(const struct graph *graph, const struct cut *cut)
{
    return graph->n_cuts > 0 || cut->n_threads >= cut->n_lanes ? cut->n_lanes : cut->n_threads + 1;
}

static float *init_input(const struct engine *e, int input, struct arena *arena)
{
    return floats(arena, input_size(&e->graph, input, e->micro_batch, e->piece_rows));
}

static struct op_rows init_rows(const struct engine *e, struct arena *arena)
{
    size_t n = e->piece_rows ? (size_t)e->micro_batch : 0;

    return (struct op_rows){arena_alloc(arena, (n + 1) * sizeof(int)), arena_alloc(arena, (n + 1) * sizeof(int))};
}

static void init_partners(const struct engine *e, struct engine_desk *desk, struct arena *arena)
{
    size_t n = (size_t)e->micro_batch;

    for (int i = 0; i < e->graph.signature.n; i++)
        desk->partner_x[i] = init_input(e, i, arena);
    desk->partner_gradient = floats(arena, n * (size_t)e->n_classes);
    desk->partner_losses = arena_alloc(arena, n * sizeof *desk->partner_losses);
    desk->partner_labels = arena_alloc(arena, n * sizeof *desk->partner_labels);
    desk->partner_indices = arena_alloc(arena, n * sizeof *desk->partner_indices);
}

static void init_desks(struct engine *e, struct arena *arena)
{
    e->desks = arena_alloc(arena, (size_t)e->n_desks * sizeof *e->desks);
    for (int i = 0; i < e->n_desks; i++)
        e->desks[i] = (struct engine_desk){
            .workspace = floats(arena, e->graph.workspace_size),
            .rows = init_rows(e, arena),
            .coefficients = floats(arena, (size_t)e->micro_batch),
            .piece = -1,
        };
    for (int i = 0; i < e->n_desks; i++)
        for (int k = 0; k < e->graph.signature.n; k++)
            e->desks[i].x[k] = init_input(e, k, arena);
    for (int i = 0; i < e->n_desks && any_mixes(&e->method); i++)
        init_partners(e, &e->desks[i], arena);
    for (int i = 0; i < e->n_lookers; i++)
        e->scratch[i] = floats(arena, e->graph.scratch_size);
}

static void init_penalty(struct engine *e, struct arena *arena)
{
    const struct penalty_type *penalty = e->method.penalty;
    size_t batch = (size_t)e->batch, width = graph_features_size(&e->graph);

    if (!penalty)
        return;
    e->scores = floats(arena, batch * (size_t)e->n_classes);
    e->score_gradients = floats(arena, batch * (size_t)e->n_classes);
    e->features = floats(arena, batch * width);
    e->feature_gradients = floats(arena, batch * width);
    if (penalty->plan)
        e->penalty_weights =
            penalty->plan(e->method.penalty_config, e->n_classes, (int)width, &e->graph.params, arena);
}

static void init_examples(struct engine *e, struct arena *arena, enum target_kind target)
{
    size_t batch = (size_t)e->batch;
    struct engine_outcome *o = &e->outcome;

    o->losses = arena_alloc(arena, batch * sizeof *o->losses);
    o->labels = arena_alloc(arena, batch * sizeof *o->labels);
    o->groups = arena_alloc(arena, batch * sizeof *o->groups);
    o->predicted = arena_alloc(arena, batch * sizeof *o->predicted);
    if (target == TARGET_NUMBER)
        o->targets = floats(arena, batch);
    e->example_weights = arena_alloc(arena, batch * sizeof *e->example_weights);
    e->mixes = arena_alloc(arena, batch * sizeof *e->mixes);
    e->mix_room = arena_alloc(arena, batch * sizeof *e->mix_room);
}

void engine_init(struct engine *e, struct arena *arena, const struct engine_method *method, const struct graph *graph,
                 const struct engine_sizes *sizes)
{
    struct cut cut = cut_batch(graph, sizes);

    *e = (struct engine){
        .method = *method,
        .graph = *graph,
        .n_classes = sizes->n_classes,
        .batch = sizes->batch,
        .n_environments = sizes->n_environments,
        .n_model_params = graph->params.n,
        .micro_batch = cut.micro_batch,
        .piece_rows = cut.piece_rows,
        .n_lanes = cut.n_lanes,
        .n_threads = cut.n_threads,
        .n_lookers = cut.n_lookers,
    };
    product_use_threads(sizes->n_threads > 1 ? sizes->n_threads : 1);
    init_penalty(e, arena);
    graph_plan(&e->graph, cut.micro_batch, cut.piece_rows);
    e->prepared = floats(arena, e->graph.prepared_size);
    e->takes_bytes = graph_takes_bytes(&e->graph) && !any_mixes(method);
    e->keeps = keeps_all(method, &e->graph, &cut, sizes->keep);
    e->pieces = arena_alloc(arena, (size_t)cut.n_pieces * sizeof *e->pieces);
    e->n_desks = count_desks(method, &e->graph, &cut, sizes->keep);
    init_desks(e, arena);
    e->statistics =
        arena_alloc(arena, (size_t)cut.n_pieces * e->graph.statistics_size * sizeof *e->statistics);
    e->whole = arena_alloc(arena, e->graph.statistics_size * sizeof *e->whole);
    for (int i = 0; i < count_grads(&e->graph, &cut); i++)
        e->grads[i] = floats(arena, e->graph.params.size);
    init_examples(e, arena, sizes->target);
    engine_use(e, ENGINE_EARLY);
}

double engine_memory(const struct engine_method *method, const struct graph *graph, const struct engine_sizes *sizes)
{
    const double batch = sizes->batch, classes = sizes->n_classes;
    const struct cut cut = cut_batch(graph, sizes);
    struct graph planned = *graph;
    double n_desks, floats;

    graph_plan(&planned, cut.micro_batch, cut.piece_rows);
    n_desks = count_desks(method, &planned, &cut, sizes->keep);
    floats = count_grads(&planned, &cut) * (double)planned.params.size + (double)planned.prepared_size +
             n_desks * (double)(desk_size(&planned, &cut) + (size_t)cut.micro_batch) +
             cut.n_lookers * (double)planned.scratch_size;
    if (any_mixes(method))
        floats += n_desks * cut.micro_batch * ((double)graph_inputs_size(graph) + classes);
    if (method->penalty)
        floats += 2 * batch * (classes + (double)graph_features_size(graph));
    return sizeof(float) * floats + sizeof(double) * (cut.n_pieces + 1) * (double)planned.statistics_size +
           batch * (2 * sizeof(double) + 3 * sizeof(int) + sizeof(struct transform_mix) + sizeof(uint64_t));
}

void engine_freeze_features(struct engine *e)
{
    e->n_frozen = e->graph.n_nodes - 1;
    for (int i = 0; i < ENGINE_MAX_LANES && e->grads[i]; i++)
        memset(e->grads[i], 0, e->graph.params.size * sizeof *e->grads[i]);
}

void engine_use(struct engine *e, int slots)
{
    e->slots = &e->method.slots[slots];
}
