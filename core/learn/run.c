/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/run.h"

#include "base/clock.h"
#include "data/noise.h"
#include "learn/config.h"
#include "learn/method.h"
#include "learn/stage.h"
#include "learn/weights.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_STATE = 6 + TRAINER_MAX_STATE };

/* What changes while it trains, beside the trainer's blocks. */
struct run_state {
    int64_t step;      /* made */
    int64_t evaluated; /* the step of the last evaluation */
    int64_t n_seen, n_correct; /* pictures since the epoch's start */
    double loss;               /* their sum */
};

/* Everything a run works with, in one arena. */
struct run {
    struct arena arena, evaluation_arena;
    const struct dataset *dataset;
    struct train_config *train;
    struct split split;
    struct pool train_pool; /* the data set's, with the labels that are trained on */
    struct standard standard;
    const struct augment_config *augment;
    const struct schedule_type *schedule;
    void *schedule_config;
    struct method method;
    struct trainer trainer;
    struct rng rng;
    uint32_t *test; /* 0 .. n-1 */
    struct stage stage;
    unsigned char *errors; /* [split.n_train] of the first stage's model; NULL: one stage */
    float *start;          /* the weights that both stages start from; NULL likewise */
    long n_steps;          /* of the run, as far as is known before its last stage */
    struct run_state state;
    const struct checkpoint *checkpoint;
    const struct run_observer *observer;
    double saved_at;    /* clock_now() of the last checkpoint, or of the start */
    int64_t saved_step; /* of the last checkpoint; 0: the start, which needs none */
};

static int build_model(struct run *run, const struct settings *s, struct graph *graph,
                       struct error *err)
{
    const struct dataset *d = run->dataset;
    struct picture_shape picture = {d->channels, d->height, d->width};
    const struct component *model;
    void *config;

    if (method_choose(s, "model", &model_kind, &run->arena, &model, &config, err) < 0)
        return -1;
    graph_init(graph, &run->arena, (struct shape){1, d->channels * d->height * d->width});
    return ((const struct model_type *)model)->build(config, picture, d->n_classes, graph, err);
}

/* The sizes of classes and environments in the training part. */
static struct objective_data count_data(struct run *run)
{
    const struct dataset *d = run->dataset;
    int *environments = NULL;

    if (d->train.environments) {
        environments =
            arena_alloc(&run->arena, (size_t)d->n_environments * sizeof *environments);
        for (int i = 0; i < run->split.n_train; i++)
            environments[d->train.environments[run->split.train[i]]]++;
    }
    return (struct objective_data){
        .n_classes = d->n_classes,
        .class_counts = run->split.class_counts,
        .n_environments = environments ? d->n_environments : 0,
        .environment_counts = environments,
    };
}

static int open_method(struct run *run, const struct settings *s, struct error *err)
{
    const struct method_data data = {count_data(run), (int)settings_number(s, "train.batch")};
    const struct component *schedule;

    if (method_open(&run->method, s, &data, &run->arena, err) < 0 ||
        method_choose(s, "schedule", &schedule_kind, &run->arena, &schedule,
                      &run->schedule_config, err) < 0)
        return -1;
    run->schedule = (const struct schedule_type *)schedule;
    return 0;
}

/* Noise in the labels of the training part, and its class counts with them. */
static int spoil_labels(struct run *run, const struct settings *s, struct error *err)
{
    const struct dataset *d = run->dataset;
    uint16_t *labels;
    void *noise;

    run->train_pool = d->train;
    if (component_configure(&noise_component, "data", s, &run->arena, &noise, err) < 0)
        return -1;
    if (((const struct noise_config *)noise)->rate == 0)
        return 0;
    labels = arena_alloc(&run->arena, (size_t)d->train.n * sizeof *labels);
    memcpy(labels, d->train.labels, (size_t)d->train.n * sizeof *labels);
    if (noise_apply(noise, rng_derive(run->rng, "label noise"), run->split.train,
                    run->split.n_train, d->n_classes, labels, err) < 0)
        return -1;
    run->train_pool.labels = labels;
    for (int c = 0; c < d->n_classes; c++)
        run->split.class_counts[c] = 0;
    for (int i = 0; i < run->split.n_train; i++)
        run->split.class_counts[labels[run->split.train[i]]]++;
    return 0;
}

