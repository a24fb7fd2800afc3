/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a kind of step makes of a small batch is what PyTorch makes of it, in whatever pieces. */
#include "learn/step/step.h"
#include "nn/model.h"
#include "reference/steps.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { N = 11, COLUMNS = 5, CLASSES = 3, N_STEPS = 5 };

/* Five steps in single precision, against double: of an ascent of 16 steps in each, too. */
static const double TOLERANCE = 1e-6;

static const struct component *find(const struct component_kind *kind, const char *name)
{
    struct error err;
    const struct component *c = component_find(kind, name, &err);

    assert_non_null(c);
    return c;
}

static const void *configure(struct arena *arena, const struct component *c, const char *slot, const char *settings)
{
    struct settings s;
    struct error err;
    void *config;

    settings_init(&s, arena);
    assert_int_equal(settings_parse(&s, settings, &err), 0);
    component_defaults(c, slot, &s);
    if (component_configure(c, slot, &s, arena, &config, &err) < 0)
        fail_msg("%s", err.text);
    return config;
}

/* tests/reference/steps.py: from name and place. */
static float number(const char *prefix, const char *name, size_t i)
{
    uint32_t sum = 0;

    for (; *prefix; prefix++)
        sum += (unsigned char)*prefix;
    for (; *name; name++)
        sum += (unsigned char)*name;
    return (float)(((uint32_t)i * 2654435761u + 40503u * sum) >> 8) * 0x1p-24f - 0.5f;
}

/* Where number i of a parameter, as PyTorch has it, is in the block. */
static size_t place(const struct param *p, size_t i)
{
    size_t outer = (size_t)p->dims[0], inner = p->size / outer;

    return p->offset + (p->transposed ? i % inner * outer + i / inner : i);
}

static void set_weights(const struct params *params, const char *prefix, float *w)
{
    for (int k = 0; k < params->n; k++)
        for (size_t i = 0; i < params->items[k].size; i++)
            w[place(&params->items[k], i)] = number(prefix, params->items[k].name, i);
}

/* A trainer of an MLP, and all it borrows. */
struct session {
    struct arena arena;
    struct loss loss;
    struct objective objective;
    struct objective_data objective_data;
    struct objective_filter filter;
    struct optimizer_common optimizer_common;
    struct trainer trainer;
    float x[N][COLUMNS];
    uint16_t labels[N];
    uint32_t indices[N];
    struct pool pool;
    struct engine_data data;
};

static void open_session(struct session *s, const char *step, const char *settings, int n_columns, const char *hidden,
                         int n_classes, int micro_batch)
{
    static const int counts[CLASSES] = {4, 4, 3};
    const struct component *objective = find(&objective_kind, "erm"), *loss = find(&loss_kind, "cross_entropy"),
                           *optimizer = find(&optimizer_kind, "sgd"), *model = find(&model_kind, "mlp"),
                           *kind = step ? find(&step_kind, step) : NULL;
    const struct signature signature = signature_numbers(n_columns, NULL);
    const struct engine_slots slots = {
        .transform = (const struct transform_type *)find(&transform_kind, "none"), .loss = &s->loss, .objective = &s->objective};
    struct trainer_method method = {.engine = {.slots = {slots, slots}},
                                    .optimizer = (const struct optimizer_type *)optimizer,
                                    .optimizer_common = &s->optimizer_common,
                                    .average = {(const struct average_type *)find(&average_kind, "last_iterate"), NULL},
                                    .step = (const struct step_type *)kind};
    struct graph graph;
    struct error err;

    *s = (struct session){.objective_data = {.n_classes = n_classes, .class_counts = counts},
                          .pool = {.n = N, .labels = s->labels, .values = {{.numbers = s->x[0]}}},
                          .data = {.pool = &s->pool}};
    method.optimizer_config = configure(&s->arena, optimizer, "optimizer", "optimizer.momentum = 0.9\n");
    method.step_config = kind ? configure(&s->arena, kind, "step", settings) : NULL;
    method.engine.waits = kind && method.step->weighs;
    assert_int_equal(loss_init(&s->loss, &s->arena, (const struct loss_type *)loss, configure(&s->arena, loss, "loss", ""),
                               &(struct loss_common){0}, &(struct loss_data){.n_classes = n_classes}, &err), 0);
    assert_int_equal(objective_init(&s->objective, &s->arena, (const struct objective_type *)objective,
                                    configure(&s->arena, objective, "objective", ""), &s->filter, &s->objective_data, N,
                                    &err), 0);
    graph_init(&graph, &s->arena, &signature);
    if (kind && method.step->wants_inputs)
        graph_want_input_gradients(&graph);
    assert_int_equal(((const struct model_type *)model)->build(configure(&s->arena, model, "model", hidden), n_classes,
                                                               &graph, &err), 0);
    trainer_init(&s->trainer, &s->arena, &method, &graph,
                 &(struct engine_sizes){.n_classes = n_classes, .batch = N, .micro_batch = micro_batch, .n_threads = 2,
                                        .keep = ENGINE_KEEP},
                 rng_seed(1));
    for (uint32_t i = 0; i < N; i++)
        s->indices[i] = i;
}

