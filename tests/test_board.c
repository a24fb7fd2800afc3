/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a board chooses, on plans that are made here: ties, runs that diverged or did not end, budgets; and
 * the bootstrap that chooses anew. */
#include "analysis/budget.h"
#include "analysis/retuning.h"
#include "board_fixture.h"
#include "math/rng.h"
#include "stats/distribution.h"
#include "stats/summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int best_over_all(int n_points, int n_seeds, const double *validation)
{
    struct sample s;
    int best;

    make(&s, n_points, n_seeds, validation, NULL);
    best = board_choose_over_all(&s.board);
    arena_release(&s.arena);
    return best;
}

static void test_layout(void **state)
{
    const double v[] = {1, 2, 3, 4, 5, 6};
    struct sample s;

    (void)state;
    make(&s, 2, 3, v, NULL);
    assert_int_equal(s.board.n_points, 2);
    assert_int_equal(s.board.n_seeds, 3);
    assert_string_equal(s.board.points[0], "p=a");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(s.board.seeds[i], i);
        assert_int_equal(s.board.places[2 * i], i);
        assert_int_equal(s.board.places[2 * i + 1], 3 + i);
        assert_true(s.board.validation[2 * i + 1] == v[3 + i]);
    }
    arena_release(&s.arena);
}

/* The sums .71 + .65 + .71 and .72 + .65 + .70 are equal, their doubles are not. */
static void test_first_of_equals(void **state)
{
    (void)state;
    assert_int_equal(best_over_all(2, 3, (double[]){.71, .65, .71, .72, .65, .70}), 0);
    assert_int_equal(best_over_all(2, 3, (double[]){.72, .65, .70, .71, .65, .71}), 0);
    assert_int_equal(best_over_all(2, 3, (double[]){.71, .65, .71, .72, .65, .71}), 1);
    assert_int_equal(best_over_all(3, 1, (double[]){.5, .5, .5}), 0);
    /* one picture of a million more is more */
    assert_int_equal(best_over_all(2, 1, (double[]){.5, .500001}), 1);
    assert_int_equal(best_over_all(2, 1, (double[]){.1 + .2, .3}), 0);
    assert_int_equal(best_over_all(2, 1, (double[]){.3, .1 + .2}), 0);
}

/* Any shares k/n: the first of those whose sum of counts is largest. */
static void test_equals_of_counts(void **state)
{
    static const int sizes[] = {7, 300, 333, 1670, 9050, 10000, 123457};
    struct rng rng = rng_seed(4);
    int n_ties = 0;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        int size = sizes[rng_below(&rng, 7)], counts[3] = {0}, best = 0, n_best = 0;
        double v[9];

        for (int i = 0; i < 9; i++) {
            int k = (int)rng_below(&rng, size < 20 ? (uint32_t)size : 4) + size / 2;

            counts[i / 3] += k;
            v[i] = (double)k / size;
        }
        for (int p = 1; p < 3; p++)
            best = counts[p] > counts[best] ? p : best;
        for (int p = 0; p < 3; p++)
            n_best += counts[p] == counts[best];
        n_ties += n_best > 1;
        if (best_over_all(3, 3, v) != best)
            fail_msg("of %d: sums %d %d %d, and not %d was chosen", size, counts[0], counts[1], counts[2],
                     best);
    }
    assert_true(n_ties > 500);
}

static void test_diverged(void **state)
{
    (void)state;
    /* an accuracy of 0 counts in the mean */
    assert_int_equal(best_over_all(2, 2, (double[]){.9, 0, .5, .5}), 1);
    /* minus infinity is below anything, and one of two is better than two of two */
    assert_int_equal(best_over_all(2, 2, (double[]){-INFINITY, -INFINITY, -23, -13}), 1);
    assert_int_equal(best_over_all(2, 2, (double[]){-INFINITY, .9, -23, -13}), 1);
    assert_int_equal(best_over_all(2, 2, (double[]){-INFINITY, -INFINITY, -INFINITY, -9}), 1);
    assert_int_equal(best_over_all(2, 2, (double[]){-INFINITY, -9, -INFINITY, -8}), 1);
    assert_int_equal(best_over_all(2, 1, (double[]){-INFINITY, -INFINITY}), 0);
}

