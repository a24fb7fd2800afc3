/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine_private.h"

#include "learn/metric/metric.h"

#include <string.h>

/* Rows of an example of texts, and where in it the second text begins. */
static const int32_t *length_of(const struct engine *e, const struct engine_data *data, uint32_t index)
{
    int field = signature_find(&e->graph.signature, FIELD_LENGTH);

    return data->pool->values[field].codes + index * field_size(&e->graph.signature.fields[field]);
}

int engine_cut(const struct engine *e, const struct engine_data *data, const uint32_t *indices, int n, int first)
{
    int n_most = n - first < e->micro_batch ? n - first : e->micro_batch, n_rows, n_cut = 1;

    if (!e->piece_rows)
        return n_most;
    n_rows = *length_of(e, data, indices[first]);
    while (n_cut < n_most && (n_rows += *length_of(e, data, indices[first + n_cut])) <= e->piece_rows)
        n_cut++;
    return n_cut;
}

struct graph_pass engine_pass(const struct engine *e, struct engine_desk *desk, int thread,
                              const struct engine_data *data, struct engine_piece piece, int place)
{
    const struct field *field = &e->graph.signature.fields[0];
    struct graph_pass pass = {
        .n = piece.n,
        .first = piece.first,
        .rows = e->piece_rows ? &desk->rows : NULL,
        .workspace = desk->workspace,
        .scratch = e->scratch[thread],
        .part = e->statistics + (size_t)place * e->graph.statistics_size,
        .whole = e->whole,
    };

    for (int i = 0; i < e->graph.signature.n; i++)
        pass.x[i] = desk->x[i];
    if (!e->takes_bytes || !batch_has_bytes(field, data->augment))
        return pass;
    desk->bytes = (struct byte_rows){
        .bytes = desk->x[0],
        .width = field_size(field),
        .plane = field_size(field) / (size_t)field->shape[0],
        .mean = data->standard->mean,
        .inverse = data->standard->inverse,
    };
    pass.bytes = &desk->bytes;
    return pass;
}

/* The examples of a micro-batch, as the model reads one of its inputs. */
static void fill(const struct engine *e, const struct engine_data *data, int input, const uint32_t *indices, int n,
                 void *ret_x)
{
    batch_fill(&e->graph.signature.fields[input], &data->pool->values[input], data->standard, indices, n,
               data->augment, data->augment_rng, ret_x);
}

static void take_labels(const struct engine_data *data, const uint32_t *indices, int n, int *ret_labels)
{
    for (int i = 0; i < n; i++)
        ret_labels[i] = data->pool->labels[indices[i]];
}

static void find_partners(const struct engine *e, struct engine_desk *desk, const struct engine_data *data,
                          const uint32_t *batch, int first, int n)
{
    for (int i = 0; i < n; i++)
        desk->partner_indices[i] = batch[e->mixes[first + i].partner];
    take_labels(data, desk->partner_indices, n, desk->partner_labels);
}

/* Blends the partners' examples into those of the desk. */
static void mix_examples(struct engine *e, struct engine_desk *desk, const struct engine_data *data, int first, int n)
{
    for (int input = 0; input < e->graph.signature.n; input++) {
        size_t size = field_size(&e->graph.signature.fields[input]);

        fill(e, data, input, desk->partner_indices, n, desk->partner_x[input]);
        for (int i = 0; i < n; i++) {
            float share = (float)e->mixes[first + i].share, rest = 1 - share;
            float *restrict x = (float *)desk->x[input] + (size_t)i * size;
            const float *restrict y = desk->partner_x[input] + (size_t)i * size;

#pragma omp simd
            for (size_t k = 0; k < size; k++)
                x[k] = share * x[k] + rest * y[k];
        }
    }
}

/* The tokens that there are, one example's behind the other's. */
static void read_tokens(const struct engine *e, struct engine_desk *desk, const struct engine_data *data, int input,
                        const uint32_t *indices, int n)
{
    const struct field *field = &e->graph.signature.fields[input];
    int32_t *tokens = desk->x[input];
    int *first = desk->rows.first, *second = desk->rows.second;

    first[0] = 0;
    for (int i = 0; i < n; i++) {
        const int32_t *length = length_of(e, data, indices[i]);
        const int32_t *own = data->pool->values[input].codes + indices[i] * field_size(field);

        memcpy(tokens + first[i], own, (size_t)length[0] * sizeof *tokens);
        first[i + 1] = first[i] + length[0];
        second[i] = length[1];
    }
}

