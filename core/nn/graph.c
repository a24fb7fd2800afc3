/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/graph.h"

#include "math/kernels.h"

#include <assert.h>
#include <string.h>

/* To add an op, add its line here. */
const struct op_type *const op_types[] = {
    &op_linear,
    &op_linear_residual,
    &op_linear_one_hot,
    &op_one_hot,
    &op_embedding,
    &op_words,
    &op_number_tokens,
    &op_periodic,
    &op_concat,
    &op_relu,
    &op_reglu,
    &op_tanh,
    &op_cosine,
    &op_residual,
    &op_layer_norm,
    &op_patches,
    &op_tokens,
    &op_attention,
    &op_cross_attention,
    &op_channels_last,
    &op_conv,
    &op_max_pool,
    &op_group_norm,
    &op_batch_norm,
    &op_batch_norm_residual,
    &op_shortcut,
    &op_pool,
    &op_dropout,
    NULL,
};

static struct op_node *new_node(struct graph *g)
{
    g->nodes = arena_grow(g->arena, g->nodes, g->n_nodes, sizeof *g->nodes);
    return &g->nodes[g->n_nodes];
}

void graph_init(struct graph *g, struct arena *arena, const struct signature *signature)
{
    bool has_length = signature_find(signature, FIELD_LENGTH) >= 0;

    *g = (struct graph){.arena = arena, .signature = *signature};
    for (int i = 0; i < signature->n; i++) {
        const struct field *field = &signature->fields[i];
        bool are_rows = field->kind == FIELD_TOKENS && has_length;

        *new_node(g) = (struct op_node){.name = field->name,
                                        .inputs = {-1, -1},
                                        .out = {1, are_rows ? 1 : (int)field_size(field)},
                                        .most_rows = are_rows ? field->shape[0] : 0,
                                        .gives_codes = field_type(field) == FIELD_I32};
        g->n_nodes++;
    }
}

void graph_want_input_gradients(struct graph *g)
{
    assert(g->n_nodes == g->signature.n);
    for (int i = 0; i < g->n_nodes; i++)
        g->nodes[i].has_weights = !g->nodes[i].gives_codes;
}

int graph_input(const struct graph *g, enum field_kind kind)
{
    return signature_find(&g->signature, kind);
}

int graph_add(struct graph *g, const char *name, const struct op_type *type, const void *config,
              int a, int b, struct error *err)
{
    struct op_node *node = new_node(g);
    int inputs[OP_MAX_INPUTS] = {a, b};
    int n_params = g->params.n;
    size_t start = g->params.size;

    *node = (struct op_node){.name = arena_strdup(g->arena, name), .type = type, .config = config};
    for (int i = 0; i < OP_MAX_INPUTS; i++) {
        assert((i < type->n_inputs) == (inputs[i] >= 0) && inputs[i] < g->n_nodes);
        node->inputs[i] = inputs[i];
        if (inputs[i] < 0)
            continue;
        assert(g->nodes[inputs[i]].gives_codes == (i == 0 && type->reads_codes));
        node->in[i] = g->nodes[inputs[i]].out;
        node->has_weights_before[i] = g->nodes[inputs[i]].has_weights;
        node->has_weights |= node->has_weights_before[i];
    }
    node->most_rows = a >= 0 ? g->nodes[a].most_rows : 0;
    assert(node->most_rows == 0 || type->by_rows != OP_NOT_BY_ROWS);
    assert(b < 0 || g->nodes[b].most_rows == node->most_rows);
    if (type->plan(node, &g->params, g->arena, err) < 0)
        return error_context(err, "layer \"%s\" (%s)", name, type->name);
    if (type->by_rows == OP_POOLS_ROWS)
        node->most_rows = 0;
    node->has_weights |= g->params.n > n_params;
    node->weights_start = start;
    node->weights_end = g->params.size;
    g->n_params_before_last = n_params;
    return g->n_nodes++;
}

int graph_add_copy(struct graph *g, const char *name, const struct op_type *type, const void *config, size_t size,
                   int a, int b, struct error *err)
{
    return graph_add(g, name, type, memcpy(arena_alloc(g->arena, size), config, size), a, b, err);
}

