/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/noise.h"
#include "data/noisy_labels.h"
#include "learn/protocol/protocol.h"
#include "learn/run_private.h"
#include "learn/step/step.h"
#include "learn/weights.h"

#include <math.h>
#include <string.h>

/* Where the kind of step moves inputs; a code is not to be moved. */
static int want_inputs(const struct run *run, const struct settings *s, struct graph *graph, struct error *err)
{
    const struct signature *signature = &run->prepared.signature;
    const struct component *step = NULL;

    if (settings_find(s, "step") && !(step = component_find(&step_kind, settings_string(s, "step"), err)))
        return -1;
    if (!step || !((const struct step_type *)step)->wants_inputs)
        return 0;
    for (int f = 0; f < signature->n; f++)
        if (field_type(&signature->fields[f]) == FIELD_I32)
            return error_set(err, "step %s moves inputs, by as little as it takes; these data have %s", step->name,
                             signature->fields[f].name);
    graph_want_input_gradients(graph);
    return 0;
}

static int build_model(struct run *run, const struct settings *s, struct graph *graph,
                       struct error *err)
{
    const struct component *model;
    void *config;

    if (method_choose(s, "model", &model_kind, &run->arena, &model, &config, err) < 0)
        return -1;
    graph_init(graph, &run->arena, &run->prepared.signature);
    if (want_inputs(run, s, graph, err) < 0)
        return -1;
    if (((const struct model_type *)model)->build(config, run->dataset->n_classes, graph, err) < 0)
        return error_context(err, "model %s", model->name);
    return 0;
}

/* The sizes of classes, groups and both in the training part. */
static struct objective_data count_data(struct run *run)
{
    struct objective_data data = {
        .n_classes = run->dataset->target == TARGET_NUMBER ? 0 : run->dataset->n_classes,
        .class_counts = run->split.class_counts,
        .n_environments = run->n_groups,
    };
    int *counts = arena_alloc(&run->arena, (size_t)data.n_environments * sizeof *counts);
    int *both = arena_alloc(&run->arena, (size_t)data.n_classes * (size_t)data.n_environments * sizeof *both);

    for (int i = 0; run->train_pool.groups && i < run->split.n_train; i++) {
        uint32_t of = run->split.train[i];

        counts[run->train_pool.groups[of]]++;
        if (data.n_classes)
            both[objective_group_of(BY_BOTH, run->train_pool.labels[of], run->train_pool.groups[of], &data)]++;
    }
    data.environment_counts = data.n_environments ? counts : NULL;
    data.both_counts = data.n_environments ? both : NULL;
    return data;
}

/* A blend of two codes is none. */
static int check_mixing(const struct run *run, struct error *err)
{
    const struct signature *signature = &run->prepared.signature;

    for (int i = 0; i < ENGINE_N_SLOTS; i++)
        for (int f = 0; f < signature->n; f++)
            if (run->method.trainer.engine.slots[i].transform->mix && field_type(&signature->fields[f]) == FIELD_I32)
                return error_set(err, "transform %s blends examples; these data have %s",
                                 run->method.trainer.engine.slots[i].transform->component.name, signature->fields[f].name);
    return 0;
}

static int open_method(struct run *run, const struct settings *s, struct error *err)
{
    const struct method_data data = {count_data(run), run->batch, run->dataset->target, run->dataset->has_environments};
    const struct component *schedule;

    if (method_open(&run->method, s, &data, &run->arena, err) < 0 || check_mixing(run, err) < 0 ||
        method_choose(s, "schedule", &schedule_kind, &run->arena, &schedule,
                      &run->schedule_config, err) < 0)
        return -1;
    run->schedule = (const struct schedule_type *)schedule;
    return 0;
}

/* What is of pictures or of classes cannot be asked of data that have none. */
static int check_kinds(const struct dataset *d, const struct settings *s, struct error *err)
{
    static const struct {
        const char *name;
        double nothing; /* the value that asks for nothing */
    } of_classes[] = {
        {"loss.class_beta", 0}, {"loss.posthoc", 0},     {"late_loss.class_beta", 0}, {"late_loss.posthoc", 0},
        {"data.imbalance", 1},  {"data.label_noise", 0}, {"train.jtt_epochs", 0}};
    static const char *const later_of_classes[] = {"data.validation_as", "data.noisy_labels", "train.retrain", NULL};
    enum { N = sizeof of_classes / sizeof *of_classes };

    for (int i = 0; d->target == TARGET_NUMBER && i < N; i++)
        if (settings_find(s, of_classes[i].name) && settings_number(s, of_classes[i].name) != of_classes[i].nothing)
            return error_set(err, "%s is of classes; these data have numbers as targets", of_classes[i].name);
    for (int i = 0; d->target == TARGET_NUMBER && later_of_classes[i]; i++)
        if (settings_find(s, later_of_classes[i]))
            return error_set(err, "%s is of classes; these data have numbers as targets", later_of_classes[i]);
    if (signature_find(&d->signature, FIELD_PICTURE) < 0 && strcmp(settings_string(s, "data.augment"), "none") != 0)
        return error_set(err, "data.augment changes pictures; these data have %s", d->signature.fields[0].name);
    return 0;
}

