/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/run.h"

#include "base/clock.h"
#include "learn/config.h"
#include "learn/weights.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_STATE = 5 + TRAINER_MAX_STATE };

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
    struct standard standard;
    const struct augment_config *augment;
    const struct schedule_type *schedule;
    void *schedule_config;
    struct loss loss;
    struct objective_data objective_data;
    struct objective objective;
    struct trainer trainer;
    struct rng rng;
    uint32_t *order, *test; /* permutation of the training part; 0 .. n-1 */
    int order_epoch;        /* whose order it is; -1: none's */
    long steps_per_epoch, n_steps;
    struct run_state state;
    const struct checkpoint *checkpoint;
    const struct run_observer *observer;
    double saved_at;    /* clock_now() of the last checkpoint, or of the start */
    int64_t saved_step; /* of the last checkpoint; 0: the start, which needs none */
};

/* The chosen type of a slot with its configuration. */
static int choose(struct run *run, const struct settings *s, const struct component_kind *kind,
                  const char *slot, const struct component **ret_type, void **ret_config,
                  struct error *err)
{
    *ret_type = component_find(kind, settings_string(s, slot), err);
    if (!*ret_type)
        return -1;
    return component_configure(*ret_type, slot, s, &run->arena, ret_config, err);
}

static int build_model(struct run *run, const struct settings *s, struct graph *graph,
                       struct error *err)
{
    const struct dataset *d = run->dataset;
    struct picture_shape picture = {d->channels, d->height, d->width};
    const struct component *model;
    void *config;

    if (choose(run, s, &model_kind, "model", &model, &config, err) < 0)
        return -1;
    graph_init(graph, &run->arena, (struct shape){1, d->channels * d->height * d->width});
    return ((const struct model_type *)model)->build(config, picture, d->n_classes, graph, err);
}

/* What the objective may know: the sizes of classes and environments. */
static void count_data(struct run *run)
{
    const struct dataset *d = run->dataset;
    int *environments = NULL;

    if (d->train.environments) {
        environments =
            arena_alloc(&run->arena, (size_t)d->n_environments * sizeof *environments);
        for (int i = 0; i < run->split.n_train; i++)
            environments[d->train.environments[run->split.train[i]]]++;
    }
    run->objective_data = (struct objective_data){
        .n_classes = d->n_classes,
        .class_counts = run->split.class_counts,
        .n_environments = environments ? d->n_environments : 0,
        .environment_counts = environments,
    };
}

static int open_objective(struct run *run, const struct settings *s, struct error *err)
{
    const struct component *type;
    void *config, *filter;

    if (choose(run, s, &objective_kind, "objective", &type, &config, err) < 0 ||
        component_configure(&objective_filter_component, "objective", s, &run->arena, &filter,
                            err) < 0)
        return -1;
    return objective_init(&run->objective, &run->arena, (const struct objective_type *)type,
                          config, filter, &run->objective_data, run->train->batch, err);
}

static int open_loss(struct run *run, const struct settings *s, struct error *err)
{
    const struct loss_data data = {run->dataset->n_classes, run->split.class_counts};
    const struct component *type;
    void *config, *common;

    if (choose(run, s, &loss_kind, "loss", &type, &config, err) < 0 ||
        component_configure(&loss_common_component, "loss", s, &run->arena, &common, err) < 0)
        return -1;
    return loss_init(&run->loss, &run->arena, (const struct loss_type *)type, config, common, &data,
                     err);
}

static int open_method(struct run *run, const struct settings *s, struct trainer_method *method,
                       struct error *err)
{
    const struct component *optimizer, *schedule;
    void *optimizer_config;