static void make_step(struct session *s, int n, int i, double rate)
{
    struct trainer_step step = {.step = i + 1, .n_steps = N_STEPS, .rate = rate, .rng = rng_seed((uint64_t)i)};
    struct trainer_sums sums;

    trainer_step(&s->trainer, &s->data, s->indices, n, &step, &sums);
    assert_true(isfinite(sums.loss));
}

static void compare(const struct session *s, const struct reference_step *want)
{
    const struct params *params = &s->trainer.engine.graph.params;
    int at = 0;

    for (int k = 0; k < params->n; k++)
        for (size_t i = 0; i < params->items[k].size; i++, at++) {
            double got = (double)s->trainer.weights[place(&params->items[k], i)];

            if (!(fabs(got - want->weights[at]) < TOLERANCE))
                fail_msg("%s: \"%s\" %zu: %.9g, not %.9g", want->name, params->items[k].name, i, got, want->weights[at]);
        }
    assert_int_equal(at, (int)(sizeof want->weights / sizeof *want->weights));
}

static void test_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * sizeof reference_steps / sizeof *reference_steps; k++) {
        const struct reference_step *want = &reference_steps[k / 2];
        bool is_l1 = strcmp(want->name, "l1") == 0;
        struct session s;

        open_session(&s, is_l1 ? NULL : want->name, "", COLUMNS, "model.hidden = [6]\n", CLASSES, k % 2 ? 3 : N);
        for (int i = 0; i < N * COLUMNS; i++)
            s.x[i / COLUMNS][i % COLUMNS] = 3 * number("", "x", (size_t)i);
        for (int i = 0; i < N; i++)
            s.labels[i] = (uint16_t)(i * 7 % 5 % CLASSES);
        set_weights(&s.trainer.engine.graph.params, "", s.trainer.weights);
        if (strcmp(want->name, "lff") == 0) /* the biased model is the first of the room */
            set_weights(&s.trainer.engine.graph.params, "biased.", s.trainer.step_room);
        if (is_l1) {
            engine_freeze_features(&s.trainer.engine);
            s.trainer.l1 = 0.1;
        }
        for (int i = 0; i < N_STEPS; i++)
            make_step(&s, N, i, 0.1);
        compare(&s, want);
        arena_release(&s.arena);
    }
}

/* Logistic regression, theta (1.5, -1), bias 0.1, of x (1, -0.5) of the one class and (0.2, 0.3) of the other. */
static void test_wrm_of_logistic_regression(void **state)
{
    static const float x[2][2] = {{1, -0.5f}, {0.2f, 0.3f}};
    static const double want[2][2] = {{0.9554389246, -0.4702926164}, {0.4445412875, 0.1369724750}},
                        want_losses[2] = {0.1265172660, 1.0568555395};
    struct session s;
    const struct params *p;

    (void)state;
    open_session(&s, "wrm", "step.gamma = 2\n", 2, "model.hidden = []\n", 2, 1);
    p = &s.trainer.engine.graph.params;
    memcpy(s.x, x, sizeof x);
    s.labels[0] = 1;
    memset(s.trainer.weights, 0, p->size * sizeof(float));
    s.trainer.weights[place(&p->items[0], 2)] = 1.5f;
    s.trainer.weights[place(&p->items[0], 3)] = -1;
    s.trainer.weights[place(&p->items[1], 1)] = 0.1f;
    make_step(&s, 2, 0, 1e-9);
    for (int i = 0; i < 2; i++) {
        assert_float_equal(s.trainer.engine.outcome.losses[i], want_losses[i], 3e-7);
        for (int k = 0; k < 2; k++) /* behind the inputs as they were */
            assert_float_equal(s.trainer.step_room[4 + 2 * i + k], want[i][k], 3e-7);
    }
    arena_release(&s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_wrm_of_logistic_regression),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
