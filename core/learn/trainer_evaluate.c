/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/trainer_private.h"

#include <math.h>
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

/* Of data whose targets are numbers. */
static bool evaluate_numbers(struct trainer *t, const struct trainer_data *data,
                             const uint32_t *indices, int n, struct evaluation *ret_evaluation)
{
    struct evaluation e = {.n = n};
    double mean = 0, residuals = 0, spread = 0;

    for (int i = 0; i < n; i++)
        mean += (double)data->pool->targets[indices[i]] / n;
    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        if (data->should_stop && data->should_stop(data->stop_context))
            return false;
        look(t, data, indices + first, n_piece);
        for (int i = 0; i < n_piece; i++) {
            double from_mean = (double)t->targets[i] - mean;

            e.loss += t->losses[i] / n;
            residuals += t->residuals[i] * t->residuals[i];
            spread += from_mean * from_mean;
        }
    }
    e.r2 = spread > 0 ? 1 - residuals / spread : NAN;
    *ret_evaluation = e;
    return true;
}

/* The means over classes, each with its weight. */
static void weigh_classes(const double *weights, const double *class_losses, const int *n_of_class,
                          struct evaluation *e)
{
    e->loss = e->accuracy = 0;
    for (int c = 0; c < e->n_classes; c++) {
        if (n_of_class[c] == 0)
            continue;
        e->loss += weights[c] * class_losses[c] / n_of_class[c];
        e->accuracy += weights[c] * e->class_accuracy[c];
    }
}

bool trainer_evaluate(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                      int n, struct arena *arena, struct evaluation *ret_evaluation)
{
    size_t n_classes = (size_t)t->n_classes;
    int *n_of_class = arena_alloc(arena, n_classes * sizeof *n_of_class);
    int *n_right = arena_alloc(arena, n_classes * sizeof *n_right);
    double *class_losses = arena_alloc(arena, n_classes * sizeof *class_losses); /* sums */
    struct evaluation e = {
        .n = n,
        .n_classes = t->n_classes,
        .class_accuracy = arena_alloc(arena, n_classes * sizeof *e.class_accuracy),
        .answers = arena_alloc(arena, ((size_t)n + 7) / 8),
    };
    int n_occurring = 0, n_all_right = 0;

    if (t->targets)
        return evaluate_numbers(t, data, indices, n, ret_evaluation);
    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        if (data->should_stop && data->should_stop(data->stop_context))
            return false;
        look(t, data, indices + first, n_piece);
        for (int i = 0; i < n_piece; i++) {
            e.loss += t->losses[i];
            n_of_class[t->labels[i]]++;
            class_losses[t->labels[i]] += t->losses[i];
            n_right[t->labels[i]] += t->correct[i];
            e.answers[(first + i) / 8] |= (unsigned char)(t->correct[i] << (first + i) % 8);
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
    if (data->class_weights)
        weigh_classes(data->class_weights, class_losses, n_of_class, &e);
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
            ret_errors[first + i] = !t->correct[i];
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
                                            data->pool->environments ? t->environments : NULL};

        for (int i = 0; i < batch.n; i++) {
            t->labels[i] = data->pool->labels[indices[first + i]];
            if (data->pool->environments)
                t->environments[i] = data->pool->environments[indices[first + i]];
        }
        objective_weigh(objective, &batch, t->example_weights);
        for (int i = 0; i < batch.n; i++)
            ret_weights[first + i] = (float)t->example_weights[i];
        if (objective->n_state)
            memcpy(objective->state, state, state_size);
    }
}
