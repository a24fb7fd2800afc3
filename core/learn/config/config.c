/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/config/config.h"

#include "data/batch.h"
#include "data/noise.h"
#include "data/prepare/numbers.h"
#include "learn/average/average.h"
#include "learn/config/conflicts.h"
#include "learn/protocol/domain_protocol.h"
#include "learn/domainbed_hparams.h"
#include "learn/objective/objective.h"
#include "learn/penalty/penalty.h"
#include "learn/sampler/sampler.h"
#include "learn/step/step.h"
#include "learn/transform/transform.h"
#include "learn/weights.h"
#include "math/blas.h"
#include "nn/loss/loss.h"
#include "nn/model.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

#include <math.h>
#include <string.h>

static const char *const test_choices[] = {[TEST_EACH] = "each", [TEST_LAST] = "last", NULL};
static const char *const pace_choices[] = {[SCHEDULE_BY_STEP] = "step", [SCHEDULE_BY_EPOCH] = "epoch", NULL};
static const char *const start_choices[] = {[SCHEDULE_FROM_ONE] = "one", [SCHEDULE_FROM_ZERO] = "zero", NULL};
static const char *const judge_choices[] = {[JUDGE_LAST] = "last", [JUDGE_BEST] = "best", NULL};

static const char *const retrain_choices[] = {
    [RETRAIN_NONE] = "none", [RETRAIN_CRT] = "crt", [RETRAIN_DFR] = "dfr", NULL};

