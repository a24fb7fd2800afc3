/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Simulates experiments without an effect: how often each test rejects at 5%, and how
 * often each 95% interval holds the truth. Exits with 1 where a line is more than three
 * standard errors from what theory says and no reason is known. Seeded.
 *
 * First each test by itself, on numbers; then what tables print of whole sweeps, tuning included
 * (stats/), where bounds are fixed: docs/STATISTICS.md.
 *
 *     make check-stats */
#include "bench/stats/check.h"
#include "stats/adjust.h"
#include "stats/bootstrap.h"
#include "stats/distribution.h"
#include "stats/friedman.h"
#include "stats/paired.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_N = 60, N_EXPERIMENTS = 10000, N_BOOTSTRAPS = 2000 };

static const double LEVEL = 0.05;
static int n_wrong;

/* ---- distributions of a difference, mean 0 ---- */

struct population {
    const char *name;
    double (*draw)(struct rng *rng);
    bool is_normal, is_symmetric, is_discrete;
};

static double open_uniform(struct rng *rng)
{
    double u = rng_uniform(rng);

    return u > 0 ? u : 0x1p-54;
}

static double draw_t3(struct rng *rng)
{
    return t_quantile(open_uniform(rng), 3);
}

static double draw_rounded(struct rng *rng)
{
    return rint(1.5 * draw_normal(rng));
}

static double draw_skewed(struct rng *rng)
{
    return -log(open_uniform(rng)) - 1;
}

static const struct population populations[] = {
    {"normal", draw_normal, true, true, false},
    {"t with 3 df", draw_t3, false, true, false},
    {"rounded", draw_rounded, false, true, true},
    {"exponential", draw_skewed, false, false, false},
};

/* ---- verdicts ---- */

enum expectation { EXACTLY, AT_MOST, EXPLAINED };

static void tell(const char *what, const char *population, int n, double seen, double expected,
                 int n_experiments, enum expectation expectation, const char *reason)
{
    double error = sqrt(fmax(expected * (1 - expected), 1e-4) / n_experiments);
    bool is_far = expectation == EXACTLY   ? fabs(seen - expected) > 3 * error
                  : expectation == AT_MOST ? seen > expected + 3 * error
                                           : fabs(seen - expected) > 3 * error;
    const char *verdict = !is_far                    ? "ok"
                          : expectation == EXPLAINED ? reason
                                                     : "WRONG";

    n_wrong += is_far && expectation != EXPLAINED;
    printf("%-22s %-12s %3d  %8.4f  %s%8.4f  %8.4f  %s\n", what, population, n, seen,
           expectation == AT_MOST ? "<=" : "  ", expected, error, verdict);
}

/* ---- tests ---- */

/* The largest p that is at most 5% among the p-values that a test can give for n
 * untied differences: its size, because P(p <= x) = x for those. */
static double attainable(const struct test_type *test, int n)
{
    const double zeros[MAX_N] = {0};
    double d[MAX_N], best = 0;
    int n_sums = test == &test_sign ? n : n * (n + 1) / 2;

    if (test == &test_sign_flip) /* symmetric pairs of flips among 2^n */
        return n <= SIGN_FLIP_EXACT ? floor(LEVEL * ldexp(1, n - 1)) / ldexp(1, n - 1) : LEVEL;
    for (int sum = 0; sum <= n_sums / 2; sum++) {
        double p;

        for (int i = n, left = sum; i >= 1; i--) {
            bool is_positive = test == &test_sign ? i <= sum : i <= left;

            left -= is_positive ? i : 0;
            d[i - 1] = is_positive ? i : -i;
        }
        p = test->run(&(struct test_input){.a = d, .b = zeros, .n_a = n, .n_b = n}).p;
        if (p <= LEVEL)
            best = fmax(best, p);
    }
    return best;
}

static void simulate_test(const struct test_type *test, const struct population *population, int n,
                          int n_experiments)
{
    struct rng rng = rng_index(rng_derive(rng_derive(rng_seed(1), test->name), population->name),
                               (uint64_t)n);
    int n_rejected = 0;
    double x[MAX_N], zeros[MAX_N] = {0}, seen;

    for (int k = 0; k < n_experiments; k++) {
        struct test_input in = {.a = x, .b = zeros, .n_a = n, .n_b = n,
                                .rng = rng_index(rng, (uint64_t)k)};

        for (int i = 0; i < n; i++)
            x[i] = population->draw(&rng);
        n_rejected += test->run(&in).p <= LEVEL;
    }
    seen = (double)n_rejected / n_experiments;
    if (test == &test_paired_t)
        tell(test->name, population->name, n, seen, LEVEL, n_experiments,
             population->is_normal ? EXACTLY : EXPLAINED, "explained: differences are not normal");
    else if (!population->is_symmetric)
        tell(test->name, population->name, n, seen, attainable(test, n), n_experiments, EXPLAINED,
             "explained: differences are not symmetric");
    else if (population->is_discrete)
        tell(test->name, population->name, n, seen, LEVEL, n_experiments, AT_MOST, "");
    else
        tell(test->name, population->name, n, seen, attainable(test, n), n_experiments, EXACTLY, "");
}

