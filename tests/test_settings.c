/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every setting of every component, under every protocol: another value than that of the base is
 * refused by its name, or the run is another. So none makes another spec of the same run. With
 * RGDBENCH_VERBOSE=1 it shows what is refused, and why. */
#include "learn/config/config.h"
#include "learn/config/conflicts.h"
#include "learn/data_cache.h"
#include "learn/run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* What runs are like where nothing else is said: all that other settings depend on is on. */
static const struct protocol {
    const char *name, *base;
    bool is_short; /* only data and train are walked: the others are as under another protocol */
} protocols[] = {
    {"held-out part",
     "data = \"shapes\"\ndata.format = \"shapes\"\ndata.train_per_class = 12\n"
     "data.test_per_class = 4\ndata.validation = 2\ndata.imbalance = 4\ndata.label_noise = 0.3\n"
     "data.augment = \"crop_flip\"\nmodel.hidden = [12]\noptimizer.weight_decay = 0.01\n"
     "train.epochs = 3\ntrain.batch = 16\n", false},
    {"just train twice",
     "data = \"shapes\"\ndata.format = \"shapes\"\ndata.train_per_class = 12\n"
     "data.test_per_class = 4\ndata.validation = 2\ndata.imbalance = 4\nmodel.hidden = [12]\n"
     "train.epochs = 3\ntrain.batch = 16\ntrain.jtt_epochs = 1\n",
     true},
    {"last layer anew",
     "data = \"shapes\"\ndata.format = \"shapes\"\ndata.train_per_class = 12\n"
     "data.test_per_class = 4\ndata.validation = 4\ndata.imbalance = 4\nmodel.hidden = [12]\n"
     "train.epochs = 3\ntrain.batch = 16\ntrain.retrain = \"dfr\"\ntrain.retrain_epochs = 4\n",
     true},
    {"numbers",
     "data = \"rare_line\"\ndata.format = \"rare_line\"\ndata.train = 60\ndata.test = 20\n"
     "data.validation = 10\nmodel.hidden = []\nloss = \"mse\"\noptimizer.weight_decay = 0.01\n"
     "train.epochs = 3\ntrain.batch = 16\n", false},
    {"environments",
     "data = \"shapes_domains\"\ndata.format = \"shapes_domains\"\ndata.per_class = 3\n"
     "data.test_envs = [1]\ndata.steps = 6\ndata.every = 3\ndata.label_noise = 0.3\n"
     "data.augment = \"crop_flip\"\nmodel.hidden = [12]\noptimizer.weight_decay = 0.01\n"
     "train.batch = 8\n", false},
    {"table",
     "data = \"drawn_table\"\ndata.format = \"drawn_table\"\ndata.train = 200\ndata.test = 100\ndata.validation = 5\nmodel.hidden = [6]\n"
     "train.epochs = 1\n", true},
};

enum { HELD_OUT, TWICE, LAST_LAYER, NUMBERS, ENVIRONMENTS, TABLE };

/* What a type needs beside the base. */
static const struct {
    const char *slot, *type, *settings;
} needs[] = {
    {"data", "rare_cluster", "data.train = 60\ndata.test = 20\n"},
    {"model", "vit", "model.dim = 8\nmodel.depth = 2\nmodel.heads = 2\nmodel.patch = 16\n"
                     "model.mlp_ratio = 1\n"},
    {"loss", "ldam", "model.head = \"cosine\"\n"},
    {"late_loss", "ldam", "model.head = \"cosine\"\n"},
    {"objective", "kl_cvar", "objective.lambda = 0.01\n"},
    {"objective", "cvar_dual", "objective.eta = 2.3\nobjective.alpha = 0.5\nobjective.rate = 1\n"},
    {"late_objective", "cvar_dual", "late_objective.eta = 2.3\nlate_objective.alpha = 0.5\nlate_objective.rate = 1\n"},
    {"late_objective", "kl_cvar", "late_objective.lambda = 0.01\n"},
    {"objective", "self_paced", "objective.form = \"linear\"\nobjective.lambda = 0.05\nobjective.grow = 4\n"
                                "objective.every = 1\n"},
    {"late_objective", "self_paced", "late_objective.form = \"linear\"\nlate_objective.lambda = 0.05\n"
                                     "late_objective.grow = 4\nlate_objective.every = 1\n"},
    {"objective", "rockafellian", "objective.theta = 0.1\n"},
    {"late_objective", "rockafellian", "late_objective.theta = 0.2\n"},
    {"objective", "vrex", "objective.anneal = 1\n"},
    {"late_objective", "vrex", "late_objective.anneal = 1\n"},
    {"objective", "chi2_dro_hashimoto", "objective.alpha = 0.6\n"},
    {"late_objective", "chi2_dro_hashimoto", "late_objective.alpha = 0.6\n"},
    {"average", "sma", "average.from = 0.5\n"},
    {"penalty", "irm", "penalty.anneal = 1\n"},
    {"penalty", "ib", "penalty.anneal = 1\n"},
    {"schedule", "step", "schedule.at = [1]\n"},
};

