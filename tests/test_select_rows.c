/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Selections and what is made of them, of plans that are written here run by run, small enough to
 * see what has to come out; and of many drawn ones against an enumeration in whole numbers.
 *
 * Values are such that higher is better, as selections have them. How a measure's values come to be
 * so, and what a run that diverged has, is test_select_store.c's. */
#include "analysis/comparisons.h"
#include "analysis/retuning.h"
#include "analysis/select.h"
#include "board_fixture.h"
#include "math/rng.h"
#include "measure_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A run: its test value is NaN, and so is its validation value, where it has not ended. */
struct row {
    const char *method, *condition, *point;
    int seed;
    double validation, test;
    const char *state; /* NULL: finished; planned, where values are NaN */
};

/* Selects from n rows, in this order; from the n_fresh behind them on fresh seeds. */
static void select_rows(struct sample *s, enum select_in in, const struct row *rows, int n,
                        int n_fresh, struct selections *ret_selections)
{
    static struct selections fresh;

    memset(s, 0, sizeof *s);
    for (int i = 0; i < n + n_fresh; i++) {
        const struct row *r = &rows[i];

        s->runs[i] = (struct store_run){.method = r->method, .condition = r->condition,
                                        .point = r->point, .seed = r->seed, .run = i,
                                        .state = r->state               ? r->state
                                                 : isnan(r->validation) ? "planned"
                                                                        : "finished"};
        s->validation[i] = r->validation;
        s->test[i] = r->test;
    }
    *ret_selections = (struct selections){.in = in, .validation = s->validation, .test = s->test};
    ret_selections->plan = (struct store_plan){.runs = s->runs, .n_runs = n, .baseline = "erm"};
    fresh = (struct selections){.in = in, .validation = s->validation + n, .test = s->test + n};
    fresh.plan = (struct store_plan){.runs = s->runs + n, .n_runs = n_fresh, .baseline = "erm"};
    if (n_fresh > 0)
        ret_selections->fresh = &fresh;
    ret_selections->measure = ret_selections->select_by = measure_fixture("accuracy", &s->arena);
    select_runs(ret_selections, &s->arena);
}

/* What a method was selected with: its seeds and the test values there. */
static void check_selected(const struct selection *r, const char *method, int n,
                           const int *seeds, const double *test)
{
    assert_string_equal(r->method, method);
    assert_int_equal(r->n, n);
    assert_memory_equal(r->seeds, seeds, (size_t)n * sizeof *seeds);
    for (int i = 0; i < n; i++)
        if (r->test[i] != test[i])
            fail_msg("%s, seed %d: %.17g, not %.17g", method, seeds[i], r->test[i], test[i]);
}

/* A run that diverged counts with the worst there is: alone it is what its seed has, beside others
 * it is not chosen, and over all seeds it draws its configuration's mean down. */
static void test_diverged(void **state)
{
    const struct row rows[] = {
        {"erm", "", "lr=1", 0, .90, .80, NULL}, {"erm", "", "lr=1", 1, 0, 0, "diverged"},
        {"erm", "", "lr=1", 2, 0, 0, "diverged"},
        {"erm", "", "lr=2", 0, .50, .45, NULL}, {"erm", "", "lr=2", 1, .50, .46, NULL},
        {"erm", "", "lr=2", 2, 0, 0, "diverged"},
    };
    struct selections r;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 6, 0, &r);
    check_selected(&r.items[0], "erm", 3, (int[]){0, 1, 2}, (double[]){.80, .46, 0});
    assert_int_equal(r.items[0].n_diverged, 3);
    assert_int_equal(r.items[0].n_diverged_here, 1);
    assert_true(r.items[0].has_diverged[2] && !r.items[0].has_diverged[1]);
    assert_int_equal(r.items[0].chosen[2], 0); /* both at 0: the first */
    assert_int_equal(r.items[0].n_partial, 0); /* they have ended */
    arena_release(&s.arena);

    select_rows(&s, SELECT_IN_ALL, rows, 6, 0, &r); /* 0.9 / 3 is below 1.0 / 3 */
    check_selected(&r.items[0], "erm", 3, (int[]){0, 1, 2}, (double[]){.45, .46, 0});
    assert_string_equal(r.items[0].point, "lr=2");
    arena_release(&s.arena);
}

