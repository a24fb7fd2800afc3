/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As held_out, and then the last layer once more, anew, on the features that are there, which are from then on what an
 * evaluation sees: without dropout, normed by running statistics.
 *
 * crt: on what was trained on, as many examples of each class. Kang et al. 2020 (arXiv 1910.09217), section 4.1.
 * dfr: on a part of what was held out, as many of each class in each group, without augmentation, with an L1 norm.
 *      Kirichenko et al. 2023 (arXiv 2204.02937), section 4; by steps of the run's optimizer, as SubpopBench has it, where
 *      its authors solve and average several draws: here each epoch is another draw.
 *
 * What selects is never trained on: dfr's part is taken out of validation first. */
#include "learn/protocol/protocol.h"

static bool serves(const struct dataset *d, const struct settings *s)
{
    (void)d;
    return settings_find(s, "train.retrain") != NULL;
}

static int open(struct run *run, const struct settings *s, struct error *err)
{
    const struct train_config *train;
    void *config;

    if (protocol_open_held_out(run, s, err) < 0 ||
        component_configure(&train_component, "train", s, &run->arena, &config, err) < 0)
        return -1;
    train = config;
    if (train->retrain != RETRAIN_DFR)
        return 0;
    return split_set_aside(&run->split, run->dataset, train->retrain_share, run->train ? run->train->seed : 0, &run->arena,
                           err);
}

static struct training_list second_list(struct run *run, long first)
{
    static const enum objective_by by_class = BY_CLASS, by_both = BY_BOTH;
    const struct train_config *train = run->train;
    bool is_dfr = train->retrain == RETRAIN_DFR;
    const struct pool *pool = is_dfr ? &run->validation_pool : &run->train_pool;
    const struct sampler each = {&sampler_each, is_dfr && pool->groups ? &by_both : &by_class};
    const struct sampler_list of = {is_dfr ? run->split.set_aside : run->split.train,
                                    is_dfr ? run->split.n_set_aside : run->split.n_train, pool->labels, pool->groups,
                                    &run->method.data.objective};
    struct sampler_groups *groups = arena_alloc(&run->arena, sizeof *groups);
    struct training_list list;
    int n;

    *groups = sampler_group(&each, &of, &run->arena);
    n = groups->n * (is_dfr ? sampler_smallest(groups) : (of.n + groups->n - 1) / groups->n);
    list = protocol_list(run, groups->examples, n, train->retrain_epochs, first);
    list.order = arena_alloc(&run->arena, (size_t)(n + of.n) * sizeof *list.order);
    list.sampler = each.type;
    list.groups = groups;
    list.pool = pool;
    list.is_plain = is_dfr;
    list.lr = train->retrain_lr > 0 ? train->retrain_lr : train->lr;
    list.warmup = list.late = 0;
    list.rng = rng_derive(run->rng, "retrain");
    return list;
}

static void begin_stage(struct run *run, bool is_last)
{
    struct training_list first = protocol_sampled_list(run, run->split.train, run->split.n_train, run->train->epochs, 0);
    long n_first = first.steps_per_epoch * first.epochs;
    struct training_list second = second_list(run, n_first);

    first.is_last = false;
    run->stage = is_last ? second : first;
    run->n_steps = n_first + second.steps_per_epoch * second.epochs;
    if (!is_last)
        return;
    engine_freeze_features(&run->trainer.engine);
    run->trainer.l1 = run->train->retrain == RETRAIN_DFR ? run->train->retrain_l1 : 0;
}

static void end_first_stage(struct run *run)
{
    trainer_renew_last_layer(&run->trainer, rng_derive(run->rng, "last layer"));
    run->state.weights = (struct histogram){{0}};
    begin_stage(run, true);
}

const struct protocol protocol_retrain = {
    .name = "retrain",
    .serves = serves,
    .open = open,
    .has_epochs = true,
    .begin_stage = begin_stage,
    .end_first_stage = end_first_stage,
    .choose = protocol_choose_held_out,
    .interval = protocol_interval_held_out,
    .is_due = protocol_is_due_held_out,
    .look = protocol_look_held_out,
};