/* The workspace of the gradients: first fit over free intervals. A gradient
 * lives from the first backward that writes it to the backward of its node. Where
 * an op passes its gradient on to an input that nobody wrote to yet, that input
 * takes the place over: the residual stream of a transformer is one place. */
struct interval {
    size_t start, end;
};

struct heap {
    struct interval *used; /* sorted */
    int n;
    size_t high; /* the largest end so far */
};

static size_t heap_take(struct heap *heap, size_t size)
{
    size_t start = 0;
    int i = 0;

    while (i < heap->n && heap->used[i].start < start + size) {
        start = heap->used[i].end;
        i++;
    }
    memmove(&heap->used[i + 1], &heap->used[i], (size_t)(heap->n - i) * sizeof *heap->used);
    heap->used[i] = (struct interval){start, start + size};
    heap->n++;
    if (start + size > heap->high)
        heap->high = start + size;
    return start;
}

static void heap_give(struct heap *heap, size_t start)
{
    int i = 0;

    while (heap->used[i].start != start)
        i++;
    heap->n--;
    memmove(&heap->used[i], &heap->used[i + 1], (size_t)(heap->n - i) * sizeof *heap->used);
}

static size_t padded(size_t floats)
{
    return (floats + 15) / 16 * 16;
}

/* Items that a node gives of the largest micro-batch. */
static size_t most_items(const struct graph *g, int node)
{
    return (size_t)(g->nodes[node].most_rows ? g->max_rows : g->max_examples);
}

static size_t most_floats(const struct graph *g, int node)
{
    return padded(most_items(g, node) * shape_size(g->nodes[node].out));
}

static void plan_gradients(struct graph *g, size_t base, size_t *ret_end)
{
    struct heap heap = {0};
    bool *written = arena_alloc(g->arena, (size_t)g->n_nodes * sizeof *written);

    heap.used = arena_alloc(g->arena, (size_t)(g->n_nodes + 1) * sizeof *heap.used);
    for (int i = g->n_nodes - 1; i >= g->signature.n; i--) {
        struct op_node *node = &g->nodes[i];
        bool is_taken_over = false;

        if (!node->has_weights)
            continue;
        if (i == g->n_nodes - 1)
            node->gy = base + heap_take(&heap, most_floats(g, i));
        for (int k = 0; k < OP_MAX_INPUTS; k++) {
            int input = node->inputs[k];

            if (input < 0 || !node->has_weights_before[k])
                continue; /* nobody needs that gradient */
            node->gx_adds[k] = written[input];
            if (!written[input] && k == 1 && node->type->passes_on) {
                g->nodes[input].gy = node->gy;
                is_taken_over = true;
            } else if (!written[input])
                g->nodes[input].gy = base + heap_take(&heap, most_floats(g, input));
            written[input] = true;
        }
        if (!is_taken_over)
            heap_give(&heap, node->gy - base);
    }
    *ret_end = base + heap.high;
}

void graph_plan(struct graph *g, int max_examples, int max_rows)
{
    size_t at = 0;

    assert(g->n_nodes > g->signature.n && g->nodes[g->n_nodes - 1].most_rows == 0);
    g->max_examples = max_examples;
    g->max_rows = max_rows;
    for (int i = g->signature.n; i < g->n_nodes; i++) {
        struct op_node *node = &g->nodes[i];
        size_t n = most_items(g, node->inputs[0]);

        node->y = at;
        at += most_floats(g, i);
        node->saved = at;
        at += padded(n * node->saved_size);
        node->prepared = g->prepared_size;
        g->prepared_size += padded(node->prepared_size);
        if (n * node->scratch_size > g->scratch_size)
            g->scratch_size = n * node->scratch_size;
        node->statistics = g->statistics_size;
        g->statistics_size += node->statistics_size;
        if (node->cuts) {
            g->cuts = arena_grow(g->arena, g->cuts, g->n_cuts, sizeof *g->cuts);
            g->cuts[g->n_cuts++] = i;
        }
    }
    plan_gradients(g, at, &g->workspace_size);
}

