/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/protocol/domain_protocol.h"

#include <stdio.h>
#include <string.h>

static const char *const scales[] = {"measured", "unit", NULL};
static const char *const kinds_of_parts[] = {"selection", "all", NULL};

static const struct hparam hparams[] = {
    {"test_envs", HPARAM_INTEGERS, offsetof(struct domain_protocol_config, test_envs),
     .fallback = "[0]", .low = 0, .high = DATASET_MAX_GROUPS - 1, .takes_names = true,
     .doc = "environments that are held out, by number or name; the first is the one reported"},
    {"holdout", HPARAM_NUMBER, offsetof(struct domain_protocol_config, holdout), .fallback = "0.2",
     .low = 0.001, .high = 0.999, .doc = "part of each environment that is kept for validation"},
    {"steps", HPARAM_INTEGER, offsetof(struct domain_protocol_config, steps), .fallback = "5001",
     .low = 1, .high = 1e9, .doc = "steps of the run, which no epochs make"},
    {"every", HPARAM_INTEGER, offsetof(struct domain_protocol_config, every), .fallback = "300",
     .low = 1, .high = 1e9, .doc = "steps between evaluations, from the first step on"},
    {"scale", HPARAM_CHOICE, offsetof(struct domain_protocol_config, scale), .fallback = "\"measured\"",
     .choices = scales,
     .doc = "measured: each channel to mean 0 and deviation 1 over the training part; unit: bytes "
            "to 0 .. 1, as DomainBed leaves its digits"},
    {"parts", HPARAM_CHOICE, offsetof(struct domain_protocol_config, parts),
     .fallback = "\"selection\"", .choices = kinds_of_parts, .is_later = true,
     .doc = "what is evaluated: the parts that selection rules read, or all, as DomainBed does"},
    {0},
};

const struct component domain_protocol_component = {
    .name = "domains",
    .doc = "which environments are held out; for data that have some",
    .source = "Gulrajani and Lopez-Paz 2021 (arXiv 2007.01434); DomainBed's scripts/train.py",
    .hparams = hparams,
    .config_size = sizeof(struct domain_protocol_config),
};

static int mark_tests(struct domain_protocol *o, const struct dataset *d, struct error *err)
{
    const struct hparam_integers *test = &o->config->test_envs;

    if (test->n == 0)
        return error_set(err, "data.test_envs is empty: one environment at least is held out");
    for (int i = 0; i < test->n; i++) {
        if (test->at[i] >= d->n_groups)
            return error_set(err, "data.test_envs has %d; data set \"%s\" has environments 0 to %d",
                             test->at[i], d->name, d->n_groups - 1);
        if (o->is_test[test->at[i]])
            return error_set(err, "data.test_envs has %d (\"%s\") twice", test->at[i], d->group_names[test->at[i]]);
        o->is_test[test->at[i]] = true;
    }
    o->n_training = d->n_groups - test->n;
    return o->n_training ? 0 : error_set(err, "data.test_envs leaves no environment to train on");
}

/* Of each picture the number that training uses; of test environments 0, and unused. */
static void renumber(struct domain_protocol *o, const struct dataset *d, struct arena *arena)
{
    uint16_t numbers[DATASET_MAX_GROUPS] = {0}, next = 0;
    uint16_t *environments = arena_alloc(arena, (size_t)d->train.n * sizeof *environments);

    for (int e = 0; e < d->n_groups; e++)
        if (!o->is_test[e])
            numbers[e] = next++;
    for (int i = 0; i < d->train.n; i++)
        environments[i] = numbers[d->train.groups[i]];
    o->environments = environments;
}