static void simulate_welch(int n_a, int n_b, double spread)
{
    struct rng rng = rng_index(rng_derive(rng_seed(1), "welch"), (uint64_t)n_a);
    double a[MAX_N], b[MAX_N];
    int n_rejected = 0;

    for (int k = 0; k < N_EXPERIMENTS; k++) {
        for (int i = 0; i < n_a; i++)
            a[i] = spread * draw_normal(&rng);
        for (int i = 0; i < n_b; i++)
            b[i] = draw_normal(&rng);
        n_rejected +=
            test_welch.run(&(struct test_input){.a = a, .b = b, .n_a = n_a, .n_b = n_b}).p <= LEVEL;
    }
    tell("welch", "normal", n_a, (double)n_rejected / N_EXPERIMENTS, LEVEL, N_EXPERIMENTS, EXPLAINED,
         "explained: Satterthwaite's degrees of freedom are an approximation");
}

static void simulate_mcnemar(int n)
{
    struct rng rng = rng_derive(rng_seed(1), "mcnemar");
    double a[MAX_N], b[MAX_N];
    int n_rejected = 0;

    for (int k = 0; k < N_EXPERIMENTS; k++) {
        for (int i = 0; i < n; i++) {
            a[i] = rng_uniform(&rng) < 0.7;
            b[i] = rng_uniform(&rng) < 0.7;
        }
        n_rejected +=
            test_mcnemar.run(&(struct test_input){.a = a, .b = b, .n_a = n, .n_b = n}).p <= LEVEL;
    }
    tell("mcnemar", "shares", n, (double)n_rejected / N_EXPERIMENTS, LEVEL, N_EXPERIMENTS, AT_MOST, "");
}

/* ---- families ---- */

static void simulate_correction(const struct adjust_type *correction)
{
    struct rng rng = rng_derive(rng_derive(rng_seed(1), "correction"), correction->name);
    int n_rejected = 0;

    for (int k = 0; k < N_EXPERIMENTS; k++) {
        double p[8];
        bool has_any = false;

        for (int i = 0; i < 8; i++)
            p[i] = rng_uniform(&rng);
        correction->run(p, 8, p);
        for (int i = 0; i < 8; i++)
            has_any |= p[i] <= LEVEL;
        n_rejected += has_any;
    }
    tell(correction->name, "8 true nulls", 8, (double)n_rejected / N_EXPERIMENTS, LEVEL, N_EXPERIMENTS,
         AT_MOST, "");
}

static void simulate_friedman(int n_blocks, int n_methods)
{
    struct rng rng = rng_index(rng_derive(rng_seed(1), "friedman"), (uint64_t)n_blocks);
    int n_chi = 0, n_f = 0, n_pairwise = 0, n_nemenyi = 0;

    for (int k = 0; k < N_EXPERIMENTS; k++) {
        double values[MAX_N * 5];
        bool has_pairwise = false, has_nemenyi = false;
        struct arena arena = {0};
        struct friedman f;

        for (int i = 0; i < n_blocks * n_methods; i++)
            values[i] = draw_normal(&rng);
        f = friedman_test(values, n_blocks, n_methods, true, &arena);
        n_chi += f.chi_squared_p <= LEVEL;
        n_f += f.f_p <= LEVEL;
        for (int i = 0; i < n_methods * n_methods; i++) {
            has_pairwise |= f.pairwise_p[i] <= LEVEL;
            has_nemenyi |= f.nemenyi_p[i] <= LEVEL;
        }
        n_pairwise += has_pairwise;
        n_nemenyi += has_nemenyi;
        arena_release(&arena);
    }
    tell("friedman chi-squared", "normal", n_blocks, (double)n_chi / N_EXPERIMENTS, LEVEL, N_EXPERIMENTS,
         EXPLAINED, "explained: chi-squared holds for many blocks; it is the careful one");
    tell("iman-davenport F", "normal", n_blocks, (double)n_f / N_EXPERIMENTS, LEVEL, N_EXPERIMENTS,
         EXPLAINED, "explained: F is an approximation");
    tell("nemenyi, any pair", "normal", n_blocks, (double)n_nemenyi / N_EXPERIMENTS, LEVEL, N_EXPERIMENTS,
         AT_MOST, "");
    tell("pairwise, any pair", "normal", n_blocks, (double)n_pairwise / N_EXPERIMENTS, LEVEL,
         N_EXPERIMENTS, AT_MOST, "");
}

/* ---- intervals ---- */

