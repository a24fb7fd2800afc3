/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/trainer.h"

#include "math/kernels.h"

#include <math.h>
#include <string.h>

/* What is known of the examples until all have been looked at. */
struct kept {
    struct engine_outcome outcome;
    float *scores; /* with the offsets that loss.adjust adds to them */
};

static struct kept keep(const struct trainer *t, int n, struct arena *arena)
{
    size_t count = (size_t)n;
    struct kept k = {.scores = arena_alloc(arena, count * (size_t)t->engine.n_classes * sizeof *k.scores)};
    struct engine_outcome *o = &k.outcome;

    o->losses = arena_alloc(arena, count * sizeof *o->losses);
    o->labels = arena_alloc(arena, count * sizeof *o->labels);
    o->groups = arena_alloc(arena, count * sizeof *o->groups);
    o->predicted = arena_alloc(arena, count * sizeof *o->predicted);
    if (t->engine.outcome.targets)
        o->targets = arena_alloc(arena, count * sizeof *o->targets);
    return k;
}

/* False where it was told to stop. */
static bool look(struct trainer *t, const struct engine_data *data, const uint32_t *indices, int n, struct kept *k)
{
    const float *offsets = t->engine.slots->loss->offsets;
    size_t width = (size_t)t->engine.n_classes;

    if (!engine_look(&t->engine, trainer_model(t), data, indices, n, &k->outcome, k->scores))
        return false;
    for (size_t i = 0; offsets && i < (size_t)n * width; i++)
        k->scores[i] += offsets[i % width];
    return true;
}

/* In the examples' order; where classes have weights, of each class by itself first. */
static double mean_loss(const struct trainer *t, const struct engine_data *data, const struct engine_outcome *o,
                        int n, struct arena *arena)
{
    int n_classes = t->engine.n_classes;
    double *sums, mean = 0;
    int *n_of;

    if (!data->class_weights) {
        for (int i = 0; i < n; i++)
            mean += o->targets ? o->losses[i] / n : o->losses[i];
        return o->targets ? mean : mean / n;
    }
    sums = arena_alloc(arena, (size_t)n_classes * sizeof *sums);
    n_of = arena_alloc(arena, (size_t)n_classes * sizeof *n_of);
    for (int i = 0; i < n; i++) {
        sums[o->labels[i]] += o->losses[i];
        n_of[o->labels[i]]++;
    }
    for (int c = 0; c < n_classes; c++)
        if (n_of[c])
            mean += data->class_weights[c] * sums[c] / n_of[c];
    return mean;
}

static unsigned char *pack_answers(const struct engine_outcome *o, int n, struct arena *arena)
{
    unsigned char *bits = arena_alloc(arena, ((size_t)n + 7) / 8);

    for (int i = 0; i < n; i++)
        bits[i / 8] |= (unsigned char)((o->predicted[i] == o->labels[i]) << i % 8);
    return bits;
}

bool trainer_evaluate(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                      int n, struct arena *arena, struct evaluation *ret_evaluation)
{
    struct kept k = keep(t, n, arena);
    const struct engine_outcome *o = &k.outcome;
    struct evaluation e = {.n = n, .n_classes = o->targets ? 0 : t->engine.n_classes, .scores = k.scores};
    struct metric_examples examples = {.n = n,
                                       .n_classes = e.n_classes,
                                       .class_weights = data->class_weights,
                                       .targets = o->targets,
                                       .task = t->task,
                                       .n_task = t->n_task};

    if (!look(t, data, indices, n, &k))
        return false;
    if (data->n_groups) {
        examples.groups = o->groups;
        examples.n_groups = data->n_groups;
    }
    if (o->targets) {
        examples.answers = k.scores;
    } else {
        examples.labels = e.labels = o->labels;
        examples.predicted = e.predicted = o->predicted;
        examples.scores = k.scores;
        e.answers = pack_answers(o, n, arena);
    }
    e.loss = mean_loss(t, data, o, n, arena);
    e.values = metric_measure(&examples, arena);
    *ret_evaluation = e;
    return true;
}

void trainer_mark_errors(struct trainer *t, const struct engine_data *data, const uint32_t *indices, int n,
                         struct arena *arena, unsigned char *ret_errors)
{
    struct kept k = keep(t, n, arena);