/* The first in the plan, not by name; equal is what is equal but for rounding. */
static void test_ties(void **state)
{
    const struct row rows[] = {
        {"erm", "", "lr=9", 0, .3, .51, NULL},      {"erm", "", "lr=9", 1, .71, .52, NULL},
        {"erm", "", "lr=10", 0, .1 + .2, .61, NULL}, {"erm", "", "lr=10", 1, .71, .62, NULL},
        {"rgd", "", "lr=9", 0, .71, .51, NULL}, {"rgd", "", "lr=9", 1, .65, .52, NULL},
        {"rgd", "", "lr=9", 2, .71, .53, NULL},
        {"rgd", "", "lr=10", 0, .72, .61, NULL}, {"rgd", "", "lr=10", 1, .65, .62, NULL},
        {"rgd", "", "lr=10", 2, .70, .63, NULL},
    };
    struct selections r;
    struct sample s;

    (void)state;
    assert_true(.1 + .2 > .3 && .72 + .65 + .70 != .71 + .65 + .71);
    select_rows(&s, SELECT_IN_SEED, rows, 10, 0, &r);
    check_selected(&r.items[0], "erm", 2, (int[]){0, 1}, (double[]){.51, .52});
    check_selected(&r.items[1], "rgd", 3, (int[]){0, 1, 2}, (double[]){.61, .52, .53});
    arena_release(&s.arena);
    select_rows(&s, SELECT_IN_ALL, rows, 10, 0, &r);
    check_selected(&r.items[0], "erm", 2, (int[]){0, 1}, (double[]){.51, .52});
    check_selected(&r.items[1], "rgd", 3, (int[]){0, 1, 2}, (double[]){.51, .52, .53});
    arena_release(&s.arena);
}

/* Seeds that one method lacks, or whose run has not ended, are in no pair; a method's values are
 * those of all its own. */
static void test_unlike_seeds(void **state)
{
    const struct row rows[] = {
        {"erm", "", "", 0, .5, .10, NULL}, {"erm", "", "", 1, .5, .20, NULL},
        {"erm", "", "", 2, NAN, NAN, NULL},
        {"erm", "", "", 5, .5, .40, NULL}, {"erm", "", "", 6, .5, .90, NULL},
        {"rgd", "", "", 1, .5, .23, NULL}, {"rgd", "", "", 2, .5, .80, NULL},
        {"rgd", "", "", 5, .5, .41, NULL},
        {"rgd", "", "", 7, .5, .70, NULL},
    };
    struct comparisons c;
    struct selections r;
    struct retuning p;
    struct sample s;
    double x[4], y[4];

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 9, 0, &r);
    check_selected(&r.items[0], "erm", 4, (int[]){0, 1, 5, 6}, (double[]){.10, .20, .40, .90});
    assert_int_equal(r.items[0].n_seeds, 5); /* one of them has not ended */
    check_selected(&r.items[1], "rgd", 4, (int[]){1, 2, 5, 7}, (double[]){.23, .80, .41, .70});
    assert_int_equal(select_pairs(&r.items[1], &r.items[0], x, y), 2);
    assert_true(x[0] == .23 && y[0] == .20 && x[1] == .41 && y[1] == .40);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    assert_int_equal(c.items[1].on[ON_TUNED].against.n, 2);
    assert_float_equal(c.items[1].on[ON_TUNED].against.difference.mean, (.03 + .01) / 2, 1e-12);
    p = retuning_difference(&r.items[1], &r.items[0]);
    assert_int_equal(p.n_seeds, 3); /* seed 2 is in both plans */
    arena_release(&s.arena);
}