static const struct hparam train_hparams[] = {
    {"epochs", HPARAM_INTEGER, offsetof(struct train_config, epochs), .fallback = "20", .low = 1,
     .high = 1e6, .doc = "passes over the training pictures"},
    {"batch", HPARAM_INTEGER, offsetof(struct train_config, batch), .fallback = "128", .low = 1,
     .high = 65536, .doc = "pictures per step"},
    {"micro_batch", HPARAM_INTEGER, offsetof(struct train_config, micro_batch), .fallback = "0",
     .low = 0, .high = 65536, .doc = "examples computed together, of texts tokens; 0: what suits the model"},
    {"lr", HPARAM_NUMBER, offsetof(struct train_config, lr), .fallback = "0.05", .low = 1e-9,
     .high = 1e3, .doc = "learning rate"},
    {"warmup", HPARAM_NUMBER, offsetof(struct train_config, warmup), .fallback = "0", .low = 0,
     .high = 1e6, .doc = "epochs of linear warm-up"},
    {"warmup_by", HPARAM_CHOICE, offsetof(struct train_config, warmup_by), .fallback = "\"step\"",
     .choices = pace_choices, .is_later = true,
     .doc = "the rate grows with each step, or with each epoch (in the first of five a fifth of it)"},
    {"warmup_from", HPARAM_CHOICE, offsetof(struct train_config, warmup_from), .fallback = "\"one\"",
     .choices = start_choices, .is_later = true,
     .doc = "the first rate of warm-up: the share of one step (or epoch), or zero, as Hugging Face's"},
    {"evaluate", HPARAM_INTEGER, offsetof(struct train_config, evaluate), .fallback = "1",
     .low = 1, .high = 1e6, .doc = "epochs between evaluations; the last is always one"},
    {"evaluate_steps", HPARAM_INTEGER, offsetof(struct train_config, evaluate_steps),
     .fallback = "0", .low = 0, .high = 1e9, .is_later = true,
     .doc = "steps between evaluations, instead; 0: train.evaluate says"},
    {"test", HPARAM_CHOICE, offsetof(struct train_config, test), .fallback = "\"each\"",
     .choices = test_choices, .is_later = true,
     .doc = "the evaluations that see test pictures beside those of validation: each, or the last alone (with "
            "train.judge = best: those that are the best so far)"},
    {"judge", HPARAM_CHOICE, offsetof(struct train_config, judge), .fallback = "\"last\"",
     .choices = judge_choices, .is_later = true,
     .doc = "the evaluation that the run is judged by and whose weights are its: the last, or the one with the "
            "best validation value of what selects"},
    {"judge_by", HPARAM_TEXT, offsetof(struct train_config, judge_by), .fallback = "\"\"", .high = 200,
     .is_later = true, .planned = "it is the experiment's: say measure=NAME or select=NAME",
     .doc = "with train.judge = best: the measure that it is the best by; the plan sets it to the experiment's"},
    {"patience", HPARAM_INTEGER, offsetof(struct train_config, patience), .fallback = "0", .low = 0, .high = 1e6,
     .is_later = true,
     .doc = "with train.judge = best: evaluations behind the best, after which a run ends; 0: it goes on to its end"},
    {"keep_scores", HPARAM_BOOL, offsetof(struct train_config, keep_scores), .fallback = "false", .is_later = true,
     .doc = "keep the scores of all test examples at the end in the store, beside what was named"},
    {"late", HPARAM_NUMBER, offsetof(struct train_config, late), .fallback = "0", .low = 0, .high = 1e6,
     .doc = "epochs after which the late slots take over (DRW); below 1: a share of the run; 0: never"},
    {"jtt_epochs", HPARAM_INTEGER, offsetof(struct train_config, jtt_epochs), .fallback = "0",
     .low = 0, .high = 1e6,
     .doc = "just train twice: epochs of a first model by ERM, whose errors count more; 0: once"},
    {"jtt_weight", HPARAM_INTEGER, offsetof(struct train_config, jtt_weight), .fallback = "5",
     .low = 1, .high = 1000, .doc = "how often an error of the first model is seen in an epoch"},
    {"retrain", HPARAM_CHOICE, offsetof(struct train_config, retrain), .fallback = "\"none\"",
     .choices = retrain_choices, .is_later = true,
     .doc = "the last layer once more, anew, with all before it frozen: crt: as many of each class (Kang et al. 2020); dfr: "
            "as many of each class and group of a held-out part, with an L1 norm (Kirichenko et al. 2023); none: never"},
    {"retrain_epochs", HPARAM_INTEGER, offsetof(struct train_config, retrain_epochs), .fallback = "10", .low = 1,
     .high = 1e6, .is_later = true,
     .doc = "passes of that, crt's as long as those before, dfr's as long as its smallest class or group allows"},
    {"retrain_lr", HPARAM_NUMBER, offsetof(struct train_config, retrain_lr), .fallback = "0", .low = 0, .high = 1e3,
     .is_later = true, .doc = "its learning rate; 0: that of train.lr"},
    {"retrain_share", HPARAM_NUMBER, offsetof(struct train_config, retrain_share), .fallback = "0.5", .low = 0.01,
     .high = 0.99, .is_later = true,
     .doc = "dfr: the share of validation that it trains on; the rest selects and judges"},
    {"retrain_l1", HPARAM_NUMBER, offsetof(struct train_config, retrain_l1), .fallback = "0.1", .low = 0, .high = 1e6,
     .is_later = true, .doc = "dfr: times the sum of the last layer's absolute weights, added to what is minimised"},
    {"hparams", HPARAM_CHOICE, offsetof(struct train_config, hparams), .fallback = "\"none\"",
     .choices = domainbed_hparams_choices,
     .doc = "DomainBed's algorithm whose hyper-parameters fill in what is not set; none: nobody's"},
    {"seed", HPARAM_INTEGER, offsetof(struct train_config, seed), .fallback = "0", .low = 0,
     .high = 2147483647, .planned = "say how many with seeds=N",
     .doc = "root of all random numbers; only the plan sets it: seeds = N says how many"},
    {"numeric", HPARAM_CHOICE, offsetof(struct train_config, numeric),
     .fallback = "\"portable\"", .choices = blas_profile_names,
     .doc = "portable: the same bits on every x86-64-v3 CPU; native: this CPU's fastest"},
    {0},
};

