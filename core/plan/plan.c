/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include "learn/config/config.h"
#include "learn/config/conflicts.h"
#include "learn/config/warnings.h"
#include "learn/data_cache.h"
#include "learn/domainbed_hparams.h"
#include "learn/run.h"
#include "learn/weights.h"
#include "plan/choices.h"
#include "plan/conditions.h"
#include "plan/environment_names.h"
#include "plan/measure.h"
#include "plan/same.h"
#include "plan/search.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct maker {
    const struct experiment *e;
    const char *data_root;
    struct plan *plan;
    struct data_cache cache;
    struct text checked; /* what check_run last approved of */
    struct text checked_model; /* the data and the model of it */
    struct run_size size;      /* of that run */
    struct text warnings;
    bool *varies; /* [e->n_conditions] */
};

/* Are they those of the last time? From now on they are. */
static bool is_checked(struct text *last, struct text *now)
{
    bool result = last->s && strcmp(last->s, now->s) == 0;

    text_release(last);
    *last = *now;
    return result;
}

/* Better now than in each worker. Points that differ in what does not matter for it, such
 * as the learning rate, are checked once; a file of weights once for a model. */
static int check_run(struct maker *maker, const struct run_input *input, struct error *err)
{
    const struct settings *s = input->settings;
    struct plan *plan = maker->plan;
    struct run_input to_check = *input;
    const struct run_needs *needs;
    struct text all = {0}, model = {0};

    run_check_settings(s, "", &all);
    run_check_settings(s, "data", &model);
    run_check_settings(s, "model", &model);
    if (is_checked(&maker->checked_model, &model))
        to_check.init = NULL;
    if (is_checked(&maker->checked, &all))
        return 0;
    if (run_check(&to_check, &maker->size, err) < 0)
        return -1;
    needs = &maker->size.needs;
    plan->needs.bytes = fmax(plan->needs.bytes, needs->bytes);
    plan->needs.bytes_per_thread = fmax(plan->needs.bytes_per_thread, needs->bytes_per_thread);
    return 0;
}

/* Of what check_run approved of. */
static void warn(struct maker *maker, const struct settings *s)
{
    long batch = (long)settings_number(s, "train.batch");
    struct warning_facts facts = {
        .spec = s,
        .steps_per_epoch = (maker->size.n_train + batch - 1) / batch,
        .has_equal_classes = maker->size.has_equal_classes,
    };

    warnings_add(&maker->warnings, &facts);
}

static struct value list_names(const char *const *names, int n, struct arena *arena)
{
    struct value *items = arena_alloc(arena, ((size_t)n + 1) * sizeof *items);

    for (int i = 0; i < n; i++)
        items[i] = value_string(names[i]);
    return (struct value){.kind = VALUE_LIST, .n_items = n, .items = items};
}

/* The text of a data set's settings, with the names of its environments for tables. */
static const char *write_description(const struct settings *settings, const struct dataset *d,
                                     struct arena *arena)
{
    struct settings all;
    struct text t = {0};
    const char *s;

    settings_init(&all, arena);
    settings_copy(&all, settings);
    if (d->has_environments)
        settings_set(&all, "environments",
                     list_names(d->group_names, d->n_groups, arena));
    settings_write(&t, &all);
    s = arena_strdup(arena, t.s);
    text_release(&t);
    return s;
}

/* Adds the data set's digest to `s`, and the data set to the plan. *ret_dataset is
 * good until the next call. */