static void simulate_intervals(const struct population *population, int n)
{
    struct rng rng = rng_index(rng_derive(rng_derive(rng_seed(1), "intervals"), population->name),
                               (uint64_t)n);
    int n_t = 0, n_percentile = 0, n_bca = 0;
    double x[MAX_N];

    for (int k = 0; k < N_BOOTSTRAPS; k++) {
        struct bootstrap b;
        struct summary s;

        for (int i = 0; i < n; i++)
            x[i] = population->draw(&rng);
        s = summary_of(x, n);
        bootstrap_mean(x, n, rng_index(rng, (uint64_t)k), 0.95, &b);
        n_t += fabs(s.mean) <= s.half_width;
        n_percentile += b.percentile.low <= 0 && 0 <= b.percentile.high;
        n_bca += b.bca.low <= 0 && 0 <= b.bca.high;
    }
    tell("t interval", population->name, n, (double)n_t / N_BOOTSTRAPS, 0.95, N_BOOTSTRAPS,
         population->is_normal ? EXACTLY : EXPLAINED, "explained: values are not normal");
    tell("percentile interval", population->name, n, (double)n_percentile / N_BOOTSTRAPS, 0.95,
         N_BOOTSTRAPS, EXPLAINED, "explained: resamples of few values spread too little");
    tell("BCa interval", population->name, n, (double)n_bca / N_BOOTSTRAPS, 0.95, N_BOOTSTRAPS,
         EXPLAINED, "explained: resamples of few values spread too little");
}

/* Configurations that are equally good, 0, and n runs of each. What a run is worth shows in validation
 * and in test, each with noise of its own; the best mean validation is selected. */
static void simulate_selection(int n_points, int n)
{
    struct rng rng = rng_index(rng_derive(rng_seed(1), "selection"), (uint64_t)n_points);
    int n_tuned = 0, n_fresh = 0;
    double test[MAX_N], selected[MAX_N] = {0};

    for (int k = 0; k < N_EXPERIMENTS; k++) {
        double best = -INFINITY;
        struct summary s;

        for (int p = 0; p < n_points; p++) {
            double validation = 0;

            for (int i = 0; i < n; i++) {
                double worth = draw_normal(&rng);

                validation += worth + 0.5 * draw_normal(&rng);
                test[i] = worth + 0.5 * draw_normal(&rng);
            }
            if (validation <= best)
                continue;
            best = validation;
            memcpy(selected, test, sizeof selected);
        }
        s = summary_of(selected, n);
        n_tuned += fabs(s.mean) <= s.half_width;
        for (int i = 0; i < n; i++)
            test[i] = draw_normal(&rng) + 0.5 * draw_normal(&rng);
        s = summary_of(test, n);
        n_fresh += fabs(s.mean) <= s.half_width;
    }
    tell("of the selected", "seeds of it", n, (double)n_tuned / N_EXPERIMENTS, 0.95, N_EXPERIMENTS,
         n_points > 1 ? EXPLAINED : EXACTLY, "explained: the seeds that select flatter what they select");
    tell("of the selected", "fresh seeds", n, (double)n_fresh / N_EXPERIMENTS, 0.95, N_EXPERIMENTS,
         EXACTLY, NULL);
}

static void simulate_tests(void)
{
    static const int sizes[] = {4, 6, 10, 20, 50};
    static const struct test_type *const tests[] = {&test_paired_t, &test_signed_rank,
                                                    &test_sign_flip, &test_sign};

    printf("%-22s %-12s %3s  %8s  %10s  %8s\n", "rejects at 5%, no effect", "differences", "n", "seen",
           "theory", "s.e.");
    for (size_t t = 0; t < sizeof tests / sizeof *tests; t++)
        for (size_t p = 0; p < sizeof populations / sizeof *populations; p++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                simulate_test(tests[t], &populations[p], sizes[i],
                              tests[t] == &test_sign_flip && sizes[i] >= 20 ? 1000 : N_EXPERIMENTS);
    simulate_welch(6, 12, 3);
    simulate_welch(30, 30, 1);
    simulate_mcnemar(40);
    for (int i = 0; adjust_types[i]; i++)
        simulate_correction(adjust_types[i]);
    simulate_friedman(10, 4);
    simulate_friedman(40, 4);
    printf("\n%-22s %-12s %3s  %8s  %10s  %8s\n", "95% interval holds 0", "values", "n", "seen",
           "theory", "s.e.");
    for (size_t p = 0; p < sizeof populations / sizeof *populations; p++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            simulate_intervals(&populations[p], sizes[i]);
    for (int n_points = 1; n_points <= 16; n_points *= 4)
        simulate_selection(n_points, 6);
}

/* All, or the one table that is named. */
int main(int argc, char **argv)
{
    static const struct check_table *const tables[] = {&check_cover, &check_families, &check_sizes,
                                                       &check_others, &check_held_out};
    enum { N_TABLES = sizeof tables / sizeof *tables };
    int first = 0, n = N_TABLES, n_broken;

    if (argc > 1) {
        while (first < N_TABLES && strcmp(tables[first]->name, argv[1]) != 0)
            first++;
        if (first == N_TABLES) {
            fprintf(stderr, "no table \"%s\"; have", argv[1]);
            for (int i = 0; i < N_TABLES; i++)
                fprintf(stderr, " %s", tables[i]->name);
            fprintf(stderr, "\n");
            return 2;
        }
        n = 1;
    }
    check_start(tables + first, n);
    if (argc == 1)
        simulate_tests();
    fflush(stdout);
    n_broken = check_finish(tables + first, n);
    printf("\n%d wrong, %d bounds broken\n", n_wrong, n_broken);
    return n_wrong + n_broken > 0;
}
