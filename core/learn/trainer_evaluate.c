/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/trainer_private.h"

#include <math.h>

static int piece(const struct trainer *t, int first, int n)
{
    return n - first < t->micro_batch ? n - first : t->micro_batch;
}

/* Forward of n <= micro_batch pictures, for evaluation; at place 0 of the buffers. */
static void look(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                 int n)
{
    struct trainer_desk *desk = &t->desks[0];
    const struct graph_pass pass = {
        .n = n, .weights = trainer_model(t), .x = desk->x, .workspace = desk->workspace};

    trainer_forward(t, desk, data, indices, &pass, NULL);
    desk->first = -1;
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
        .answers = arena_alloc(arena, ((size_t)n + 7) / 8),
    };
    int n_occurring = 0, n_all_right = 0;

    for (int first = 0; first < n; first += t->micro_batch) {
        int n_piece = piece(t, first, n);

        if (data->should_stop && data->should_stop(data->stop_context))
            return false;
        look(t, data, indices + first, n_piece);
        for (int i = 0; i < n_piece; i++) {
            e.loss += t->losses[i];
            n_of_class[t->labels[i]]++;
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
