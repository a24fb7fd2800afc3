/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often tables of equal methods print p < 0.05, the methods being tuned by noisy validation. */
#include "analysis/comparisons.h"
#include "bench/stats/check.h"

#include <math.h>
#include <string.h>

static const double LEVEL = 0.05;

/* As measured on long-tailed CIFAR-10, where validation of 500 pictures orders two configurations with
 * an error of 1.90 points; and where a run's own luck shows in both its accuracies: their correlation is
 * 0.77 at 500 pictures, and half of the variance is common to the configurations of a seed. */
#define CIFAR(n) {"cifar", .35, .3, 1.34, n}
#define LUCKY(n) {"lucky", .71, .71, .83, n}

/* ERM's learning rates there; and a plateau, where it does not matter what is chosen. */
static const struct candidates steep = {4, {38.97, 38.48, 37.69, 35.49}};
static const struct candidates flat = {9, {38, 38.7, 38.97, 38.97, 38.97, 38.97, 38.8, 38.3, 37}};

/* ---- two methods ---- */

/* The runs of fresh seeds that a frozen confirmation trains. */
static struct selections freeze(const struct selections *s, const struct sweep *fresh, struct arena *arena)
{
    size_t n = (size_t)fresh->plan.n_runs;
    struct store_run *runs = arena_alloc(arena, n * sizeof *runs);
    double *validation = arena_alloc(arena, n * sizeof *validation);
    double *test = arena_alloc(arena, n * sizeof *test);
    struct selections f = {.plan = fresh->plan, .in = s->in, .validation = validation, .test = test};

    f.plan.runs = runs;
    f.plan.n_runs = 0;
    for (int i = 0; i < fresh->plan.n_runs; i++) {
        const struct store_run *run = &fresh->plan.runs[i];

        for (int k = 0; k < s->n; k++) {
            const struct selection *r = &s->items[k];

            if (strcmp(r->method, run->method) != 0 || strcmp(r->board->points[r->best], run->point) != 0)
                continue;
            validation[f.plan.n_runs] = fresh->validation[i];
            test[f.plan.n_runs] = fresh->test[i];
            runs[f.plan.n_runs++] = *run;
        }
    }
    return f;
}

static void add_contrast(const struct contrast *c, double *counts)
{
    counts[0] += c->p_t <= LEVEL;
    counts[1] += c->p_signed_rank <= LEVEL;
    counts[2] += c->against.sign_flip.p <= LEVEL;
}

/* The one comparison of two methods. */
static const struct comparison *compare(const struct selections *s, struct arena *arena)
{
    return &comparisons_make(s, NULL, 0, arena).items[1];
}

static void run_sizes(const struct job *job, struct rng rng, double *ret_shares)
{
    enum { FIRST_FRESH = 100 };
    struct arena plans = {0}, arena = {0};
    struct sweep sweep = sweep_make(job->a, job->b, 2, 0, job->n_seeds, 0, &plans);
    struct sweep later = sweep_make(job->a, job->b, 2, FIRST_FRESH, job->n_seeds, 0, &plans);
    double counts[CHECK_COLUMNS] = {0}, flips[3] = {0};

    for (int k = 0; k < job->n_times; k++) {
        struct selections whole, frozen, s;
        const struct comparison *c;

        sweep_draw(&sweep, &job->world, &rng);
        sweep_draw(&later, &job->world, &rng);
        whole = (struct selections){.plan = later.plan, .in = SELECT_IN_SEED, .validation = later.validation,
                                    .test = later.test};
        s = sweep_select(&sweep, &whole, SELECT_IN_SEED, &arena);
        c = compare(&s, &arena);
        add_contrast(&c->on[ON_TUNED], counts);
        add_contrast(&c->on[ON_FRESH], counts + 3);
        s.in = SELECT_IN_ALL;
        frozen = freeze(&s, &later, &arena);
        s = sweep_select(&sweep, &frozen, SELECT_IN_ALL, &arena);
        c = compare(&s, &arena);
        add_contrast(&c->on[ON_TUNED], counts + 6);
        add_contrast(&c->on[ON_FRESH], flips); /* t alone is told */
        arena_clear(&arena);
    }
    counts[9] = flips[0];
    counts[10] = flips[1];
    for (int i = 0; i < 11; i++)
        ret_shares[i] = counts[i] / job->n_times;
    arena_release(&arena);
    arena_release(&plans);
}

enum { N_SIZES = 4000 };