static int resolve_data(struct maker *maker, struct settings *s,
                        const struct dataset **ret_dataset, struct error *err)
{
    struct plan *plan = maker->plan;
    const struct data_description *description =
        experiment_find_data(maker->e, settings_string(s, "data"), err);
    const struct dataset *d;
    struct plan_data *entry;
    struct value classes;

    if (!description ||
        data_cache_open(&maker->cache, s, &description->settings, maker->data_root, &d, err) < 0)
        return -1;
    *ret_dataset = d;
    settings_set(s, "data.digest", value_string(d->digest));
    for (int i = 0; i < plan->n_data; i++)
        if (strcmp(plan->data[i].digest, d->digest) == 0)
            return 0;
    if (plan->n_data == 64)
        return error_set(err, "more than 64 data sets in one experiment");
    if (!plan->data)
        plan->data = arena_alloc(plan->arena, 64 * sizeof *plan->data);
    entry = &plan->data[plan->n_data++];
    memcpy(entry->digest, d->digest, sizeof entry->digest);
    entry->name = arena_strdup(plan->arena, description->name);
    entry->description = write_description(&description->settings, d, plan->arena);
    classes = list_names(d->class_names, d->class_names ? d->n_classes : 0, plan->arena);
    entry->classes = value_text(plan->arena, &classes);
    entry->has_groups = d->n_groups > 0;
    entry->has_score = d->n_score > 0;
    if (!measure_takes_both(maker->e->measure, maker->e->select) &&
        (strcmp(entry->classes, "[]") == 0) != (strcmp(plan->data[0].classes, "[]") == 0))
        return error_set(err, "data sets \"%s\" and \"%s\" do not go together in one experiment: one has "
                              "classes, the other numbers as targets; measure = \"task_score\" takes both where "
                              "their descriptions say what they are judged by (score)",
                         plan->data[0].name, entry->name);
    if (d->note && maker->cache.listener)
        maker->cache.listener->tell(
            maker->cache.listener->context,
            arena_printf(plan->arena, "data set \"%s\": %s", d->name, d->note), true);
    return 0;
}

/* Data without a test part of their own: that it is drawn has to be in the spec. */
static void resolve_split(struct settings *s, const struct dataset *d)
{
    if (d->test.n == 0 && !d->has_environments && !settings_find(s, "data.split"))
        settings_set(s, "data.split", value_string("drawn"));
}

static bool is_of_loss(const char *setting)
{
    return strcmp(setting, "loss") == 0 || strncmp(setting, "loss.", 5) == 0;
}

static bool has_loss(const struct settings *s)
{
    for (int i = 0; i < s->n_items; i++)
        if (is_of_loss(s->items[i].name))
            return true;
    return false;
}

/* Where nothing is said of the loss, targets that are numbers have theirs. */
static int resolve_loss(struct settings *s, const struct dataset *d, struct error *err)
{
    if (d->target != TARGET_NUMBER)
        return 0;
    for (int i = s->n_items - 1; i >= 0; i--)
        if (is_of_loss(s->items[i].name))
            settings_remove(s, s->items[i].name);
    settings_set(s, "loss", value_string("mse"));
    return config_complete(s, err);
}

/* With train.judge = best: by what a run is the best, which is what selects. */
static int resolve_judge(const struct maker *maker, struct settings *s, const struct dataset *d, struct error *err)
{
    const struct experiment *e = maker->e;
    const struct value *judge = settings_find(s, "train.judge");
    struct value classes;
    struct measure m;
    const char *by;

    if (!judge || strcmp(judge->string, "best") != 0)
        return 0;
    classes = list_names(d->class_names, d->class_names ? d->n_classes : 0, s->arena);
    by = e->select && *e->select     ? e->select
         : e->measure && *e->measure ? e->measure
                                     : measure_default(classes.n_items > 0);
    settings_set(s, "train.judge_by", value_string(by));
    return measure_find(by, &classes, s->arena, &m, err) < 0
               ? -1
               : measure_check_data(&m, d->n_groups > 0, d->n_score > 0, err);
}

/* Puts the digest of the file model.init in its place, and the file into the plan;
 * *ret_path is NULL where none is named. */
static int resolve_init(struct maker *maker, struct settings *s, const char **ret_path,
                        struct error *err)
{
    struct plan *plan = maker->plan;
    const char *name = settings_string(s, "model.init"), *path;
    struct plan_file *file;
    int i = 0;