/* What is trained on and what is held out. */
static int open_split(struct run *run, const struct settings *s, struct error *err)
{
    const struct dataset *d = run->dataset;

    run->protocol = protocol_choose(d, s);
    run->batch = (int)settings_number(s, "train.batch");
    if (check_kinds(d, s, err) < 0 || run->protocol->open(run, s, err) < 0)
        return error_context(err, "data set \"%s\"", d->name);
    return 0;
}

/* The data as the model sees them; without has_values only what it is built by. */
static int open_prepared(struct run *run, const struct settings *s, bool has_values, struct error *err)
{
    const struct dataset *d = run->dataset;
    void *config;

    if (component_configure(&prepare_component, "data", s, &run->arena, &config, err) < 0)
        return -1;
    if (prepare_fit(d, config, run->split.train, run->split.n_train, rng_derive(run->rng, "prepare"), has_values,
                    &run->arena, &run->prepared, err) < 0)
        return error_context(err, "data set \"%s\"", d->name);
    run->train_pool = run->prepared.train;
    run->validation_pool = run->split.is_validation_of_test ? run->prepared.test : run->prepared.train;
    if (run->train_groups)
        run->train_pool.groups = run->train_groups;
    return 0;
}

/* Wrong labels of some examples of the train pool: those of a file, or drawn. */
static int spoil(const struct run *run, const struct noise_config *noise, const uint32_t *indices, int n,
                 uint16_t *labels, struct error *err)
{
    const struct dataset *d = run->dataset;
    const struct noisy_labels *noisy;

    if (!*noise->noisy_labels)
        return noise_apply(noise, rng_derive(run->rng, "label noise"), indices, n, d->n_classes, labels, err);
    if (run->split.is_test_drawn)
        return error_set(err, "data.noisy_labels \"%s\" are of the official training part; here the test part is drawn",
                         noise->noisy_labels);
    if (!(noisy = noisy_labels_find(d, noise->noisy_labels, err)))
        return error_context(err, "data set \"%s\"", d->name);
    for (int k = 0; k < n; k++)
        labels[indices[k]] = noisy->labels[indices[k]];
    return 0;
}

/* Noise in the labels of the training part, and its class counts with them; of validation where that is asked for. */
static int spoil_labels(struct run *run, const struct settings *s, struct error *err)
{
    const struct dataset *d = run->dataset;
    const struct noise_config *noise;
    uint16_t *labels;
    void *config;

    if (component_configure(&noise_component, "data", s, &run->arena, &config, err) < 0)
        return -1;
    noise = config;
    if (!noise_is_there(noise))
        return 0;
    labels = arena_alloc(&run->arena, (size_t)d->train.n * sizeof *labels);
    memcpy(labels, d->train.labels, (size_t)d->train.n * sizeof *labels);
    if (spoil(run, noise, run->split.train, run->split.n_train, labels, err) < 0)
        return -1;
    if (noise->validation_labels == NOISE_VALIDATION_NOISY) {
        if (spoil(run, noise, run->split.validation, run->split.n_validation, labels, err) < 0)
            return -1;
        run->validation_pool.labels = labels;
    }
    run->train_pool.labels = labels;
    for (int c = 0; c < d->n_classes; c++)
        run->split.class_counts[c] = 0;
    for (int i = 0; i < run->split.n_train; i++)
        run->split.class_counts[labels[run->split.train[i]]]++;
    return 0;
}

/* The class "cat" of "f1:cat". */
static int find_class(const struct dataset *d, const char *name)
{
    for (int c = 0; d->class_names && c < d->n_classes; c++)
        if (strcmp(d->class_names[c], name) == 0)
            return c;
    return -1;
}