/* The same of the bootstrap: with one common seed there is no interval. */
static void test_unlike_seeds_redrawn(void **state)
{
    const struct row rows[] = {
        {"erm", "", "", 0, .5, .1, NULL}, {"erm", "", "", 1, .5, .3, NULL},
        {"rgd", "", "", 1, .5, .2, NULL}, {"rgd", "", "", 2, .5, .9, NULL},
    };
    struct selections r;
    struct retuning p;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 4, 0, &r);
    for (int i = 0; i < 2; i++) {
        p = retuning_difference(&r.items[i], &r.items[1 - i]);
        assert_int_equal(p.n_seeds, 1);
        assert_true(isnan(p.low) && isnan(p.high));
    }
    arena_release(&s.arena);
}

/* No environment in common: the seed is no pair, though both have it. */
static void test_unlike_environments(void **state)
{
    const int seeds_a[] = {0, 0, 1}, seeds_b[] = {0, 0, 1};
    const int at_a[] = {0, 1, 0}, at_b[] = {1, 2, 1};
    const double a[] = {.1, .2, .3}, b[] = {.4, .5, .6};
    struct selection left = {.n = 3, .seeds = seeds_a, .environments = at_a, .test = a};
    struct selection right = {.n = 3, .seeds = seeds_b, .environments = at_b, .test = b};
    double x[3], y[3];

    (void)state;
    assert_int_equal(select_pairs(&left, &right, x, y), 1);
    assert_true(x[0] == .2 && y[0] == .4);
}

/* No test can say that what is worse by the same in all seeds is worse, or what always diverged: they are not
 * close all the same. */
static void test_plainly_worse(void **state)
{
    const struct row rows[] = {
        {"erm", "", "", 0, .5, .75, NULL}, {"erm", "", "", 1, .5, .50, NULL},
        {"rgd", "", "", 0, .5, .50, NULL}, {"rgd", "", "", 1, .5, .25, NULL},
        {"cvar", "", "", 0, 0, 0, "diverged"}, {"cvar", "", "", 1, 0, 0, "diverged"},
        {"same", "", "", 0, .5, .75, NULL}, {"same", "", "", 1, .5, .50, NULL},
    };
    const enum emphasis wanted[] = {EMPHASIS_BEST, EMPHASIS_NONE, EMPHASIS_NONE, EMPHASIS_CLOSE};
    struct comparisons c;
    struct selections r;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 8, 0, &r);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    for (int i = 0; i < 4; i++)
        assert_int_equal(c.items[i].emphasis, wanted[i]);
    arena_release(&s.arena);
}

/* What is missing of a method with fewer seeds may be its worst: it is not marked best. */
static void test_best_is_whole(void **state)
{
    const struct row rows[] = {
        {"erm", "", "", 0, .5, .50, NULL}, {"erm", "", "", 1, .5, .52, NULL},
        {"rgd", "", "", 0, .5, .90, NULL}, {"rgd", "", "", 1, NAN, NAN, NULL},
    };
    struct comparisons c;
    struct selections r;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 4, 0, &r);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    assert_int_equal(c.items[0].emphasis, EMPHASIS_BEST);
    assert_int_equal(c.items[1].emphasis, EMPHASIS_CLOSE);
    arena_release(&s.arena);
}

/* Which method is best, too, is the first of equals: both means are .59, but not as doubles. */
static void test_best_of_equals(void **state)
{
    const double x[] = {.54, .54, .69, .55, .54, .68};
    struct comparisons c;
    struct selections r;
    struct sample s;

    (void)state;
    for (int order = 0; order < 2; order++) {
        struct row rows[6];

        for (int i = 0; i < 6; i++)
            rows[i] = (struct row){i < 3 ? "erm" : "rgd", "", "", i % 3, .5,
                                   x[order ? 5 - i : i], NULL};
        select_rows(&s, SELECT_IN_SEED, rows, 6, 0, &r);
        c = comparisons_make(&r, NULL, 0, &s.arena);
        assert_true(c.items[1].on[ON_TUNED].against.difference.mean == 0);
        assert_int_equal(c.items[0].emphasis, EMPHASIS_BEST);
        assert_int_equal(c.items[1].emphasis, EMPHASIS_CLOSE);
        arena_release(&s.arena);
    }
}