static int open_data(struct run *run, const struct settings *s, struct error *err)
{
    const struct dataset *d = run->dataset;
    void *split_config, *augment_config;

    if (component_configure(&split_component, "data", s, &run->arena, &split_config, err) < 0 ||
        component_configure(&augment_component, "data", s, &run->arena, &augment_config, err) < 0)
        return -1;
    run->augment = augment_config;
    if (d->n_environments)
        return error_set(err, "data set \"%s\" has environments, which no protocol here holds out yet", d->name);
    if (split_make(d, split_config, rng_derive(run->rng, "split"), &run->arena, &run->split, err) <
        0)
        return error_context(err, "data set \"%s\"", d->name);
    if (spoil_labels(run, s, err) < 0)
        return -1;
    standard_measure(d, &d->train, run->split.train, run->split.n_train, &run->standard);
    run->test = arena_alloc(&run->arena, (size_t)d->test.n * sizeof *run->test);
    for (int i = 0; i < d->test.n; i++)
        run->test[i] = (uint32_t)i;
    return 0;
}

static int load_init(struct run *run, const struct run_input *input, const struct params *p,
                     float *weights, struct error *err)
{
    const struct init_config *init;
    void *config;

    if (component_configure(&init_component, "model", input->settings, &run->arena, &config, err) <
        0)
        return -1;
    init = config;
    return *init->init
               ? weights_load(input->init, init->init, init->init_except, p, weights, err)
               : 0;
}

static long steps_per_epoch(const struct run *run, int n)
{
    return (n + run->train->batch - 1) / run->train->batch;
}

/* The last stage's random numbers are those of a run with one stage. */
static void begin_stage(struct run *run, bool is_last)
{
    const struct train_config *train = run->train;
    long first_steps = steps_per_epoch(run, run->split.n_train) * train->jtt_epochs;
    struct stage stage = {
        .is_last = is_last,
        .first = is_last ? first_steps : 0,
        .epochs = is_last ? train->epochs : train->jtt_epochs,
        .list = run->split.train,
        .n = run->split.n_train,
        .rng = is_last ? run->rng : rng_derive(run->rng, "first stage"),
        .order_epoch = -1,
    };

    if (is_last && run->errors)
        stage.n = stage_repeat(run->split.train, run->split.n_train, run->errors,
                               train->jtt_weight, &run->arena, &stage.list);
    stage.steps_per_epoch = steps_per_epoch(run, stage.n);
    stage.order = arena_alloc(&run->arena, (size_t)stage.n * sizeof *stage.order);
    run->stage = stage;
    run->n_steps = first_steps + steps_per_epoch(run, stage.n) * train->epochs;
}

static int open_run(struct run *run, const struct run_input *input, struct error *err)
{
    const struct settings *s = input->settings;
    struct graph graph;
    void *train;

    if (component_configure(&train_component, "train", s, &run->arena, &train, err) < 0)
        return -1;
    run->train = train;
    run->rng = rng_seed((uint64_t)run->train->seed);
    if (open_data(run, s, err) < 0 || build_model(run, s, &graph, err) < 0 ||
        open_method(run, s, err) < 0)
        return -1;
    trainer_init(&run->trainer, &run->arena, &run->method.trainer, &graph,
                 &(struct trainer_sizes){
                     .n_classes = run->dataset->n_classes,
                     .batch = run->train->batch,
                     .micro_batch = run->train->micro_batch,
                     .n_threads = input->n_threads,
                     .keep = TRAINER_KEEP,
                 },
                 rng_derive(run->rng, "init"));
    if (load_init(run, input, &run->trainer.graph.params, run->trainer.weights, err) < 0)
        return -1;
    if (run->train->jtt_epochs) {
        size_t size = run->trainer.graph.params.size * sizeof *run->start;

        run->errors = arena_alloc(&run->arena, (size_t)run->split.n_train);
        run->start = arena_alloc(&run->arena, size);
        memcpy(run->start, run->trainer.weights, size);
    }
    begin_stage(run, run->train->jtt_epochs == 0);
    return 0;
}

static void close_run(struct run *run)
{
    arena_release(&run->evaluation_arena);
    arena_release(&run->arena);
}

/* ---- the state between two steps ---- */

static int list_state(struct run *run, struct tensor ret_tensors[MAX_STATE])
{
    struct run_state *state = &run->state;
    const struct tensor numbers[] = {
        {.name = "step", .type = TENSOR_I64, .bytes = &state->step},
        {.name = "evaluated", .type = TENSOR_I64, .bytes = &state->evaluated},
        {.name = "n_seen", .type = TENSOR_I64, .bytes = &state->n_seen},
        {.name = "n_correct", .type = TENSOR_I64, .bytes = &state->n_correct},
        {.name = "loss", .type = TENSOR_F64, .bytes = &state->loss},
    };
    int n = sizeof numbers / sizeof *numbers;

    memcpy(ret_tensors, numbers, sizeof numbers);
    n += trainer_state(&run->trainer, ret_tensors + n);
    if (run->errors) /* last, as bytes leave no number behind them aligned */
        ret_tensors[n++] = (struct tensor){.name = "errors",
                                           .type = TENSOR_U8,
                                           .n_dims = 1,
                                           .dims = {(size_t)run->split.n_train},
                                           .bytes = run->errors};
    return n;
}