/* The measure `text` ("matthews", "f1:cat") of the data, where they have it. */
static bool find_measure(const struct dataset *d, const char *text, struct metric_name *ret_measure)
{
    bool is_number = d->target == TARGET_NUMBER;
    const int has = (is_number ? METRIC_NUMBERS : METRIC_CLASSES | METRIC_SCORES) | (d->n_groups ? METRIC_GROUPS : 0) |
                    (d->n_score ? METRIC_TASK : 0);
    const char *class_name;
    const struct metric_type *type = metric_parse(text, &class_name);

    *ret_measure = (struct metric_name){type, class_name ? find_class(d, class_name) : -1};
    return type && type->by_class == (class_name != NULL) && (!class_name || ret_measure->class_index >= 0) &&
           metric_suits_data(type, has, is_number ? 0 : d->n_classes);
}

/* What the data set's description says that it is judged by. */
static int open_task(struct run *run, struct error *err)
{
    const struct dataset *d = run->dataset;

    run->task = arena_alloc(&run->arena, (size_t)(d->n_score + 1) * sizeof *run->task);
    for (int i = 0; i < d->n_score; i++)
        if (!find_measure(d, d->score[i], &run->task[i]) || (run->task[i].type->needs & METRIC_TASK))
            return error_set(err, "data set \"%s\": score \"%s\": it has no such measure; `rgdbench list measure` has all",
                             d->name, d->score[i]);
        else if (run->task[i].type->lower_is_better)
            return error_set(err, "data set \"%s\": score \"%s\": lower is better of it, and of a score higher is; "
                                  "`rgdbench list measure` says of which", d->name, d->score[i]);
        else if (!isfinite(run->task[i].type->low)) /* a run that diverged would have more than the worst */
            return error_set(err, "data set \"%s\": score \"%s\": it has no lowest value; pearson has", d->name, d->score[i]);
    return 0;
}

/* With train.judge = best: what train.judge_by names, which the data must have. */
static int open_judge(struct run *run, const struct settings *s, struct error *err)
{
    const struct value *judge = settings_find(s, "train.judge"), *by = settings_find(s, "train.judge_by");
    const char *text = by ? by->string : "";

    if (!judge || strcmp(judge->string, "best") != 0)
        return 0;
    if (!find_measure(run->dataset, text, &run->judge))
        return error_set(err, "train.judge_by \"%s\": data set \"%s\" has no such measure", text,
                         run->dataset->name);
    return 0;
}

static void measure_pictures(struct run *run)
{
    const struct dataset *d = run->dataset;
    int picture = signature_find(&d->signature, FIELD_PICTURE);

    if (run->has_unit_pixels)
        standard_unit(&run->standard);
    else if (picture >= 0)
        standard_measure(&d->signature.fields[picture], &d->train.values[picture], run->split.train,
                         run->split.n_train, &run->standard);
}

static int open_data(struct run *run, const struct settings *s, struct error *err)
{
    void *augment_config;

    if (component_configure(&augment_component, "data", s, &run->arena, &augment_config, err) < 0 ||
        open_split(run, s, err) < 0 || open_prepared(run, s, true, err) < 0)
        return -1;
    run->augment = augment_config;
    if (spoil_labels(run, s, err) < 0)
        return -1;
    measure_pictures(run);
    return 0;
}

/* What the model's first n parameters start from, and which of them are trained; weights NULL: only checks. */
static int load_init(struct run *run, const struct run_input *input, struct params *p, int n, float *weights,
                     struct error *err)
{
    const struct value *decay = settings_find(input->settings, "optimizer.layer_decay");
    const struct init_config *init;
    void *config;

    if (component_configure(&init_component, "model", input->settings, &run->arena, &config, err) < 0)
        return -1;
    init = config;
    if (weights_fix(init->trains, p, n, err) < 0)
        return -1;
    if (decay && !params_decay_layers(p, n, decay->number))
        return error_set(err, "optimizer.layer_decay %g does nothing: the model has no numbered layers", decay->number);
    if (settings_find(input->settings, "train.retrain") && p->items[n - 1].is_fixed)
        return error_set(err, "train.retrain trains the last layer, and model.trains \"%s\" leaves \"%s\" as it is",
                         init->trains, p->items[n - 1].name);
    return *init->init && input->init ? weights_load(input->init, init->init, init->init_except, p, weights, err) : 0;
}