/* With one seed there is a difference and no test; nobody is called worse. */
static void test_one_seed(void **state)
{
    const struct row rows[] = {{"erm", "", "", 3, .5, .50, NULL},
                               {"rgd", "", "", 3, .5, .25, NULL}};
    struct comparisons c;
    struct selections r;
    struct sample s;
    struct text t = {0};

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 2, 0, &r);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    assert_int_equal(c.items[1].on[ON_TUNED].against.n, 1);
    assert_true(c.items[1].on[ON_TUNED].against.difference.mean == -.25);
    assert_true(isnan(c.items[1].on[ON_TUNED].p_t) && isnan(c.items[1].on[ON_TUNED].p_signed_rank));
    assert_int_equal(c.n_tests[ON_TUNED].compared, 1);
    assert_int_equal(c.n_tests[ON_TUNED].t, 0);
    assert_int_equal(c.items[0].emphasis, EMPHASIS_BEST);
    assert_int_equal(c.items[1].emphasis, EMPHASIS_CLOSE);
    comparisons_verdict(&r, &c, &t);
    assert_non_null(strstr(t.s, "rgd is not told apart (-25.00 points; no test: "));
    text_release(&t);
    arena_release(&s.arena);
}

/* Alone, a method is neither compared nor marked. */
static void test_one_method(void **state)
{
    const struct row rows[] = {{"erm", "", "", 0, .5, .4, NULL}, {"erm", "", "", 1, .5, .6, NULL}};
    struct comparisons c;
    struct selections r;
    struct sample s;
    struct text t = {0};

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 2, 0, &r);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    assert_int_equal(c.n, 1);
    assert_false(c.items[0].on[ON_TUNED].is_tested);
    assert_int_equal(c.items[0].emphasis, EMPHASIS_NONE);
    comparisons_verdict(&r, &c, &t);
    assert_string_equal(t.s, "Nothing to compare yet.");
    text_release(&t);
    arena_release(&s.arena);
}

/* Forty methods on three seeds, the i-th above the baseline by i (10, 11, 10) thousandths: each has
 * t = (31/3) / (1/3) = 31, whose p on two degrees is 1 - 31 / sqrt(31^2 + 2); all get Holm's 39. */
static void test_forty_methods(void **state)
{
    enum { N = 40 };
    struct row rows[3 * N];
    char names[N][8];
    struct comparisons c;
    struct selections r;
    struct sample s;

    (void)state;
    for (int i = 0; i < 3 * N; i++) {
        snprintf(names[i / 3], sizeof *names, "m%d", i / 3); /* "m10" sorts before "m9" */
        rows[i] = (struct row){i < 3 ? "erm" : names[i / 3], "", "", i % 3, .5,
                               .3 + .001 * (i / 3) * (i % 3 == 1 ? 11 : 10), NULL};
    }
    select_rows(&s, SELECT_IN_SEED, rows, 3 * N, 0, &r);
    assert_int_equal(r.n, N);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    assert_int_equal(c.n, N);
    assert_int_equal(c.n_tests[ON_TUNED].t, N - 1);
    for (int i = 1; i < N; i++) {
        const struct contrast *on = &c.items[i].on[ON_TUNED];

        assert_string_equal(c.items[i].r->method, names[i]);
        assert_float_equal(on->against.difference.mean, i * .031 / 3, 1e-12);
        assert_float_equal(on->p_t, 39 * (1 - 31 / sqrt(31 * 31 + 2)), 1e-9);
        assert_int_equal(c.items[i].emphasis == EMPHASIS_BEST, i == N - 1);
    }
    arena_release(&s.arena);
}

