/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/config/method.h"

#include "learn/config/config.h"
#include "learn/step/step.h"

/* The names of the slots, early and late. */
static const char *const transform_slots[] = {"transform", "late_transform"};
static const char *const loss_slots[] = {"loss", "late_loss"};
static const char *const objective_slots[] = {"objective", "late_objective"};

int method_choose(const struct settings *s, const char *slot, const struct component_kind *kind,
                  struct arena *arena, const struct component **ret_type, void **ret_config,
                  struct error *err)
{
    *ret_type = component_find(kind, config_choice(s, slot), err);
    if (!*ret_type)
        return -1;
    return component_configure(*ret_type, slot, s, arena, ret_config, err);
}

/* Has any of them examples of two classes? */
static bool has_mixed_environment(const struct objective_data *data)
{
    for (int e = 0; e < data->n_environments && data->both_counts; e++) {
        int n = 0;

        for (int c = 0; c < data->n_classes; c++)
            n += data->both_counts[c * data->n_environments + e] > 0;
        if (n > 1)
            return true;
    }
    return !data->both_counts;
}

static int open_transform(struct method *m, int i, const struct settings *s, struct arena *arena,
                          struct error *err)
{
    struct engine_slots *slots = &m->trainer.engine.slots[i];
    const struct component *type;
    void *config;

    if (method_choose(s, transform_slots[i], &transform_kind, arena, &type, &config, err) < 0)
        return -1;
    slots->transform = (const struct transform_type *)type;
    slots->transform_config = config;
    if ((slots->transform->needs == TRANSFORM_PARTS && !m->data.has_environments) ||
        (slots->transform->needs == TRANSFORM_ENVIRONMENTS && m->data.objective.n_environments == 0))
        return error_set(err, "transform %s mixes environments, and these data name none",
                         type->name);
    if (slots->transform->crosses_classes && slots->transform->crosses_classes(config) &&
        !has_mixed_environment(&m->data.objective))
        return error_set(err, "transform %s mixes classes within a group, and each group of these data has one class: "
                              "p_sel = 1 mixes within classes only", type->name);
    if (slots->transform->mix && m->data.target == TARGET_NUMBER)
        return error_set(err, "transform %s mixes classes, and these data have numbers as targets",
                         type->name);
    return 0;
}

static int open_loss(struct method *m, int i, const struct settings *s, struct arena *arena,
                     struct error *err)
{
    const struct objective_data *o = &m->data.objective;
    const struct loss_data data = {m->data.target == TARGET_NUMBER ? 1 : o->n_classes, o->class_counts};
    const struct component *type;
    void *config, *common;

    m->trainer.engine.slots[i].loss = &m->losses[i];
    if (method_choose(s, loss_slots[i], &loss_kind, arena, &type, &config, err) < 0 ||
        component_configure(&loss_common_component, loss_slots[i], s, arena, &common, err) < 0)
        return -1;
    if (m->data.target == TARGET_NUMBER && !((const struct loss_type *)type)->takes_targets)
        return error_set(err, "loss %s is of classes, and these data have numbers as targets; use mse",
                         type->name);
    return loss_init(&m->losses[i], arena, (const struct loss_type *)type, config, common, &data,
                     err);
}

static int open_objective(struct method *m, int i, const struct settings *s, struct arena *arena,
                          struct error *err)
{
    const struct component *type;
    void *config, *filter;
    double trim;

    m->trainer.engine.slots[i].objective = &m->objectives[i];
    if (method_choose(s, objective_slots[i], &objective_kind, arena, &type, &config, err) < 0 ||
        component_configure(&objective_filter_component, objective_slots[i], s, arena, &filter,
                            err) < 0)
        return -1;
    trim = ((const struct objective_filter *)filter)->trim;
    if (trim > 0 && trim * m->data.batch < 1)
        return error_set(err, "%s.trim %g of a batch of %d is less than one example: it does nothing",
                         objective_slots[i], trim, m->data.batch);
    return objective_init(&m->objectives[i], arena, (const struct objective_type *)type, config,
                          filter, &m->data.objective, m->data.batch, err);
}

