/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tests beside those of pairs, under equal methods that are tuned in each seed: ranks (plot), Welch
 * (stats), McNemar (compare), equivalence. */
#include "bench/stats/check.h"
#include "stats/equivalence.h"
#include "stats/friedman.h"
#include "stats/paired.h"

#include <math.h>

#define CIFAR(n) {"cifar", .35, .3, 1.34, n}

enum { N_OTHERS = 7, N_ANSWERS = 1000, N_TIMES = 4000 };

static const double LEVEL = 0.05, MARGIN = 0.01;

static const struct candidates steep = {4, {38.97, 38.48, 37.69, 35.49}};

/* All methods by their ranks in each seed, as the figure of ranks has them. */
static void add_ranks(const struct selections *s, int n_seeds, struct arena *arena, int *counts)
{
    double *values = arena_alloc(arena, (size_t)n_seeds * (size_t)s->n * sizeof *values);
    bool has_pair = false;
    struct friedman f;

    for (int i = 0; i < n_seeds; i++)
        for (int m = 0; m < s->n; m++)
            values[i * s->n + m] = s->items[m].test[i];
    f = friedman_test(values, n_seeds, s->n, true, arena);
    for (int i = 0; i < s->n * s->n; i++)
        has_pair |= f.nemenyi_p[i] <= LEVEL;
    counts[0] += f.f_p <= LEVEL;
    counts[1] += f.chi_squared_p <= LEVEL;
    counts[2] += has_pair;
}

/* Answers to the same questions, of which some are harder: right with a probability each. */
static bool mcnemar(double a, double b, struct rng *rng)
{
    double x[N_ANSWERS], y[N_ANSWERS];

    for (int i = 0; i < N_ANSWERS; i++) {
        double ease = .3 * (2 * rng_uniform(rng) - 1);

        x[i] = rng_uniform(rng) < a + ease;
        y[i] = rng_uniform(rng) < b + ease;
    }
    return test_mcnemar.run(&(struct test_input){x, y, N_ANSWERS, N_ANSWERS, *rng}).p <= LEVEL;
}

/* Methods that differ by just the margin: p < 0.05 would be wrong. */
static bool is_equal(const struct selection *a, const struct selection *b)
{
    return equivalence_tost(&(struct test_input){.a = a->test, .b = b->test, .n_a = a->n, .n_b = b->n},
                            MARGIN).p <= LEVEL;
}

static void run(const struct job *job, struct rng rng, double *ret_shares)
{
    struct arena plans = {0}, arena = {0};
    struct sweep sweep = sweep_make(job->a, NULL, job->n_methods, 0, job->n_seeds, 0, &plans);
    struct sweep apart = sweep_make(job->a, NULL, 2, 0, job->n_seeds, 100 * MARGIN, &plans);
    int counts[N_OTHERS] = {0};

    for (int k = 0; k < job->n_times; k++) {
        struct selections s;
        const struct selection *a, *b;

        sweep_draw(&sweep, &job->world, &rng);
        s = sweep_select(&sweep, NULL, SELECT_IN_SEED, &arena);
        a = &s.items[0];
        b = &s.items[1];
        add_ranks(&s, job->n_seeds, &arena, counts);
        counts[3] += test_welch.run(&(struct test_input){.a = a->test, .b = b->test, .n_a = a->n,
                                                         .n_b = b->n / 2 + 1}).p <= LEVEL;
        counts[4] += mcnemar(a->test[0], a->test[0], &rng);
        counts[5] += mcnemar(a->test[0], b->test[0], &rng);
        sweep_draw(&apart, &job->world, &rng);
        s = sweep_select(&apart, NULL, SELECT_IN_SEED, &arena);
        counts[6] += is_equal(&s.items[0], &s.items[1]);
        arena_clear(&arena);
    }
    for (int i = 0; i < N_OTHERS; i++)
        ret_shares[i] = (double)counts[i] / job->n_times;
    arena_release(&arena);
    arena_release(&plans);
}

static const struct job jobs[] = {
    {CIFAR(25), &steep, NULL, 3, 6, 0, N_TIMES},   {CIFAR(25), &steep, NULL, 5, 6, 0, N_TIMES},
    {CIFAR(25), &steep, NULL, 3, 10, 0, N_TIMES},  {CIFAR(250), &steep, NULL, 5, 10, 0, N_TIMES},
    {CIFAR(250), &steep, NULL, 10, 8, 0, N_TIMES}, {.n_times = 0},
};

const struct check_table check_others = {
    .name = "others",
    .title = "k equal methods: how often p <= 0.05 in other tests (plot, stats, compare)",
    .note = "any pair: Nemenyi's; Welch: n and n / 2 + 1 seeds; models: McNemar, two models of the same accuracy; "
            "runs: two\nruns of equal methods, which it is not a test of; margin: TOST, methods that differ "
            "by its margin.",
    .columns = {{"Friedman F", 0, 6}, {"chi-squared", 0, 6}, {"any pair", 0, 6}, {"Welch", 0, 6},
                {"models", 0, 6}, {"runs", 0, 0}, {"margin", 0, 6}, {.head = NULL}},
    .run = run,
    .jobs = jobs,
};