static const struct job size_jobs[] = {
    {CIFAR(25), &flat, NULL, 2, 6, 0, N_SIZES},    {CIFAR(25), &flat, NULL, 2, 10, 0, N_SIZES},
    {CIFAR(250), &flat, NULL, 2, 6, 0, N_SIZES},   {CIFAR(250), &flat, NULL, 2, 10, 0, N_SIZES},
    {CIFAR(25), &steep, NULL, 2, 6, 0, N_SIZES},   {CIFAR(25), &steep, NULL, 2, 10, 0, N_SIZES},
    {CIFAR(50), &steep, NULL, 2, 6, 0, N_SIZES},   {CIFAR(50), &steep, NULL, 2, 10, 0, N_SIZES},
    {CIFAR(250), &steep, NULL, 2, 6, 0, N_SIZES},  {CIFAR(250), &steep, NULL, 2, 10, 0, N_SIZES},
    {CIFAR(1000), &steep, NULL, 2, 6, 0, N_SIZES}, {CIFAR(1000), &steep, NULL, 2, 10, 0, N_SIZES},
    {LUCKY(50), &steep, NULL, 2, 6, 0, N_SIZES},   {LUCKY(50), &steep, NULL, 2, 10, 0, N_SIZES},
    {.n_times = 0},
};

const struct check_table check_sizes = {
    .name = "sizes",
    .title = "Two equal methods: how often p <= 0.05 (table, confirm)",
    .note = "seed: select_in=seed; fresh: confirm with the whole grid; all: select_in=all; frozen: confirm "
            "--frozen. The\nlatter two are tests of two configurations, and captioned so.",
    .columns = {{"seed t", 0, 6}, {"seed W", 0, 6}, {"seed flips", 0, 6}, {"fresh t", 0, 6},
                {"fresh W", 0, 6}, {"fresh flips", 0, 6}, {"all t", 0, 0}, {"all W", 0, 0},
                {"all flips", 0, 0}, {"frozen t", 0, 0}, {"frozen W", 0, 0}, {.head = NULL}},
    .run = run_sizes,
    .jobs = size_jobs,
};

/* ---- many methods ---- */

static void run_families(const struct job *job, struct rng rng, double *ret_shares)
{
    static const enum select_in ins[] = {SELECT_IN_SEED, SELECT_IN_ALL};
    struct arena plans = {0}, arena = {0};
    struct sweep sweep = sweep_make(job->a, job->b, job->n_methods, 0, job->n_seeds, 0, &plans);
    double counts[6] = {0};

    for (int k = 0; k < job->n_times; k++) {
        sweep_draw(&sweep, &job->world, &rng);
        for (int in = 0; in < 2; in++) {
            struct selections s = sweep_select(&sweep, NULL, ins[in], &arena);
            struct comparisons c = comparisons_make(&s, NULL, 0, &arena);
            bool has_any[3] = {false};

            for (int i = 0; i < c.n; i++) {
                has_any[0] |= c.items[i].on[ON_TUNED].p_t <= LEVEL;
                has_any[1] |= c.items[i].on[ON_TUNED].p_signed_rank <= LEVEL;
                has_any[2] |= c.items[i].p_best <= LEVEL;
            }
            for (int i = 0; i < 3; i++)
                counts[3 * in + i] += has_any[i];
        }
        arena_clear(&arena);
    }
    for (int i = 0; i < 6; i++)
        ret_shares[i] = counts[i] / job->n_times;
    arena_release(&arena);
    arena_release(&plans);
}

enum { N_FAMILIES = 4000, N_LARGE = 2000 };

static const struct job family_jobs[] = {
    {CIFAR(25), &steep, NULL, 32, 8, 0, N_LARGE}, {CIFAR(250), &steep, NULL, 32, 10, 0, N_LARGE},
    {CIFAR(25), &steep, NULL, 3, 6, 0, N_FAMILIES}, {CIFAR(25), &steep, NULL, 3, 10, 0, N_FAMILIES},
    {CIFAR(250), &steep, NULL, 3, 10, 0, N_FAMILIES}, {.n_times = 0},
};

const struct check_table check_families = {
    .name = "families",
    .title = "k equal methods: how often any Holm-corrected p <= 0.05",
    .note = "t, W: against the baseline; best: p_against_best, by which methods are marked as not worse than "
            "the best.",
    .columns = {{"seed t", 0, 6}, {"seed W", 0, 6}, {"seed best", 0, 6}, {"all t", 0, 0}, {"all W", 0, 0},
                {"all best", 0, 0}, {.head = NULL}},
    .run = run_families,
    .jobs = family_jobs,
};