static void tell(struct run *run, const char *format, ...)
{
    char line[1200];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    run->observer->tell(run->observer->context, line);
}

/* A checkpoint that cannot be written costs time after a kill, and nothing else. */
static void save(struct run *run)
{
    struct tensor tensors[MAX_STATE];
    struct text journal = {0};
    struct error err;

    run->saved_at = clock_now();
    if (!run->checkpoint->path || run->saved_step == run->state.step)
        return;
    run->saved_step = run->state.step;
    text_printf(&journal, "%s", "");
    run->observer->save(run->observer->context, &journal);
    if (checkpoint_save(run->checkpoint, tensors, list_state(run, tensors), journal.s, &err) < 0)
        tell(run, "no checkpoint at step %ld: %s", run->state.step, err.text);
    text_release(&journal);
}

/* Goes on from the checkpoint, where there is one that serves. */
static int restore(struct run *run, struct error *err)
{
    struct tensor tensors[MAX_STATE];
    char *journal;
    int got;

    if (!run->checkpoint->path)
        return 0;
    got = checkpoint_load(run->checkpoint, tensors, list_state(run, tensors), &run->arena, &journal,
                          err);
    if (got < 0)
        tell(run, "checkpoint not used, the run starts anew: %s", err->text);
    if (got <= 0)
        return 0;
    if (!run->stage.is_last && run->state.step >= run->stage.steps_per_epoch * run->stage.epochs)
        begin_stage(run, true);
    if (run->state.step < 0 || run->state.step > run->n_steps)
        return error_set(err, "\"%s\": step %ld of %ld", run->checkpoint->path, run->state.step,
                         run->n_steps);
    if (run->observer->restore(run->observer->context, journal, err) < 0)
        return error_context(err, "\"%s\"", run->checkpoint->path);
    run->saved_step = run->state.step;
    tell(run, "goes on at step %ld of %ld", run->state.step, run->n_steps);
    return 0;
}

/* ---- training ---- */

static bool should_stop(void *context)
{
    struct run *run = context;

    return run->observer->should_stop(run->observer->context, run->state.step, run->n_steps);
}

/* Steps made in this stage. */
static long stage_step(const struct run *run)
{
    return (long)(run->state.step - run->stage.first);
}

static bool is_evaluation_due(const struct run *run)
{
    long every = run->stage.steps_per_epoch * run->train->evaluate, step = stage_step(run);

    return run->stage.is_last && step > 0 && run->state.step > run->state.evaluated &&
           (step % every == 0 || run->state.step == run->n_steps);
}

static int evaluate(struct run *run, enum run_outcome *ret_outcome, struct error *err)
{
    const struct dataset *d = run->dataset;
    const struct run_state *state = &run->state;
    struct trainer_data data = {.dataset = d,
                                .pool = &d->train,
                                .standard = &run->standard,
                                .should_stop = should_stop,
                                .stop_context = run};
    struct run_point point = {
        .step = state->step,
        .n_steps = run->n_steps,
        .epoch = (int)(stage_step(run) / run->stage.steps_per_epoch),
        .train_loss = state->loss / (double)state->n_seen,
        .train_accuracy = (double)state->n_correct / (double)state->n_seen,
    };

    arena_release(&run->evaluation_arena);
    *ret_outcome = RUN_STOPPED;
    if (!trainer_evaluate(&run->trainer, &data, run->split.validation, run->split.n_validation,
                          &run->evaluation_arena, &point.validation))
        return 0;
    data.pool = &d->test;
    if (!trainer_evaluate(&run->trainer, &data, run->test, d->test.n, &run->evaluation_arena,
                          &point.test))
        return 0;
    *ret_outcome = isfinite(point.test.loss) && isfinite(point.validation.loss) ? RUN_FINISHED
                                                                                : RUN_DIVERGED;
    run->state.evaluated = state->step;
    return run->observer->evaluated(run->observer->context, &point, err);
}