/* A model that the kind of step has for itself starts from the same file as the run's. */
static int start_step(struct run *run, const struct run_input *input, struct error *err)
{
    struct trainer *t = &run->trainer;
    float *start = input->init && *settings_string(input->settings, "model.init") ? trainer_step_start(t, &run->arena)
                                                                                  : NULL;

    if (!start)
        return 0;
    if (load_init(run, input, &t->engine.graph.params, t->engine.n_model_params, start, err) < 0)
        return -1;
    trainer_begin_step(t);
    return 0;
}

int run_open(struct run *run, const struct run_input *input, struct error *err)
{
    const struct settings *s = input->settings;
    struct graph graph;
    void *train;

    if (component_configure(&train_component, "train", s, &run->arena, &train, err) < 0)
        return -1;
    run->train = train;
    run->rng = rng_seed((uint64_t)run->train->seed);
    if (dataset_draw(run->dataset, s, run->train->seed, &run->drawn))
        run->dataset = &run->drawn;
    if (open_data(run, s, err) < 0 || open_task(run, err) < 0 || open_judge(run, s, err) < 0 ||
        build_model(run, s, &graph, err) < 0 || open_method(run, s, err) < 0)
        return -1;
    trainer_init(&run->trainer, &run->arena, &run->method.trainer, &graph,
                 &(struct engine_sizes){
                     .n_classes = run->dataset->n_classes,
                     .batch = run->batch,
                     .micro_batch = run->train->micro_batch,
                     .n_environments = run->n_groups,
                     .target = run->dataset->target,
                     .n_threads = input->n_threads,
                     .keep = ENGINE_KEEP,
                 },
                 rng_derive(run->rng, "init"));
    run->trainer.task = run->task;
    run->trainer.n_task = run->dataset->n_score;
    if (load_init(run, input, &run->trainer.engine.graph.params, run->trainer.engine.n_model_params,
                  run->trainer.weights, err) < 0 ||
        start_step(run, input, err) < 0)
        return -1;
    if (run->judge.type)
        run->best = arena_alloc(&run->arena, run->trainer.engine.graph.params.size * sizeof *run->best);
    run->protocol->begin_stage(run, !run->protocol->end_first_stage);
    return 0;
}

void run_close(struct run *run)
{
    arena_release(&run->evaluation_arena);
    arena_release(&run->drawn.arena);
    arena_release(&run->arena);
}

/* Its first step, or epoch, has the whole learning rate where it is not longer than that; from zero it has none. */
static int check_warmup(const struct settings *s, int n_steps, struct error *err)
{
    double warmup = settings_number(s, "train.warmup");

    if (settings_find(s, "train.warmup_from"))
        return 0;
    if (warmup > 0 && warmup * n_steps <= 1)
        return error_set(err, "train.warmup %g, of an epoch of %d steps, does nothing: it is no "
                              "longer than the first step", warmup, n_steps);
    if (warmup > 0 && warmup <= 1 && settings_find(s, "train.warmup_by"))
        return error_set(err, "train.warmup %g does nothing where train.warmup_by is \"epoch\": it is no longer than the "
                              "first epoch", warmup);
    return 0;
}

/* A share of the run behind which there is no step any more. */
static int check_shares(const struct settings *s, int n_steps, struct error *err)
{
    const double epochs = settings_number(s, "train.epochs"), late = settings_number(s, "train.late");
    const struct schedule_time last = {epochs - 1.0 / n_steps, epochs, 0};
    const struct value *at = settings_find(s, "schedule.at");

    for (int i = 0; at && i < at->n_items; i++)
        if (!schedule_has_come_to(last, at->items[i].number))
            return error_set(err, "schedule.at %g is never reached: a run has %g steps", at->items[i].number,
                             epochs * n_steps);
    if (!schedule_has_come_to(last, late))
        return error_set(err, "train.late %g is never reached: a run has %g steps", late, epochs * n_steps);
    return 0;
}

static int check_times(const struct run *run, const struct settings *s, struct error *err)
{
    int n_steps = (run->split.n_train + run->batch - 1) / run->batch;

    return !run->protocol->has_epochs || (check_warmup(s, n_steps, err) == 0 && check_shares(s, n_steps, err) == 0) ? 0 : -1;
}

/* Of a method that is open. */
static int check_average(const struct run *run, const struct settings *s, struct error *err)
{
    const struct average *average = &run->method.trainer.average;
    long n_steps = (run->split.n_train + run->batch - 1) / run->batch * (long)settings_number(s, "train.epochs");

    if (!run->protocol->has_epochs)
        n_steps = (long)settings_number(s, "data.steps");
    return average->type->check ? average->type->check(average->config, n_steps, err) : 0;
}