/* Other values where half of the base's, or the next choice, will not do. */
static const struct {
    const char *setting, *value;
} others[] = {
    {"data.per_class", "4"},       {"data.max_per_class", "8"}, {"data.test_envs", "[0]"},
    {"data.train_per_class", "10"}, {"model.hidden", "[9]"},     {"model.init", "\"x\""},
    {"model.init_except", "\"x\""}, {"model.trains", "\"output.\""}, {"optimizer.epsilon", "0.01"}, {"schedule.at", "[2]"},
    {"data.train", "50"},          {"data.noisy_labels", "\"worst\""},
};

/* These may give the same run. */
static const struct {
    const char *setting, *why;
} same[] = {
    {"train.numeric", "native may be what portable is, on this processor"},
    {"train.hparams", "it says where a plan has the others from"},
};

/* These rows are not walked. */
static const struct {
    const char *setting, *why;
} skipped[] = {
    {"data.drawing", "its formats need files"},
    {"data.size", "likewise"},
    {"data.skip_bad", "likewise"},
    {"train.judge_by", "a plan sets it: test_experiment.c, test_judge.c"},
    {"model.init", "a plan puts the digest of a file there: test_weights.c"},
};

struct outcome {
    struct text journal; /* of every evaluation every number, and the hash of the weights */
    struct error err;    /* where it was refused */
    bool is_refused;
};

static struct data_cache cache;

static void note(struct text *t, const struct evaluation *e)
{
    text_printf(t, " %a %d", e->loss, e->n);
    for (int i = 0; i < e->values.n; i++)
        text_printf(t, " %a", e->values.items[i].value);
}

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct text *t = context;

    (void)err;
    text_printf(t, "%ld %a", point->step, point->train_loss);
    note(t, &point->validation);
    if (point->has_test)
        note(t, &point->test);
    for (int i = 0; i < point->n_parts; i++)
        note(t, &point->parts[i].result);
    for (int i = 0; i < point->n_records; i++)
        text_printf(t, " %s %d", point->records[i].name, point->records[i].n);
    text_printf(t, "\n");
    return 0;
}

static bool never(void *context, long step, long n_steps)
{
    (void)context, (void)step, (void)n_steps;
    return false;
}

static void tell(void *context, const char *line)
{
    (void)context, (void)line;
}

