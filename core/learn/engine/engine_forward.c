/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine_private.h"

#include <string.h>

struct graph_pass trainer_pass(const struct trainer *t, struct trainer_desk *desk,
                               const struct trainer_data *data, int first, int n)
{
    struct graph_pass pass = {.n = n, .first = first, .workspace = desk->workspace};
    const struct field *field = &t->graph.signature.fields[0];

    for (int i = 0; i < t->graph.signature.n; i++)
        pass.x[i] = desk->x[i];
    if (!t->takes_bytes || !batch_has_bytes(field, data->augment))
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
static void fill(const struct trainer *t, const struct trainer_data *data, int input, const uint32_t *indices,
                 int n, void *ret_x)
{
    batch_fill(&t->graph.signature.fields[input], &data->pool->values[input], data->standard, indices, n,
               data->augment, data->augment_rng, ret_x);
}

static void take_labels(const struct trainer_data *data, const uint32_t *indices, int n, int *ret_labels)
{
    for (int i = 0; i < n; i++)
        ret_labels[i] = data->pool->labels[indices[i]];
}

/* Blends the partners' examples into those of the desk. */
static void mix_examples(struct trainer *t, struct trainer_desk *desk,
                         const struct trainer_data *data, const uint32_t *batch, int first, int n)
{
    for (int i = 0; i < n; i++)
        desk->partner_indices[i] = batch[t->mixes[first + i].partner];
    take_labels(data, desk->partner_indices, n, desk->partner_labels);
    for (int input = 0; input < t->graph.signature.n; input++) {
        size_t size = field_size(&t->graph.signature.fields[input]);

        fill(t, data, input, desk->partner_indices, n, desk->partner_x[input]);
        for (int i = 0; i < n; i++) {
            float share = (float)t->mixes[first + i].share, rest = 1 - share;
            float *restrict x = (float *)desk->x[input] + (size_t)i * size;
            const float *restrict y = desk->partner_x[input] + (size_t)i * size;

#pragma omp simd
            for (size_t k = 0; k < size; k++)
                x[k] = share * x[k] + rest * y[k];
        }
    }
}

/* Blends the partners' losses and gradients likewise. */
static void mix_losses(struct trainer *t, struct trainer_desk *desk, const float *scores,
                       int first, int n, float *gradient)
{
    int n_classes = t->n_classes;

    loss_compute(t->slots->loss, n, scores, desk->partner_labels, NULL, desk->partner_losses,
                 desk->partner_gradient);
    for (int i = 0; i < n; i++) {
        double share = t->mixes[first + i].share;
        float *g = gradient + (size_t)i * (size_t)n_classes;
        const float *h = desk->partner_gradient + (size_t)i * (size_t)n_classes;

        t->losses[first + i] =
            share * t->losses[first + i] + (1 - share) * desk->partner_losses[i];
        for (int c = 0; c < n_classes; c++)
            g[c] = (float)(share * g[c] + (1 - share) * h[c]);
        if (share < 0.5) /* what it is most of is what a prediction should name */
            t->labels[first + i] = desk->partner_labels[i];
    }
}

/* For the penalty. */
static void keep_outputs(struct trainer *t, const struct graph_pass *pass, const float *scores)
{
    size_t first = (size_t)pass->first, n = (size_t)pass->n, n_classes = (size_t)t->n_classes;
    size_t width = graph_features_size(&t->graph);

    memcpy(t->scores + first * n_classes, scores, n * n_classes * sizeof *scores);
    memcpy(t->features + first * width, graph_features(&t->graph, pass),
           n * width * sizeof *t->features);
}

static void take_targets(struct trainer *t, const struct trainer_data *data,
                         const uint32_t *indices, const struct graph_pass *pass)
{
    for (int i = 0; i < pass->n; i++)
        t->targets[pass->first + i] = data->pool->targets[indices[i]];
}

const float *trainer_forward(struct trainer *t, struct trainer_desk *desk,
                             const struct trainer_data *data, const uint32_t *batch,
                             const struct graph_pass *pass, float *gradient)
{
    const struct loss *loss = t->slots->loss;
    bool mixes = pass->training && t->slots->transform->mix;
    int first = pass->first, n = pass->n;
    const uint32_t *indices = batch + first;
    const float *scores;

    take_labels(data, indices, n, t->labels + first);
    if (pass->bytes)
        batch_fill_bytes(&t->graph.signature.fields[0], &data->pool->values[0], indices, n, data->augment,
                         data->augment_rng, desk->x[0]);
    for (int input = 0; !pass->bytes && input < t->graph.signature.n; input++)
        fill(t, data, input, indices, n, desk->x[input]);
    if (mixes)
        mix_examples(t, desk, data, batch, first, n);
    if (t->targets)
        take_targets(t, data, indices, pass);
    scores = graph_forward(&t->graph, pass);
    loss_compute(loss, n, scores, t->labels + first, t->targets ? t->targets + first : NULL,
                 t->losses + first, gradient);
    if (mixes)
        mix_losses(t, desk, scores, first, n, gradient);
    if (pass->training && t->scores)
        keep_outputs(t, pass, scores);
    for (int i = 0; i < n; i++) {
        t->predicted[first + i] = metric_predict(scores + (size_t)i * (size_t)t->n_classes,
                                                 pass->training ? NULL : loss->offsets, t->n_classes);
        if (data->pool->groups)
            t->environments[first + i] = data->pool->groups[indices[i]];
    }
    desk->first = first;
    return scores;
}
