/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/rules.h"

#include "learn/objective.h"
#include "learn/transform.h"
#include "nn/loss.h"

#include <string.h>

/* One combination: that of the early epochs, or that of the late. */
struct view {
    const struct settings *s;
    const struct loss_type *loss;
    const char *loss_slot;
    const struct objective_type *objective;
    const void *objective_config;
    const struct transform_type *transform;
};

static int cosines(const struct view *v, struct error *err)
{
    const struct value *head = settings_find(v->s, "model.head");

    if (!v->loss->wants_cosines || (head && strcmp(head->string, "cosine") == 0))
        return 0;
    return error_set(err, "loss %s takes cosines as scores: %s", v->loss->component.name,
                     head ? "set model.head = \"cosine\"" : "this model has no such head");
}

static int mixed_groups(const struct view *v, struct error *err)
{
    enum objective_use use =
        v->objective->uses ? v->objective->uses(v->objective_config) : USES_LOSS;

    if (!v->transform->mix || use == USES_LOSS)
        return 0;
    return error_set(err, "transform %s and objective %s: a mixed example has two %s, of which "
                          "the objective needs one%s",
                     v->transform->component.name, v->objective->component.name,
                     use == USES_CLASS ? "classes" : "environments",
                     strcmp(v->objective->component.name, "class_balanced") == 0
                         ? "; loss.class_beta weights both"
                         : "");
}

static int posthoc(const struct view *v, struct error *err)
{
    char name[32] = "";

    strncat(name, v->loss_slot, 16);
    if (settings_number(v->s, strcat(name, ".posthoc")) == 0)
        return 0;
    if (v->loss->knows_class_sizes)
        return error_set(err, "%s: loss %s has adjusted for the class sizes in training already",
                         name, v->loss->component.name);
    if (!v->loss->has_probabilities)
        return error_set(err, "%s: scores under loss %s are no logarithms of probabilities", name,
                         v->loss->component.name);
    return 0;
}

static int (*const rules[])(const struct view *v, struct error *err) = {
    cosines,
    mixed_groups,
    posthoc,
    NULL,
};

/* The late slots are chosen if and only if there is an epoch from which they count. */
static int check_late(const struct settings *s, struct error *err)
{
    static const char *const late[] = {"late_transform", "late_loss", "late_objective", NULL};
    double from = settings_number(s, "train.late"), epochs = settings_number(s, "train.epochs");
    const char *chosen = NULL;

    for (int i = 0; late[i]; i++)
        if (settings_find(s, late[i]))
            chosen = late[i];
    if (chosen && from == 0)
        return error_set(err, "%s is set, but not train.late, the epoch from which it counts",
                         chosen);
    if (!chosen && from > 0)
        return error_set(err, "train.late is %g, but none of late_transform, late_loss, "
                              "late_objective is set",
                         from);
    if (from >= epochs && from > 0)
        return error_set(err, "train.late %g is never reached: train.epochs is %g", from, epochs);
    return 0;
}

/* The slot to look at: the late one where it is chosen. */
static const char *pick(const struct settings *s, bool is_late, const char *early,
                        const char *late)
{
    return is_late && settings_find(s, late) ? late : early;
}

static int check_view(const struct settings *s, bool is_late, struct error *err)
{
    struct arena arena = {0};
    const char *objective = pick(s, is_late, "objective", "late_objective");
    const char *transform = pick(s, is_late, "transform", "late_transform");
    struct view v = {.s = s, .loss_slot = pick(s, is_late, "loss", "late_loss")};
    const struct component *c;
    void *config;
    int result = -1;

    v.loss = (const struct loss_type *)component_find(&loss_kind, settings_string(s, v.loss_slot),
                                                      err);
    v.transform = (const struct transform_type *)component_find(
        &transform_kind, settings_string(s, transform), err);
    c = component_find(&objective_kind, settings_string(s, objective), err);
    if (component_configure(c, objective, s, &arena, &config, err) < 0)
        goto out;
    v.objective = (const struct objective_type *)c;
    v.objective_config = config;
    result = 0;
    for (int i = 0; rules[i] && result == 0; i++)
        result = rules[i](&v, err);
out:
    arena_release(&arena);
    return result;
}

/* Data with environments are trained on in steps, not epochs, and data.every says when to
 * look. */
static int check_domains(const struct settings *s, struct error *err)
{
    static const char *const of_epochs[] = {"train.late", "train.jtt_epochs", NULL};

    for (int i = 0; settings_find(s, "data.test_envs") && of_epochs[i]; i++)
        if (settings_number(s, of_epochs[i]) > 0)
            return error_set(err, "%s counts epochs, which data with environments have not: they "
                                  "are trained on for data.steps", of_epochs[i]);
    if (settings_find(s, "data.test_envs") && settings_find(s, "train.evaluate_steps"))
        return error_set(err, "train.evaluate_steps: data with environments are evaluated every "
                              "data.every steps");
    if (settings_find(s, "data.test_envs") && settings_find(s, "train.test"))
        return error_set(err, "train.test: of data with environments every part is evaluated each "
                              "time, as selection may look at any");
    return 0;
}

int rules_check(const struct settings *s, struct error *err)
{
    if (check_domains(s, err) < 0)
        return -1;
    if (check_late(s, err) < 0 || check_view(s, false, err) < 0)
        return -1;
    return check_view(s, true, err);
}