    *ret_path = NULL;
    if (!*name)
        return 0;
    path = weights_find(name, maker->data_root, s->arena, err);
    if (!path)
        return error_context(err, "model.init");
    while (i < plan->n_files && strcmp(plan->files[i].path, path) != 0)
        i++;
    if (i == plan->n_files) {
        plan->files = arena_grow(plan->arena, plan->files, plan->n_files, sizeof *plan->files);
        if (weights_digest(path, plan->files[i].digest, err) < 0)
            return error_context(err, "model.init");
        plan->files[i].name = arena_strdup(plan->arena, name);
        plan->files[i].path = arena_strdup(plan->arena, path);
        plan->n_files++;
    }
    file = &plan->files[i];
    *ret_path = file->path;
    settings_set(s, "model.init", value_string(file->digest));
    return 0;
}

static void add_run(struct maker *maker, const struct plan_run *like, struct settings *s, int seed)
{
    struct plan *plan = maker->plan;
    struct text t = {0};
    struct plan_run *run;

    assert(plan->n_runs < PLAN_MAX_RUNS); /* check_size */
    plan->runs = arena_grow(plan->arena, plan->runs, plan->n_runs, sizeof *plan->runs);
    settings_set(s, "train.seed", value_number(seed));
    settings_write(&t, s);
    run = &plan->runs[plan->n_runs++];
    *run = *like;
    run->seed = seed;
    run->spec = arena_strdup(plan->arena, t.s);
    hash_block(t.s, t.size, run->id);
    text_release(&t);
}

static const char *keep_text(struct arena *arena, struct text *t)
{
    const char *s = arena_strdup(arena, t->s ? t->s : "");

    text_release(t);
    return s;
}

/* Can what is chosen in `s` have the setting, and has nobody set it? */
static bool is_open(const struct settings *s, const char *setting)
{
    return !settings_find(s, setting) && config_find_hparam(s, setting);
}

/* Fills in draw k of DomainBed's hyper-parameters for a trial. Its weight decay is on all
 * parameters. */
static int fill_draw(const char *algorithm, const struct data_description *description, int k,
                     int trial, struct settings *s, struct error *err)
{
    const struct value *known = settings_find(&description->settings, "domainbed");
    const char *dataset = known && known->kind == VALUE_STRING ? known->string : description->name;
    struct domainbed_hparam *draws;
    int n;

    if (domainbed_hparams_make(algorithm, dataset, k, trial, s->arena, &draws, &n, err) < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        if (!draws[i].setting || !is_open(s, draws[i].setting))
            continue;
        settings_set(s, draws[i].setting, draws[i].value);
        if (strcmp(draws[i].setting, "optimizer.weight_decay") == 0 && draws[i].value.number > 0 &&
            is_open(s, "optimizer.decays"))
            settings_set(s, "optimizer.decays", value_string("all"));
    }
    return 0;
}

/* The seeds that share a point's settings. */
struct seeds {
    int first, n;
};

static struct label_part part_of(const struct maker *maker, const char *setting,
                                 const struct value *v)
{
    return (struct label_part){setting, value_text(maker->plan->arena, v)};
}

static void put_choice(const struct maker *maker, const struct axis *axis, const struct value *v,
                       struct settings *s, struct plan_run *like)
{
    struct arena *arena = maker->plan->arena;
    struct label *l = experiment_is_condition(maker->e, axis->name) ? &like->condition_label
                                                                    : &like->point_label;

    settings_set(s, axis->name, *v);
    if (conditions_varies(axis))
        *l = label_with(l, part_of(maker, arena_strdup(arena, axis->name), v), arena);
}

/* Takes the choice into `s`; what varies into the labels. But for environments by name. */
static void choose(const struct maker *maker, const struct choices *c, int k, struct settings *s,
                   struct plan_run *like)
{
    struct arena *arena = maker->plan->arena;

