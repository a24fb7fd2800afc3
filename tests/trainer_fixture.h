/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trainer_fixture: trainers of any model and objective on a few drawn pictures, and their steps. */
#ifndef TESTS_TRAINER_FIXTURE_H
#define TESTS_TRAINER_FIXTURE_H

#include "learn/step/step.h"
#include "sample.h"

#include <math.h>
#include <string.h>

enum { BATCH = 40, MICRO_BATCH = 8, N_STEPS = 3 };

static struct dataset dataset;
static struct standard standard;
static uint32_t indices[BATCH * N_STEPS];
static const char *step_name; /* of all sessions; NULL: none is asked for */

static const void *configure(struct arena *arena, const struct component *c, const char *slot,
                             const char *name, struct value value)
{
    struct settings s;
    struct error err;
    void *config;

    settings_init(&s, arena);
    if (name)
        settings_set(&s, name, value);
    component_defaults(c, slot, &s);
    if (component_configure(c, slot, &s, arena, &config, &err) < 0)
        fail_msg("%s", err.text);
    return config;
}

static int open_data(void **state)
{
    (void)state;
    sample_shapes(BATCH * N_STEPS / 10, 1, 0.5, &dataset);
    for (int i = 0; i < BATCH * N_STEPS; i++)
        indices[i] = (uint32_t)i;
    standard_measure(&dataset.signature.fields[0], &dataset.train.values[0], indices, BATCH * N_STEPS, &standard);
    return 0;
}

static int close_data(void **state)
{
    (void)state;
    dataset_close(&dataset);
    return 0;
}

struct setup {
    const char *objective;
    double trim;
    int n_threads;
    size_t keep;
    const char *model; /* NULL: mlp */
    int micro_batch;   /* 0: MICRO_BATCH */
    double ema;
    double weight_decay;
    int decays;
};

static const char *chosen_average; /* of the sessions that are opened; NULL: none but ema's */

/* A trainer, ready for its first step, and all it borrows. */
struct session {
    struct arena arena;
    struct loss loss;
    struct objective objective;
    struct objective_data objective_data;
    struct objective_filter filter;
    struct optimizer_common optimizer_common;
    struct trainer trainer;
    struct engine_data data;
};

static const struct component *find(const struct component_kind *kind, const char *name)
{
    struct error err;
    const struct component *c = component_find(kind, name, &err);

    assert_non_null(c);
    return c;
}

static void build_model(struct session *s, const char *name, struct graph *graph)
{
    const struct component *c = find(&model_kind, strncmp(name, "resnet", 6) == 0 ? "resnet"
                                                  : strcmp(name, "cosine") == 0   ? "mlp"
                                                                                  : name);
    struct settings small;
    struct error err;
    void *config;

    settings_init(&small, &s->arena);
    if (strncmp(name, "resnet", 6) == 0) {
        settings_set(&small, "model.depth", value_number(8));
        settings_set(&small, "model.width", value_number(4));
        settings_set(&small, "model.batch_norm", value_string(name[6] ? name + 7 : "batch"));
    } else if (strcmp(name, "cosine") == 0) {
        settings_set(&small, "model.hidden", (struct value){.kind = VALUE_LIST});
        settings_set(&small, "model.head", value_string("cosine"));
    } else {
        settings_set(&small, "model.dropout", value_number(0.3));
    }
    if (strcmp(name, "vit") == 0) {
        settings_set(&small, "model.dim", value_number(16));
        settings_set(&small, "model.depth", value_number(2));
        settings_set(&small, "model.heads", value_number(2));
        settings_set(&small, "model.patch", value_number(8));
    }
    component_defaults(c, "model", &small);
    graph_init(graph, &s->arena, &dataset.signature);
    if (step_name && ((const struct step_type *)find(&step_kind, step_name))->wants_inputs)
        graph_want_input_gradients(graph);
    if (component_configure(c, "model", &small, &s->arena, &config, &err) < 0 ||
        ((const struct model_type *)c)->build(config, 10, graph, &err) < 0)
        fail_msg("%s", err.text);
}

