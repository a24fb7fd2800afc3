/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/sampler/sampler.h"

#include <assert.h>

extern const struct sampler_type sampler_balanced;

static const struct sampler_type sampler_shuffled = {
    .component = {.name = "shuffled",
                  .doc = "each example once an epoch, in random order; of an environment, each draw alike"},
};

/* To add a sampler, add its line here. */
static const struct sampler_type *const types[] = {
    &sampler_shuffled,
    &sampler_balanced,
    NULL,
};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind sampler_kind = {
    .name = "sampler",
    .doc = "which examples an epoch sees",
    .at = at,
};

static enum objective_by by_of(const struct sampler *s)
{
    return s->type->by ? s->type->by(s->config) : BY_NONE;
}

int sampler_check(const struct sampler *s, const struct objective_data *data, bool is_by_environment,
                  struct error *err)
{
    enum objective_by by = by_of(s);

    if (by != BY_NONE && is_by_environment && by != BY_CLASS)
        return error_set(err, "sampler.by = \"%s\": a step sees as much of each environment already; by = \"class\" "
                              "balances the classes of each", objective_by_names[by]);
    return objective_check_by("sampler", s->type->component.name, by, data, err);
}

static int group_of(const struct sampler_list *list, int by, int i)
{
    uint32_t example = list->examples[i];

    return objective_group_of(by, list->labels[example], list->environments ? list->environments[example] : 0,
                              list->data);
}

struct sampler_groups sampler_group(const struct sampler *s, const struct sampler_list *list, struct arena *arena)
{
    int by = (int)by_of(s), n_all = objective_n_groups(by, list->data), n = 0, sum = 0;
    uint32_t *examples = arena_alloc(arena, (size_t)list->n * sizeof *examples);
    int *at = arena_alloc(arena, (size_t)n_all * sizeof *at);
    int *ends = arena_alloc(arena, (size_t)n_all * sizeof *ends);

    assert(by != BY_NONE && list->n > 0);
    for (int i = 0; i < list->n; i++)
        at[group_of(list, by, i)]++;
    for (int g = 0; g < n_all; g++) { /* from here on where its next example goes */
        int count = at[g];

        at[g] = sum;
        sum += count;
        if (count)
            ends[n++] = sum;
    }
    for (int i = 0; i < list->n; i++)
        examples[at[group_of(list, by, i)]++] = list->examples[i];
    return (struct sampler_groups){n, examples, ends};
}

int sampler_smallest(const struct sampler_groups *groups)
{
    int smallest = groups->ends[0];

    for (int g = 1; g < groups->n; g++)
        if (groups->ends[g] - groups->ends[g - 1] < smallest)
            smallest = groups->ends[g] - groups->ends[g - 1];
    return smallest;
}