    for (int i = 0; i < c->grid.n_axes; i++) {
        const struct axis *axis = &c->grid.axes[i];
        struct value v = choices_is_drawn(axis) ? search_draw(&axis->values[0], axis->name, maker->e->draws_seed, k)
                                                : axis->values[c->at[i]];

        if (choices_counts(c, i) && !environment_names_are_in(axis))
            put_choice(maker, axis, &v, s, like);
    }
    for (int i = 0; i < c->grid.n_axes; i++)
        if (conditions_varies(&c->grid.axes[i]))
            conflicts_forget(s, c->grid.axes[i].name);
    if (choices_algorithm(&c->grid) && maker->e->n_draws) /* behind the others */
        like->point_label = label_and(&like->point_label,
                                      (struct label_part){"draw", arena_printf(arena, "%d", k)}, arena);
}

/* The rest of `choose`, where the data set is known, and its settings: specs and labels have numbers alone. */
static int choose_environments(struct maker *maker, const struct choices *c,
                               const struct data_description *description, struct settings *s,
                               struct plan_run *like, struct error *err)
{
    const struct axis *axis = grid_find(&c->grid, "data.test_envs");
    const struct component *format =
        component_find(&dataset_format_kind, settings_string(s, "data.format"), err);
    const struct dataset *d;
    struct settings all;
    struct value *values;
    int at = axis ? (int)(axis - c->grid.axes) : 0, result = 0;

    if (!axis || !environment_names_are_in(axis) || !choices_counts(c, at))
        return 0;
    settings_init(&all, s->arena);
    settings_copy(&all, s);
    component_defaults(format, "data", &all);
    if (data_cache_open(&maker->cache, &all, &description->settings, maker->data_root, &d, err) < 0)
        return -1;
    values = arena_alloc(s->arena, (size_t)axis->n_values * sizeof *values);
    for (int k = 0; k < axis->n_values && result == 0; k++)
        result = environment_names_number(d, &axis->values[k], s->arena, &values[k], err);
    if (result < 0 || value_check_distinct(values, axis->n_values, err) < 0)
        return error_context(err, "data.test_envs");
    put_choice(maker, axis, &values[c->at[at]], s, like);
    return 0;
}

/* A condition that varies for other methods has a value here too: with that one they are paired. */
static void add_fixed(const struct maker *maker, const struct settings *s, struct plan_run *like)
{
    for (int i = 0; i < maker->e->n_conditions; i++) {
        const char *name = maker->e->conditions[i];
        const struct value *v = maker->varies[i] ? settings_find(s, name) : NULL;

        if (v && !label_find(&like->condition_label, name))
            like->condition_label = label_with(&like->condition_label, part_of(maker, name, v),
                                               maker->plan->arena);
    }
}

static int write_labels(const struct maker *maker, struct plan_run *like, struct error *err)
{
    size_t size;

    like->condition = label_text(&like->condition_label, maker->plan->arena);
    like->point = label_text(&like->point_label, maker->plan->arena);
    size = strlen(like->condition) + strlen(like->point);
    if (strlen(like->condition) <= PLAN_MAX_LABEL && strlen(like->point) <= PLAN_MAX_LABEL)
        return 0;
    return error_set(err, "what varies takes %zu bytes to write down; at most %d", size, PLAN_MAX_LABEL);
}

/* One configuration of a method, for these seeds: the choice-th value of each axis, and
 * draw k of those that have a law or are DomainBed's. */
