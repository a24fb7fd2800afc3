/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective/objective.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* To add an objective, add its line here. */
#define ALL(X) \
    X(erm) \
    X(rgd) \
    X(rgd_mean_one) \
    X(rgd_chi2) \
    X(rgd_revkl) \
    X(gce) \
    X(sce) \
    X(superloss) \
    X(self_paced) \
    X(kl_dro) \
    X(kl_dro_constrained) \
    X(chi2_dro) \
    X(chi2_dro_hashimoto) \
    X(chi2_dro_penalised) \
    X(cvar) \
    X(cvar_dual) \
    X(tv_dro) \
    X(cressie_read) \
    X(cressie_read_penalised) \
    X(spectral_extremile) \
    X(spectral_exponential) \
    X(rockafellian) \
    X(kl_cvar) \
    X(term) \
    X(absgd) \
    X(lin_upper) \
    X(quadratic) \
    X(extremes) \
    X(group_dro) \
    X(class_balanced) \
    X(reweight) \
    X(vrex)

#define DECLARE(name) extern const struct objective_type objective_##name;
#define ADDRESS(name) &objective_##name,

ALL(DECLARE)

static const struct objective_type *const types[] = {ALL(ADDRESS) NULL};

static const struct component *at(int i)
{
    return types[i] ? &types[i]->component : NULL;
}

const struct component_kind objective_kind = {
    .name = "objective",
    .doc = "the losses of a batch to the number that is minimised",
    .at = at,
};

static const struct hparam filter_hparams[] = {
    {"trim", HPARAM_NUMBER, offsetof(struct objective_filter, trim), .fallback = "0", .low = 0,
     .high = 0.95, .doc = "share of each batch, of the highest losses, that weighs nothing"},
    {0},
};

const struct component objective_filter_component = {
    .name = "(any)",
    .doc = "a filter against outliers, before any objective",
    .source = "Zhai et al. 2021 (DORO); the summary of Kumar et al. 2023 suggests such a filter",
    .hparams = filter_hparams,
    .config_size = sizeof(struct objective_filter),
};

enum objective_by objective_by(const struct objective_type *type, const void *config)
{
    return type->by ? type->by(config) : BY_NONE;
}

int objective_check_by(const char *kind, const char *name, enum objective_by by, const struct objective_data *data,
                       struct error *err)
{
    const char *lacks = by != BY_ENVIRONMENT && data->n_classes == 0   ? "class"
                        : by != BY_CLASS && data->n_environments == 0 ? "environment"
                                                                       : NULL;

    if (by == BY_NONE)
        return 0;
    if (lacks)
        return error_set(err, "%s %s needs the %s of each example, which these data do not have", kind, name, lacks);
    if (objective_n_groups(by, data) > OBJECTIVE_MAX_GROUPS)
        return error_set(err, "%s %s: %d groups are more than %d", kind, name, objective_n_groups(by, data),
                         OBJECTIVE_MAX_GROUPS);
    return 0;
}

int objective_init(struct objective *o, struct arena *arena, const struct objective_type *type,
                   const void *config, const struct objective_filter *filter,
                   const struct objective_data *data, int max_n, struct error *err)
{
    size_t n = (size_t)max_n;

    if (objective_check_by("objective", type->component.name, objective_by(type, config), data, err) < 0)
        return -1;
    *o = (struct objective){.type = type, .config = config, .filter = filter, .data = data};
    o->n_state = type->state_size ? type->state_size(config, data) : 0;
    o->state = arena_alloc(arena, (size_t)(o->n_state + 1) * sizeof *o->state);
    objective_restart(o);
    if (objective_reach(o) == REACH_BATCH)
        o->ranks = arena_alloc(arena, n * sizeof *o->ranks);
    if (type->value)
        o->room = arena_alloc(arena, n * sizeof *o->room);
    if (filter->trim > 0) {
        o->kept_losses = arena_alloc(arena, n * sizeof *o->kept_losses);
        o->kept_weights = arena_alloc(arena, n * sizeof *o->kept_weights);
        o->kept_classes = arena_alloc(arena, n * sizeof *o->kept_classes);
        o->kept_environments = arena_alloc(arena, n * sizeof *o->kept_environments);
        o->kept_from = arena_alloc(arena, n * sizeof *o->kept_from);
    }
    return 0;
}

void objective_restart(struct objective *o)
{
    for (int i = 0; i < o->n_state; i++)
        o->state[i] = 0;
    if (o->type->start)
        o->type->start(o->config, o->data, o->state);
}

enum objective_reach objective_reach(const struct objective *o)
{
    return o->filter->trim > 0 ? REACH_BATCH : o->type->reach;
}

