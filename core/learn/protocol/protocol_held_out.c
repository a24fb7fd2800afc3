/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training part, gone through in epochs, of which what validates was held out; and a test part. */
#include "learn/protocol/protocol.h"

static bool serves(const struct dataset *d, const struct settings *s)
{
    (void)d, (void)s;
    return true;
}

int protocol_open_held_out(struct run *run, const struct settings *s, struct error *err)
{
    const struct dataset *d = run->dataset;
    void *config;

    if (component_configure(&split_component, "data", s, &run->arena, &config, err) < 0)
        return -1;
    if (split_draws_test(d, config)) {
        run->joined = dataset_join(d, &run->arena);
        run->dataset = &run->joined;
    }
    run->n_groups = run->dataset->n_groups;
    return split_make(run->dataset, config, run->train ? run->train->seed : 0, &run->arena, &run->split, err);
}

struct sampler_groups *protocol_groups(struct run *run, int n)
{
    return run->method.sampler.type->draw ? arena_alloc(&run->arena, (size_t)n * sizeof(struct sampler_groups)) : NULL;
}

struct sampler_groups protocol_group(struct run *run, const uint32_t *list, int n)
{
    const struct sampler_list of = {list, n, run->train_pool.labels, run->train_pool.groups,
                                    &run->method.data.objective};

    return sampler_group(&run->method.sampler, &of, &run->arena);
}

struct training_list protocol_list(struct run *run, const uint32_t *list, int n, int epochs, long first)
{
    return (struct training_list){
        .is_last = true,
        .pool = &run->train_pool,
        .lr = run->train->lr,
        .warmup = run->train->warmup,
        .late = run->train->late,
        .first = first,
        .epochs = epochs,
        .list = list,
        .n = n,
        .steps_per_epoch = (n + run->batch - 1) / run->batch,
        .rng = run->rng,
        .order = arena_alloc(&run->arena, (size_t)n * sizeof(uint32_t)),
        .order_epoch = -1,
    };
}

struct training_list protocol_sampled_list(struct run *run, const uint32_t *list, int n, int epochs, long first)
{
    struct training_list stage = protocol_list(run, list, n, epochs, first);
    struct sampler_groups *groups = protocol_groups(run, 1);

    if (groups)
        *groups = protocol_group(run, list, n);
    stage.sampler = run->method.sampler.type;
    stage.groups = groups;
    return stage;
}

static void begin_stage(struct run *run, bool is_last)
{
    (void)is_last;
    run->stage = protocol_sampled_list(run, run->split.train, run->split.n_train, run->train->epochs, 0);
    run->n_steps = run->stage.steps_per_epoch * run->stage.epochs;
}

void protocol_choose_held_out(struct run *run, struct protocol_choice *ret_choice)
{
    struct training_list *stage = &run->stage;
    long step = run_stage_step(run), epoch = step / stage->steps_per_epoch;
    int first = (int)(step % stage->steps_per_epoch) * run->batch;

    training_list_draw(stage, (int)epoch);
    *ret_choice = (struct protocol_choice){
        .first = first,
        .n = stage->n - first < run->batch ? stage->n - first : run->batch,
        .augmentation = (uint64_t)epoch,
        .begins = first == 0,
    };
}

long protocol_interval_held_out(const struct run *run)
{
    return run->train->evaluate_steps ? run->train->evaluate_steps
                                      : run->stage.steps_per_epoch * run->train->evaluate;
}

bool protocol_is_due_held_out(const struct run *run)
{
    long step = run_stage_step(run);

    return run->stage.is_last && step > 0 &&
           (step % protocol_interval_held_out(run) == 0 || run->state.step == run->n_steps);
}

bool protocol_look_held_out(struct run *run, struct engine_data *data, struct run_point *point)
{
    const struct split *split = &run->split;
    struct arena *arena = &run->evaluation_arena;

    data->pool = &run->validation_pool;
    data->n_groups = run->dataset->n_groups;
    data->class_weights = split->class_weights;
    if (!trainer_evaluate(&run->trainer, data, split->validation, split->n_validation, arena, &point->validation))
        return false;
    point->has_test = run->train->test == TEST_EACH || run_judges(run, point);
    data->class_weights = NULL;
    data->pool = split->is_test_drawn ? &run->prepared.train : &run->prepared.test;
    return !point->has_test || trainer_evaluate(&run->trainer, data, split->test, split->n_test, arena, &point->test);
}

const struct protocol protocol_held_out = {
    .name = "held_out",
    .serves = serves,
    .open = protocol_open_held_out,
    .has_epochs = true,
    .begin_stage = begin_stage,
    .choose = protocol_choose_held_out,
    .interval = protocol_interval_held_out,
    .is_due = protocol_is_due_held_out,
    .look = protocol_look_held_out,
};