static struct run_size measure(const struct run *run)
{
    bool is_equal = run->dataset->target == TARGET_CLASS && run->split.class_counts;

    for (int c = 1; is_equal && c < run->dataset->n_classes; c++)
        is_equal = run->split.class_counts[c] == run->split.class_counts[0];
    return (struct run_size){.n_train = run->split.n_train, .has_equal_classes = is_equal};
}

static double pool_size(const struct dataset *d, const struct pool *pool)
{
    double size = 16;

    for (int f = 0; f < d->signature.n; f++) {
        const struct field *field = &d->signature.fields[f];

        /* What is no picture is there as it was read, and prepared. */
        size += (double)field_size(field) * (field->kind == FIELD_PICTURE ? 1 : 2 * sizeof(float)) +
                (field->kind == FIELD_PICTURE ? sizeof(void *) : 0);
    }
    return pool->n * size;
}

static void weigh(const struct run *run, const struct run_input *input, const struct graph *graph,
                  struct run_needs *ret_needs)
{
    const double START = 16e6; /* the program, its libraries and their self-test */
    const struct settings *s = input->settings;
    const struct dataset *d = run->dataset;
    struct engine_sizes sizes = {.n_classes = d->n_classes,
                                  .batch = run->batch,
                                  .micro_batch = (int)settings_number(s, "train.micro_batch"),
                                  .n_threads = 1,
                                  .keep = ENGINE_KEEP};
    double one = trainer_memory(&run->method.trainer, graph, &sizes);

    sizes.n_threads = 2;
    ret_needs->bytes_per_thread = fmax(0, trainer_memory(&run->method.trainer, graph, &sizes) - one);
    one += (run->protocol->n_blocks + (run->judge.type != NULL)) * sizeof(float) * (double)graph->params.size;
    ret_needs->bytes = START + one + pool_size(d, &d->train) + pool_size(d, &d->test);
}

double run_needs_bytes(const struct run_needs *needs, int n_threads)
{
    const int n_more = (n_threads < ENGINE_MAX_LANES ? n_threads : ENGINE_MAX_LANES) - 1;

    return needs->bytes + n_more * needs->bytes_per_thread;
}

static int check_scores(const struct run *run, const struct settings *s, struct error *err)
{
    const struct dataset *d = run->dataset;
    const struct value *keep = settings_find(s, "train.keep_scores");

    if (!keep || !keep->truth || (double)run->split.n_test * d->n_classes <= RUN_MAX_NUMBERS)
        return 0;
    return error_set(err, "train.keep_scores: the %d test examples have %d scores each; %d are kept at most", run->split.n_test,
                     d->n_classes, RUN_MAX_NUMBERS);
}

int run_check(const struct run_input *input, struct run_size *ret_size, struct error *err)
{
    struct run run = {.dataset = input->dataset, .rng = rng_seed(0)};
    struct graph graph;
    struct run_size size;
    int status = -1;

    if (open_split(&run, input->settings, err) == 0 &&
        open_prepared(&run, input->settings, false, err) == 0 && open_task(&run, err) == 0 &&
        open_judge(&run, input->settings, err) == 0 &&
        check_times(&run, input->settings, err) == 0 && check_scores(&run, input->settings, err) == 0) {
        size = measure(&run);
        if (spoil_labels(&run, input->settings, err) == 0 &&
            build_model(&run, input->settings, &graph, err) == 0 &&
            open_method(&run, input->settings, err) == 0 && check_average(&run, input->settings, err) == 0)
            status = load_init(&run, input, &graph.params, graph.params.n, NULL, err);
    }
    if (status == 0 && ret_size) {
        weigh(&run, input, &graph, &size.needs);
        *ret_size = size;
    }
    run_close(&run);
    return status;
}

void run_check_settings(const struct settings *s, const char *prefix, struct text *t)
{
    static const char *const beside[] = {"optimizer.momentum", "optimizer.weight_decay", "schedule.gamma", "schedule.floor",
                                         "train.lr", "train.seed", NULL};

    for (int i = 0; i < s->n_items; i++) {
        const char *name = s->items[i].name;
        int k = 0;

        while (beside[k] && strncmp(name, beside[k], strlen(beside[k])) != 0)
            k++;
        if (beside[k] || strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        text_printf(t, "%s = ", name);
        value_write(t, &s->items[i].value);
        text_printf(t, "\n");
    }
}