static int higher_first(const void *a, const void *b)
{
    const struct objective_rank *x = a, *y = b;

    if (x->loss != y->loss)
        return x->loss < y->loss ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

void objective_rank(const struct objective_batch *batch)
{
    for (int i = 0; i < batch->n; i++)
        batch->ranks[i] = (struct objective_rank){.loss = batch->losses[i], .index = i};
    qsort(batch->ranks, (size_t)batch->n, sizeof *batch->ranks, higher_first);
}

void objective_take_highest(const struct objective_batch *batch, double count, double *ret_weights)
{
    const struct objective_rank *ranks = batch->ranks;

    objective_rank(batch);
    for (int i = 0, end; i < batch->n; i = end) {
        double share;

        for (end = i; end < batch->n && ranks[end].loss == ranks[i].loss;)
            end++;
        share = count < end - i ? count / (end - i) : 1;
        count -= share * (end - i);
        for (int k = i; k < end; k++)
            ret_weights[ranks[k].index] = share;
    }
}

double objective_weighted_mean(const struct objective_batch *batch, const double *weights)
{
    double sum = 0;

    for (int i = 0; i < batch->n; i++)
        sum += weights[i] * batch->losses[i];
    return sum / batch->n;
}

const char *const objective_by_names[] = {"class", "environment", "both", NULL};
const char *const objective_by_or_none_names[] = {"class", "environment", "both", "none", NULL};

int objective_n_groups(int by, const struct objective_data *data)
{
    return (by == BY_ENVIRONMENT ? 1 : data->n_classes) *
           (by == BY_CLASS ? 1 : data->n_environments);
}

const int *objective_group_counts(int by, const struct objective_data *data)
{
    return by == BY_CLASS         ? data->class_counts
           : by == BY_ENVIRONMENT ? data->environment_counts
                                  : data->both_counts;
}

int objective_group_of(int by, int label, int environment, const struct objective_data *data)
{
    return by == BY_CLASS         ? label
           : by == BY_ENVIRONMENT ? environment
                                  : label * data->n_environments + environment;
}

int objective_group(int by, const struct objective_batch *batch, int i)
{
    return objective_group_of(by, by == BY_ENVIRONMENT ? 0 : batch->classes[i],
                              by == BY_CLASS ? 0 : batch->environments[i], batch->data);
}

/* The batch as the type wants it: with data, state and room. */
static struct objective_batch furnish(const struct objective *o,
                                      const struct objective_batch *batch)
{
    struct objective_batch b = *batch;

    b.data = o->data;
    b.state = o->state;
    b.ranks = o->ranks;
    b.room = o->room;
    return b;
}

/* All but the floor(trim * n) highest losses, in the batch's order; of equal
 * losses the earlier ones go. */
static struct objective_batch filter(const struct objective *o,
                                     const struct objective_batch *batch)
{
    struct objective_batch b = furnish(o, batch);
    int n_dropped = (int)(o->filter->trim * batch->n), n = 0;
    int *from = o->kept_from; /* of the n kept so far; behind them 1 marks a dropped one */

    objective_rank(&b);
    for (int i = 0; i < batch->n; i++)
        from[i] = 0;
    for (int k = 0; k < n_dropped; k++)
        from[o->ranks[k].index] = 1;
    for (int i = 0; i < batch->n; i++) {
        if (from[i])
            continue;
        o->kept_losses[n] = batch->losses[i];
        if (batch->classes)
            o->kept_classes[n] = batch->classes[i];
        if (batch->environments)
            o->kept_environments[n] = batch->environments[i];
        from[n++] = i;
    }
    b.n = n;
    b.losses = o->kept_losses;
    b.classes = batch->classes ? o->kept_classes : NULL;
    b.environments = batch->environments ? o->kept_environments : NULL;
    return b;
}

void objective_weigh_part(const struct objective *o, const struct objective_batch *part,
                          double *ret_weights)
{
    struct objective_batch b = furnish(o, part);

    assert(objective_reach(o) != REACH_BATCH);
    o->type->weigh(o->config, &b, ret_weights);
}

double objective_end_batch(struct objective *o, const struct objective_sums *sums)
{
    if (o->type->move)
        o->type->move(o->config, sums, o->state);
    return o->type->reach == REACH_SCALE ? o->type->scale(o->config, sums) : 1;
}

static void weigh_all(struct objective *o, const struct objective_batch *b,
                      double *ret_weights)
{
    struct objective_sums sums = {.n = b->n};
    double scale;

    o->type->weigh(o->config, b, ret_weights);
    for (int i = 0; i < b->n; i++) {
        sums.weights += ret_weights[i];
        sums.losses += b->losses[i];
    }
    scale = objective_end_batch(o, &sums);
    for (int i = 0; i < b->n; i++)
        ret_weights[i] *= scale;
}

void objective_weigh(struct objective *o, const struct objective_batch *batch,
                     double *ret_weights)
{
    struct objective_batch b;

    if (o->filter->trim <= 0) {
        b = furnish(o, batch);
        weigh_all(o, &b, ret_weights);
        return;
    }
    b = filter(o, batch);
    weigh_all(o, &b, o->kept_weights);
    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = 0;
    for (int k = 0; k < b.n; k++) /* means over those that stay, not over all */
        ret_weights[o->kept_from[k]] = o->kept_weights[k] * ((double)batch->n / b.n);
}

double objective_value(struct objective *o, const struct objective_batch *batch)
{
    struct objective_batch b = o->filter->trim > 0 ? filter(o, batch) : furnish(o, batch);

    return o->type->value ? o->type->value(o->config, &b) : (double)NAN;
}
