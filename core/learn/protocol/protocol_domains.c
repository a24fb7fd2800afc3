/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DomainBed's, of data with environments (domain_protocol.h): each step draws from every one that is trained on. */
#include "learn/protocol/domain_protocol.h"
#include "learn/protocol/protocol.h"

static bool serves(const struct dataset *d, const struct settings *s)
{
    (void)s;
    return d->has_environments;
}

/* The seed is DomainBed's trial. */
static int open(struct run *run, const struct settings *s, struct error *err)
{
    struct domain_protocol *domains = arena_alloc(&run->arena, sizeof *domains);
    int trial = (int)settings_number(s, "train.seed");
    void *config;

    if (component_configure(&domain_protocol_component, "data", s, &run->arena, &config, err) < 0 ||
        domain_protocol_open(domains, run->dataset, config, trial, &run->arena, err) < 0)
        return -1;
    run->domains = domains;
    run->batch *= domains->n_training;
    run->n_groups = domains->n_training;
    run->train_groups = domains->environments;
    run->has_unit_pixels = domains->config->scale == DOMAIN_PROTOCOL_UNIT;
    run->split.train = domains->train;
    run->split.n_train = domains->n_train;
    run->split.class_counts = domains->class_counts;
    return 0;
}

/* One epoch, whose steps draw each their own examples: balanced ones of each environment by itself. */
static void begin_stage(struct run *run, bool is_last)
{
    const struct domain_protocol *domains = run->domains;
    struct sampler_groups *groups = protocol_groups(run, domains->n_training);

    (void)is_last;
    for (int e = 0, k = 0; groups && e < domains->n_environments; e++)
        if (!domains->is_test[e])
            groups[k++] = protocol_group(run, domains->splits[e].in, domains->splits[e].n_in);
    run->stage = protocol_list(run, run->split.train, run->batch, 1, 0);
    run->stage.sampler = run->method.sampler.type;
    run->stage.groups = groups;
    run->stage.steps_per_epoch = run->n_steps = domains->config->steps;
}

static void choose(struct run *run, struct protocol_choice *ret_choice)
{
    long step = run_stage_step(run);
    struct rng rng = rng_index(rng_derive(run->stage.rng, "order"), (uint64_t)step);

    domain_protocol_draw(run->domains, run->train->batch, run->stage.sampler, run->stage.groups, rng, run->stage.order);
    *ret_choice = (struct protocol_choice){
        .n = run->batch,
        .augmentation = (uint64_t)step,
        .begins = run->state.step == run->state.evaluated,
    };
}

static long interval(const struct run *run)
{
    return run->domains->config->every;
}

static bool is_due(const struct run *run)
{
    return domain_protocol_is_due(run->domains, run_stage_step(run));
}

static bool look(struct run *run, struct engine_data *data, struct run_point *point)
{
    data->pool = &run->prepared.train;
    point->has_test = domain_protocol_evaluate(run->domains, &run->trainer, data, &run->evaluation_arena,
                                               &point->parts, &point->n_parts, &point->validation, &point->test);
    return point->has_test;
}

const struct protocol protocol_domains = {
    .name = "domains",
    .serves = serves,
    .open = open,
    .begin_stage = begin_stage,
    .choose = choose,
    .interval = interval,
    .is_due = is_due,
    .look = look,
};
