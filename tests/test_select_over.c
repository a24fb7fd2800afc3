/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means over the values of a condition, of selections made by hand: whole seeds, seeds that lack a value, methods that
 * lack one. */
#include "analysis/comparisons.h"
#include "analysis/select_over.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_SEEDS = 4, N_TASKS = 3 };

static const char *const tasks[] = {"\"cola\"", "\"rte\"", "\"mrpc\""};
static const char *const noises[] = {"0", "0.2"};
static const double zeros[N_SEEDS];
static const bool no[N_SEEDS];
static const long runs[N_SEEDS] = {7, 7, 7, 7};
static const int seeds[] = {0, 1, 2, 3};

static double value_of(int method, int noise, int task, int seed)
{
    return 0.5 + 0.01 * method * (task + 1) + 0.1 * task - 0.2 * noise + 0.003 * ((seed * 7 + task * 5 + method * 3) % 11);
}

/* Methods "erm" and "rgd" under three tasks and two noises; rgd lacks mrpc, or its seed 1 there. */
static void make(struct selections *s, struct arena *arena, int n_of_last)
{
    struct selection *items = arena_alloc(arena, 12 * sizeof *items);

    *s = (struct selections){.plan = {.baseline = "erm"}};
    for (int noise = 0; noise < 2; noise++)
        for (int task = 0; task < N_TASKS; task++)
            for (int method = 0; method < 2; method++) {
                int n = method && task == 2 ? n_of_last : N_SEEDS;
                struct label_part *parts = arena_alloc(arena, 2 * sizeof *parts);
                double *test = arena_alloc(arena, N_SEEDS * sizeof *test);
                int *held = arena_alloc(arena, N_SEEDS * sizeof *held);

                if (n == 0)
                    continue;
                parts[0] = (struct label_part){"data", tasks[task]};
                parts[1] = (struct label_part){"data.label_noise", noises[noise]};
                for (int i = 0; i < n; i++) {
                    held[i] = n < N_SEEDS && i > 0 ? seeds[i + 1] : seeds[i]; /* 0, 2, 3 */
                    test[i] = value_of(method, noise, task, held[i]);
                }
                items[s->n] = (struct selection){.method = method ? "rgd" : "erm", .condition_label = {parts, 2},
                                                 .place = s->n, .n = n, .n_seeds = n, .seeds = held, .test = test,
                                                 .validation = zeros, .has_diverged = no, .runs = runs, .n_planned = n};
                items[s->n].condition = label_text(&items[s->n].condition_label, arena);
                s->n++;
            }
    select_list_conditions(s, items, arena);
}

static double mean_of(int method, int noise, int seed, int n_tasks)
{
    double sum = 0;

    for (int task = 0; task < n_tasks; task++)
        sum += value_of(method, noise, task, seed);
    return sum / n_tasks;
}

static void check_means(const struct selection *r, int method, int noise, int n_tasks, const int *of, int n)
{
    double means[N_SEEDS * N_TASKS];

    assert_int_equal(select_count_environments(r, r), n_tasks);
    assert_int_equal(select_pairs(r, r, means, means), n);
    for (int i = 0; i < n; i++)
        assert_true(fabs(means[i] - mean_of(method, noise, of[i], n_tasks)) < 1e-15);
}

static void test_whole(void **state)
{
    struct arena arena = {0};
    struct error err = {0};
    struct selections s;
    struct select_over over;
    struct comparisons c;

    (void)state;
    make(&s, &arena, N_SEEDS);
    assert_int_equal(select_over_make(&s, "data", &arena, &over, &err), 0);
    assert_int_equal(over.n_values, N_TASKS);
    assert_string_equal(over.values[2], "mrpc");
    assert_int_equal(over.s.n, 4);
    assert_int_equal(over.s.n_conditions, 2);
    for (int i = 0; i < 4; i++) {
        const struct selection *r = &over.s.items[i];

        assert_string_equal(r->method, i % 2 ? "rgd" : "erm");
        assert_string_equal(r->condition, i / 2 ? "data.label_noise=0.2" : "data.label_noise=0");
        assert_int_equal(r->n, N_SEEDS * N_TASKS);
        assert_int_equal(r->n_planned, N_SEEDS * N_TASKS);
        check_means(r, i % 2, i / 2, N_TASKS, seeds, N_SEEDS);
    }
    /* A seed counts once, whatever it is the mean of. */
    c = comparisons_make(&over.s, NULL, 0, &arena);
    assert_int_equal(c.n, 4);
    for (int i = 0; i < 4; i++) {
        const struct paired *p = &c.items[i].on[ON_TUNED].against;
        double mean = 0;

        if (strcmp(c.items[i].r->method, "erm") == 0)
            continue;
        for (int k = 0; k < N_SEEDS; k++)
            mean += (mean_of(1, 0, k, N_TASKS) - mean_of(0, 0, k, N_TASKS)) / N_SEEDS;
        assert_int_equal(p->n, N_SEEDS);
        assert_true(fabs(p->difference.mean - mean) < 1e-14);
    }
    arena_release(&arena);
}

/* Differences are of what both have; the mean of a method that lacks a task is of those that it has. */
static void test_missing(void **state)
{
    static const int others[] = {0, 2, 3};
    struct arena arena = {0};
    struct error err = {0};
    struct selections s;
    struct select_over over;
    double x[N_SEEDS * N_TASKS], y[N_SEEDS * N_TASKS];

    (void)state;
    make(&s, &arena, 3);
    assert_int_equal(select_over_make(&s, "data", &arena, &over, &err), 0);
    check_means(&over.s.items[1], 1, 0, N_TASKS, others, 3);
    /* Seed 1 lacks mrpc: its mean is another. */
    assert_int_equal(select_pairs(&over.s.items[1], &over.s.items[0], x, y), 3);
    assert_int_equal(select_pairs(&over.s.items[0], &over.s.items[1], y, x), 3);
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(x[i] - mean_of(1, 0, others[i], N_TASKS)) < 1e-15);
        assert_true(fabs(y[i] - mean_of(0, 0, others[i], N_TASKS)) < 1e-15);
    }
    make(&s, &arena, 0);
    assert_int_equal(select_over_make(&s, "data", &arena, &over, &err), 0);
    check_means(&over.s.items[1], 1, 0, 2, seeds, N_SEEDS);
    assert_int_equal(select_pairs(&over.s.items[1], &over.s.items[0], x, y), N_SEEDS);
    for (int i = 0; i < N_SEEDS; i++) {
        assert_true(fabs(x[i] - mean_of(1, 0, i, 2)) < 1e-15);
        assert_true(fabs(y[i] - mean_of(0, 0, i, 2)) < 1e-15);
    }
    assert_int_equal(select_over_make(&s, "imbalance", &arena, &over, &err), -1);
    assert_string_equal(err.text, "over=imbalance: \"imbalance\" is no condition, or stands there twice: method \"erm\" has "
                                  "data=cola label_noise=0");
    /* All of them together: a row a method. */
    make(&s, &arena, N_SEEDS);
    assert_int_equal(select_over_make(&s, "label_noise,data", &arena, &over, &err), 0);
    assert_int_equal(over.n_values, 2 * N_TASKS);
    assert_string_equal(over.values[1], "label_noise=0 data=rte");
    assert_int_equal(over.s.n, 2);
    assert_string_equal(over.s.items[0].condition, "");
    assert_int_equal(over.s.items[1].n, 2 * N_TASKS * N_SEEDS);
    assert_int_equal(select_over_make(&s, "data,data", &arena, &over, &err), -1);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_missing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