const struct component train_component = {
    .name = "train",
    .doc = "how long, how fast, from which seed",
    .hparams = train_hparams,
    .config_size = sizeof(struct train_config),
};

const struct config_slot config_slots[] = {
    {.name = "data",
     .kind = &dataset_format_kind,
     .chooser = "data.format",
     .fixed = {&split_component, &noise_component, &augment_component, &prepare_component},
     .doc = "the data set and what of it is trained on"},
    {.name = "sampler", .kind = &sampler_kind, .chooser = "sampler", .fallback = "shuffled", .is_optional = true,
     .doc = "which examples an epoch sees"},
    {.name = "transform", .kind = &transform_kind, .chooser = "transform", .fallback = "none",
     .doc = "the pictures of a batch to others"},
    {.name = "model", .kind = &model_kind, .chooser = "model", .fallback = "mlp",
     .fixed = {&init_component},
     .doc = "what maps a picture to class scores"},
    {.name = "loss", .kind = &loss_kind, .chooser = "loss", .fallback = "cross_entropy",
     .fixed = {&loss_common_component},
     .doc = "scores and a label to one number per example"},
    {.name = "objective", .kind = &objective_kind, .chooser = "objective", .fallback = "erm",
     .fixed = {&objective_filter_component},
     .doc = "the losses of a batch to the number that is minimised"},
    {.name = "penalty", .kind = &penalty_kind, .chooser = "penalty", .is_optional = true,
     .doc = "what is added that looks at scores and features by environment"},
    {.name = "optimizer", .kind = &optimizer_kind, .chooser = "optimizer", .fallback = "sgd",
     .fixed = {&optimizer_common_component},
     .doc = "a gradient to new weights"},
    {.name = "step", .kind = &step_kind, .chooser = "step", .is_optional = true,
     .doc = "how the gradient is made of a batch, where it is not plainly"},
    {.name = "average", .kind = &average_kind, .chooser = "average", .fallback = "last_iterate", .is_optional = true,
     .doc = "which mean of the weights is the model"},
    {.name = "schedule", .kind = &schedule_kind, .chooser = "schedule", .fallback = "cosine",
     .doc = "how the learning rate moves over a run"},
    {.name = "late_transform", .kind = &transform_kind, .chooser = "late_transform",
     .is_optional = true, .is_late = true, .doc = "transform from epoch train.late on"},
    {.name = "late_loss", .kind = &loss_kind, .chooser = "late_loss",
     .is_optional = true, .is_late = true,
     .fixed = {&loss_common_component}, .doc = "loss from epoch train.late on"},
    {.name = "late_objective", .kind = &objective_kind, .chooser = "late_objective",
     .is_optional = true, .is_late = true, .fixed = {&objective_filter_component},
     .doc = "objective from epoch train.late on"},
    {.name = "train", .fixed = {&train_component}, .doc = "how long, how fast, from which seed"},
    {0},
};

/* Settings that belong to no component: the name of the data set, what its
 * pictures hash to, and the version of the meaning of all others. */
static const char *const bare_settings[] = {"data", "data.digest", "spec", NULL};

const struct config_slot *config_find_slot(const char *name)
{
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        if (strcmp(slot->name, name) == 0)
            return slot;
    return NULL;
}

const struct config_slot *config_slot_of(const char *setting)
{
    size_t length = strcspn(setting, ".");

    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        if (strlen(slot->name) == length && memcmp(slot->name, setting, length) == 0)
            return slot;
    return NULL;
}

const char *config_choice(const struct settings *s, const char *slot)
{
    const struct value *v = settings_find(s, slot);

    return v ? v->string : config_find_slot(slot)->fallback;
}

/* Data with environments hold out some of these; others hold out pictures of each class. */
static const struct component *fixed_component(const struct config_slot *slot,
                                               const struct component *type, int i)
{
    bool has_environments = type && slot->kind == &dataset_format_kind &&
                            ((const struct dataset_format *)type)->has_environments;

    return has_environments && slot->fixed[i] == &split_component ? &domain_protocol_component
                                                                   : slot->fixed[i];
}