    look(t, data, indices, n, &k);
    for (int i = 0; i < n; i++)
        ret_errors[i] = k.outcome.predicted[i] != k.outcome.labels[i];
}

void trainer_predict(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                     int n, struct arena *arena, float *ret_scores)
{
    struct kept k = keep(t, n, arena);

    engine_look(&t->engine, trainer_model(t), data, indices, n, &k.outcome, ret_scores);
}

void trainer_weigh(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                   int n, struct arena *arena, float *ret_weights)
{
    struct objective *objective = t->engine.slots->objective;
    size_t state_size = (size_t)objective->n_state * sizeof *objective->state;
    double *state = arena_alloc(arena, state_size + sizeof *state);
    struct kept k = keep(t, n, arena);
    int size = t->engine.batch;

    look(t, data, indices, n, &k);
    if (objective->n_state)
        memcpy(state, objective->state, state_size);
    for (int first = 0; first < n; first += size) {
        struct objective_batch batch = {.n = n - first < size ? n - first : size,
                                        .losses = k.outcome.losses + first,
                                        .classes = k.outcome.labels + first,
                                        .environments = data->pool->groups ? k.outcome.groups + first : NULL};

        objective_weigh(objective, &batch, t->engine.example_weights);
        for (int i = 0; i < batch.n; i++)
            ret_weights[first + i] = (float)t->engine.example_weights[i];
        if (objective->n_state)
            memcpy(objective->state, state, state_size);
    }
}

/* Of the losses of n examples, a batch at a time; what does not fill one is left out, unless there is no other. */
static double mean_value(struct trainer *t, const struct engine_data *data, const struct engine_outcome *o,
                         const double *losses, int n)
{
    int size = t->engine.batch < n ? t->engine.batch : n, n_batches = n / size;
    double sum = 0;

    for (int first = 0; first + size <= n; first += size) {
        const struct objective_batch batch = {.n = size,
                                              .losses = losses + first,
                                              .classes = o->labels + first,
                                              .environments = data->pool->groups ? o->groups + first : NULL};

        sum += objective_value(t->engine.slots->objective, &batch);
    }
    return sum / n_batches;
}

/* The losses where the scores are power * log(share of the class), whatever the example. */
static void answer_constantly(const struct trainer *t, const struct engine_outcome *o, int n, double power,
                              struct arena *arena, double *ret_losses)
{
    int n_classes = t->engine.n_classes;
    size_t width = (size_t)n_classes;
    float *scores = arena_alloc(arena, width * sizeof *scores);
    double *of_class = arena_alloc(arena, width * sizeof *of_class);
    int *counts = arena_alloc(arena, width * sizeof *counts);

    for (int i = 0; i < n; i++)
        counts[o->labels[i]]++;
    for (int c = 0; c < n_classes; c++) /* a class that is not there is half an example */
        scores[c] = (float)(power * kernel_log(counts[c] ? (double)counts[c] / n : 0.5 / n));
    for (int c = 0; c < n_classes; c++)
        loss_compute(t->engine.slots->loss, 1, scores, &c, NULL, &of_class[c], NULL);
    for (int i = 0; i < n; i++)
        ret_losses[i] = of_class[o->labels[i]];
}

bool trainer_values(struct trainer *t, const struct engine_data *data, const uint32_t *indices, int n,
                    struct arena *arena, float ret_values[TRAINER_N_VALUES])
{
    static const double powers[] = {0, 0.25, 0.5, 0.75, 1};
    const struct objective_type *type = t->engine.slots->objective->type;
    struct kept k;
    double *losses, best = INFINITY;

    if (!type->value || type->reach != REACH_BATCH || t->engine.outcome.targets || t->engine.slots->loss->type->wants_cosines)
        return false;
    k = keep(t, n, arena);
    if (!look(t, data, indices, n, &k))
        return false;
    ret_values[TRAINER_VALUE] = (float)mean_value(t, data, &k.outcome, k.outcome.losses, n);
    losses = arena_alloc(arena, (size_t)n * sizeof *losses);
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        answer_constantly(t, &k.outcome, n, powers[i], arena, losses);
        best = fmin(best, mean_value(t, data, &k.outcome, losses, n));
    }
    ret_values[TRAINER_CONSTANT] = (float)best;
    return true;
}