int domain_protocol_open(struct domain_protocol *o, const struct dataset *d,
                         const struct domain_protocol_config *config,
                         int trial, struct arena *arena, struct error *err)
{
    *o = (struct domain_protocol){.config = config, .n_environments = d->n_groups};
    if (mark_tests(o, d, err) < 0)
        return -1;
    renumber(o, d, arena);
    o->train = arena_alloc(arena, (size_t)d->train.n * sizeof *o->train);
    o->class_counts = arena_alloc(arena, (size_t)d->n_classes * sizeof *o->class_counts);
    for (int e = 0; e < d->n_groups; e++) {
        struct domain_split *split = &o->splits[e];

        domain_split_make(d, e, trial, config->holdout, arena, split);
        if (split->n_in == 0 || split->n_out == 0)
            return error_set(err, "data.holdout %g leaves a part of environment %d empty: it has "
                                  "%d examples", config->holdout, e, split->n_in + split->n_out);
        if (o->is_test[e])
            continue;
        for (int i = 0; i < split->n_in; i++) {
            uint32_t index = split->in[i];

            o->train[o->n_train++] = index;
            o->class_counts[d->train.labels[index]]++;
        }
    }
    return 0;
}

void domain_protocol_draw(const struct domain_protocol *o, int per_environment, const struct sampler_type *sampler,
                          const struct sampler_groups *groups, struct rng rng, uint32_t *ret_indices)
{
    for (int e = 0; e < o->n_environments; e++) {
        struct rng own = rng_index(rng, (uint64_t)e);
        const struct domain_split *split = &o->splits[e];

        if (o->is_test[e])
            continue;
        for (int i = 0; i < per_environment && !groups; i++)
            ret_indices[i] = split->in[rng_below(&own, (uint32_t)split->n_in)];
        if (groups)
            sampler->draw(groups++, per_environment, own, ret_indices);
        ret_indices += per_environment;
    }
}

bool domain_protocol_is_due(const struct domain_protocol *o, long n_made)
{
    return n_made > 0 && ((n_made - 1) % o->config->every == 0 || n_made == o->config->steps);
}

const char *domain_protocol_part_name(int environment, bool is_out)
{
    static char names[DATASET_MAX_GROUPS][2][16];
    char *name = names[environment][is_out];

    if (!*name)
        snprintf(name, sizeof names[0][0], "env%d_%s", environment, is_out ? "out" : "in");
    return name;
}

/* Each part is a group, and each weighs the same. */
static struct evaluation mean_of(const struct evaluation *const *parts, int n, struct arena *arena)
{
    struct evaluation mean = {.n_classes = parts[0]->n_classes};
    struct metric_values *values = arena_alloc(arena, (size_t)n * sizeof *values);

    for (int i = 0; i < n; i++) {
        mean.n += parts[i]->n;
        mean.loss += parts[i]->loss / n;
        values[i] = parts[i]->values;
    }
    mean.values = metric_over_groups(values, n, arena);
    return mean;
}

bool domain_protocol_evaluate(const struct domain_protocol *o, struct trainer *t,
                              const struct engine_data *data,
                              struct arena *arena, const struct domain_protocol_part **ret_parts,
                              int *ret_n,
                              struct evaluation *ret_validation, struct evaluation *ret_test)
{
    struct domain_protocol_part *parts = arena_alloc(arena,
                                                     2 * (size_t)o->n_environments * sizeof *parts);
    const struct evaluation *training[DATASET_MAX_GROUPS] = {NULL};
    int first_test = o->config->test_envs.at[0], n_training = 0, n = 0;

    for (int e = 0; e < o->n_environments; e++) {
        const struct domain_split *split = &o->splits[e];
        struct domain_protocol_part *part;

        if (o->is_test[e] || o->config->parts == DOMAIN_PROTOCOL_ALL) {
            part = &parts[n++];
            part->name = domain_protocol_part_name(e, false);
            if (!trainer_evaluate(t, data, split->in, split->n_in, arena, &part->result))
                return false;
            if (e == first_test)
                *ret_test = part->result;
        }
        part = &parts[n++];
        part->name = domain_protocol_part_name(e, true);
        if (!trainer_evaluate(t, data, split->out, split->n_out, arena, &part->result))
            return false;
        if (!o->is_test[e])
            training[n_training++] = &part->result;
    }
    *ret_parts = parts;
    *ret_n = n;
    *ret_validation = mean_of(training, n_training, arena);
    return true;
}