/* Methods are compared with the baseline of their own condition; conditions stand as they come. */
static void test_conditions(void **state)
{
    const struct row rows[] = {
        {"erm", "ratio=9", "", 0, .5, .50, NULL}, {"erm", "ratio=10", "", 0, .5, .20, NULL},
        {"rgd", "ratio=9", "", 0, .5, .51, NULL}, {"rgd", "ratio=10", "", 0, .5, .30, NULL},
    };
    const double differences[] = {0, .01, 0, .10};
    struct comparisons c;
    struct selections r;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 4, 0, &r);
    assert_int_equal(r.n, 4);
    assert_int_equal(r.n_conditions, 2);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(c.items[i].r->method, i % 2 ? "rgd" : "erm");
        assert_string_equal(c.items[i].r->condition, i < 2 ? "ratio=9" : "ratio=10");
        assert_int_equal(c.items[i].on[ON_TUNED].is_tested, i % 2);
        if (i % 2)
            assert_float_equal(c.items[i].on[ON_TUNED].against.difference.mean, differences[i],
                               1e-12);
    }
    arena_release(&s.arena);
}

/* Fresh seeds are compared with fresh seeds, and change nothing of the sweep's own. */
static void test_fresh_apart(void **state)
{
    const struct row rows[] = {
        {"erm", "", "", 0, .5, .50, NULL}, {"erm", "", "", 1, .5, .50, NULL},
        {"rgd", "", "", 0, .5, .60, NULL}, {"rgd", "", "", 1, .5, .62, NULL},
        /* fresh: */
        {"erm", "", "", 2, .5, .40, NULL}, {"erm", "", "", 3, .5, .40, NULL},
        {"rgd", "", "", 2, .5, .41, NULL}, {"rgd", "", "", 3, .5, .43, NULL},
    };
    struct comparisons c;
    struct selections r;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 4, 4, &r);
    check_selected(&r.items[1], "rgd", 2, (int[]){0, 1}, (double[]){.60, .62});
    check_selected(r.items[1].fresh, "rgd", 2, (int[]){2, 3}, (double[]){.41, .43});
    assert_int_equal(r.items[1].n_planned, 2);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    assert_int_equal(c.items[1].on[ON_TUNED].against.n, 2);
    assert_float_equal(c.items[1].on[ON_TUNED].against.difference.mean, .11, 1e-12);
    assert_int_equal(c.items[1].on[ON_FRESH].against.n, 2);
    assert_float_equal(c.items[1].on[ON_FRESH].against.difference.mean, .02, 1e-12);
    arena_release(&s.arena);
}

/* Of a seed in which some have not ended, the best of the others; none where nothing has. */
static void test_some_ended(void **state)
{
    const struct row rows[] = {
        {"erm", "", "lr=1", 0, .5, .10, NULL}, {"erm", "", "lr=1", 1, .6, .11, NULL},
        {"erm", "", "lr=1", 2, NAN, NAN, NULL},
        {"erm", "", "lr=2", 0, .7, .20, NULL}, {"erm", "", "lr=2", 1, NAN, NAN, NULL},
        {"erm", "", "lr=2", 2, NAN, NAN, "failed"},
    };
    struct selections r;
    struct sample s;

    (void)state;
    select_rows(&s, SELECT_IN_SEED, rows, 6, 0, &r);
    check_selected(&r.items[0], "erm", 2, (int[]){0, 1}, (double[]){.20, .11});
    assert_int_equal(r.items[0].n_partial, 1);
    assert_int_equal(r.items[0].n_seeds, 3);
    assert_int_equal(r.items[0].n_failed, 1);
    arena_release(&s.arena);
    select_rows(&s, SELECT_IN_ALL, rows, 6, 0, &r); /* on two seeds rather than on one */
    check_selected(&r.items[0], "erm", 2, (int[]){0, 1}, (double[]){.10, .11});
    arena_release(&s.arena);
}

