/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Optimizers and schedules against PyTorch's numbers. */
#include "nn/optimizer.h"
#include "nn/schedule.h"
#include "reference/optimizers.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Ours are floats: each step rounds each weight a few times, to 6e-8 of it. */
static const double WEIGHT_TOLERANCE = 3e-6;
static const double FACTOR_TOLERANCE = 1e-12;

/* The component `name` of a kind with settings, "name = value" a line, and defaults. */
static const struct component *configure(const struct component_kind *kind, const char *name,
                                         const char *settings, struct arena *arena,
                                         void **ret_config)
{
    struct settings bare, s;
    struct error err;
    const struct component *c = component_find(kind, name, &err);

    assert_non_null(c);
    settings_init(&bare, arena);
    settings_init(&s, arena);
    assert_int_equal(settings_parse(&bare, settings, &err), 0);
    for (int i = 0; i < bare.n_items; i++)
        settings_set(&s, arena_printf(arena, "%s.%s", kind->name, bare.items[i].name),
                     bare.items[i].value);
    component_defaults(c, kind->name, &s);
    if (component_configure(c, kind->name, &s, arena, ret_config, &err) < 0)
        fail_msg("%s: %s", name, err.text);
    return c;
}

/* Weights of REFERENCE_N, with an optimizer at work on them. */
struct descent {
    const struct optimizer_type *type;
    void *config;
    struct params params;
    float *weights, *grads, *states[OPTIMIZER_MAX_STATES];
    long step;
};

static void descent_init(struct descent *d, struct arena *arena, const char *optimizer,
                         const char *settings, bool decays)
{
    struct param like = {.name = "w", .n_dims = 1, .dims = {REFERENCE_N}, .decays = decays};

    *d = (struct descent){0};
    d->type = (const struct optimizer_type *)configure(&optimizer_kind, optimizer, settings, arena,
                                                       &d->config);
    assert_int_equal(params_add(&d->params, arena, like), 0);
    d->weights = arena_alloc(arena, d->params.size * sizeof(float));
    d->grads = arena_alloc(arena, d->params.size * sizeof(float));
    for (int k = 0; k < d->type->n_states; k++)
        d->states[k] = arena_alloc(arena, d->params.size * sizeof(float));
    for (int i = 0; i < REFERENCE_N; i++)
        d->weights[i] = (float)(i - 2) / 2;
}

static void descent_step(struct descent *d)
{
    d->step++;
    for (int i = 0; i < REFERENCE_N; i++)
        d->grads[i] = (float)(sin(1.3 * i + 0.7 * (double)d->step) + d->weights[i] / 2);
    optimizer_step(d->type, d->config, &d->params, d->step, reference_rate, d->weights, d->grads,
                   d->states);
}

static void test_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof reference_optimizers / sizeof *reference_optimizers; k++) {
        struct arena arena = {0};
        struct descent d;
        int seen = 0;

        descent_init(&d, &arena, reference_optimizers[k].optimizer,
                     reference_optimizers[k].settings, true);
        while (seen < REFERENCE_SEEN) {
            descent_step(&d);
            if (d.step != reference_steps[seen])
                continue;
            for (int i = 0; i < REFERENCE_N; i++) {
                double want = reference_optimizers[k].weights[seen][i];

                if (!(fabs(d.weights[i] - want) <= WEIGHT_TOLERANCE * fmax(1, fabs(want))))
                    fail_msg("%s (%s), step %ld, weight %d: %.9g, PyTorch has %.9g",
                             reference_optimizers[k].optimizer, reference_optimizers[k].settings,
                             d.step, i, d.weights[i], want);
            }
            seen++;
        }
        arena_release(&arena);
    }
}

/* A share of the rate is that rate, to the bit, decay included. */
static void test_rate_share(void **state)
{
    const struct component *c;

    (void)state;
    for (int k = 0; (c = optimizer_kind.at(k)); k++) {
        struct arena arena = {0};
        struct descent half, whole;

        descent_init(&half, &arena, c->name, "weight_decay = 0.3", true);
        descent_init(&whole, &arena, c->name, "weight_decay = 0.3", true);
        half.params.items[0].rate_share = 0.5;
        descent_step(&half);
        memcpy(whole.grads, half.grads, whole.params.size * sizeof(float));
        optimizer_step(whole.type, whole.config, &whole.params, 1, reference_rate / 2, whole.weights, whole.grads,
                       whole.states);
        assert_memory_equal(half.weights, whole.weights, REFERENCE_N * sizeof(float));
        arena_release(&arena);
    }
}

/* Every optimizer leaves the gap behind a parameter zero, and a bias that does not decay
 * moves as without decay, to the bit. */
