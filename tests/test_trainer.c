/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every objective of the table trains to the same bits on any number of threads,
 * with activations kept or computed again; and to what is known to be the same
 * by algebra. */
#include "learn/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { BATCH = 40, MICRO_BATCH = 8, N_STEPS = 3 };

static struct dataset dataset;
static struct standard standard;
static uint32_t indices[BATCH * N_STEPS];

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
    struct arena arena = {0};
    struct settings description, s;
    struct dataset_source source = {"shapes", NULL, &description, NULL};
    struct error err;

    (void)state;
    settings_init(&description, &arena);
    settings_init(&s, &arena);
    settings_set(&description, "format", value_string("shapes"));
    settings_set(&s, "data.train_per_class", value_number(BATCH * N_STEPS / 10));
    settings_set(&s, "data.test_per_class", value_number(1));
    settings_set(&s, "data.difficulty", value_number(0.5));
    if (dataset_open(&dataset, &source, &s, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < BATCH * N_STEPS; i++)
        indices[i] = (uint32_t)i;
    standard_measure(&dataset, &dataset.train, indices, BATCH * N_STEPS, &standard);
    arena_release(&arena);
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
};

static const struct component *find(const struct component_kind *kind, const char *name)
{
    struct error err;
    const struct component *c = component_find(kind, name, &err);

    assert_non_null(c);
    return c;
}

/* The hash of the weights after N_STEPS steps; the last batch is short. */
static void train(const struct setup *setup, char ret_hash[65])
{
    struct arena arena = {0};
    const struct component *objective = find(&objective_kind, setup->objective);
    const struct component *model = find(&model_kind, "mlp");
    const struct component *loss = find(&loss_kind, "cross_entropy");
    const struct component *optimizer = find(&optimizer_kind, "sgd");
    struct picture_shape picture = {3, 32, 32};
    int counts[10] = {12, 12, 12, 12, 12, 12, 12, 12, 12, 12};
    struct objective_data objective_data = {.n_classes = 10, .class_counts = counts};
    struct objective_filter filter = {setup->trim};
    struct objective o;
    struct loss l;
    const struct trainer_slots slots = {
        .transform = (const struct transform_type *)find(&transform_kind, "none"),
        .loss = &l,
        .objective = &o,
    };
    struct optimizer_common common = {0};
    struct trainer_method method = {
        .slots = {slots, slots},
        .optimizer_common = &common,
        .optimizer = (const struct optimizer_type *)optimizer,
        .optimizer_config = configure(&arena, optimizer, "optimizer", NULL, value_number(0)),
    };
    struct trainer_data data = {
        .dataset = &dataset, .pool = &dataset.train, .standard = &standard};
    struct graph graph;
    struct trainer t;
    struct error err;

    if (loss_init(&l, &arena, (const struct loss_type *)loss,
                  configure(&arena, loss, "loss", NULL, value_number(0)), &(struct loss_common){0},
                  &(struct loss_data){.n_classes = 10}, &err) < 0 ||
        objective_init(&o, &arena, (const struct objective_type *)objective,
                       configure(&arena, objective, "objective", NULL, value_number(0)), &filter,
                       &objective_data, BATCH, &err) < 0)
        fail_msg("%s", err.text);
    graph_init(&graph, &arena, (struct shape){1, 3 * 32 * 32});
    if (((const struct model_type *)model)
            ->build(configure(&arena, model, "model", "model.dropout", value_number(0.3)), picture,
                    10, &graph, &err) < 0)
        fail_msg("%s", err.text);
    trainer_init(&t, &arena, &method, &graph,
                 &(struct trainer_sizes){.n_classes = 10,
                                         .batch = BATCH,
                                         .micro_batch = MICRO_BATCH,
                                         .n_threads = setup->n_threads,
                                         .keep = setup->keep},
                 rng_seed(1));
    for (int i = 0; i < N_STEPS; i++) {
        struct trainer_step step = {.step = i + 1, .rate = 0.05, .rng = rng_seed((uint64_t)i)};
        struct trainer_sums sums;

        trainer_step(&t, &data, indices + i * BATCH, i < N_STEPS - 1 ? BATCH : 19, &step, &sums);
        assert_true(isfinite(sums.loss));
    }
    params_hash(&t.graph.params, t.weights, ret_hash);
    arena_release(&arena);
}

static void check_objective(const char *name, double trim)
{
    char want[65], got[65];

    train(&(struct setup){name, trim, 1, TRAINER_KEEP}, want);
    for (int n_threads = 1; n_threads <= 8; n_threads = n_threads < 4 ? n_threads + 1 : 8) {
        for (int keeps = 0; keeps < 2; keeps++) {
            train(&(struct setup){name, trim, n_threads, keeps ? TRAINER_KEEP : 0}, got);
            if (strcmp(got, want) != 0)
                fail_msg("%s trim %g: other bits on %d threads, activations %s", name, trim,
                         n_threads, keeps ? "kept" : "computed again");
        }
        if (n_threads == 8)
            break;
    }
}

static void test_same_bits(void **state)
{
    const struct component *c;

    (void)state;
    for (int i = 0; (c = objective_kind.at(i)); i++)
        check_objective(c->name, 0);
    check_objective("rgd", 0.1);
    check_objective("rgd_mean_one", 0.1);
}

/* Forwards first or together: one and the same. A share so small that it trims
 * nothing takes ERM the long way. */
static void test_both_ways_are_one(void **state)
{
    char together[65], apart[65];

    (void)state;
    train(&(struct setup){"rgd", 0, 1, TRAINER_KEEP}, together);
    train(&(struct setup){"rgd", 1e-6, 2, TRAINER_KEEP}, apart);
    assert_string_equal(together, apart);
    train(&(struct setup){"rgd", 1e-6, 2, 0}, apart);
    assert_string_equal(together, apart);
}

static void test_objectives_differ(void **state)
{
    char a[65], b[65];

    (void)state;
    train(&(struct setup){"erm", 0, 1, TRAINER_KEEP}, a);
    train(&(struct setup){"kl_dro", 0, 1, TRAINER_KEEP}, b);
    assert_string_not_equal(a, b);
    train(&(struct setup){"erm", 0.2, 1, TRAINER_KEEP}, b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_both_ways_are_one),
        cmocka_unit_test(test_objectives_differ),
    };

    return cmocka_run_group_tests(tests, open_data, close_data);
}