    count_data(run);
    if (open_loss(run, s, err) < 0 || open_objective(run, s, err) < 0 ||
        choose(run, s, &optimizer_kind, "optimizer", &optimizer, &optimizer_config, err) < 0 ||
        choose(run, s, &schedule_kind, "schedule", &schedule, &run->schedule_config, err) < 0)
        return -1;
    run->schedule = (const struct schedule_type *)schedule;
    *method = (struct trainer_method){
        .loss = &run->loss,
        .objective = &run->objective,
        .optimizer = (const struct optimizer_type *)optimizer,
        .optimizer_config = optimizer_config,
    };
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
    standard_measure(d, &d->train, run->split.train, run->split.n_train, &run->standard);
    run->order = arena_alloc(&run->arena, (size_t)run->split.n_train * sizeof *run->order);
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

static int open_run(struct run *run, const struct run_input *input, struct error *err)
{
    const struct settings *s = input->settings;
    struct trainer_method method;
    struct graph graph;
    void *train;

    if (component_configure(&train_component, "train", s, &run->arena, &train, err) < 0)
        return -1;
    run->train = train;
    run->rng = rng_seed((uint64_t)run->train->seed);
    if (open_data(run, s, err) < 0 || build_model(run, s, &graph, err) < 0 ||
        open_method(run, s, &method, err) < 0)
        return -1;
    trainer_init(&run->trainer, &run->arena, &method, &graph,
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
    run->steps_per_epoch = (run->split.n_train + run->train->batch - 1) / run->train->batch;
    run->n_steps = run->steps_per_epoch * run->train->epochs;
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
    return n + trainer_state(&run->trainer, ret_tensors + n);
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

/* The training part in the epoch's order. */
static void shuffle(struct run *run, int epoch)
{
    struct rng rng = rng_index(rng_derive(run->rng, "order"), (uint64_t)epoch);

    for (int i = 0; i < run->split.n_train; i++)
        run->order[i] = run->split.train[i];
    rng_shuffle(&rng, run->order, (uint32_t)run->split.n_train);
    run->order_epoch = epoch;
}

static bool is_evaluation_due(const struct run *run)
{
    long every = run->steps_per_epoch * run->train->evaluate;

    return run->state.step > run->state.evaluated &&
           (run->state.step % every == 0 || run->state.step == run->n_steps);
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
        .epoch = (int)(state->step / run->steps_per_epoch),
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
    int epoch = (int)(state->step / run->steps_per_epoch);
    int first = (int)(state->step % run->steps_per_epoch) * train->batch;
    int n = run->split.n_train - first < train->batch ? run->split.n_train - first : train->batch;
    struct trainer_data data = {
        .dataset = run->dataset,
        .pool = &run->dataset->train,
        .standard = &run->standard,
        .augment = run->augment,
        .augment_rng = rng_index(rng_derive(run->rng, "augment"), (uint64_t)epoch),
    };
    struct trainer_step step = {
        .step = state->step + 1,
        .rate = train->lr * schedule_factor(run->schedule, run->schedule_config, train->warmup,
                                            state->step, run->steps_per_epoch, train->epochs),
        .rng = rng_index(rng_derive(run->rng, "step"), (uint64_t)state->step),
    };
    struct trainer_sums sums;

    if (run->order_epoch != epoch)
        shuffle(run, epoch);
    if (first == 0) {
        state->loss = 0;
        state->n_correct = state->n_seen = 0;
    }
    trainer_step(&run->trainer, &data, run->order + first, n, &step, &sums);
    state->step++;
    state->loss += sums.loss;
    state->n_correct += sums.n_correct;
    state->n_seen += n;
    return isfinite(sums.loss) ? RUN_FINISHED : RUN_DIVERGED;
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
    }
}

int run_train(const struct run_input *input, const struct run_observer *observer,
              struct run_result *ret_result, struct error *err)
{
    struct run run = {.dataset = input->dataset,
                      .checkpoint = input->checkpoint,
                      .observer = observer,
                      .order_epoch = -1};
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
    else if (build_model(&run, input->settings, &graph, err) == 0)
        status = load_init(&run, input, &graph.params, NULL, err);
out:
    close_run(&run);
    return status;
}