static void test_not_ended(void **state)
{
    struct sample s;

    (void)state;
    /* the second has a better mean, over fewer seeds */
    assert_int_equal(best_over_all(2, 3, (double[]){.5, .5, .5, NAN, .9, .9}), 0);
    assert_int_equal(best_over_all(2, 3, (double[]){NAN, NAN, .1, NAN, NAN, .2}), 1);
    assert_int_equal(best_over_all(2, 1, (double[]){NAN, NAN}), -1);
    make(&s, 2, 3, (double[]){.5, .5, NAN, .6, .4, NAN}, NULL);
    assert_int_equal(board_choose(&s.board, 0), 1);
    assert_int_equal(board_choose(&s.board, 1), 0);
    assert_int_equal(board_choose(&s.board, 2), -1);
    arena_release(&s.arena);
    /* a run without a test value has not ended */
    make(&s, 2, 1, (double[]){.5, .6}, (double[]){.5, NAN});
    assert_int_equal(board_choose(&s.board, 0), 0);
    arena_release(&s.arena);
}

/* ---- budgets ---- */

/* The mean over all sets of k of the n points, of what is chosen of each over the n_seeds seeds from
 * the first-th on. */
static double enumerate(const struct sample *s, int first, int n_seeds, int k)
{
    int n = s->board.n_points, n_sets = 0;
    double total = 0;

    for (int set = 1; set < 1 << n; set++) {
        struct sample some = *s;
        int seeds[8], choice;
        double sum = 0;

        if (__builtin_popcount((unsigned)set) != k)
            continue;
        memset(&some.arena, 0, sizeof some.arena);
        for (int i = 0; i < some.plan.n_runs; i++)
            if (!(set >> i / s->board.n_seeds & 1))
                some.validation[i] = some.test[i] = NAN;
        some.board = board_fill(&s->plan, some.validation, some.test, some.order, some.plan.n_runs,
                                &some.arena);
        for (int i = 0; i < n_seeds; i++)
            seeds[i] = first + i;
        choice = board_choose_over(&some.board, seeds, n_seeds);
        for (int i = 0; i < n_seeds; i++)
            sum += some.board.test[seeds[i] * n + choice];
        total += sum / n_seeds;
        n_sets++;
        arena_release(&some.arena);
    }
    return total / n_sets;
}

/* Against all sets, with ties and with runs that diverged: with 0, or with minus infinity. */
static void test_budget(void **state)
{
    struct rng rng = rng_seed(8);
    int n_infinite = 0;

    (void)state;
    for (int round = 0; round < 200; round++) {
        int n_points = 1 + (int)rng_below(&rng, 4), n_seeds = 1 + (int)rng_below(&rng, 5);
        double worst = round % 2 ? 0 : -INFINITY, v[MAX_RUNS], t[MAX_RUNS];
        struct selection r = {.n_points = n_points};
        struct budget seed, all;
        struct sample s;

        for (int i = 0; i < n_points * n_seeds; i++) {
            bool is_lost = rng_below(&rng, 6) == 0;

            v[i] = is_lost ? worst : .1 * (1 + (int)rng_below(&rng, 4)); /* ties */
            t[i] = is_lost ? worst : rng_uniform(&rng);
        }
        make(&s, n_points, n_seeds, v, t);
        r.board = &s.board;
        seed = budget_of(&r, SELECT_IN_SEED, &s.arena);
        all = budget_of(&r, SELECT_IN_ALL, &s.arena);
        assert_int_equal(seed.n, n_points);
        assert_int_equal(all.n, n_points);
        for (int k = 1; k <= n_points; k++) {
            double over_all = enumerate(&s, 0, n_seeds, k), sample[8];
            struct summary over_seeds;

            for (int i = 0; i < n_seeds; i++)
                sample[i] = enumerate(&s, i, 1, k);
            over_seeds = summary_of(sample, n_seeds);
            n_infinite += !isfinite(over_seeds.mean);
            assert_true(seed.mean[k - 1] == over_seeds.mean ||
                        fabs(seed.mean[k - 1] - over_seeds.mean) < 1e-12);
            assert_true((isnan(seed.half_width[k - 1]) && isnan(over_seeds.half_width)) ||
                        fabs(seed.half_width[k - 1] - over_seeds.half_width) < 1e-9);
            assert_true(all.mean[k - 1] == over_all || fabs(all.mean[k - 1] - over_all) < 1e-12);
            assert_true(isnan(all.half_width[k - 1]));
        }
        arena_release(&s.arena);
    }
    assert_true(n_infinite > 20);
}