static void add(struct settings *s, const char *text)
{
    struct settings more;
    struct error err;

    settings_init(&more, s->arena);
    if (settings_parse(&more, text, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < more.n_items; i++)
        settings_set(s, more.items[i].name, more.items[i].value);
}

/* Plans the settings, as a sweep does, and runs them. */
static struct outcome run(const struct settings *settings)
{
    static const struct checkpoint none = {NULL, "", 1e9};
    struct arena arena = {0};
    struct settings s, description;
    struct outcome o = {.is_refused = true};
    struct run_result result;
    struct run_input input = {.settings = &s, .n_threads = 1, .checkpoint = &none};
    const struct run_observer observer = {
        .context = &o.journal, .evaluated = evaluated, .should_stop = never, .tell = tell};

    settings_init(&s, &arena);
    settings_init(&description, &arena);
    settings_copy(&s, settings);
    settings_set(&description, "format", value_string(settings_string(&s, "data.format")));
    if (config_complete(&s, &o.err) == 0 &&
        data_cache_open(&cache, &s, &description, "", &input.dataset, &o.err) == 0 &&
        run_check(&input, NULL, &o.err) == 0) {
        o.is_refused = false;
        if (run_train(&input, &observer, &result, &o.err) < 0)
            fail_msg("planned, but: %s", o.err.text);
        text_printf(&o.journal, "%s", result.weights_hash);
    }
    arena_release(&arena);
    return o;
}

/* Another value than `now`; false where only the tables know one. */
static bool make_other(const char *setting, const struct hparam *h, const struct value *now,
                       struct arena *arena, struct value *ret_value)
{
    double x = now->number, other;
    struct error err;
    int i = 0;

    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (strcmp(others[k].setting, setting) == 0)
            return value_parse(others[k].value, arena, ret_value, &err) == 0;
    switch (h->kind) {
    case HPARAM_BOOL:
        *ret_value = value_bool(!now->truth);
        return true;
    case HPARAM_CHOICE:
        while (strcmp(h->choices[i], now->string) != 0)
            i++;
        *ret_value = value_string(h->choices[h->choices[i + 1] ? i + 1 : 0]);
        return true;
    case HPARAM_NUMBER:
        other = x == 0 ? fmin(0.3, h->high) : x / 2;
        *ret_value = value_number(other < h->low ? x * 1.5 + 0.5 : other);
        return true;
    case HPARAM_INTEGER:
        other = floor(x / 2);
        *ret_value = value_number(other < h->low || other == x || other == 0 ? x + 1 : other);
        return true;
    default:
        return false;
    }
}

static bool is_skipped(const char *setting)
{
    for (size_t k = 0; k < sizeof skipped / sizeof *skipped; k++)
        if (strcmp(skipped[k].setting, setting) == 0)
            return true;
    return false;
}

static bool may_be_same(const char *setting)
{
    for (size_t k = 0; k < sizeof same / sizeof *same; k++)
        if (strcmp(same[k].setting, setting) == 0)
            return true;
    return false;
}

static int n_refused, n_other;

/* One row of the table of one component, from a base that runs. */
static void check_row(int protocol, const struct settings *base, const struct outcome *want,
                      const char *slot, const struct component *c, const struct hparam *h)
{
    struct arena arena = {0};
    struct settings s;
    struct outcome got;
    struct value fallback = hparam_fallback(h, &arena), other;
    const char *setting = arena_printf(&arena, "%s.%s", slot, h->name);
    const struct value *now = settings_find(base, setting);
    struct text value = {0};

    if (is_skipped(setting))
        goto out;
    if (!make_other(setting, h, now ? now : &fallback, &arena, &other))
        fail_msg("%s of %s: say what another value is", setting, c->name);
    settings_init(&s, &arena);
    settings_copy(&s, base);
    settings_set(&s, setting, other);
    value_write(&value, &other);
    got = run(&s);
    if (got.is_refused) {
        n_refused++;
        if (!strstr(got.err.text, h->name) && !strstr(got.err.text, c->name))
            fail_msg("%s, %s %s: %s = %s is refused, but not by its name: %s",
                     protocols[protocol].name, slot, c->name, setting, value.s, got.err.text);
        if (getenv("RGDBENCH_VERBOSE"))
            print_message("%s, %s %s: %s\n", protocols[protocol].name, slot, c->name, got.err.text);
    } else if (strcmp(got.journal.s, want->journal.s) != 0) {
        n_other++;
    } else if (!may_be_same(setting)) {
        fail_msg("%s, %s %s: %s = %s changes the spec, but not the run",
                 protocols[protocol].name, slot, c->name, setting, value.s);
    }
    text_release(&got.journal);
    text_release(&value);
out:
    arena_release(&arena);
}

/* Is the type what the slot has in the protocol's base? */
static bool is_chosen(int protocol, const struct config_slot *slot, const struct component *type)
{
    struct arena arena = {0};
    struct settings s;
    const struct value *chosen;
    const char *name;
    bool result;

    settings_init(&s, &arena);
    add(&s, protocols[protocol].base);
    chosen = settings_find(&s, slot->chooser);
    name = chosen ? chosen->string : slot->fallback;
    result = name && strcmp(name, type->name) == 0;
    arena_release(&arena);
    return result;
}

static void check_component(int protocol, const struct config_slot *slot,
                            const struct component *type)
{
    const struct component *components[CONFIG_MAX_COMPONENTS];
    struct arena arena = {0};
    struct settings base;
    struct outcome want, plain;
    struct error err;

    settings_init(&base, &arena);
    add(&base, protocols[protocol].base);
    plain = run(&base);
    if (type)
        settings_set(&base, slot->chooser, value_string(type->name));
    if (slot->is_late)
        settings_set(&base, "train.late", value_number(1));
    for (size_t k = 0; k < sizeof needs / sizeof *needs; k++)
        if (type && strcmp(needs[k].slot, slot->name) == 0 &&
            strcmp(needs[k].type, type->name) == 0)
            add(&base, needs[k].settings);
    config_components(slot, type, components);
    for (int i = base.n_items - 1; i >= 0 && type; i--) { /* what the base says of another type */
        const char *name = base.items[i].name;

        if (config_slot_of(name) == slot && strchr(name, '.') &&
            strcmp(name, slot->chooser) != 0 &&
            !config_hparam(slot, type, strchr(name, '.') + 1, &err))
            settings_remove(&base, name);
    }
    want = run(&base);
    if (want.is_refused && getenv("RGDBENCH_VERBOSE"))
        print_message("%s, %s %s as a whole: %s\n", protocols[protocol].name, slot->name,
                      type ? type->name : "", want.err.text);
    if (want.is_refused)
        n_refused++;
    else if (slot->kind && !is_chosen(protocol, slot, type) &&
             strcmp(want.journal.s, plain.journal.s) == 0)
        fail_msg("%s: %s = %s changes the spec, but not the run", protocols[protocol].name,
                 slot->chooser, type->name);
    for (int i = 0; components[i] && !want.is_refused; i++)
        for (const struct hparam *h = components[i]->hparams; h && h->name; h++)
            check_row(protocol, &base, &want, slot->name, components[i], h);
    text_release(&plain.journal);
    text_release(&want.journal);
    arena_release(&arena);
}

/* Of data only the format of the protocol. */
static bool is_walked(int protocol, const struct config_slot *slot, const struct component *type)
{
    const struct protocol *p = &protocols[protocol];
    char format[64];

    if (strcmp(slot->name, "data") != 0)
        return !p->is_short || strcmp(slot->name, "train") == 0;
    snprintf(format, sizeof format, "data.format = \"%s\"\n", type->name);
    return strstr(p->base, format) != NULL;
}

static void walk(int protocol, int least_refused, int least_other)
{
    n_refused = n_other = 0;
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        const struct component *type;

        if (!slot->kind && is_walked(protocol, slot, NULL))
            check_component(protocol, slot, NULL);
        for (int i = 0; slot->kind && (type = slot->kind->at(i)); i++)
            if (is_walked(protocol, slot, type))
                check_component(protocol, slot, type);
    }
    print_message("%s: %d refused, %d other runs\n", protocols[protocol].name, n_refused, n_other);
    assert_true(n_refused >= least_refused && n_other >= least_other);
}

