/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/run.h"

#include "learn/config.h"

#include <math.h>

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
    struct trainer trainer;
    struct rng rng;
    uint32_t *order, *test; /* permutation of the training part; 0 .. n-1 */
    long steps_per_epoch, n_steps;
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

static int open_method(struct run *run, const struct settings *s, struct trainer_method *method,
                       struct error *err)
{
    const struct component *loss, *objective, *optimizer, *schedule;
    void *loss_config, *objective_config, *optimizer_config;

    if (choose(run, s, &loss_kind, "loss", &loss, &loss_config, err) < 0 ||
        choose(run, s, &objective_kind, "objective", &objective, &objective_config, err) < 0 ||
        choose(run, s, &optimizer_kind, "optimizer", &optimizer, &optimizer_config, err) < 0 ||
        choose(run, s, &schedule_kind, "schedule", &schedule, &run->schedule_config, err) < 0)
        return -1;
    run->schedule = (const struct schedule_type *)schedule;
    *method = (struct trainer_method){
        .loss = (const struct loss_type *)loss,
        .loss_config = loss_config,
        .objective = (const struct objective_type *)objective,
        .objective_config = objective_config,
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

static int open_run(struct run *run, const struct settings *s, int n_threads, struct error *err)
{
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
    trainer_init(&run->trainer, &run->arena, &method, &graph, run->dataset->n_classes,
                 run->train->batch, run->train->micro_batch, n_threads,
                 rng_derive(run->rng, "init"));
    run->steps_per_epoch = (run->split.n_train + run->train->batch - 1) / run->train->batch;
    run->n_steps = run->steps_per_epoch * run->train->epochs;
    return 0;
}

static void close_run(struct run *run)
{
    arena_release(&run->evaluation_arena);
    arena_release(&run->arena);
}

/* The training part in the epoch's order. */
static void shuffle(struct run *run, int epoch)
{
    struct rng rng = rng_index(rng_derive(run->rng, "order"), (uint64_t)epoch);

    for (int i = 0; i < run->split.n_train; i++)
        run->order[i] = run->split.train[i];
    rng_shuffle(&rng, run->order, (uint32_t)run->split.n_train);
}

static int evaluate(struct run *run, struct run_point *point, const struct run_observer *observer,
                    struct error *err)
{
    const struct dataset *d = run->dataset;
    struct trainer_data data = {.dataset = d, .pool = &d->train, .standard = &run->standard};

    arena_release(&run->evaluation_arena);
    trainer_evaluate(&run->trainer, &data, run->split.validation, run->split.n_validation,
                     &run->evaluation_arena, &point->validation);
    data.pool = &d->test;
    trainer_evaluate(&run->trainer, &data, run->test, d->test.n, &run->evaluation_arena,
                     &point->test);
    return observer->evaluated(observer->context, point, err);
}

/* One epoch's steps. Fills the training part of *point. */
static enum run_outcome train_epoch(struct run *run, int epoch, struct run_point *point,
                                    const struct run_observer *observer)
{
    const struct train_config *train = run->train;
    struct trainer_data data = {
        .dataset = run->dataset,
        .pool = &run->dataset->train,
        .standard = &run->standard,
        .augment = run->augment,
        .augment_rng = rng_index(rng_derive(run->rng, "augment"), (uint64_t)epoch),
    };
    struct rng step_rng = rng_derive(run->rng, "step");
    double loss = 0;
    int n_correct = 0, n = run->split.n_train;

    shuffle(run, epoch);
    for (int first = 0; first < n; first += train->batch) {
        int n_batch = n - first < train->batch ? n - first : train->batch;
        struct trainer_step step = {
            .step = point->step + 1,
            .rate = train->lr * schedule_factor(run->schedule, run->schedule_config,
                                                train->warmup, point->step,
                                                run->steps_per_epoch, train->epochs),
            .rng = rng_index(step_rng, (uint64_t)point->step),
        };
        struct trainer_sums sums;

        if (observer->should_stop(observer->context, point->step, run->n_steps))
            return RUN_STOPPED;
        trainer_step(&run->trainer, &data, run->order + first, n_batch, &step, &sums);
        point->step++;
        loss += sums.loss;
        n_correct += sums.n_correct;
        if (!isfinite(sums.loss))
            return RUN_DIVERGED;
    }
    point->train_loss = loss / n;
    point->train_accuracy = (double)n_correct / n;
    return RUN_FINISHED;
}

int run_train(const struct settings *s, const struct dataset *dataset, int n_threads,
              const struct run_observer *observer, struct run_result *ret_result,
              struct error *err)
{
    struct run run = {.dataset = dataset};
    struct run_result result = {.outcome = RUN_FINISHED};
    struct run_point point = {0};
    int status = -1;

    if (open_run(&run, s, n_threads, err) < 0)
        goto out;
    point.n_steps = run.n_steps;
    while (point.epoch < run.train->epochs && result.outcome == RUN_FINISHED) {
        result.outcome = train_epoch(&run, point.epoch, &point, observer);
        if (result.outcome != RUN_FINISHED)
            break;
        point.epoch++;
        if (point.epoch % run.train->evaluate != 0 && point.epoch != run.train->epochs)
            continue;
        if (evaluate(&run, &point, observer, err) < 0)
            goto out;
        if (!isfinite(point.test.loss) || !isfinite(point.validation.loss))
            result.outcome = RUN_DIVERGED;
    }
    result.n_steps = run.n_steps;
    result.last_step = point.step;
    params_hash(&run.trainer.graph.params, run.trainer.weights, result.weights_hash);
    *ret_result = result;
    status = 0;
out:
    close_run(&run);
    return status;
}
