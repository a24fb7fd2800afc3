/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine_private.h"
#include "math/kernels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* What a sweep over a batch's micro-batches does with each: a segment forward, backward, or both of the only one. */
enum phase { FORWARD = 1, BACKWARD = 2 };

struct sweep {
    const struct engine_batch *batch;
    const float *weights;
    int phases; /* of enum phase */
    int segment;
};

static struct objective_batch losses_of(const struct engine *e, const struct engine_batch *batch, int first, int n)
{
    return (struct objective_batch){
        .n = n,
        .losses = e->outcome.losses + first,
        .classes = e->outcome.labels + first,
        .environments = batch->data->pool->groups ? e->outcome.groups + first : NULL,
    };
}

static bool has_penalty(const struct engine *e, const struct engine_batch *batch)
{
    return e->method.penalty && !batch->x_gradient;
}

/* The gradient of the scores: that of the losses as their examples weigh, and of the penalty. */
static void weigh_gradient(struct engine *e, const struct sweep *sweep, struct engine_desk *desk,
                           const struct graph_pass *pass, float *gradient)
{
    double *weights = e->example_weights + pass->first;
    size_t n = (size_t)pass->n, n_classes = (size_t)e->n_classes;

    if (sweep->phases == (FORWARD | BACKWARD)) {
        struct objective_batch part = losses_of(e, sweep->batch, pass->first, pass->n);

        objective_weigh_part(e->slots->objective, &part, weights);
    }
    for (int i = 0; i < pass->n; i++)
        desk->coefficients[i] = (float)(weights[i] / sweep->batch->n);
    kernels->scale_rows(gradient, desk->coefficients, n, n_classes);
    if (has_penalty(e, sweep->batch))
        kernels->add(gradient, e->score_gradients + (size_t)pass->first * n_classes, n * n_classes);
}

/* As if each example's loss stood alone. */
static void keep_input_gradient(const struct engine *e, const struct engine_batch *batch, const struct graph_pass *pass)
{
    size_t size = field_size(&e->graph.signature.fields[0]);
    float *g = batch->x_gradient + (size_t)pass->first * size;

    memcpy(g, graph_input_gradient(&e->graph, pass), (size_t)pass->n * size * sizeof *g);
    kernels->scale(g, (float)batch->n, (size_t)pass->n * size);
}

static void work_on_piece(struct engine *e, const struct sweep *sweep, struct engine_desk *desk, int thread,
                          float *grads, int place)
{
    const struct engine_batch *batch = sweep->batch;
    struct graph_pass pass = engine_pass(e, desk, thread, batch->data, e->pieces[place], place);
    float *gradient = graph_output_gradient(&e->graph, &pass);

    pass.training = true;
    pass.n_frozen = e->n_frozen;
    pass.rng = batch->rng;
    pass.weights = sweep->weights;
    pass.prepared = e->prepared;
    pass.grads = grads;
    pass.grads_add = place >= e->n_lanes; /* not the first of its lane */
    if (has_penalty(e, batch))
        pass.feature_gradient = e->feature_gradients + (size_t)pass.first * graph_features_size(&e->graph);
    if (sweep->phases & FORWARD || desk->piece != place)
        engine_forward(e, desk, batch, &pass, sweep->segment, gradient);
    desk->piece = place;
    if (!(sweep->phases & BACKWARD))
        return;
    if (sweep->segment == e->graph.n_cuts)
        weigh_gradient(e, sweep, desk, &pass, gradient);
    graph_backward_segment(&e->graph, &pass, sweep->segment);
    if (sweep->segment > 0)
        return;
    desk->piece = -1;
    if (batch->x_gradient)
        keep_input_gradient(e, batch, &pass);
}

static void work_on_lane(struct engine *e, const struct sweep *sweep, int lane, int thread, float *grads)
{
    for (int place = lane; place < e->n_pieces; place += e->n_lanes)
        work_on_piece(e, sweep, &e->desks[e->keeps ? place : thread], thread, grads, place);
}

