/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine_private.h"

#include <string.h>

static int piece(const struct trainer *t, int first, int n)
{
    return n - first < t->micro_batch ? n - first : t->micro_batch;
}

/* Forward of n <= micro_batch pictures, for evaluation; at place 0 of the buffers. */
static const float *look(struct trainer *t, const struct trainer_data *data,
                         const uint32_t *indices, int n)
{
    struct trainer_desk *desk = &t->desks[0];
    struct graph_pass pass = trainer_pass(t, desk, data, 0, n);
    const float *scores;

    pass.weights = trainer_model(t);
    scores = trainer_forward(t, desk, data, indices, &pass, NULL);
    desk->first = -1;
    return scores;
}

/* What is kept of the examples until all have been looked at. */
struct kept {
    int *labels, *predicted;
    float *scores, *targets; /* scores: with the offsets that loss.adjust adds to them */
    double *losses;
};

static struct kept keep(const struct trainer *t, int n, struct arena *arena)
{
    struct kept k = {.losses = arena_alloc(arena, (size_t)n * sizeof *k.losses)};

    k.scores = arena_alloc(arena, (size_t)n * (size_t)t->n_classes * sizeof *k.scores);
    if (t->targets) {
        k.targets = arena_alloc(arena, (size_t)n * sizeof *k.targets);
        return k;
    }
    k.labels = arena_alloc(arena, (size_t)n * sizeof *k.labels);
    k.predicted = arena_alloc(arena, (size_t)n * sizeof *k.predicted);
    return k;
}

/* The n examples just looked at, which are those from `first` on. */
static void take(const struct trainer *t, const float *scores, int first, int n, struct kept *k)
{
    size_t width = (size_t)t->n_classes;
    const float *offsets = t->slots->loss->offsets;

    memcpy(k->losses + first, t->losses, (size_t)n * sizeof *k->losses);
    memcpy(k->scores + (size_t)first * width, scores, (size_t)n * width * sizeof *scores);
    for (size_t i = 0; offsets && i < (size_t)n * width; i++)
        k->scores[(size_t)first * width + i] += offsets[i % width];
    if (t->targets) {
        memcpy(k->targets + first, t->targets, (size_t)n * sizeof *k->targets);
        return;
    }
    memcpy(k->labels + first, t->labels, (size_t)n * sizeof *k->labels);
    memcpy(k->predicted + first, t->predicted, (size_t)n * sizeof *k->predicted);
}

/* In the examples' order; where classes have weights, of each class by itself first. */
static double mean_loss(const struct trainer *t, const struct trainer_data *data, const struct kept *k,
                        int n, struct arena *arena)
{
    double *sums, mean = 0;
    int *n_of;

    if (!data->class_weights) {
        for (int i = 0; i < n; i++)
            mean += t->targets ? k->losses[i] / n : k->losses[i];
        return t->targets ? mean : mean / n;
    }
    sums = arena_alloc(arena, (size_t)t->n_classes * sizeof *sums);
    n_of = arena_alloc(arena, (size_t)t->n_classes * sizeof *n_of);
    for (int i = 0; i < n; i++) {
        sums[k->labels[i]] += k->losses[i];
        n_of[k->labels[i]]++;
    }
    for (int c = 0; c < t->n_classes; c++)
        if (n_of[c])
            mean += data->class_weights[c] * sums[c] / n_of[c];
    return mean;
}

static unsigned char *pack_answers(const struct kept *k, int n, struct arena *arena)
{
    unsigned char *bits = arena_alloc(arena, ((size_t)n + 7) / 8);

    for (int i = 0; i < n; i++)
        bits[i / 8] |= (unsigned char)((k->predicted[i] == k->labels[i]) << i % 8);
    return bits;
}

static const int *take_groups(const struct pool *pool, const uint32_t *indices, int n, struct arena *arena)
{
    int *groups = arena_alloc(arena, (size_t)n * sizeof *groups);

    for (int i = 0; i < n; i++)
        groups[i] = pool->groups[indices[i]];
    return groups;
}

bool trainer_evaluate(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                      int n, struct arena *arena, struct evaluation *ret_evaluation)
{
    struct evaluation e = {.n = n, .n_classes = t->targets ? 0 : t->n_classes};
    struct kept k = keep(t, n, arena);
    struct metric_examples examples = {.n = n,
                                       .n_classes = e.n_classes,
                                       .labels = k.labels,
                                       .predicted = k.predicted,
                                       .scores = t->targets ? NULL : k.scores,
                                       .class_weights = data->class_weights,
                                       .targets = k.targets,
                                       .answers = t->targets ? k.scores : NULL};

    if (data->n_groups) {
        examples.groups = take_groups(data->pool, indices, n, arena);
        examples.n_groups = data->n_groups;
    }
    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        if (data->should_stop && data->should_stop(data->stop_context))
            return false;
        take(t, look(t, data, indices + first, n_piece), first, n_piece, &k);
    }
    e.loss = mean_loss(t, data, &k, n, arena);
    e.values = metric_measure(&examples, arena);
    e.labels = k.labels;
    e.predicted = k.predicted;
    e.scores = k.scores;
    if (!t->targets)
        e.answers = pack_answers(&k, n, arena);
    *ret_evaluation = e;
    return true;
}

void trainer_mark_errors(struct trainer *t, const struct trainer_data *data,
                         const uint32_t *indices, int n, unsigned char *ret_errors)
{
    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        look(t, data, indices + first, n_piece);
        for (int i = 0; i < n_piece; i++)
            ret_errors[first + i] = t->predicted[i] != t->labels[i];
    }
}

void trainer_predict(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                     int n, float *ret_scores)
{
    size_t n_classes = (size_t)t->n_classes;

    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        memcpy(ret_scores + (size_t)first * n_classes, look(t, data, indices + first, n_piece),
               (size_t)n_piece * n_classes * sizeof *ret_scores);
    }
}

void trainer_weigh(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                   int n, struct arena *arena, float *ret_weights)
{
    struct objective *objective = t->slots->objective;
    size_t state_size = (size_t)objective->n_state * sizeof *objective->state;
    double *state = arena_alloc(arena, state_size + sizeof *state);
    double *losses = arena_alloc(arena, (size_t)n * sizeof *losses);

    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        look(t, data, indices + first, n_piece);
        memcpy(losses + first, t->losses, (size_t)n_piece * sizeof *losses);
    }
    if (objective->n_state)
        memcpy(state, objective->state, state_size);
    for (int first = 0; first < n; first += t->batch) {
        struct objective_batch batch = {.n = n - first < t->batch ? n - first : t->batch,
                                        .losses = losses + first,
                                        .classes = t->labels,
                                        .environments =
                                            data->pool->groups ? t->environments : NULL};

        for (int i = 0; i < batch.n; i++) {
            t->labels[i] = data->pool->labels[indices[first + i]];
            if (data->pool->groups)
                t->environments[i] = data->pool->groups[indices[first + i]];
        }
        objective_weigh(objective, &batch, t->example_weights);
        for (int i = 0; i < batch.n; i++)
            ret_weights[first + i] = (float)t->example_weights[i];
        if (objective->n_state)
            memcpy(objective->state, state, state_size);
    }
}