/* Early slots, then the late ones, which default to the early. */
static int open_slots(struct method *m, int i, const struct settings *s, struct arena *arena,
                      struct error *err)
{
    if (settings_find(s, transform_slots[i]) && open_transform(m, i, s, arena, err) < 0)
        return -1;
    if (settings_find(s, loss_slots[i]) && open_loss(m, i, s, arena, err) < 0)
        return -1;
    if (settings_find(s, objective_slots[i]) && open_objective(m, i, s, arena, err) < 0)
        return -1;
    return 0;
}

static int open_penalty(struct method *m, const struct settings *s, struct arena *arena,
                        struct error *err)
{
    const struct component *type;
    void *config;

    if (!settings_find(s, "penalty"))
        return 0;
    if (method_choose(s, "penalty", &penalty_kind, arena, &type, &config, err) < 0)
        return -1;
    m->trainer.engine.penalty = (const struct penalty_type *)type;
    m->trainer.engine.penalty_config = config;
    if (m->trainer.engine.penalty->needs_environments && !m->data.has_environments)
        return error_set(err, "penalty %s compares environments, and these data name none",
                         type->name);
    if (m->data.target == TARGET_NUMBER)
        return error_set(err, "penalty %s is of classes, and these data have numbers as targets",
                         type->name);
    return 0;
}

static int open_step(struct method *m, const struct settings *s, struct arena *arena, struct error *err)
{
    struct trainer_method *t = &m->trainer;
    const struct component *c;
    void *config;

    if (!settings_find(s, "step"))
        return 0;
    if (method_choose(s, "step", &step_kind, arena, &c, &config, err) < 0)
        return -1;
    t->step = (const struct step_type *)c;
    t->step_config = config;
    t->engine.waits = t->step->weighs;
    if (t->step->weighs && m->data.target == TARGET_NUMBER)
        return error_set(err, "step %s weighs by losses of classes, and these data have numbers as targets", c->name);
    return 0;
}

static int open_sampler(struct method *m, const struct settings *s, struct arena *arena, struct error *err)
{
    const struct component *type;
    void *config;

    if (method_choose(s, "sampler", &sampler_kind, arena, &type, &config, err) < 0)
        return -1;
    m->sampler = (struct sampler){(const struct sampler_type *)type, config};
    return sampler_check(&m->sampler, &m->data.objective, m->data.has_environments, err);
}

static int open_average(struct method *m, const struct settings *s, struct arena *arena, struct error *err)
{
    const struct component *type;
    void *config;

    if (method_choose(s, "average", &average_kind, arena, &type, &config, err) < 0)
        return -1;
    m->trainer.average = average_choose((const struct average_type *)type, config, m->trainer.optimizer_common);
    return 0;
}

int method_open(struct method *m, const struct settings *s, const struct method_data *data,
                struct arena *arena, struct error *err)
{
    struct trainer_method *t = &m->trainer;
    const struct component *optimizer;
    void *config, *common;

    *m = (struct method){.data = *data};
    if (open_sampler(m, s, arena, err) < 0 || open_slots(m, ENGINE_EARLY, s, arena, err) < 0)
        return -1;
    t->engine.slots[ENGINE_LATE] = t->engine.slots[ENGINE_EARLY];
    if (open_slots(m, ENGINE_LATE, s, arena, err) < 0 ||
        method_choose(s, "optimizer", &optimizer_kind, arena, &optimizer, &config, err) < 0 ||
        component_configure(&optimizer_common_component, "optimizer", s, arena, &common, err) < 0)
        return -1;
    t->optimizer = (const struct optimizer_type *)optimizer;
    t->optimizer_config = config;
    t->optimizer_common = common;
    return open_average(m, s, arena, err) < 0 || open_penalty(m, s, arena, err) < 0 ? -1 : open_step(m, s, arena, err);
}