void config_components(const struct config_slot *slot, const struct component *type,
                       const struct component *ret_components[CONFIG_MAX_COMPONENTS])
{
    int n = 0;

    if (type)
        ret_components[n++] = type;
    for (int i = 0; slot->fixed[i]; i++)
        ret_components[n++] = fixed_component(slot, type, i);
    ret_components[n] = NULL;
}

const struct hparam *config_hparam(const struct config_slot *slot, const struct component *type,
                                   const char *name, struct error *err)
{
    enum { MAX_NAMES = 48 };
    const struct component *components[CONFIG_MAX_COMPONENTS];
    const char *names[MAX_NAMES + 1] = {0};
    struct text whole = {0};
    int n = 0;

    config_components(slot, type, components);
    for (int i = 0; components[i]; i++) {
        for (const struct hparam *h = components[i]->hparams; h && h->name; h++) {
            if (strcmp(h->name, name) == 0)
                return h;
            if (n < MAX_NAMES)
                names[n++] = h->name;
        }
    }
    text_printf(&whole, type && slot->fallback ? "%s %s" : "%s", slot->name,
                type ? type->name : "");
    text_lacks(err, whole.s, "setting", name, names);
    text_release(&whole);
    return NULL;
}

const struct hparam *config_find_hparam(const struct settings *s, const char *setting)
{
    const struct config_slot *slot = config_slot_of(setting);
    const struct value *chosen = slot && slot->chooser ? settings_find(s, slot->chooser) : NULL;
    const char *dot = strchr(setting, '.'), *name = "";
    const struct component *type = NULL;
    struct error ignored;

    if (!slot || !dot)
        return NULL;
    if (chosen && chosen->kind == VALUE_STRING)
        name = chosen->string;
    else if (slot->fallback)
        name = slot->fallback;
    if (slot->kind && !(type = component_find(slot->kind, name, &ignored)))
        return NULL;
    return config_hparam(slot, type, dot + 1, &ignored);
}

/* The type that the settings choose for a slot, *ret_type NULL where it has none. */
static int chosen_type(const struct config_slot *slot, struct settings *s,
                       const struct component **ret_type, struct error *err)
{
    const struct value *v;

    *ret_type = NULL;
    if (!slot->kind)
        return 0;
    v = settings_find(s, slot->chooser);
    if (v && slot->is_optional && slot->fallback && v->kind == VALUE_STRING && strcmp(v->string, slot->fallback) == 0) {
        settings_remove(s, slot->chooser);
        return 0;
    }
    if (!v && slot->fallback && !slot->is_optional) {
        settings_set(s, slot->chooser, value_string(slot->fallback));
        v = settings_find(s, slot->chooser);
    }
    if (!v && slot->is_optional)
        return 0;
    if (!v || v->kind != VALUE_STRING)
        return error_set(err, "setting \"%s\" is missing or not a text", slot->chooser);
    *ret_type = component_find(slot->kind, v->string, err);
    return *ret_type ? 0 : -1;
}

static int check_names(const struct settings *s, struct error *err)
{
    for (int i = 0; i < s->n_items; i++) {
        const char *name = s->items[i].name;
        const char *dot = strchr(name, '.');
        const char *slot_names[16] = {0};
        const struct config_slot *slot;
        const struct component *type = NULL;
        bool is_known = false;

        for (int k = 0; bare_settings[k]; k++)
            is_known |= strcmp(name, bare_settings[k]) == 0;
        for (slot = config_slots; slot->name; slot++) {
            slot_names[slot - config_slots] = slot->name;
            is_known |= slot->kind && strcmp(name, slot->chooser) == 0;
        }
        if (is_known)
            continue;
        slot = config_slot_of(name);
        if (!slot || !dot)
            return text_unknown(err, "setting", name, slot_names);
        if (slot->is_optional && !settings_find(s, slot->chooser))
            return error_set(err, "%s is set, but %s is not", name, slot->chooser);
        if (slot->kind)
            type = component_find(slot->kind, settings_string(s, slot->chooser), err);
        if (!config_hparam(slot, type, dot + 1, err))
            return -1;
    }
    return 0;
}