static bool is_mixed(const struct engine *e, const struct graph_pass *pass)
{
    return pass->training && e->slots->transform->mix;
}

static void read_examples(struct engine *e, struct engine_desk *desk, const struct engine_data *data,
                          const uint32_t *indices, const struct graph_pass *pass)
{
    const struct signature *signature = &e->graph.signature;
    const uint32_t *own = indices + pass->first;

    if (is_mixed(e, pass))
        find_partners(e, desk, data, indices, pass->first, pass->n);
    if (pass->bytes)
        batch_fill_bytes(&signature->fields[0], &data->pool->values[0], own, pass->n, data->augment,
                         data->augment_rng, desk->x[0]);
    for (int input = 0; !pass->bytes && input < signature->n; input++)
        if (e->graph.nodes[input].most_rows)
            read_tokens(e, desk, data, input, own, pass->n);
        else
            fill(e, data, input, own, pass->n, desk->x[input]);
    if (is_mixed(e, pass))
        mix_examples(e, desk, data, pass->first, pass->n);
}

/* What a step has made of them, which is mixed. */
static void take_examples(struct engine *e, struct engine_desk *desk, const struct engine_batch *batch,
                          const struct graph_pass *pass)
{
    size_t size = field_size(&e->graph.signature.fields[0]);

    if (is_mixed(e, pass))
        find_partners(e, desk, batch->data, batch->indices, pass->first, pass->n);
    memcpy(desk->x[0], batch->x + (size_t)pass->first * size, (size_t)pass->n * size * sizeof *batch->x);
}

void engine_draw_mixes(struct engine *e, const struct engine_batch *batch)
{
    struct engine_outcome *o = &e->outcome;
    const struct pool *pool = batch->data->pool;
    const struct transform_batch of = {batch->n, e->n_environments ? e->n_environments : 1, o->labels, o->groups,
                                       e->mix_room};

    if (!e->slots->transform->mix)
        return;
    take_labels(batch->data, batch->indices, batch->n, o->labels);
    for (int i = 0; i < batch->n; i++)
        o->groups[i] = pool->groups ? pool->groups[batch->indices[i]] : 0;
    e->slots->transform->mix(e->slots->transform_config, &of, batch->rng, e->mixes);
}

void engine_read(struct engine *e, const struct engine_batch *batch, float *ret_x)
{
    size_t size = field_size(&e->graph.signature.fields[0]);
    struct engine_desk *desk = &e->desks[0];

    engine_draw_mixes(e, batch);
    for (int first = 0, n; first < batch->n; first += n) {
        struct graph_pass pass;

        n = engine_cut(e, batch->data, batch->indices, batch->n, first);
        pass = engine_pass(e, desk, 0, batch->data, (struct engine_piece){first, n}, 0);
        pass.training = true;
        read_examples(e, desk, batch->data, batch->indices, &pass);
        memcpy(ret_x + (size_t)first * size, desk->x[0], (size_t)n * size * sizeof *ret_x);
    }
    desk->piece = -1;
}

/* Blends the partners' losses and gradients as their examples. */
static void mix_losses(struct engine *e, struct engine_desk *desk, const float *scores, int first, int n,
                       float *gradient)
{
    struct engine_outcome *o = &e->outcome;
    int n_classes = e->n_classes;

    loss_compute(e->slots->loss, n, scores, desk->partner_labels, NULL, desk->partner_losses,
                 desk->partner_gradient);
    for (int i = 0; i < n; i++) {
        double share = e->mixes[first + i].share;
        float *g = gradient + (size_t)i * (size_t)n_classes;
        const float *h = desk->partner_gradient + (size_t)i * (size_t)n_classes;

        o->losses[first + i] = share * o->losses[first + i] + (1 - share) * desk->partner_losses[i];
        for (int c = 0; c < n_classes; c++)
            g[c] = (float)(share * g[c] + (1 - share) * h[c]);
        if (share < 0.5) /* what it is most of is what a prediction should name */
            o->labels[first + i] = desk->partner_labels[i];
    }
}