static int add_point(struct maker *maker, const struct experiment_method *m,
                     const struct choices *c, int k, struct seeds seeds, struct error *err)
{
    const char *algorithm = choices_algorithm(&c->grid);
    struct arena arena = {0};
    struct settings s;
    struct plan_run like = {.method = m->label};
    const struct data_description *description;
    struct run_input input = {.settings = &s};
    bool says_loss;
    int result = -1;

    settings_init(&s, &arena);
    settings_set(&s, "spec", value_number(PLAN_SPEC_VERSION));
    choose(maker, c, k, &s, &like);
    if (!settings_find(&s, "data") || settings_find(&s, "data")->kind != VALUE_STRING) {
        error_set(err, "no data set is given: set data");
        goto out;
    }
    description = experiment_find_data(maker->e, settings_string(&s, "data"), err);
    if (!description)
        goto out;
    settings_set(&s, "data.format", *settings_find(&description->settings, "format"));
    if (choose_environments(maker, c, description, &s, &like, err) < 0)
        goto out;
    if (algorithm && fill_draw(algorithm, description, k, seeds.first, &s, err) < 0)
        goto out;
    says_loss = has_loss(&s);
    if (config_complete(&s, err) < 0)
        goto out;
    add_fixed(maker, &s, &like);
    if (write_labels(maker, &like, err) < 0 || resolve_data(maker, &s, &input.dataset, err) < 0)
        goto out;
    resolve_split(&s, input.dataset);
    if (!says_loss && resolve_loss(&s, input.dataset, err) < 0)
        goto out;
    if (resolve_judge(maker, &s, input.dataset, err) < 0 ||
        resolve_init(maker, &s, &input.init, err) < 0 || check_run(maker, &input, err) < 0)
        goto out;
    warn(maker, &s);
    result = 0;
    for (int i = 0; i < seeds.n; i++)
        add_run(maker, &like, &s, seeds.first + i);
out:
    arena_release(&arena);
    return result;
}

/* A configuration for all seeds; DomainBed's draws differ from trial to trial. */
static int add_seeds(struct maker *maker, const struct experiment_method *m,
                     const struct choices *c, int k, struct error *err)
{
    int n = maker->e->n_seeds, at_once = choices_algorithm(&c->grid) ? 1 : n, result = 0;

    for (int seed = 0; seed < n && result == 0; seed += at_once)
        result = add_point(maker, m, c, k, (struct seeds){seed, at_once}, err);
    return result;
}

/* Combinations are multiplied before they are made: a thousand values on each of three axes are soon said. */
static int check_size(const struct experiment *e, struct error *err)
{
    double n_all = 0;

    for (int i = 0; i < e->n_methods; i++)
        n_all += choices_count_runs(e, &e->methods[i]);
    return n_all <= PLAN_MAX_RUNS ? 0
                                  : error_set(err, "these are %.15g runs; a plan has %d at most: fewer values, "
                                                   "seeds or draws", n_all, PLAN_MAX_RUNS);
}

static int add_method(struct maker *maker, const struct experiment_method *m, struct error *err)
{
    struct arena arena = {0};
    struct choices c;
    int first = maker->plan->n_runs, result = choices_begin(&c, maker->e, m, &arena, err);

    if (result == 0)
        do
            for (int k = 0; k < c.n_draws && result == 0; k++)
                if (!choices_repeats(&c, k))
                    result = add_seeds(maker, m, &c, c.draws[k], err);
        while (result == 0 && choices_next(&c));
    conditions_arrange(maker->plan->runs + first, maker->plan->n_runs - first);
    arena_release(&arena);
    return result < 0 ? error_context(err, "method \"%s\"", m->label) : 0;
}

static bool has_law(const struct grid *grid)
{
    for (int i = 0; i < grid->n_axes; i++)
        if (choices_is_drawn(&grid->axes[i]))
            return true;
    return false;
}

static void warn_of_draws(const struct experiment *e, struct text *t)
{
    bool draws = has_law(&e->grid);

    for (int i = 0; i < e->n_methods; i++)
        draws |= has_law(&e->methods[i].grid);
    if (e->n_draws && conditions_variation(e, NULL) != VARIATION_DRAWN)
        text_printf(t, "%sdraws = %d does nothing where no setting is drawn", t->size ? "; " : "",
                    e->n_draws);
    if (e->draws_seed && !draws)
        text_printf(t, "%sdraws_seed = %d does nothing where no setting has a law", t->size ? "; " : "",
                    e->draws_seed);
}