int graph_most_rows(const struct graph *g)
{
    int node = graph_input(g, FIELD_TOKENS);

    return node < 0 ? 0 : g->nodes[node].most_rows;
}

size_t graph_items(const struct graph *g, const struct graph_pass *pass, int node)
{
    return (size_t)(g->nodes[node].most_rows ? pass->rows->first[pass->n] : pass->n);
}

size_t graph_inputs_size(const struct graph *g)
{
    size_t size = 0;

    for (int i = 0; i < g->signature.n; i++)
        size += field_size(&g->signature.fields[i]);
    return size;
}

struct shape graph_output(const struct graph *g)
{
    return g->nodes[g->n_nodes - 1].out;
}

/* The node whose output the last one reads. */
static int features_node(const struct graph *g)
{
    return g->nodes[g->n_nodes - 1].inputs[0];
}

bool graph_takes_bytes(const struct graph *g)
{
    if (g->signature.n != 1 || g->signature.fields[0].kind != FIELD_PICTURE || g->nodes[0].has_weights)
        return false;
    for (int i = 1; i < g->n_nodes; i++) {
        const struct op_node *node = &g->nodes[i];
        bool reads = node->inputs[0] == GRAPH_INPUT || node->inputs[1] == GRAPH_INPUT;

        if (reads && (!node->type->takes_bytes ||
                      !node->type->takes_bytes(node, (size_t)g->max_examples)))
            return false;
    }
    return features_node(g) != GRAPH_INPUT; /* graph_features gives floats */
}

size_t graph_features_size(const struct graph *g)
{
    return shape_size(g->nodes[features_node(g)].out);
}

const float *graph_features(const struct graph *g, const struct graph_pass *pass)
{
    int node = features_node(g);

    return node < g->signature.n ? pass->x[node] : pass->workspace + g->nodes[node].y;
}

static struct op_pass node_pass(const struct graph *g, const struct graph_pass *pass, int i)
{
    const struct op_node *node = &g->nodes[i];
    struct op_pass p = {
        .n = (int)graph_items(g, pass, node->inputs[0]),
        .first = pass->first,
        .n_examples = pass->n,
        .rows = g->nodes[node->inputs[0]].most_rows ? pass->rows : NULL,
        .training = pass->training && i >= pass->n_frozen,
        .w = pass->weights,
        .prepared = pass->prepared ? pass->prepared + node->prepared : NULL,
        .gw = pass->grads,
        .gw_adds = pass->grads_add || !node->type->begins_gw,
        .y = pass->workspace + node->y,
        .saved = pass->workspace + node->saved,
        .scratch = pass->scratch,
        .gy = pass->workspace + node->gy,
    };

    if (node->inputs[0] == GRAPH_INPUT)
        p.bytes = pass->bytes;
    if (p.training)
        p.rng = rng_index(pass->rng, (uint64_t)i);
    if (p.training && node->type->statistics) {
        p.part = pass->part + node->statistics;
        p.whole = pass->whole + node->statistics;
    }
    for (int k = 0; k < OP_MAX_INPUTS; k++) {
        int input = node->inputs[k];

        if (input < 0)
            continue;
        if (g->nodes[input].gives_codes)
            p.codes = pass->x[input];
        else
            p.x[k] = input < g->signature.n ? pass->x[input] : pass->workspace + g->nodes[input].y;
        p.gx[k] = node->has_weights_before[k] && input >= pass->n_frozen ? pass->workspace + g->nodes[input].gy : NULL;
    }
    return p;
}

void graph_prepare(const struct graph *g, const float *weights, float *prepared)
{
    for (int i = g->signature.n; i < g->n_nodes; i++) {
        const struct op_node *node = &g->nodes[i];

        if (node->prepared_size)
            node->type->prepare(node, weights, prepared + node->prepared);
    }
}

/* The first node of a segment, and the one behind its last. */
static int segment_start(const struct graph *g, int segment)
{
    return segment == 0 ? g->signature.n : g->cuts[segment - 1];
}

