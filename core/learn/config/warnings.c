/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/config/warnings.h"

#include <string.h>

static double number(const struct warning_facts *f, const char *setting)
{
    const struct value *v = settings_find(f->spec, setting);

    return v && v->kind == VALUE_NUMBER ? v->number : 0;
}

static bool is(const struct warning_facts *f, const char *setting, const char *text)
{
    const struct value *v = settings_find(f->spec, setting);

    return v && v->kind == VALUE_STRING && strcmp(v->string, text) == 0;
}

static bool has_epochs(const struct warning_facts *f)
{
    return !settings_find(f->spec, "data.test_envs");
}

static bool is_one_batch(const struct warning_facts *f)
{
    return has_epochs(f) && f->steps_per_epoch == 1;
}

static bool skips_epochs(const struct warning_facts *f)
{
    return has_epochs(f) && number(f, "train.evaluate_steps") == 0 &&
           number(f, "train.evaluate") > number(f, "train.epochs");
}

static bool skips_steps(const struct warning_facts *f)
{
    return f->steps_per_epoch > 0 &&
           number(f, "train.evaluate_steps") > (double)f->steps_per_epoch * number(f, "train.epochs");
}

/* All evaluations are the last. */
static bool has_one_evaluation(const struct warning_facts *f)
{
    return has_epochs(f) && (skips_epochs(f) || skips_steps(f) ||
                             (number(f, "train.evaluate_steps") == 0 &&
                              number(f, "train.evaluate") == number(f, "train.epochs")));
}

static bool tests_one(const struct warning_facts *f)
{
    return is(f, "train.test", "last") && has_one_evaluation(f);
}

static bool judges_by_one(const struct warning_facts *f)
{
    return is(f, "train.judge", "best") && has_one_evaluation(f);
}

static bool has_no_labels(const struct warning_facts *f)
{
    return number(f, "data.label_noise") == 1;
}

static bool has_no_targets(const struct warning_facts *f)
{
    return number(f, "loss.smoothing") == 1 || number(f, "late_loss.smoothing") == 1;
}

static bool never_drops(const struct warning_facts *f)
{
    const struct value *at = settings_find(f->spec, "schedule.at");

    return is(f, "schedule", "step") &&
           (!at || at->n_items == 0 || number(f, "schedule.gamma") == 1);
}

static bool never_falls(const struct warning_facts *f)
{
    return is(f, "schedule", "cosine") && number(f, "schedule.floor") == 1;
}

static bool weighs_all_alike(const struct warning_facts *f)
{
    return is(f, "data.validation_as", "natural") && f->has_equal_classes;
}

/* By the groups that the sampler has balanced. */
static bool weighs_balanced(const struct warning_facts *f)
{
    const struct value *by = settings_find(f->spec, "sampler.by");
    bool is_by_both = by && is(f, "sampler.by", "both"), is_by_class = is_by_both || (by && is(f, "sampler.by", "class"));

    return (by && by->kind == VALUE_STRING && is(f, "objective", "reweight") &&
            (is_by_both || is(f, "objective.by", by->string))) ||
           (is_by_class && (is(f, "objective", "class_balanced") || number(f, "loss.class_beta") > 0 ||
                            number(f, "loss.posthoc") > 0 || is(f, "loss", "logit_adjustment") ||
                            is(f, "loss", "balanced_softmax") || is(f, "loss", "ldam")));
}

static bool draws_tests(const struct warning_facts *f)
{
    return is(f, "data.split", "drawn") || is(f, "data.split", "folds");
}

static const struct warning {
    bool (*holds)(const struct warning_facts *f);
    const char *text;
} warnings[] = {
    {is_one_batch, "train.batch holds all that is trained on, so that an epoch is one step"},
    {skips_epochs, "train.evaluate is more than train.epochs, so that the end alone is evaluated"},
    {skips_steps, "train.evaluate_steps is more than a run has, so that the end alone is evaluated"},
    {tests_one, "train.test = \"last\" does nothing where the end alone is evaluated"},
    {judges_by_one, "train.judge = \"best\" does nothing where the end alone is evaluated"},
    {has_no_labels, "data.label_noise = 1 draws every label of the training part anew"},
    {has_no_targets, "smoothing = 1 gives all classes the same target, whatever the label"},
    {never_drops, "schedule \"step\" has no step and is constant"},
    {never_falls, "schedule \"cosine\" with floor = 1 is constant"},
    {weighs_balanced, "sampler \"balanced\" and weights by the sizes of the same groups make up for these twice"},
    {draws_tests, "each seed draws its test part from the same examples, so that intervals and p-values are too narrow "
                  "for new ones (Nadeau and Bengio 2003)"},
    {weighs_all_alike, "data.validation_as = \"natural\" does nothing where classes have one size"},
    {0},
};

void warnings_add(struct text *t, const struct warning_facts *facts)
{
    for (const struct warning *w = warnings; w->holds; w++)
        if (w->holds(facts) && !(t->size && strstr(t->s, w->text)))
            text_printf(t, "%s%s", t->size ? "; " : "", w->text);
}

const char *const *warnings_list(struct arena *arena)
{
    const char **texts =
        arena_alloc(arena, (sizeof warnings / sizeof *warnings) * sizeof *texts);
    int n = 0;

    for (const struct warning *w = warnings; w->holds; w++)
        texts[n++] = w->text;
    texts[n] = NULL;
    return texts;
}