/* Lanes that have a piece. */
static int count_lanes(const struct engine *e)
{
    return e->n_pieces < e->n_lanes ? e->n_pieces : e->n_lanes;
}

/* All lanes, in waves; where they go backward through an uncut graph, their gradients end in grads[0]. */
static void work_on_lanes(struct engine *e, const struct engine_batch *batch, const float *weights, int phases,
                          int segment)
{
    const struct sweep sweep = {batch, weights, phases, segment};
    bool is_cut = e->graph.n_cuts > 0;
    int n_lanes = count_lanes(e);

    for (int first = 0; first < n_lanes; first += e->n_threads) {
        int n_wave = n_lanes - first < e->n_threads ? n_lanes - first : e->n_threads;
        /* Only lane 0 adds to the sum itself; each has its own where a segment is not the end of it. */
        float **grads = e->grads + (is_cut ? first : first > 0);

        if (n_wave == 1) { /* a team of one would be in the way of products' threads */
            work_on_lane(e, &sweep, first, 0, grads[0]);
        } else {
#pragma omp parallel for schedule(static, 1) num_threads(n_wave)
            for (int i = 0; i < n_wave; i++)
                work_on_lane(e, &sweep, first + i, i, grads[i]);
        }
        for (int i = first == 0; i < n_wave && phases & BACKWARD && !is_cut; i++)
            kernels->add(e->grads[0], grads[i], e->graph.params.size);
    }
}

static void cut_batch(struct engine *e, const struct engine_batch *batch)
{
    e->n_pieces = 0;
    for (int first = 0; first < batch->n; e->n_pieces++) {
        int n = engine_cut(e, batch->data, batch->indices, batch->n, first);

        e->pieces[e->n_pieces] = (struct engine_piece){first, n};
        first += n;
    }
}

/* All micro-batches, segment by segment, with what is merged between two. */
static void go_forward(struct engine *e, const struct engine_batch *batch, const float *weights)
{
    for (int segment = 0; segment <= e->graph.n_cuts; segment++) {
        if (segment > 0)
            graph_merge(&e->graph, segment, false, e->statistics, e->n_pieces, e->whole);
        work_on_lanes(e, batch, weights, FORWARD, segment);
    }
}

static void go_backward(struct engine *e, const struct engine_batch *batch, const float *weights)
{
    int n_lanes = count_lanes(e);

    for (int segment = e->graph.n_cuts; segment >= 0; segment--) {
        work_on_lanes(e, batch, weights, BACKWARD, segment);
        if (segment > 0)
            graph_merge(&e->graph, segment, true, e->statistics, e->n_pieces, e->whole);
    }
    for (int i = 1; i < n_lanes && e->graph.n_cuts > 0; i++)
        kernels->add(e->grads[0], e->grads[i], e->graph.params.size);
}

