/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/config/conflicts.h"

#include "learn/config/config.h"
#include "learn/objective/objective.h"
#include "learn/penalty/penalty.h"
#include "learn/step/step.h"
#include "learn/transform/transform.h"
#include "nn/loss/loss.h"

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
    enum objective_by by = objective_by(v->objective, v->objective_config);

    if (!v->transform->mix || by == BY_NONE)
        return 0;
    return error_set(err, "transform %s and objective %s: a mixed example has two %s, of which "
                          "the objective needs one%s",
                     v->transform->component.name, v->objective->component.name,
                     by == BY_ENVIRONMENT ? "environments" : "classes",
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

/* Are all settings of a late slot those of the early one? */
static bool is_as_early(const struct settings *s, const char *late)
{
    size_t prefix = strlen("late_"), length = strlen(late);

    for (int i = 0; i < s->n_items; i++) {
        const char *name = s->items[i].name;
        const struct value *early;

        if (strncmp(name, late, length) != 0 || (name[length] && name[length] != '.'))
            continue;
        early = settings_find(s, name + prefix);
        if (!early || !value_equal(early, &s->items[i].value))
            return false;
    }
    return true;
}

/* The late slots are chosen if and only if there is an epoch from which they count; and one of
 * them changes something then. */
static int check_late(const struct settings *s, struct error *err)
{
    static const char *const late[] = {"late_transform", "late_loss", "late_objective", NULL};
    double from = settings_number(s, "train.late"), epochs = settings_number(s, "train.epochs");
    const char *chosen = NULL;
    bool changes = false;

    for (int i = 0; late[i]; i++)
        if (settings_find(s, late[i])) {
            chosen = late[i];
            changes |= !is_as_early(s, chosen);
        }
    if (chosen && from == 0)
        return error_set(err, "%s is set, but not train.late, the epoch from which it counts",
                         chosen);
    if (!chosen && from > 0)
        return error_set(err, "train.late is %g, but none of late_transform, late_loss, "
                              "late_objective is set",
                         from);
    if (from >= epochs && from > 0)
        return error_set(err, "train.late %g is never reached: train.epochs is %g", from, epochs);
    if (chosen && !changes)
        return error_set(err, "%s is what %s is: nothing changes at epoch train.late", chosen,
                         chosen + strlen("late_"));
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

/* Is it there, and something else than its default? A default that is written out asks for
 * nothing. */
static bool is_asked_for(const struct settings *s, const char *setting)
{
    const struct value *v = settings_find(s, setting);
    const struct config_slot *slot = config_slot_of(setting);
    const struct component *type = NULL;
    struct arena arena = {0};
    struct value fallback;
    struct error ignored;
    bool result = false;

    if (v && slot->kind)
        type = component_find(slot->kind, settings_string(s, slot->chooser), &ignored);
    if (v) {
        fallback = hparam_fallback(
            config_hparam(slot, type, strchr(setting, '.') + 1, &ignored), &arena);
        result = !value_equal(v, &fallback);
    }
    arena_release(&arena);
    return result;
}

/* Data with environments are trained on in steps, not epochs, and data.every says when to
 * look. */
static int check_domains(const struct settings *s, struct error *err)
{
    static const char *const of_epochs[] = {"train.epochs",     "train.warmup", "train.evaluate",
                                            "train.late",       "schedule.at",
                                            "train.jtt_epochs", "train.retrain", NULL};

    for (int i = 0; settings_find(s, "data.test_envs") && of_epochs[i]; i++)
        if (is_asked_for(s, of_epochs[i]))
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

/* What comes behind the last epoch never does. */
static int check_ends(const struct settings *s, struct error *err)
{
    double epochs = settings_number(s, "train.epochs"), warmup = settings_number(s, "train.warmup");
    const struct value *at = settings_find(s, "schedule.at");

    if (settings_find(s, "data.test_envs"))
        return 0;
    if (warmup >= epochs)
        return error_set(err, "train.warmup %g is never over: train.epochs is %g", warmup, epochs);
    for (int i = 0; at && i < at->n_items; i++)
        if (at->items[i].number >= epochs)
            return error_set(err, "schedule.at %g is never reached: train.epochs is %g",
                             at->items[i].number, epochs);
    return 0;
}

/* A setting that does nothing where another has the value `at`, or any but `but`. */
static const struct dependent {
    const char *setting, *on, *at, *but;
} dependents[] = {
    {"data.profile", "data.imbalance", .at = "1"},
    {"data.subset", "data.imbalance", .at = "1"},
    {"data.rand_number", "data.subset", .but = "\"ldam\""},
    {"data.validation_own", "data.validation_from", .but = "\"train\""},
    {"data.validation", "data.validation_share", .but = "0"},
    {"data.validation_own", "data.validation_share", .but = "0"},
    {"data.validation_as", "data.validation_share", .but = "0"},
    {"data.folds", "data.split", .but = "\"folds\""},
    {"data.quantile_noise", "data.numbers", .but = "\"quantile\""},
    {"data.noise_kind", "data.label_noise", .at = "0"},
    {"data.pad", "data.augment", .but = "\"crop_flip\""},
    {"model.init_except", "model.init", .at = "\"\""},
    {"model.dropout", "model.hidden", .at = "[]"},
    {"model.embedding", "model.categories", .but = "\"embedding\""},
    {"objective.nu", "objective.shift", .at = "\"none\""},
    {"late_objective.nu", "late_objective.shift", .at = "\"none\""},
    {"optimizer.decays", "optimizer.weight_decay", .at = "0"},
    {"optimizer.nesterov", "optimizer.momentum", .at = "0"},
    {"schedule.gamma", "schedule.at", .at = "[]"},
    {"schedule.at", "schedule.gamma", .at = "1"},
    {"train.evaluate", "train.evaluate_steps", .but = "0"},
    {"train.warmup_by", "train.warmup", .at = "0"},
    {"train.warmup_from", "train.warmup", .at = "0"},
    {"train.jtt_weight", "train.jtt_epochs", .at = "0"},
    {"train.retrain_epochs", "train.retrain", .at = "\"none\""},
    {"train.retrain_lr", "train.retrain", .at = "\"none\""},
    {"train.retrain_share", "train.retrain", .but = "\"dfr\""},
    {"train.retrain_l1", "train.retrain", .but = "\"dfr\""},
    {0},
};

/* The value of what it depends on, a later one's default too. False where such a run has no such setting. */
static bool write_on(const struct settings *s, const struct dependent *d, struct text *t)
{
    const struct value *on = settings_find(s, d->on);
    const struct hparam *h = on ? NULL : config_find_hparam(s, d->on);

    if (on)
        value_write(t, on);
    else if (h)
        text_printf(t, "%s", h->fallback);
    return on || h;
}

static bool is_idle(const struct settings *s, const struct dependent *d)
{
    struct text t = {0};
    bool result = write_on(s, d, &t) && (d->at ? strcmp(t.s, d->at) == 0 : strcmp(t.s, d->but) != 0);

    text_release(&t);
    return result;
}

static int check_dependents(const struct settings *s, struct error *err)
{
    for (const struct dependent *d = dependents; d->setting; d++) {
        struct text t = {0};

        if (!is_idle(s, d) || !is_asked_for(s, d->setting))
            continue;
        write_on(s, d, &t);
        error_set(err, "%s does nothing where %s is %s", d->setting, d->on, t.s);
        text_release(&t);
        return -1;
    }
    return 0;
}

void conflicts_forget(struct settings *s, const char *varied)
{
    for (const struct dependent *d = dependents; d->setting; d++)
        if (strcmp(d->on, varied) == 0 && is_idle(s, d))
            settings_remove(s, d->setting);
}

/* What it would be the best by. */
static int check_judge(const struct settings *s, struct error *err)
{
    if (settings_find(s, "train.judge_by") && !settings_find(s, "train.judge"))
        return error_set(err, "train.judge_by does nothing where train.judge is \"last\"");
    if (settings_find(s, "train.patience") && !settings_find(s, "train.judge"))
        return error_set(err, "train.patience does nothing where train.judge is \"last\"");
    return 0;
}

/* One mean of the weights is the model. */
static int check_average(const struct settings *s, struct error *err)
{
    const struct value *average = settings_find(s, "average"), *ema = settings_find(s, "optimizer.ema");

    if (average && ema)
        return error_set(err, "average %s and optimizer.ema %g: one average of the weights is kept", average->string,
                         ema->number);
    return 0;
}

/* Labels are wrong in one way, if at all. */
static int check_noise(const struct settings *s, struct error *err)
{
    const struct value *noisy = settings_find(s, "data.noisy_labels");
    bool is_drawn = settings_number(s, "data.label_noise") > 0;

    if (noisy && is_drawn)
        return error_set(err, "data.noisy_labels \"%s\" and data.label_noise %g: labels are wrong by one or by the other",
                         noisy->string, settings_number(s, "data.label_noise"));
    if (!settings_find(s, "data.validation_labels"))
        return 0;
    if (!noisy && !is_drawn)
        return error_set(err, "data.validation_labels does nothing where no labels are wrong");
    if (settings_find(s, "data.validation_from"))
        return error_set(err, "data.validation_labels \"noisy\" is of training examples; data.validation_from is \"test\"");
    if (settings_find(s, "data.test_envs"))
        return error_set(err, "data.validation_labels: data with environments are validated with clean labels");
    return 0;
}

/* One second stage, with one say in what trains. */
static int check_stages(const struct settings *s, struct error *err)
{
    const struct value *retrain = settings_find(s, "train.retrain"), *penalty = settings_find(s, "penalty");
    const struct component *c = penalty ? component_find(&penalty_kind, penalty->string, err) : NULL;

    if (!retrain)
        return 0;
    if (settings_number(s, "train.jtt_epochs") > 0)
        return error_set(err, "train.retrain \"%s\" and train.jtt_epochs %g: a run has two stages at most", retrain->string,
                         settings_number(s, "train.jtt_epochs"));
    if (c && ((const struct penalty_type *)c)->freeze)
        return error_set(err, "train.retrain \"%s\" and penalty %s: both say which layers train", retrain->string, c->name);
    return 0;
}

/* One that is asked for makes the gradient as it says, and takes the place of what does so else. */
static int check_step(const struct settings *s, struct error *err)
{
    static const char *const weighing[] = {"objective.trim", "late_objective", "penalty", NULL};
    const struct value *step = settings_find(s, "step"), *retrain = settings_find(s, "train.retrain");
    const struct step_type *type = step ? (const struct step_type *)component_find(&step_kind, step->string, err) : NULL;

    if (!step)
        return 0;
    if (settings_number(s, "optimizer.sam") > 0)
        return error_set(err, "step %s and optimizer.sam %g: a step is one or the other", step->string,
                         settings_number(s, "optimizer.sam"));
    if (retrain)
        return error_set(err, "step %s and train.retrain \"%s\": it needs gradients of layers that are frozen then",
                         step->string, retrain->string);
    if (type->weighs && strcmp(settings_string(s, "objective"), "erm") != 0)
        return error_set(err, "step %s weighs examples, and so does objective %s: with it the objective is erm", step->string,
                         settings_string(s, "objective"));
    for (int i = 0; type->weighs && weighing[i]; i++) {
        const struct value *v = settings_find(s, weighing[i]);

        if (v && !(v->kind == VALUE_NUMBER && v->number == 0))
            return error_set(err, "step %s weighs examples, of which %s would know nothing", step->string, weighing[i]);
    }
    return 0;
}

/* A bound that nothing can reach. */
static int check_own(const struct settings *s, struct error *err)
{
    const struct value *own = settings_find(s, "data.validation_own");

    if (own && own->number >= settings_number(s, "data.validation"))
        return error_set(err, "data.validation_own %g does nothing: no class gives more than data.validation, %g",
                         own->number, settings_number(s, "data.validation"));
    return 0;
}

int conflicts_check(const struct settings *s, struct error *err)
{
    if (check_domains(s, err) < 0 || check_ends(s, err) < 0 || check_dependents(s, err) < 0 ||
        check_judge(s, err) < 0 || check_average(s, err) < 0 || check_own(s, err) < 0 || check_noise(s, err) < 0 ||
        check_stages(s, err) < 0 || check_step(s, err) < 0)
        return -1;
    if (check_late(s, err) < 0 || check_view(s, false, err) < 0)
        return -1;
    return check_view(s, true, err);
}