/* A method beside itself would look like a comparison. */
static int check_same(struct plan *plan, struct error *err)
{
    struct text same = {0}, part = {0}, words = {0};
    const char *overrides = plan->experiment->overrides;
    struct same_run *runs = arena_alloc(plan->arena, (size_t)plan->n_runs * sizeof *runs);
    int result = 0;

    for (int i = 0; i < plan->n_runs; i++)
        runs[i] = (struct same_run){plan->runs[i].method, plan->runs[i].id};
    same_methods(runs, plan->n_runs, &same, &part);
    while (overrides && *overrides) { /* a word a line */
        int length = (int)strcspn(overrides, "\n");

        text_printf(&words, "%s %.*s", words.size ? "" : ", with", length, overrides);
        overrides += length + (overrides[length] == '\n');
    }
    if (same.size)
        result = error_set(err, "methods %s are the same runs%s%s%s: nothing differs, so that there is "
                                "nothing to compare; leave all but one out (~NAME), or set what "
                                "differs for one (NAME.SETTING=VALUE)", same.s, words.s ? words.s : "",
                           part.s ? "; " : "", part.s ? part.s : "");
    else if (part.size)
        plan->warnings = arena_printf(plan->arena, "%s%s%s", plan->warnings,
                                      *plan->warnings ? "; " : "", part.s);
    text_release(&same);
    text_release(&part);
    text_release(&words);
    return result;
}

/* `text` where all data sets have such a measure and it is not the one that stands for it anyway; "". */
static int settle_measure(const struct plan *plan, const char *text, const char *otherwise,
                          const char **ret_measure, struct error *err)
{
    int first_class = -1;

    *ret_measure = text && *text && strcmp(text, otherwise) != 0 ? text : "";
    for (int i = 0; i < plan->n_data && text && *text; i++) {
        struct measure m;
        struct value classes;

        if (value_parse(plan->data[i].classes, plan->arena, &classes, err) < 0 ||
            measure_find(text, &classes, plan->arena, &m, err) < 0 ||
            measure_check_data(&m, plan->data[i].has_groups, plan->data[i].has_score, err) < 0)
            return error_context(err, "data set \"%s\"", plan->data[i].name);
        if (i > 0 && m.class_index != first_class)
            return error_set(err, "measure \"%s\": its class is the %d. of data set \"%s\", but the %d. of \"%s\"",
                             text, first_class + 1, plan->data[0].name, m.class_index + 1, plan->data[i].name);
        first_class = m.class_index;
    }
    return 0;
}

static int settle_measures(struct plan *plan, struct error *err)
{
    const struct experiment *e = plan->experiment;
    const char *otherwise = measure_default(strcmp(plan->data[0].classes, "[]") != 0);

    if (settle_measure(plan, e->measure, otherwise, &plan->measure, err) < 0)
        return -1;
    return settle_measure(plan, e->select, e->measure && *e->measure ? e->measure : otherwise, &plan->select, err);
}

int plan_make(const struct experiment *e, const char *data_root, const struct listener *listener,
              struct arena *arena, struct plan *ret_plan, struct error *err)
{
    struct plan plan = {.arena = arena, .experiment = e};
    struct maker maker = {.e = e, .data_root = data_root, .plan = &plan,
                          .cache = {.room = 256e6, .listener = listener}};
    int result = 0;

    if (e->n_methods == 0)
        return error_set(err, "no method is left to run");
    maker.varies = arena_alloc(arena, ((size_t)e->n_conditions + 1) * sizeof *maker.varies);
    if (check_size(e, err) < 0 || conditions_find(e, maker.varies, &maker.warnings, err) < 0)
        return -1;
    for (int i = 0; i < e->n_methods && result == 0; i++)
        result = add_method(&maker, &e->methods[i], err);
    data_cache_close(&maker.cache);
    text_release(&maker.checked);
    text_release(&maker.checked_model);
    warn_of_draws(e, &maker.warnings);
    plan.warnings = keep_text(arena, &maker.warnings);
    if (result < 0 || check_same(&plan, err) < 0 || settle_measures(&plan, err) < 0)
        return -1;
    plan_set_id(&plan);
    *ret_plan = plan;
    return 0;
}