static double sum_of(const double *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

/* The penalty of the batch whose forwards are done; keeps its derivatives for the backwards. */
static double compute_penalty(struct engine *e, const struct engine_batch *batch, const float *weights)
{
    size_t n = (size_t)batch->n, width = graph_features_size(&e->graph);
    struct arena arena = {0};
    struct penalty_batch of = {
        .n = batch->n,
        .n_classes = e->n_classes,
        .n_features = (int)width,
        .n_environments = e->n_environments ? e->n_environments : 1,
        .scores = e->scores,
        .features = e->features,
        .labels = e->outcome.labels,
        .environments = e->outcome.groups,
        .step = batch->step,
        .n_steps = batch->n_steps,
        .weights = weights + e->penalty_weights,
    };
    struct penalty_gradients gradients = {e->score_gradients, e->feature_gradients,
                                          e->grads[0] + e->penalty_weights};
    double value;

    memset(e->score_gradients, 0, n * (size_t)e->n_classes * sizeof *e->score_gradients);
    memset(e->feature_gradients, 0, n * width * sizeof *e->feature_gradients);
    if (e->method.penalty->plan) /* its weights are the last */
        memset(gradients.weights, 0, (e->graph.params.size - e->penalty_weights) * sizeof *gradients.weights);
    value = e->method.penalty->compute(e->method.penalty_config, &of, &arena, &gradients);
    arena_release(&arena);
    return value;
}

/* All forwards, then the weights, then all backwards. */
static double gradient_of_whole(struct engine *e, const struct engine_batch *batch, const float *weights)
{
    struct objective_batch all = losses_of(e, batch, 0, batch->n);
    double sum;

    go_forward(e, batch, weights);
    sum = sum_of(e->outcome.losses, batch->n);
    if (!isfinite(sum))
        return sum;
    if (batch->weigh)
        batch->weigh(batch->weigh_context, &all, e->example_weights);
    else
        objective_weigh(e->slots->objective, &all, e->example_weights);
    if (has_penalty(e, batch) && !isfinite(compute_penalty(e, batch, weights)))
        return NAN;
    go_backward(e, batch, weights);
    return sum;
}

/* Each micro-batch forward and backward. */
static double gradient_of_parts(struct engine *e, const struct engine_batch *batch, const float *weights)
{
    struct objective_sums sums = {.n = batch->n};

    work_on_lanes(e, batch, weights, FORWARD | BACKWARD, 0);
    sums.losses = sum_of(e->outcome.losses, batch->n);
    sums.weights = sum_of(e->example_weights, batch->n);
    if (!isfinite(sums.losses))
        return sums.losses;
    e->weight_scale = objective_end_batch(e->slots->objective, &sums);
    if (e->weight_scale != 1)
        kernels->scale(e->grads[0], (float)e->weight_scale, e->graph.params.size);
    return sums.losses;
}

double engine_gradient(struct engine *e, float *weights, const struct engine_batch *batch)
{
    bool needs_whole = objective_reach(e->slots->objective) == REACH_BATCH || e->method.penalty || batch->weigh ||
                       e->graph.n_cuts > 0;
    double losses;

    assert(batch->n > 0 && batch->n <= e->batch);
    e->weight_scale = 1;
    cut_batch(e, batch);
    graph_prepare(&e->graph, weights, e->prepared);
    engine_draw_mixes(e, batch);
    losses = needs_whole ? gradient_of_whole(e, batch, weights) : gradient_of_parts(e, batch, weights);
    if (isfinite(losses) && !e->n_frozen && !batch->x_gradient)
        graph_track(&e->graph, e->statistics, e->n_pieces, e->whole, weights);
    return losses;
}

/* The first node before `end`, in a micro-batch whose activations are at hand, whose output is not finite; else `end`. */
static int find_node(const struct engine *e, const struct engine_desk *desk, int n, int end)
{
    const struct graph_pass pass = {.n = n, .rows = &desk->rows};
    int i = e->graph.signature.n;

    while (i < end && isfinite(kernels->square_sum(desk->workspace + e->graph.nodes[i].y,
                                                   graph_items(&e->graph, &pass, i) *
                                                       shape_size(e->graph.nodes[i].out))))
        i++;
    return i;
}

const struct op_node *engine_trace(struct engine *e, const float *weights, const struct engine_batch *batch)
{
    const struct sweep sweep = {batch, weights, FORWARD, 0};
    bool is_cut = e->graph.n_cuts > 0;
    int found = e->graph.n_nodes;

    cut_batch(e, batch);
    if (is_cut)
        go_forward(e, batch, weights);
    for (int place = 0; place < e->n_pieces; place++) {
        struct engine_desk *desk = &e->desks[e->keeps ? place : 0];

        if (!is_cut)
            work_on_piece(e, &sweep, desk, 0, NULL, place);
        found = find_node(e, desk, e->pieces[place].n, found);
        desk->piece = -1;
    }
    return found < e->graph.n_nodes ? &e->graph.nodes[found] : NULL;
}