static void test_held_out_part(void **state)
{
    (void)state;
    walk(HELD_OUT, 20, 160);
}

static void test_just_train_twice(void **state)
{
    (void)state;
    walk(TWICE, 3, 18);
}

static void test_last_layer_anew(void **state)
{
    (void)state;
    walk(LAST_LAYER, 2, 20);
}

static void test_numbers(void **state)
{
    (void)state;
    walk(NUMBERS, 35, 100);
}

static void test_environments(void **state)
{
    (void)state;
    walk(ENVIRONMENTS, 35, 115);
}

/* With the base's settings and these the plan says so. */
static void test_what_is_refused(void **state)
{
    static const struct {
        int protocol;
        const char *settings, *why;
    } cases[] = {
        {ENVIRONMENTS, "train.epochs = 50\n",
         "train.epochs counts epochs, which data with environments"},
        {ENVIRONMENTS, "train.warmup = 5\n", "train.warmup counts epochs"},
        {ENVIRONMENTS, "train.warmup = 0.01\n", "train.warmup counts epochs"},
        {ENVIRONMENTS, "train.evaluate = 2\n", "train.evaluate counts epochs"},
        {ENVIRONMENTS, "schedule = \"step\"\nschedule.at = [1]\n", "schedule.at counts epochs"},
        {ENVIRONMENTS, "train.late = 3\n", "train.late counts epochs"},
        {ENVIRONMENTS, "train.jtt_weight = 3\n",
         "train.jtt_weight does nothing where train.jtt_epochs is 0"},
        {HELD_OUT, "train.warmup = 0.1\n", "train.warmup 0.1, of an epoch of 4 steps, does nothing"},
        {HELD_OUT, "train.warmup = 3\n", "train.warmup 3 is never over: train.epochs is 3"},
        {HELD_OUT, "train.warmup = 100\n", "train.warmup 100 is never over"},
        {HELD_OUT, "train.warmup_by = \"epoch\"\n", "train.warmup_by does nothing where train.warmup is 0"},
        {HELD_OUT, "train.warmup = 1\ntrain.warmup_by = \"epoch\"\n",
         "train.warmup 1 does nothing where train.warmup_by is \"epoch\""},
        {HELD_OUT, "optimizer.layer_decay = 0.9\n", "optimizer.layer_decay 0.9 does nothing: the model has no numbered"},
        {HELD_OUT, "train.warmup_from = \"zero\"\n", "train.warmup_from does nothing where train.warmup is 0"},
        {HELD_OUT, "schedule = \"step\"\nschedule.at = [0.5,0.99]\n",
         "schedule.at 0.99 is never reached: a run has 12 steps"},
        {HELD_OUT, "train.late = 0.99\nlate_loss = \"focal\"\n", "train.late 0.99 is never reached"},
        {HELD_OUT, "schedule = \"step\"\nschedule.at = [1,3]\n",
         "schedule.at 3 is never reached: train.epochs is 3"},
        {HELD_OUT, "schedule = \"step\"\nschedule.at = [1]\nschedule.gamma = 1\n",
         "schedule.at does nothing where schedule.gamma is 1"},
        {HELD_OUT, "schedule = \"step\"\nschedule.gamma = 0.5\n",
         "schedule.gamma does nothing where schedule.at is []"},
        {HELD_OUT, "data.imbalance = 1\ndata.profile = \"step\"\n",
         "data.profile does nothing where data.imbalance is 1"},
        {HELD_OUT, "data.imbalance = 1\ndata.subset = \"ldam\"\n",
         "data.subset does nothing where data.imbalance is 1"},
        {HELD_OUT, "data.rand_number = 1\n", "data.rand_number does nothing where data.subset is \"seed\""},
        {HELD_OUT, "data.validation_from = \"test\"\ndata.validation_own = 1\n",
         "data.validation_own does nothing where data.validation_from is \"test\""},
        {HELD_OUT, "data.label_noise = 0\ndata.noise_kind = \"flip\"\n",
         "data.noise_kind does nothing where data.label_noise is 0"},
        {HELD_OUT, "data.label_noise = 0\ndata.validation_labels = \"noisy\"\n",
         "data.validation_labels does nothing where no labels are wrong"},
        {HELD_OUT, "data.validation_from = \"test\"\ndata.validation_labels = \"noisy\"\n",
         "data.validation_labels \"noisy\" is of training examples"},
        {HELD_OUT, "data.noisy_labels = \"worst\"\n", "labels are wrong by one or by the other"},
        {HELD_OUT, "data.label_noise = 0\ndata.noisy_labels = \"worst\"\n",
         "data.noisy_labels \"worst\": these data come with none"},
        {HELD_OUT, "data.augment = \"domainbed\"\ndata.pad = 2\n",
         "data.pad does nothing where data.augment is \"domainbed\""},
        {HELD_OUT, "optimizer.momentum = 0\noptimizer.nesterov = true\n",
         "optimizer.nesterov does nothing where optimizer.momentum is 0"},
        {HELD_OUT, "optimizer.weight_decay = 0\noptimizer.decays = \"all\"\n",
         "optimizer.decays does nothing where optimizer.weight_decay is 0"},
        {HELD_OUT, "train.evaluate = 2\ntrain.evaluate_steps = 5\n",
         "train.evaluate does nothing where train.evaluate_steps is 5"},
        {HELD_OUT, "objective.trim = 0.06\n",
         "objective.trim 0.06 of a batch of 16 is less than one example"},
        {HELD_OUT, "train.late = 1\nlate_loss = \"cross_entropy\"\n", "late_loss is what loss is"},
        {NUMBERS, "loss.class_beta = 0.9\n", "loss.class_beta is of classes"},
        {HELD_OUT, "step = \"wrm\"\noptimizer.sam = 0.1\n", "step wrm and optimizer.sam 0.1: a step is one or the other"},
        {LAST_LAYER, "step = \"wrm\"\n", "step wrm and train.retrain \"dfr\": it needs gradients of layers that are frozen"},
        {HELD_OUT, "step = \"lff\"\nobjective = \"rgd\"\n", "step lff weighs examples, and so does objective rgd"},
        {HELD_OUT, "step = \"lff\"\nobjective.trim = 0.2\n", "step lff weighs examples, of which objective.trim would"},
        {HELD_OUT, "step = \"lff\"\npenalty = \"sd\"\n", "step lff weighs examples, of which penalty would know nothing"},
        {NUMBERS, "step = \"lff\"\n", "step lff weighs by losses of classes, and these data have numbers"},
        {TABLE, "step = \"wrm\"\n", "step wrm moves inputs, by as little as it takes; these data have categories"},
        {NUMBERS, "train.retrain = \"crt\"\n", "train.retrain is of classes"},
        {ENVIRONMENTS, "train.retrain = \"dfr\"\n", "train.retrain counts epochs, which data with environments"},
        {HELD_OUT, "train.retrain_lr = 0.1\n", "train.retrain_lr does nothing where train.retrain is \"none\""},
        {HELD_OUT, "train.retrain = \"crt\"\ntrain.retrain_l1 = 1\n",
         "train.retrain_l1 does nothing where train.retrain is \"crt\""},
        {HELD_OUT, "train.retrain = \"crt\"\npenalty = \"frr\"\n",
         "train.retrain \"crt\" and penalty frr: both say which layers train"},
        {HELD_OUT, "train.retrain = \"crt\"\nmodel.trains = \"hidden1.\"\n",
         "train.retrain trains the last layer, and model.trains \"hidden1.\" leaves \"output.bias\" as it is"},
        {HELD_OUT, "train.retrain = \"dfr\"\ndata.validation = 1\n",
         "1 of class 0 in the validation part: too few to train on some and to select by others"},
        {TWICE, "train.retrain = \"crt\"\n", "train.retrain \"crt\" and train.jtt_epochs 1: a run has two stages at most"},
        {NUMBERS, "loss.posthoc = 1\n", "loss.posthoc"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct settings s;
        struct outcome o;

        settings_init(&s, &arena);
        add(&s, protocols[cases[i].protocol].base);
        add(&s, cases[i].settings);
        o = run(&s);
        if (!o.is_refused || !strstr(o.err.text, cases[i].why))
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].settings,
                     o.is_refused ? o.err.text : "it ran", cases[i].why);
        text_release(&o.journal);
        arena_release(&arena);
    }
}

