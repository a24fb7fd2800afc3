/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often printed 95% intervals hold what they are of. */
#include "analysis/retuning.h"
#include "bench/stats/check.h"
#include "stats/bootstrap.h"
#include "stats/paired.h"

#include <math.h>

#define CIFAR(n) {"cifar", .35, .3, 1.34, n}
#define LUCKY(n) {"lucky", .71, .71, .83, n}

enum { N_TRUTH = 10000, N_LEVEL = 3000, N_TIMES = 2000, N_COVER = 6 };

static const struct candidates steep = {4, {38.97, 38.48, 37.69, 35.49}};
static const struct candidates flat = {9, {38, 38.7, 38.97, 38.97, 38.97, 38.97, 38.8, 38.3, 37}};

static double mean_test(const struct selection *r)
{
    return summary_of(r->test, r->n).mean;
}

/* What the two ways of tuning give on average: the first method's, and the difference. */
struct truth {
    double level[2], difference[2]; /* by enum select_in */
};

static struct truth find_truth(const struct job *job, struct sweep *sweep, struct rng rng)
{
    struct truth truth = {{0}, {0}};
    struct arena arena = {0};
    int n = job->b ? N_TRUTH : N_LEVEL; /* equal methods: the difference is known */

    for (int k = 0; k < n; k++) {
        sweep_draw(sweep, &job->world, &rng);
        for (int in = SELECT_IN_SEED; in <= SELECT_IN_ALL; in++) {
            struct selections s = sweep_select(sweep, NULL, (enum select_in)in, &arena);

            truth.level[in] += mean_test(&s.items[0]) / n;
            truth.difference[in] += (mean_test(&s.items[1]) - mean_test(&s.items[0])) / n;
        }
        arena_clear(&arena);
    }
    return truth;
}

static bool holds(double low, double high, double truth)
{
    return low <= truth && truth <= high;
}

static bool is_held(const struct summary *s, double truth)
{
    return holds(s->mean - s->half_width, s->mean + s->half_width, truth);
}

/* The BCa interval as effects_of makes it, without its Bayesian test. */
static struct bootstrap_interval bca_of(const struct selection *a, const struct selection *b,
                                        struct rng rng, struct arena *arena)
{
    double *x = arena_alloc(arena, (size_t)a->n * sizeof *x);
    double *y = arena_alloc(arena, (size_t)a->n * sizeof *y);
    double *d = arena_alloc(arena, (size_t)a->n * sizeof *d);
    int n = select_pairs(a, b, x, y);
    struct bootstrap bootstrap;

    test_differences(&(struct test_input){x, y, n, n, rng}, d);
    bootstrap_mean(d, n, rng, 0.95, &bootstrap);
    return bootstrap.bca;
}

static void run(const struct job *job, struct rng rng, double *ret_shares)
{
    struct arena plans = {0}, arena = {0};
    struct sweep sweep = sweep_make(job->a, job->b, 2, 0, job->n_seeds, 0, &plans);
    struct truth truth = find_truth(job, &sweep, rng_derive(rng, "truth"));
    int counts[N_COVER] = {0};

    if (!job->b) /* as we know */
        truth.difference[0] = truth.difference[1] = 0;
    for (int k = 0; k < job->n_times; k++) {
        struct selections s;
        struct paired p;
        struct summary level;
        struct retuning anew;
        struct bootstrap_interval bca;

        sweep_draw(&sweep, &job->world, &rng);
        s = sweep_select(&sweep, NULL, SELECT_IN_SEED, &arena);
        p = select_compare(&s.items[1], &s.items[0]);
        counts[0] += is_held(&p.difference, truth.difference[SELECT_IN_SEED]);
        anew = retuning_difference(&s.items[1], &s.items[0]);
        counts[1] += holds(anew.low, anew.high, truth.difference[SELECT_IN_ALL]);
        level = summary_of(s.items[0].test, s.items[0].n);
        counts[2] += is_held(&level, truth.level[SELECT_IN_SEED]);
        anew = retuning_bootstrap(&s.items[0]);
        counts[3] += holds(anew.low, anew.high, truth.level[SELECT_IN_ALL]);
        bca = bca_of(&s.items[1], &s.items[0], rng_index(rng, (uint64_t)k), &arena);
        counts[4] += holds(bca.low, bca.high, truth.difference[SELECT_IN_SEED]);
        s = sweep_select(&sweep, NULL, SELECT_IN_ALL, &arena);
        p = select_compare(&s.items[1], &s.items[0]);
        counts[5] += is_held(&p.difference, truth.difference[SELECT_IN_ALL]);
        arena_clear(&arena);
    }
    for (int i = 0; i < N_COVER; i++)
        ret_shares[i] = (double)counts[i] / job->n_times;
    arena_release(&arena);
    arena_release(&plans);
}

static const struct job jobs[] = {
    {CIFAR(25), &flat, NULL, 2, 10, 0, N_TIMES},   {CIFAR(250), &flat, NULL, 2, 6, 0, N_TIMES},
    {CIFAR(25), &flat, &steep, 2, 6, 0, N_TIMES},  {CIFAR(50), &flat, &steep, 2, 10, 0, N_TIMES},
    {CIFAR(25), &steep, NULL, 2, 6, 0, N_TIMES},   {CIFAR(25), &steep, NULL, 2, 10, 0, N_TIMES},
    {CIFAR(50), &steep, NULL, 2, 6, 0, N_TIMES},   {CIFAR(50), &steep, NULL, 2, 10, 0, N_TIMES},
    {CIFAR(250), &steep, NULL, 2, 6, 0, N_TIMES},  {CIFAR(250), &steep, NULL, 2, 10, 0, N_TIMES},
    {CIFAR(1000), &steep, NULL, 2, 6, 0, N_TIMES}, {CIFAR(1000), &steep, NULL, 2, 10, 0, N_TIMES},
    {LUCKY(50), &steep, NULL, 2, 6, 0, N_TIMES},   {LUCKY(50), &steep, NULL, 2, 10, 0, N_TIMES},
    {.n_times = 0},
};

const struct check_table check_cover = {
    .name = "cover",
    .title = "Two methods: how often a 95% interval holds the truth",
    .note = "t: select_in=seed, of what tuning in each seed gives on average; anew: `tuned anew`, of what "
            "tuning over n seeds\ngives, wide on a plateau; all t: select_in=all, of the "
            "same. Truths: of 10,000 simulated sweeps.",
    .columns = {{"minus, t", 93, 97}, {"minus, anew", 93, 99}, {"level, t", 93, 97}, {"level, anew", 0, 0},
                {"minus, BCa", 0, 0}, {"minus, all t", 0, 0}, {.head = NULL}},
    .run = run,
    .jobs = jobs,
};