static void open_session(struct session *s, const struct setup *setup)
{
    static const int counts[10] = {12, 12, 12, 12, 12, 12, 12, 12, 12, 12};
    const struct component *objective = find(&objective_kind, setup->objective);
    const struct component *loss = find(&loss_kind, "cross_entropy");
    const struct component *optimizer = find(&optimizer_kind, "sgd"), *average;
    const struct engine_slots slots = {
        .transform = (const struct transform_type *)find(&transform_kind, "none"),
        .loss = &s->loss,
        .objective = &s->objective,
    };
    struct trainer_method method = {
        .engine = {.slots = {slots, slots}},
        .optimizer_common = &s->optimizer_common,
        .optimizer = (const struct optimizer_type *)optimizer,
    };
    struct graph graph;
    struct error err;

    *s = (struct session){
        .objective_data = {.n_classes = 10, .class_counts = counts},
        .filter = {setup->trim},
        .optimizer_common = {.ema = setup->ema, .decays = setup->decays},
        .data = {.pool = &dataset.train, .standard = &standard},
    };
    average = find(&average_kind, chosen_average ? chosen_average : "last_iterate");
    method.average = average_choose((const struct average_type *)average,
                                    chosen_average ? configure(&s->arena, average, "average", "average.from",
                                                               value_number(1)) : NULL,
                                    &s->optimizer_common);
    method.optimizer_config = configure(&s->arena, optimizer, "optimizer", "optimizer.weight_decay",
                                        value_number(setup->weight_decay));
    if (loss_init(&s->loss, &s->arena, (const struct loss_type *)loss,
                  configure(&s->arena, loss, "loss", NULL, value_number(0)),
                  &(struct loss_common){0}, &(struct loss_data){.n_classes = 10}, &err) < 0 ||
        objective_init(&s->objective, &s->arena, (const struct objective_type *)objective,
                       configure(&s->arena, objective, "objective", NULL, value_number(0)),
                       &s->filter, &s->objective_data, BATCH, &err) < 0)
        fail_msg("%s", err.text);
    if (step_name) {
        const struct component *step = find(&step_kind, step_name);

        method.step = (const struct step_type *)step;
        method.step_config = configure(&s->arena, step, "step", "step.steps", value_number(2)); /* of those with an ascent */
        method.engine.waits = method.step->weighs;
    }
    build_model(s, setup->model ? setup->model : "mlp", &graph);
    trainer_init(&s->trainer, &s->arena, &method, &graph,
                 &(struct engine_sizes){
                     .n_classes = 10,
                     .batch = BATCH,
                     .micro_batch = setup->micro_batch ? setup->micro_batch : MICRO_BATCH,
                     .n_threads = setup->n_threads,
                     .keep = setup->keep},
                 rng_seed(1));
}

/* Step i, from 0; the last batch is short. Gives the mean loss before it. */
static double make_step(struct session *s, int i, double rate)
{
    struct trainer_step step = {.step = i + 1, .rate = rate, .rng = rng_seed((uint64_t)i)};
    struct trainer_sums sums;
    int n = i < N_STEPS - 1 ? BATCH : 19;

    trainer_step(&s->trainer, &s->data, indices + i * BATCH, n, &step, &sums);
    return sums.loss / n;
}

static void hash(const struct session *s, char ret_hash[65])
{
    params_hash(&s->trainer.engine.graph.params, s->trainer.weights, ret_hash);
}

/* The hash of the weights after N_STEPS steps. */
static void train(const struct setup *setup, char ret_hash[65])
{
    struct session s;

    open_session(&s, setup);
    for (int i = 0; i < N_STEPS; i++)
        assert_true(isfinite(make_step(&s, i, 0.05)));
    hash(&s, ret_hash);
    arena_release(&s.arena);
}

#endif