/* What depends on other settings. */
static int resolve(struct settings *s, struct error *err)
{
    struct arena arena = {0};
    const struct component *type = component_find(&model_kind, settings_string(s, "model"), err);
    double batch;
    void *config;
    int result = -1;

    if (component_configure(type, "model", s, &arena, &config, err) < 0)
        goto out;
    batch = settings_number(s, "train.batch");
    if (((const struct model_type *)type)->counts_tokens)
        batch = INFINITY;
    if (settings_number(s, "train.micro_batch") > batch) {
        error_set(err, "train.micro_batch %g is more than train.batch, %g",
                  settings_number(s, "train.micro_batch"), batch);
        goto out;
    }
    if (settings_number(s, "train.micro_batch") == 0)
        settings_set(s, "train.micro_batch",
                     value_number(fmin(batch, ((const struct model_type *)type)->micro_batch(config))));
    result = 0;
out:
    arena_release(&arena);
    return result;
}

int config_complete(struct settings *s, struct error *err)
{
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        const struct component *components[CONFIG_MAX_COMPONENTS];
        const struct component *type;
        struct arena arena = {0};
        void *config;
        int ok = 0;

        if (chosen_type(slot, s, &type, err) < 0)
            return -1;
        if (slot->kind && !type)
            continue; /* optional, and not chosen */
        config_components(slot, type, components);
        for (int i = 0; components[i] && ok == 0; i++) {
            component_defaults(components[i], slot->name, s);
            ok = component_configure(components[i], slot->name, s, &arena, &config, err);
        }
        arena_release(&arena);
        if (ok < 0)
            return -1;
    }
    if (check_names(s, err) < 0 || resolve(s, err) < 0)
        return -1;
    return conflicts_check(s, err);
}

static int check_kinds(const struct settings *s, struct error *err)
{
    for (int i = 0; bare_settings[i]; i++) {
        const struct value *v = settings_find(s, bare_settings[i]);
        bool is_version = strcmp(bare_settings[i], "spec") == 0;

        if (!v || v->kind != (is_version ? VALUE_NUMBER : VALUE_STRING))
            return error_set(err, "setting \"%s\" is missing or not a %s", bare_settings[i],
                             is_version ? "number" : "text");
    }
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        if (slot->chooser && !slot->is_optional && !settings_find(s, slot->chooser))
            return error_set(err, "setting \"%s\" is missing", slot->chooser);
    return 0;
}

/* The first place where they differ. */
static int check_complete(const struct settings *s, const struct settings *complete,
                          struct error *err)
{
    for (int i = 0; i < complete->n_items; i++) {
        const struct setting *want = &complete->items[i];
        const struct value *v = settings_find(s, want->name);
        struct text t = {0};

        if (!v)
            return error_set(err, "setting \"%s\" is missing", want->name);
        if (value_equal(v, &want->value))
            continue;
        value_write(&t, &want->value);
        error_set(err, "setting \"%s\" stands for another value, %s", want->name, t.s);
        text_release(&t);
        return -1;
    }
    for (int i = 0; i < s->n_items; i++)
        if (!settings_find(complete, s->items[i].name))
            return error_set(err, "setting \"%s\" is written out, and has its default",
                             s->items[i].name);
    return 0;
}

int config_check(const struct settings *s, struct error *err)
{
    struct arena arena = {0};
    struct settings complete;
    int result = -1;

    settings_init(&complete, &arena);
    settings_copy(&complete, s);
    if (check_kinds(s, err) == 0 && config_complete(&complete, err) == 0)
        result = check_complete(s, &complete, err);
    arena_release(&arena);
    return result;
}