/* For the penalty. */
static void keep_outputs(struct engine *e, const struct graph_pass *pass, const float *scores)
{
    size_t first = (size_t)pass->first, n = (size_t)pass->n, n_classes = (size_t)e->n_classes;
    size_t width = graph_features_size(&e->graph);

    memcpy(e->scores + first * n_classes, scores, n * n_classes * sizeof *scores);
    memcpy(e->features + first * width, graph_features(&e->graph, pass), n * width * sizeof *e->features);
}

/* What became of the examples, whose scores are there. */
static void take_outcome(const struct engine *e, const struct engine_data *data, const uint32_t *indices,
                         const struct graph_pass *pass, const float *scores, const struct engine_outcome *o,
                         float *gradient)
{
    const struct loss *loss = e->slots->loss;
    int first = pass->first, n = pass->n;

    indices += first;
    take_labels(data, indices, n, o->labels + first);
    for (int i = 0; i < n && o->targets; i++)
        o->targets[first + i] = data->pool->targets[indices[i]];
    loss_compute(loss, n, scores, o->labels + first, o->targets ? o->targets + first : NULL, o->losses + first,
                 gradient);
    for (int i = 0; i < n; i++) {
        o->predicted[first + i] =
            metric_predict(scores + (size_t)i * (size_t)e->n_classes, pass->training ? NULL : loss->offsets,
                           e->n_classes);
        if (data->pool->groups)
            o->groups[first + i] = data->pool->groups[indices[i]];
    }
}

void engine_forward(struct engine *e, struct engine_desk *desk, const struct engine_batch *batch,
                    const struct graph_pass *pass, int segment, float *gradient)
{
    const float *scores;

    if (segment == 0 && batch->x)
        take_examples(e, desk, batch, pass);
    else if (segment == 0)
        read_examples(e, desk, batch->data, batch->indices, pass);
    scores = graph_forward_segment(&e->graph, pass, segment);
    if (segment < e->graph.n_cuts)
        return;
    take_outcome(e, batch->data, batch->indices, pass, scores, &e->outcome, gradient);
    if (e->slots->transform->mix)
        mix_losses(e, desk, scores, pass->first, pass->n, gradient);
    if (e->scores)
        keep_outputs(e, pass, scores);
}

/* One micro-batch of an evaluation. */
static void look(struct engine *e, const float *weights, const struct engine_data *data, const uint32_t *indices,
                 struct engine_piece piece, int thread, const struct engine_outcome *o, float *ret_scores)
{
    struct engine_desk *desk = &e->desks[thread];
    struct graph_pass pass = engine_pass(e, desk, thread, data, piece, 0);
    size_t n_classes = (size_t)e->n_classes;
    const float *scores;

    pass.weights = weights;
    read_examples(e, desk, data, indices, &pass);
    scores = graph_forward(&e->graph, &pass);
    take_outcome(e, data, indices, &pass, scores, o, NULL);
    if (ret_scores)
        memcpy(ret_scores + (size_t)pass.first * n_classes, scores, (size_t)pass.n * n_classes * sizeof *scores);
    desk->piece = -1;
}

bool engine_look(struct engine *e, const float *weights, const struct engine_data *data, const uint32_t *indices, int n,
                 const struct engine_outcome *o, float *ret_scores)
{
    struct engine_piece wave[ENGINE_MAX_LANES];

    for (int first = 0; first < n;) {
        int n_wave = 0;

        if (data->should_stop && data->should_stop(data->stop_context))
            return false;
        for (; n_wave < e->n_lookers && first < n; n_wave++) {
            wave[n_wave] = (struct engine_piece){first, engine_cut(e, data, indices, n, first)};
            first += wave[n_wave].n;
        }
        if (n_wave == 1) { /* a team of one would be in the way of products' threads */
            look(e, weights, data, indices, wave[0], 0, o, ret_scores);
            continue;
        }
#pragma omp parallel for schedule(static, 1) num_threads(n_wave)
        for (int i = 0; i < n_wave; i++)
            look(e, weights, data, indices, wave[i], i, o, ret_scores);
    }
    return true;
}
