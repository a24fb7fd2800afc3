/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/protocol/protocol.h"
#include "learn/run_private.h"

#include <assert.h>
#include <string.h>

/* A confusion matrix of more classes than these is not kept: 256 KB. */
enum { MAX_CONFUSED = 256 };

static struct run_record record_counts(const char *name, const int *counts, int n, struct arena *arena)
{
    float *numbers = arena_alloc(arena, (size_t)n * sizeof *numbers);

    for (int i = 0; i < n; i++)
        numbers[i] = (float)counts[i];
    return (struct run_record){.name = name, .n = n, .numbers = numbers};
}

/* The evaluation's examples of each class, and how many of class row were named column. */
static struct metric_examples count_answers(const struct evaluation *e, struct arena *arena)
{
    struct metric_examples examples = {
        .n = e->n, .n_classes = e->n_classes, .labels = e->labels, .predicted = e->predicted};

    metric_count(&examples, arena);
    return examples;
}

/* Of classes: what there was of each, and what was named. */
static int record_answers(struct run *run, const struct run_point *point, struct run_record *ret_records)
{
    struct arena *arena = &run->evaluation_arena;
    const struct evaluation *test = &point->test;
    int n_classes = run->dataset->n_classes, n = 0;
    struct metric_examples counted;

    if (run->split.class_counts)
        ret_records[n++] = record_counts("train_counts", run->split.class_counts, n_classes, arena);
    if (point->validation.labels)
        ret_records[n++] = record_counts("validation_counts", count_answers(&point->validation, arena).n_of, n_classes,
                                         arena);
    if (!test->labels)
        return n;
    counted = count_answers(test, arena);
    ret_records[n++] = record_counts("test_counts", counted.n_of, n_classes, arena);
    if (n_classes <= MAX_CONFUSED)
        ret_records[n++] = record_counts("test_confusion", counted.counts, n_classes * n_classes, arena);
    ret_records[n++] = record_counts("test_predicted", test->predicted, test->n, arena);
    return n;
}

/* Of data that name points to look at: inputs and scores there, and the training part with the
 * weights that its examples have by now; in the evaluation's arena. */
static int record_probe(struct run *run, struct run_record *ret_records)
{
    const struct dataset *d = run->dataset;
    struct arena *arena = &run->evaluation_arena;
    struct engine_data data = {.pool = &run->prepared.probe, .standard = &run->standard};
    const float *numbers = d->train.values[0].numbers;
    int n = d->probe.n, n_train = run->split.n_train, width = d->signature.fields[0].shape[0];
    uint32_t *all = arena_alloc(arena, (size_t)n * sizeof *all);
    float *scores = arena_alloc(arena, (size_t)n * (size_t)d->n_classes * sizeof *scores);
    float *inputs = arena_alloc(arena, (size_t)n_train * (size_t)width * sizeof *inputs);
    float *targets = arena_alloc(arena, (size_t)n_train * sizeof *targets);
    float *weights = arena_alloc(arena, (size_t)n_train * sizeof *weights);

    for (int i = 0; i < n; i++)
        all[i] = (uint32_t)i;
    trainer_predict(&run->trainer, &data, all, n, arena, scores);
    data.pool = &run->train_pool;
    trainer_weigh(&run->trainer, &data, run->split.train, n_train, arena, weights);
    for (int i = 0; i < n_train; i++) {
        uint32_t k = run->split.train[i];

        memcpy(inputs + (size_t)i * (size_t)width, numbers + k * (size_t)width,
               (size_t)width * sizeof *inputs);
        targets[i] = data.pool->targets ? data.pool->targets[k] : (float)data.pool->labels[k];
    }
    ret_records[0] = (struct run_record){.name = "probe_inputs", .n = n * width, .numbers = d->probe.values[0].numbers};
    ret_records[1] = (struct run_record){.name = "probe_scores", .n = n * d->n_classes, .numbers = scores};
    ret_records[2] = (struct run_record){.name = "train_inputs", .n = n_train * width, .numbers = inputs};
    ret_records[3] = (struct run_record){.name = "train_targets", .n = n_train, .numbers = targets};
    ret_records[4] = (struct run_record){.name = "train_weights", .n = n_train, .numbers = weights};
    return 5;
}

/* What the objective makes of the training part, or of a sample, beside what it makes of a constant answer. */
static int record_values(struct run *run, struct run_record *ret_records)
{
    enum { MOST = 4096 };
    struct arena *arena = &run->evaluation_arena;
    struct engine_data data = {.pool = &run->train_pool, .standard = &run->standard};
    struct rng rng = rng_derive(run->rng, "training value");
    int n_train = run->split.n_train, n = n_train < MOST ? n_train : MOST;
    uint32_t *indices = arena_alloc(arena, (size_t)n_train * sizeof *indices);
    float *values = arena_alloc(arena, TRAINER_N_VALUES * sizeof *values);

    if (run->method.sampler.type->draw || run->protocol->end_first_stage)
        return 0; /* what was minimised was not of the part as it is */
    memcpy(indices, run->split.train, (size_t)n_train * sizeof *indices);
    rng_shuffle(&rng, indices, (uint32_t)n_train);
    if (!trainer_values(&run->trainer, &data, indices, n, arena, values))
        return 0;
    *ret_records = (struct run_record){.name = "train_values", .n = TRAINER_N_VALUES, .numbers = values};
    return 1;
}

/* With train.judge = best: that it is this evaluation which judges, and by which value. */
static struct run_record record_judge(struct run *run)
{
    float *value = arena_alloc(&run->evaluation_arena, sizeof *value);

    *value = (float)(run->judge.type->lower_is_better ? -run->state.best : run->state.best);
    return (struct run_record){.name = "judged", .n = 1, .numbers = value};
}

int run_record_judged(struct run *run, const struct run_point *point, struct run_record *ret_records)
{
    int n = run->dataset->probe.n ? record_probe(run, ret_records) : 0;

    if (point->validation.n_classes > 0)
        n += record_answers(run, point, ret_records + n);
    n += record_values(run, ret_records + n);
    if (run->train->keep_scores && point->test.scores)
        ret_records[n++] = (struct run_record){.name = "test_scores", .n = point->test.n * run->dataset->n_classes,
                                               .numbers = point->test.scores};
    if (run->judge.type)
        ret_records[n++] = record_judge(run);
    assert(n <= RUN_MAX_RECORDS);
    for (int i = 0; i < n; i++)
        ret_records[i].replaces = true;
    return n;
}