static enum run_outcome train_step(struct run *run)
{
    const struct train_config *train = run->train;
    struct run_state *state = &run->state;
    struct stage *stage = &run->stage;
    int epoch = (int)(stage_step(run) / stage->steps_per_epoch);
    int first = (int)(stage_step(run) % stage->steps_per_epoch) * train->batch;
    int n = stage->n - first < train->batch ? stage->n - first : train->batch;
    struct trainer_data data = {
        .dataset = run->dataset,
        .pool = &run->train_pool,
        .standard = &run->standard,
        .augment = run->augment,
        .augment_rng = rng_index(rng_derive(stage->rng, "augment"), (uint64_t)epoch),
    };
    struct trainer_step step = {
        .step = stage_step(run) + 1,
        .rate = train->lr * schedule_factor(run->schedule, run->schedule_config, train->warmup,
                                            stage_step(run), stage->steps_per_epoch,
                                            stage->epochs),
        .rng = rng_index(rng_derive(stage->rng, "step"), (uint64_t)stage_step(run)),
    };
    struct trainer_sums sums;

    stage_shuffle(stage, epoch);
    if (first == 0) {
        state->loss = 0;
        state->n_correct = state->n_seen = 0;
    }
    trainer_use(&run->trainer, stage->is_last && train->late && epoch >= train->late
                                   ? TRAINER_LATE
                                   : TRAINER_EARLY);
    trainer_step(&run->trainer, &data, stage->order + first, n, &step, &sums);
    state->step++;
    state->loss += sums.loss;
    state->n_correct += sums.n_correct;
    state->n_seen += n;
    return isfinite(sums.loss) ? RUN_FINISHED : RUN_DIVERGED;
}

/* Behind the last step of the first stage: what its model gets wrong, and a new one. */
static void end_first_stage(struct run *run)
{
    const struct trainer_data data = {.dataset = run->dataset,
                                      .pool = &run->train_pool,
                                      .standard = &run->standard};

    trainer_mark_errors(&run->trainer, &data, run->split.train, run->split.n_train, run->errors);
    trainer_restart(&run->trainer, run->start);
    begin_stage(run, true);
}

/* Until the end, or until it diverges or is stopped. */
static int train(struct run *run, enum run_outcome *ret_outcome, struct error *err)
{
    run->saved_at = clock_now();
    for (;;) {
        *ret_outcome = RUN_FINISHED;
        if (is_evaluation_due(run) && evaluate(run, ret_outcome, err) < 0)
            return -1;
        if (*ret_outcome == RUN_DIVERGED ||
            (*ret_outcome == RUN_FINISHED && run->state.step == run->n_steps))
            return 0;
        if (*ret_outcome == RUN_STOPPED || should_stop(run)) {
            *ret_outcome = RUN_STOPPED;
            save(run);
            return 0;
        }
        if (clock_now() - run->saved_at >= run->checkpoint->interval)
            save(run);
        *ret_outcome = train_step(run);
        if (*ret_outcome == RUN_DIVERGED)
            return 0;
        if (!run->stage.is_last && run->state.step == run->stage.steps_per_epoch * run->stage.epochs)
            end_first_stage(run);
    }
}

int run_train(const struct run_input *input, const struct run_observer *observer,
              struct run_result *ret_result, struct error *err)
{
    struct run run = {.dataset = input->dataset,
                      .checkpoint = input->checkpoint,
                      .observer = observer};
    struct run_result result;
    int status = -1;

    if (open_run(&run, input, err) == 0 && restore(&run, err) == 0 &&
        train(&run, &result.outcome, err) == 0) {
        const struct params *params = &run.trainer.graph.params;

        result.n_steps = run.n_steps;
        result.last_step = run.state.step;
        params_hash(params, run.trainer.weights, result.weights_hash);
        *ret_result = result;
        status = observer->ended && result.outcome != RUN_STOPPED
                     ? observer->ended(observer->context, params, run.trainer.weights, err)
                     : 0;
    }
    close_run(&run);
    return status;
}

int run_check(const struct run_input *input, struct error *err)
{
    struct run run = {.dataset = input->dataset, .rng = rng_seed(0)};
    struct graph graph;
    void *split_config;
    int status = -1;

    if (component_configure(&split_component, "data", input->settings, &run.arena, &split_config,
                            err) < 0)
        goto out;
    if (split_make(run.dataset, split_config, run.rng, &run.arena, &run.split, err) < 0)
        error_context(err, "data set \"%s\"", run.dataset->name);
    else if (spoil_labels(&run, input->settings, err) == 0 &&
             build_model(&run, input->settings, &graph, err) == 0 &&
             open_method(&run, input->settings, err) == 0)
        status = load_init(&run, input, &graph.params, NULL, err);
out:
    close_run(&run);
    return status;
}
