/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Averages of weights that are made up: against sums in double, over more steps than a float can count. */
#include "learn/average/average.h"

#include "learn/config/config.h"
#include "math/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { N = 5 };

static struct arena arena;

static struct average sma(double from)
{
    struct settings s;
    struct error err;
    const struct component *c = component_find(&average_kind, "sma", &err);
    void *config;

    settings_init(&s, &arena);
    settings_set(&s, "average.from", value_number(from));
    assert_int_equal(component_configure(c, "average", &s, &arena, &config, &err), 0);
    return (struct average){(const struct average_type *)c, config};
}

/* Weights that move a bit around 1, one that stays, and one that grows. */
static void move(struct rng *rng, long step, float *w)
{
    for (int i = 0; i < N; i++)
        w[i] = (float)(1 + 1e-3 * (rng_uniform(rng) - 0.3));
    w[1] = 0.3f;
    w[2] = 1e-4f * (float)step;
}

/* Off by no more than the rounding of the result; before it begins it is the weights. A mean in one float would be off by
 * thousands of these: its steps are lost. */
static void test_plain_mean(void **state)
{
    static const struct {
        double from;
        long n_steps, before;
    } cases[] = {{0, 200000, 0}, {0.5, 7, 4}, {0.3, 10, 3}, {3, 8, 3}, {0.02, 40, 1}};

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct average average = sma(cases[c].from);
        float w[N], mean[N] = {7}, rest[N] = {7};
        double sums[N] = {0};
        struct rng rng = rng_seed(c);

        for (long step = 1; step <= cases[c].n_steps; step++) {
            move(&rng, step, w);
            average.type->add(average.config, &(struct average_step){step, cases[c].n_steps, N, w, {mean, rest}});
            for (int i = 0; i < N; i++)
                sums[i] += step > cases[c].before ? w[i] : 0;
            if (step <= cases[c].before)
                assert_memory_equal(mean, w, sizeof w);
        }
        for (int i = 0; i < N; i++) {
            double want = sums[i] / (double)(cases[c].n_steps - cases[c].before);

            if (fabs(mean[i] - want) > 0.5001 * (nextafterf(mean[i], INFINITY) - mean[i]))
                fail_msg("from %g: weight %d is %.9g, not %.12g", cases[c].from, i, (double)mean[i], want);
        }
    }
}

static void test_what_averages_nothing(void **state)
{
    static const struct {
        double from;
        long n_steps;
        const char *says; /* NULL: it is taken */
    } cases[] = {
        {0, 2, NULL},
        {8, 10, NULL},
        {9, 10, "average.from 9 leaves 1 of a run's 10 steps"},
        {100, 10, "average.from 100 leaves 0 of a run's 10 steps"},
        {0.95, 20, "average.from 0.95 leaves 1 of a run's 20 steps"},
        {0, 1, "two at least make an average"},
    };

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct average average = sma(cases[c].from);
        struct error err;
        int got = average.type->check(average.config, cases[c].n_steps, &err);

        assert_int_equal(got, cases[c].says ? -1 : 0);
        if (cases[c].says && !strstr(err.text, cases[c].says))
            fail_msg("%s", err.text);
    }
}

/* One of them, and the default in no spec. */
static void test_settings(void **state)
{
    static const struct {
        const char *more, *says; /* NULL: it is taken */
        bool is_there;
    } cases[] = {
        {"average = \"last_iterate\"\n", NULL, false},
        {"average = \"last_iterate\"\noptimizer.ema = 0.9\n", NULL, false},
        {"average = \"sma\"\n", NULL, true},
        {"average = \"sma\"\noptimizer.ema = 0\n", NULL, true},
        {"average = \"sma\"\noptimizer.ema = 0.9\n", "average sma and optimizer.ema 0.9: one average", false},
    };

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct settings s;
        struct error err;

        settings_init(&s, &arena);
        assert_int_equal(settings_parse(&s, arena_printf(&arena, "data = \"shapes\"\ndata.format = \"shapes\"\n%s",
                                                         cases[c].more), &err), 0);
        if (config_complete(&s, &err) != (cases[c].says ? -1 : 0) || (cases[c].says && !strstr(err.text, cases[c].says)))
            fail_msg("%zu: %s", c, err.text);
        assert_true(cases[c].says || (settings_find(&s, "average") != NULL) == cases[c].is_there);
    }
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_mean),
        cmocka_unit_test(test_what_averages_nothing),
        cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