static void test_contract(void **state)
{
    const struct component *c;

    (void)state;
    for (int k = 0; (c = optimizer_kind.at(k)); k++) {
        struct arena arena = {0};
        struct descent plain, bias;

        descent_init(&plain, &arena, c->name, "weight_decay = 0", true);
        descent_init(&bias, &arena, c->name, "weight_decay = 0.3", false);
        for (int t = 0; t < 5; t++) {
            descent_step(&plain);
            descent_step(&bias);
        }
        assert_memory_equal(plain.weights, bias.weights, REFERENCE_N * sizeof(float));
        for (size_t i = REFERENCE_N; i < plain.params.size; i++)
            assert_true(plain.weights[i] == 0);
        arena_release(&arena);
    }
}

static void test_schedules(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof reference_schedules / sizeof *reference_schedules; k++) {
        struct arena arena = {0};
        void *config;
        const struct component *c =
            configure(&schedule_kind, reference_schedules[k].schedule,
                      reference_schedules[k].settings, &arena, &config);

        for (int step = 0; step < 40; step++) {
            double got = schedule_factor((const struct schedule_type *)c, config, (struct schedule_warmup){0}, step, 4, 10);
            double want = reference_schedules[k].factors[step];

            if (!(fabs(got - want) <= FACTOR_TOLERANCE))
                fail_msg("%s (%s), step %d: %.17g, PyTorch has %.17g",
                         reference_schedules[k].schedule, reference_schedules[k].settings, step,
                         got, want);
        }
        arena_release(&arena);
    }
}

/* Linear over its epochs, from one step's share to the whole, then the schedule as if there
 * had been none: it takes its time from the schedule's. */
static void test_warm_up(void **state)
{
    struct arena arena = {0};
    void *config;
    const struct schedule_type *type = (const struct schedule_type *)configure(
        &schedule_kind, "cosine", "floor = 0", &arena, &config);

    (void)state;
    for (int step = 0; step < 40; step++) {
        double got = schedule_factor(type, config, (struct schedule_warmup){2.5, SCHEDULE_BY_STEP, SCHEDULE_FROM_ONE}, step, 4, 10);
        double plain = schedule_factor(type, config, (struct schedule_warmup){0}, step, 4, 10);

        assert_true(fabs(got - (step < 10 ? (step + 1) / 10.0 : plain)) <= FACTOR_TOLERANCE);
    }
    assert_true(schedule_factor(type, config, (struct schedule_warmup){0.1, SCHEDULE_BY_STEP, SCHEDULE_FROM_ONE}, 0, 4,
                                10) == 1); /* less than one step */
    arena_release(&arena);
}

/* Hugging Face's schedules with warm-up: from 0, and their own time behind it. */
static void test_from_zero(void **state)
{
    struct arena arena = {0};
    void *config;
    const struct schedule_type *type = (const struct schedule_type *)configure(
        &schedule_kind, "linear", "floor = 0", &arena, &config);

    (void)state;
    for (int step = 0; step < 40; step++) {
        double got = schedule_factor(type, config, (struct schedule_warmup){1.5, SCHEDULE_BY_STEP, SCHEDULE_FROM_ZERO},
                                     step, 4, 10);

        assert_true(fabs(got - reference_warmup[step]) <= FACTOR_TOLERANCE);
    }
    arena_release(&arena);
}

/* LDAM-DRW's rate: in epoch e from 1 to 5 of 200 e / 5 of it, behind 160 a hundredth, behind 180 a hundredth of that;
 * and the same shares of any other number of epochs. */
static void test_ldam_drw(void **state)
{
    struct arena arena = {0};
    void *config;
    const struct schedule_type *type = (const struct schedule_type *)configure(
        &schedule_kind, "step", "at = [0.8,0.9]\ngamma = 0.01", &arena, &config);
    const struct schedule_warmup warmup = {5, SCHEDULE_BY_EPOCH, SCHEDULE_FROM_ONE};
    enum { STEPS = 97 };

    (void)state;
    for (int n_epochs = 10; n_epochs <= 300; n_epochs += 10)
        for (long step = 0; step < STEPS * n_epochs; step++) {
            int e = (int)(step / STEPS) + 1;
            double want = e <= 5                       ? e / 5.0
                          : 10 * e > 9 * n_epochs      ? 1e-4
                          : 10 * e > 8 * n_epochs      ? 1e-2
                                                       : 1;
            double got = schedule_factor(type, config, warmup, step, STEPS, n_epochs);

            if (!(fabs(got - want) <= FACTOR_TOLERANCE * want))
                fail_msg("%d epochs, step %ld: %.17g, not %.17g", n_epochs, step, got, want);
        }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_rate_share),
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_warm_up),
        cmocka_unit_test(test_from_zero),
        cmocka_unit_test(test_ldam_drw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