/* A default that is written out is no other spec, so it is not refused. */
static void test_defaults_are_taken(void **state)
{
    static const char written[] = "train.epochs = 20\ntrain.warmup = 0\ntrain.evaluate = 1\n"
                                  "train.evaluate_steps = 0\ntrain.test = \"each\"\n"
                                  "train.jtt_weight = 5\ndata.noise_kind = \"uniform\"\n";
    struct arena arena = {0};
    struct settings plain, more;
    struct text a = {0}, b = {0};
    struct error err;

    (void)state;
    settings_init(&plain, &arena);
    settings_init(&more, &arena);
    add(&plain, protocols[ENVIRONMENTS].base);
    settings_copy(&more, &plain);
    add(&more, written);
    assert_int_equal(config_complete(&plain, &err), 0);
    if (config_complete(&more, &err) < 0)
        fail_msg("%s", err.text);
    settings_write(&a, &plain);
    settings_write(&b, &more);
    assert_string_equal(a.s, b.s);
    text_release(&a);
    text_release(&b);
    arena_release(&arena);
}

/* A grid over the rates of noise has one at which its kind does nothing. */
static void test_a_grid_forgets(void **state)
{
    struct arena arena = {0};
    struct settings s;

    (void)state;
    settings_init(&s, &arena);
    add(&s, "data.label_noise = 0\ndata.noise_kind = \"flip\"\ndata.imbalance = 1\n"
            "data.profile = \"step\"\n");
    conflicts_forget(&s, "data.label_noise");
    assert_null(settings_find(&s, "data.noise_kind"));
    assert_non_null(settings_find(&s, "data.profile")); /* imbalance does not vary */
    add(&s, "data.label_noise = 0.2\ndata.noise_kind = \"flip\"\n");
    conflicts_forget(&s, "data.label_noise");
    assert_non_null(settings_find(&s, "data.noise_kind"));
    arena_release(&arena);
}

static int close_data(void **state)
{
    (void)state;
    data_cache_close(&cache);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held_out_part),
        cmocka_unit_test(test_just_train_twice),
        cmocka_unit_test(test_last_layer_anew),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_environments),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_defaults_are_taken),
        cmocka_unit_test(test_a_grid_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, close_data);
}