/* A seed in which one of three has not ended stays at what it has with two. */
static void test_budget_of_some(void **state)
{
    struct selection r = {.n_points = 3};
    struct budget b;
    struct sample s;

    (void)state;
    make(&s, 3, 2, (double[]){.5, .5, .6, .4, .7, NAN}, (double[]){.1, .2, .3, .4, .8, NAN});
    r.board = &s.board;
    b = budget_of(&r, SELECT_IN_SEED, &s.arena);
    assert_int_equal(b.n, 3);
    assert_true(fabs(b.mean[0] - (.4 + .3) / 2) < 1e-12);
    assert_true(fabs(b.mean[1] - ((.3 + .8 + .8) / 3 + .2) / 2) < 1e-12);
    assert_true(fabs(b.mean[2] - (.8 + .2) / 2) < 1e-12);
    arena_release(&s.arena);
}

/* ---- the bootstrap of the difference ---- */

/* Two seeds: a draw is one of them twice, or both. a minus b is .2 - .1 on seed 0 twice; on seed 1 twice,
 * where a takes its second configuration, .8 - .1; on both .25 - .1, in half of the draws. So the mean is
 * .275, covariances with how often a seed was drawn are -.15 and .15, the variance of the mean .045. */
static void test_difference(void **state)
{
    /* a: seed 0 selects the first, seed 1 the second; both the first, whose mean is higher */
    const double va[] = {.9, .5, .6, .7}, ta[] = {.2, .3, .4, .8};
    const double vb[] = {.5, .5}, tb[] = {.1, .1};
    struct sample a, b;
    struct selection x = {.n_points = 2}, y = {.n_points = 1};
    struct retuning p;

    (void)state;
    make(&a, 2, 2, va, ta);
    make(&b, 1, 2, vb, tb);
    x.board = &a.board;
    y.board = &b.board;
    assert_int_equal(board_choose(&a.board, 0), 0);
    assert_int_equal(board_choose(&a.board, 1), 1);
    assert_int_equal(board_choose_over_all(&a.board), 0);
    p = retuning_difference(&x, &y);
    assert_int_equal(p.n_seeds, 2);
    assert_true(fabs((p.low + p.high) / 2 - .275) < .02);
    assert_true(fabs((p.high - p.low) / 2 - t_quantile(.975, 1) * sqrt(2 * .045)) < .15);
    arena_release(&a.arena);
    arena_release(&b.arena);
}

/* Of one configuration it is the t interval of its mean. */
static void test_ends(void **state)
{
    enum { N = 10 };
    double v[N];
    struct sample a, b;
    struct selection x = {.n_points = 1}, y = {.n_points = 1};
    struct retuning p;
    struct summary s;

    (void)state;
    for (int i = 0; i < N; i++)
        v[i] = .5 + .01 * ((7 * i) % N);
    make(&a, 1, N, v, NULL);
    make(&b, 1, N, (double[N]){0}, NULL);
    x.board = &a.board;
    y.board = &b.board;
    s = summary_of(v, N);
    p = retuning_difference(&x, &y);
    assert_true(fabs(p.low - (s.mean - s.half_width)) < .002);
    assert_true(fabs(p.high - (s.mean + s.half_width)) < .002);
    p = retuning_bootstrap(&x);
    assert_true(fabs(p.high - (s.mean + s.half_width)) < .002 && p.stability == 1);
    arena_release(&a.arena);
    arena_release(&b.arena);
}

/* Draws that are all alike have no interval; nor has a mean of minus infinity. */
static void test_no_interval(void **state)
{
    struct sample a, b;
    struct selection x = {.n_points = 1}, y = {.n_points = 1};
    struct retuning p;

    (void)state;
    make(&a, 1, 3, (double[]){.7, .8, .9}, NULL);
    make(&b, 1, 3, (double[]){.6, .7, .8}, NULL);
    x.board = &a.board;
    y.board = &b.board;
    p = retuning_difference(&x, &y);
    assert_true(isnan(p.low) && isnan(p.high));
    b.board.validation[1] = b.board.test[1] = -INFINITY;
    p = retuning_difference(&x, &y);
    assert_true(isnan(p.low) && isnan(p.high));
    arena_release(&a.arena);
    arena_release(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_first_of_equals),
        cmocka_unit_test(test_equals_of_counts),
        cmocka_unit_test(test_diverged),
        cmocka_unit_test(test_not_ended),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_budget_of_some),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_no_interval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