/* ---- any plan ---- */

enum { N_POINTS = 3, N_SEEDS = 4, MANY = 10 };

/* One method's counts right of MANY: -1 has not ended; 0 of both, where it diverged. */
struct counts {
    int validation[N_POINTS][N_SEEDS], test[N_POINTS][N_SEEDS];
};

static struct counts draw_counts(struct rng *rng)
{
    struct counts c;

    for (int p = 0; p < N_POINTS; p++)
        for (int seed = 0; seed < N_SEEDS; seed++) {
            uint32_t fate = rng_below(rng, 8);

            c.validation[p][seed] = fate == 0 ? -1 : fate == 1 ? 0 : 5 + (int)rng_below(rng, 4);
            c.test[p][seed] = fate == 0 ? -1 : fate == 1 ? 0 : 1 + (int)rng_below(rng, MANY);
        }
    return c;
}

/* The first of the points with most ended seeds in [from, to), then the highest sum; or -1. */
static int choose(const struct counts *c, int from, int to)
{
    int best = -1, most = 0, highest = 0;

    for (int p = 0; p < N_POINTS; p++) {
        int n = 0, sum = 0;

        for (int seed = from; seed < to; seed++) {
            n += c->validation[p][seed] >= 0;
            sum += c->validation[p][seed] > 0 ? c->validation[p][seed] : 0;
        }
        if (n > most || (n > 0 && n == most && sum > highest)) {
            best = p;
            most = n;
            highest = sum;
        }
    }
    return best;
}

static void check_counts(const struct counts *c, enum select_in in)
{
    static const char *const points[] = {"lr=9", "lr=10", "lr=1"};
    struct row rows[N_POINTS * N_SEEDS];
    double test[N_SEEDS];
    int seeds[N_SEEDS], n = 0, over_all = choose(c, 0, N_SEEDS);
    struct selections r;
    struct sample s;

    for (int i = 0; i < N_POINTS * N_SEEDS; i++) {
        int p = i / N_SEEDS, seed = i % N_SEEDS, v = c->validation[p][seed], t = c->test[p][seed];

        rows[i] = (struct row){"erm", "", points[p], seed, v < 0 ? NAN : (double)v / MANY,
                               t < 0 ? NAN : (double)t / MANY, v ? NULL : "diverged"};
    }
    for (int seed = 0; seed < N_SEEDS; seed++) {
        int p = in == SELECT_IN_ALL ? over_all : choose(c, seed, seed + 1);

        if (p < 0 || c->test[p][seed] < 0)
            continue;
        seeds[n] = seed;
        test[n++] = (double)c->test[p][seed] / MANY;
    }
    select_rows(&s, in, rows, N_POINTS * N_SEEDS, 0, &r);
    check_selected(&r.items[0], "erm", n, seeds, test);
    assert_int_equal(r.items[0].best, over_all);
    arena_release(&s.arena);
}

/* Against whole numbers: many ties, runs that diverged or did not end. */
static void test_enumerated(void **state)
{
    struct rng rng = rng_seed(9);

    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct counts c = draw_counts(&rng);

        check_counts(&c, SELECT_IN_SEED);
        check_counts(&c, SELECT_IN_ALL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diverged),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_unlike_seeds),
        cmocka_unit_test(test_unlike_seeds_redrawn),
        cmocka_unit_test(test_unlike_environments),
        cmocka_unit_test(test_plainly_worse),
        cmocka_unit_test(test_best_is_whole),
        cmocka_unit_test(test_best_of_equals),
        cmocka_unit_test(test_one_seed),
        cmocka_unit_test(test_one_method),
        cmocka_unit_test(test_forty_methods),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_fresh_apart),
        cmocka_unit_test(test_some_ended),
        cmocka_unit_test(test_enumerated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