static int segment_end(const struct graph *g, int segment)
{
    return segment == g->n_cuts ? g->n_nodes : g->cuts[segment];
}

static const float *forward_nodes(const struct graph *g, const struct graph_pass *pass, int start, int end)
{
    assert(pass->n <= g->max_examples);
    for (int i = start; i < end; i++) {
        struct op_pass p = node_pass(g, pass, i);

        g->nodes[i].type->forward(&g->nodes[i], &p);
    }
    return pass->workspace + g->nodes[end - 1].y;
}

const float *graph_forward(const struct graph *g, const struct graph_pass *pass)
{
    assert(!pass->training || g->n_cuts == 0);
    return forward_nodes(g, pass, g->signature.n, g->n_nodes);
}

const float *graph_forward_segment(const struct graph *g, const struct graph_pass *pass, int segment)
{
    int end = segment_end(g, segment);
    const float *y = forward_nodes(g, pass, segment_start(g, segment), end);

    if (end < g->n_nodes && end >= pass->n_frozen) {
        struct op_pass p = node_pass(g, pass, end);

        g->nodes[end].type->statistics->gather(&g->nodes[end], &p);
    }
    return y;
}

void graph_merge(const struct graph *g, int segment, bool is_backward, const double *parts, int n, double *whole)
{
    const struct op_node *node = &g->nodes[g->cuts[segment - 1]];
    size_t start = node->statistics + (is_backward ? node->statistics_forward : 0);
    size_t end = node->statistics + (is_backward ? node->statistics_size : node->statistics_forward);

    for (size_t k = start; k < end; k++) {
        whole[k] = 0;
        for (int i = 0; i < n; i++)
            whole[k] += parts[(size_t)i * g->statistics_size + k];
    }
}

void graph_track(const struct graph *g, const double *parts, int n, const double *whole, float *weights)
{
    for (int i = g->signature.n; i < g->n_nodes; i++) {
        const struct op_node *node = &g->nodes[i];

        if (node->type->statistics)
            node->type->statistics->track(node, parts + node->statistics, g->statistics_size, n,
                                          whole + node->statistics, weights);
    }
}

const float *graph_input_gradient(const struct graph *g, const struct graph_pass *pass)
{
    return pass->workspace + g->nodes[0].gy;
}

float *graph_output_gradient(const struct graph *g, const struct graph_pass *pass)
{
    return pass->workspace + g->nodes[g->n_nodes - 1].gy;
}

static void backward_node(const struct graph *g, const struct graph_pass *pass, int i)
{
    const struct op_node *node = &g->nodes[i];
    struct op_pass p = node_pass(g, pass, i);

    if (!node->has_weights || i < pass->n_frozen)
        return;
    if (p.gw_adds && !pass->grads_add)
        memset(p.gw + node->weights_start, 0, (node->weights_end - node->weights_start) * sizeof *p.gw);
    node->type->backward(node, &p);
}

/* The gradient of a node's output is whole. */
static void add_feature_gradient(const struct graph *g, const struct graph_pass *pass, int i)
{
    const struct op_node *node = &g->nodes[i];

    if (i == features_node(g) && pass->feature_gradient && node->has_weights)
        kernels->add(pass->workspace + node->gy, pass->feature_gradient,
                     graph_items(g, pass, i) * shape_size(node->out));
}

void graph_backward(const struct graph *g, const struct graph_pass *pass)
{
    for (int segment = g->n_cuts; segment >= 0; segment--)
        graph_backward_segment(g, pass, segment);
}

void graph_backward_segment(const struct graph *g, const struct graph_pass *pass, int segment)
{
    int start = segment_start(g, segment), end = segment_end(g, segment);

    if (end < g->n_nodes)
        backward_node(g, pass, end);
    for (int i = end - 1; i >= start; i--) {
        add_feature_gradient(g, pass, i);
        if (segment == 0 || i > start) {
            backward_node(g, pass, i);
        } else if (i >= pass->n_frozen) {
            struct op_pass p = node_pass(g, pass, i);

            g->nodes[i].type->statistics->gather_backward(&g->nodes[i], &p);
        }
    }
}
