/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every penalty of the table: gradients by scores, features and own weights against central
 * differences; values against sums by hand. */
#include "learn/penalty/penalty.h"
#include "math/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Values are doubles of single-precision inputs; some, as covariances, pass through floats. A
 * step of 1e-2 leaves 1e-5 of that in a difference of order 1. */
static const double STEP = 1e-2, TOLERANCE = 5e-3;

enum { N = 11, CLASSES = 3, WIDTH = 5, MAX_WEIGHTS = 64 };

struct bench {
    struct arena arena;
    const struct penalty_type *type;
    void *config;
    struct params params;
    float scores[N * CLASSES], features[N * WIDTH], *weights;
    float gscores[N * CLASSES], gfeatures[N * WIDTH], *gweights;
    struct penalty_batch batch;
};

static double compute(struct bench *b)
{
    struct arena arena = {0};
    struct penalty_gradients g = {b->gscores, b->gfeatures, b->gweights};
    double value;

    memset(b->gscores, 0, sizeof b->gscores);
    memset(b->gfeatures, 0, sizeof b->gfeatures);
    memset(b->gweights, 0, b->params.size * sizeof(float));
    value = b->type->compute(b->config, &b->batch, &arena, &g);
    arena_release(&arena);
    return value;
}

static void open_bench(struct bench *b, const struct penalty_type *type)
{
    /* Environments of 4, 4 and 3 examples. */
    static const int environments[N] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
    static const int labels[N] = {0, 1, 2, 0, 1, 1, 2, 0, 0, 2, 1};
    struct settings s;
    struct error err;

    *b = (struct bench){.type = type};
    settings_init(&s, &b->arena);
    component_defaults(&type->component, "penalty", &s);
    if (component_hparam(&type->component, "lambda"))
        settings_set(&s, "penalty.lambda", value_number(2));
    assert_int_equal(component_configure(&type->component, "penalty", &s, &b->arena, &b->config,
                                         &err), 0);
    if (type->plan)
        assert_int_equal(type->plan(b->config, CLASSES, WIDTH, &b->params, &b->arena), 0);
    b->weights = arena_alloc(&b->arena, (b->params.size + 1) * sizeof(float));
    b->gweights = arena_alloc(&b->arena, (b->params.size + 1) * sizeof(float));
    kernel_normal(b->scores, N * CLASSES, rng_seed(1).key);
    kernel_normal(b->features, N * WIDTH, rng_seed(2).key);
    kernel_normal(b->weights, b->params.size, rng_seed(3).key);
    b->batch = (struct penalty_batch){
        .n = N, .n_classes = CLASSES, .n_features = WIDTH, .n_environments = 3,
        .scores = b->scores, .features = b->features, .labels = labels,
        .environments = environments, .step = 600, .n_steps = 1000, .weights = b->weights,
    };
}

static void check(struct bench *b, const char *what, float *x, const float *gradient, size_t n)
{
    float g[N * WIDTH + MAX_WEIGHTS];
    double largest = 1e-3;

    compute(b);
    memcpy(g, gradient, n * sizeof *g);
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)g[i]));
    for (size_t i = 0; i < n; i++) {
        float keep = x[i];
        double high, low, numeric;

        x[i] = keep + (float)STEP;
        high = compute(b);
        x[i] = keep - (float)STEP;
        low = compute(b);
        x[i] = keep;
        numeric = (high - low) / (2 * STEP);
        if (fabs(numeric - (double)g[i]) > TOLERANCE * largest)
            fail_msg("%s: %s[%zu]: %g, differences give %g", b->type->component.name, what, i,
                     (double)g[i], numeric);
    }
}

static void test_gradients(void **state)
{
    const struct component *c;

    (void)state;
    for (int i = 0; (c = penalty_kind.at(i)); i++) {
        const struct penalty_type *type = (const struct penalty_type *)c;
        struct bench b;

        open_bench(&b, type);
        assert_true(compute(&b) != 0);
        check(&b, "scores", b.scores, b.gscores, N * CLASSES);
        check(&b, "features", b.features, b.gfeatures, N * WIDTH);
        for (int k = 0; k < b.params.n; k++)
            check(&b, b.params.items[k].name, b.weights + b.params.items[k].offset,
                  b.gweights + b.params.items[k].offset, b.params.items[k].size);
        arena_release(&b.arena);
    }
}

static const struct penalty_type *find(const char *name)
{
    struct error err;

    return (const struct penalty_type *)component_find(&penalty_kind, name, &err);
}

/* Two environments whose features differ by a shift: covariances agree, means do not. */
static void test_coral_of_a_shift(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, find("coral"));
    b.batch.n = 8;
    b.batch.n_environments = 2;
    for (int i = 0; i < 4 * WIDTH; i++)
        b.features[4 * WIDTH + i] = b.features[i] + 3;
    assert_true(fabs(compute(&b) - 9) < 1e-4);
    arena_release(&b.arena);
}

static void test_mmd_of_equals(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, find("mmd"));
    b.batch.n = 8;
    b.batch.n_environments = 2;
    memcpy(b.features + 4 * WIDTH, b.features, 4 * WIDTH * sizeof *b.features);
    assert_true(fabs(compute(&b)) < 1e-12);
    arena_release(&b.arena);
}

static void test_stages(void **state)
{
    struct bench b;
    struct penalty_freeze f;

    (void)state;
    open_bench(&b, find("frr")); /* of 1,000 steps: 500, 250, 250 */
    b.batch.step = 499;
    assert_true(compute(&b) == 0);
    assert_int_equal(b.type->stage(b.config, 499, 1000), 0);
    assert_int_equal(b.type->stage(b.config, 500, 1000), 500);
    assert_int_equal(b.type->stage(b.config, 999, 1000), 750);
    f = b.type->freeze(b.config, 500, 1000);
    assert_true(f.features && !f.last_layer && !f.own);
    f = b.type->freeze(b.config, 750, 1000);
    assert_true(!f.features && f.last_layer && f.own);
    arena_release(&b.arena);
    open_bench(&b, find("irm"));
    assert_int_equal(b.type->stage(b.config, 499, 1000), 0);
    assert_int_equal(b.type->stage(b.config, 700, 1000), 500);
    arena_release(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_coral_of_a_shift),
        cmocka_unit_test(test_mmd_of_equals),
        cmocka_unit_test(test_stages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
