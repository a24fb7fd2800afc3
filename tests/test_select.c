/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole selections, of plans that are made here: what each seed takes, what pairs with what, what is said
 * of several methods. */
#include "analysis/comparisons.h"
#include "analysis/select.h"
#include "board_fixture.h"
#include "measure_fixture.h"
#include "stats/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- pairs ---- */

static void test_pairs(void **state)
{
    const int seeds_a[] = {0, 2, 3, 7}, seeds_b[] = {2, 3, 4, 7};
    const double a[] = {.1, .2, .3, .4}, b[] = {.5, .6, .7, .8};
    struct selection left = {.n = 4, .seeds = seeds_a, .test = a};
    struct selection right = {.n = 4, .seeds = seeds_b, .test = b};
    double x[4], y[4];
    struct paired p;

    (void)state;
    assert_int_equal(select_pairs(&left, &right, x, y), 3);
    assert_true(x[0] == .2 && y[0] == .5 && x[1] == .3 && y[1] == .6 && x[2] == .4 && y[2] == .8);
    p = select_compare(&left, &right);
    assert_int_equal(p.n, 3);
    assert_true(fabs(p.difference.mean - -1.0 / 3) < 1e-12);
}

/* Means over the environments that both have, of the trials that lack none of them. */
static void test_pairs_of_environments(void **state)
{
    const int seeds_a[] = {0, 0, 0, 1, 1, 2, 2}, seeds_b[] = {0, 0, 1, 2, 2, 3};
    const int at_a[] = {0, 1, 2, 0, 1, 1, 2}, at_b[] = {1, 2, 1, 1, 2, 0};
    const double a[] = {.1, .2, .4, .5, .6, .7, .8}, b[] = {.5, .75, .9, .25, .5, .1};
    struct selection left = {.n = 7, .seeds = seeds_a, .environments = at_a, .test = a};
    struct selection right = {.n = 5, .seeds = seeds_b, .environments = at_b, .test = b};
    double x[7], y[7];

    (void)state;
    assert_int_equal(select_pairs(&left, &right, x, y), 2); /* trial 1 lacks environment 2 */
    assert_true(fabs(x[0] - .3) < 1e-15 && fabs(y[0] - .625) < 1e-15);
    assert_true(fabs(x[1] - .75) < 1e-15 && fabs(y[1] - .375) < 1e-15);
    right.n = 6; /* both have environment 0 now, in no trial together */
    assert_int_equal(select_pairs(&left, &right, x, y), 0);
}

/* ---- a whole selection ---- */

/* Two methods of two points and three seeds. Seeds 0 and 2 of m take its second point, by validation;
 * over all seeds the first is best. n lacks seed 1. */
static void select_sample(struct sample *s, enum select_in in, struct selections *ret_selections)
{
    const double validation[] = {.5, .9, .5, .6, .1, .6, .3, NAN, .3, .2, NAN, .4};
    const double test[] = {.10, .11, .12, .20, .21, .22, .30, NAN, .32, .40, NAN, .42};
    struct selections *r = ret_selections;

    make(s, 4, 3, validation, test);
    for (int i = 0; i < 12; i++) {
        s->runs[i].method = i < 6 ? "m" : "n";
        s->runs[i].point = i / 3 % 2 ? "train.lr=2" : "train.lr=1";
        s->runs[i].run = 100 + i;
        s->runs[i].state = isnan(validation[i]) ? "planned" : i == 3 ? "diverged" : "finished";
    }
    *r = (struct selections){.plan = s->plan, .in = in, .validation = s->validation, .test = s->test};
    select_runs(r, &s->arena);
}

static void test_in_seed(void **state)
{
    const double m[] = {.20, .11, .22}, n[] = {.30, .42};
    struct selections r;
    struct sample s;
    double x[3], y[3];

    (void)state;
    select_sample(&s, SELECT_IN_SEED, &r);
    assert_int_equal(r.n, 2);
    assert_string_equal(r.items[0].method, "m");
    assert_int_equal(r.items[0].n, 3);
    assert_memory_equal(r.items[0].test, m, sizeof m);
    assert_int_equal(r.items[0].n_points, 2);
    assert_string_equal(r.items[0].point, "train.lr=2");
    assert_int_equal(r.items[0].n_chose, 2);
    assert_int_equal(r.items[0].best, 0);
    assert_int_equal(r.items[0].runs[0], 103);
    assert_int_equal(r.items[0].n_diverged_here, 1);
    assert_true(r.items[0].has_diverged[0] && !r.items[0].has_diverged[2]);
    assert_string_equal(select_choices(&s.arena, &r.items[0], r.in, 2), "lr=2 (2 of 3), lr=1 (1)");
    assert_string_equal(select_choices(&s.arena, &r.items[0], r.in, 1), "lr=2 (2 of 3), others (1)");
    assert_int_equal(r.items[1].n, 2);
    assert_int_equal(r.items[1].n_seeds, 3);
    assert_memory_equal(r.items[1].test, n, sizeof n);
    assert_string_equal(r.items[1].point, "train.lr=1"); /* one each: the first in the plan */
    assert_int_equal(select_pairs(&r.items[1], &r.items[0], x, y), 2);
    assert_true(x[1] == .42 && y[1] == .22); /* seed 2 with seed 2 */
    arena_release(&s.arena);
}

static void test_over_all(void **state)
{
    const double m[] = {.10, .11, .12}, n[] = {.30, .32};
    struct selections r;
    struct sample s;

    (void)state;
    select_sample(&s, SELECT_IN_ALL, &r);
    assert_memory_equal(r.items[0].test, m, sizeof m);
    assert_int_equal(r.items[0].n_chose, 3);
    assert_string_equal(select_choices(&s.arena, &r.items[0], r.in, 2), "lr=1");
    assert_memory_equal(r.items[1].test, n, sizeof n); /* .3 twice against .2 and .4: equal means */
    arena_release(&s.arena);
}

/* A seed that has not tried all says so. */
static void test_partial(void **state)
{
    struct selections r;
    struct sample s;

    (void)state;
    select_sample(&s, SELECT_IN_SEED, &r);
    assert_int_equal(r.items[0].n_partial, 0);
    s.validation[0] = s.test[0] = NAN;
    r.n = r.n_conditions = 0;
    select_runs(&r, &s.arena);
    assert_int_equal(r.items[0].n_partial, 1);
    assert_int_equal(r.items[0].n, 3);
    arena_release(&s.arena);
}

/* Fresh seeds that ran two of four configurations, each once selected over all, have no grid: the one
 * that is best now counts. Seeds with all four select by themselves, and the others are left out. */
static void test_fresh(void **state)
{
    const double sweep[] = {.5, .5, .9, .9, .1, .1, .2, .2}; /* b is best */
    const double two[] = {.8, .7, .3, .2};                   /* a and b on seeds 0 and 1 */
    const double four[] = {.8, .7, .3, .9, .1, .1, .2, .2};
    struct sample s, f;
    struct selections r = {.in = SELECT_IN_SEED}, fresh = {.in = SELECT_IN_SEED};

    (void)state;
    for (int with_grid = 0; with_grid < 2; with_grid++) {
        make(&s, 4, 2, sweep, NULL);
        make(&f, with_grid ? 4 : 2, 2, with_grid ? four : two, NULL);
        fresh = (struct selections){.plan = f.plan, .in = SELECT_IN_SEED, .validation = f.validation,
                                    .test = f.test};
        r = (struct selections){.plan = s.plan, .in = SELECT_IN_SEED, .validation = s.validation,
                                .test = s.test, .fresh = &fresh};
        select_runs(&r, &s.arena);
        assert_non_null(r.items[0].fresh);
        assert_int_equal(r.items[0].fresh->is_frozen, !with_grid);
        assert_int_equal(r.items[0].fresh->n, 2);
        assert_true(r.items[0].fresh->test[0] == (with_grid ? .8 : .3));
        assert_true(r.items[0].fresh->test[1] == (with_grid ? .9 : .2));
        arena_release(&s.arena);
        arena_release(&f.arena);
    }
    make(&s, 4, 2, sweep, NULL);
    make(&f, 4, 2, four, NULL);
    f.plan.n_runs = 7; /* seed 1 lacks d */
    fresh = (struct selections){.plan = f.plan, .in = SELECT_IN_SEED, .validation = f.validation, .test = f.test};
    r = (struct selections){.plan = s.plan, .in = SELECT_IN_SEED, .validation = s.validation, .test = s.test,
                            .fresh = &fresh};
    select_runs(&r, &s.arena);
    assert_false(r.items[0].fresh->is_frozen);
    assert_int_equal(r.items[0].fresh->n, 1);
    assert_int_equal(r.items[0].fresh->n_seeds, 1);
    assert_int_equal(r.items[0].fresh->seeds[0], 0);
    fresh.in = r.in = SELECT_IN_ALL; /* of the grid, what is best on the sweep's seeds */
    r.n = r.n_conditions = 0;
    select_runs(&r, &s.arena);
    assert_true(r.items[0].fresh->n == 2 && r.items[0].fresh->test[0] == .3);
    arena_release(&s.arena);
    arena_release(&f.arena);
}

/* ---- what is said of several ---- */

/* Four methods of one configuration on four seeds. */
static void compare_sample(struct sample *s, const double *values, struct selections *ret_selections)
{
    static const char *const methods[] = {"erm", "worse", "better", "same"};

    make(s, 4, 4, values, NULL);
    for (int i = 0; i < 16; i++) {
        s->runs[i].method = methods[i / 4];
        s->runs[i].point = "";
    }
    *ret_selections = (struct selections){.plan = s->plan, .validation = s->validation, .test = s->test};
    ret_selections->plan.baseline = "erm";
    ret_selections->measure = ret_selections->select_by = measure_fixture("accuracy", &s->arena);
    select_runs(ret_selections, &s->arena);
}

static void test_verdict(void **state)
{
    const double values[] = {.50, .52, .54, .56, .40, .421, .44, .459, .60, .622, .64, .658, .50, .52, .54, .56};
    struct selections r;
    struct comparisons c;
    struct sample s;
    struct text t = {0};

    (void)state;
    compare_sample(&s, values, &r);
    c = comparisons_make(&r, NULL, 0, &s.arena);
    comparisons_verdict(&r, &c, &t);
    assert_non_null(strstr(t.s, "worse is worse (-10.00"));
    assert_non_null(strstr(t.s, "better is better (+10.00"));
    assert_non_null(strstr(t.s, "same is not told apart (+0.00 points; no test: equal differences)"));
    assert_non_null(strstr(t.s, "Holm-corrected over 2 comparisons"));
    assert_int_equal(c.n_tests[ON_TUNED].compared, 3);
    assert_int_equal(c.n_tests[ON_TUNED].t, 2);
    assert_int_equal(c.n_tests[ON_TUNED].signed_rank, 3);
    text_release(&t);
    arena_release(&s.arena);
}

/* The best, the first of equals; what is the same in every seed has no test, and is not worse. */
static void test_marks(void **state)
{
    const double values[] = {.60, .62, .64, .66, .40, .421, .44, .459, .60, .62, .64, .66, .605, .615, .645, .655};
    enum emphasis marks[4];
    const struct selection *rows[4];
    struct selections r;
    struct sample s;

    (void)state;
    compare_sample(&s, values, &r);
    for (int i = 0; i < 4; i++)
        rows[i] = &r.items[i];
    ranking_mark(rows, 4, marks, NULL);
    assert_int_equal(marks[0], EMPHASIS_BEST);
    assert_int_equal(marks[1], EMPHASIS_NONE);
    assert_int_equal(marks[2], EMPHASIS_CLOSE);
    assert_int_equal(marks[3], EMPHASIS_CLOSE);
    arena_release(&s.arena);
}

/* ---- the best ---- */

/* Which one is best is seen first: its comparisons are corrected with those of the others. */
static void test_best_of_three(void **state)
{
    const int seeds[] = {0, 1, 2, 3};
    const double values[3][4] = {{.50, .52, .51, .53}, {.60, .58, .66, .57}, {.62, .63, .64, .65}};
    struct selection of[3];
    const struct selection *rows[3];
    enum emphasis emphases[3];
    double p[3], p_02, p_12, p_01;

    (void)state;
    for (int i = 0; i < 3; i++) {
        of[i] = (struct selection){.n = 4, .seeds = seeds, .test = values[i]};
        rows[i] = &of[i];
    }
    p_02 = select_compare(&of[0], &of[2]).t.p;
    p_12 = select_compare(&of[1], &of[2]).t.p;
    p_01 = select_compare(&of[0], &of[1]).t.p;
    assert_true(p_02 < p_01 && p_01 < p_12);
    ranking_mark(rows, 3, emphases, p);
    assert_true(p[0] == 3 * p_02 && p[1] == fmax(2 * p_01, p_12) && isnan(p[2]));
    assert_true(emphases[0] == EMPHASIS_NONE && emphases[1] == EMPHASIS_CLOSE && emphases[2] == EMPHASIS_BEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_pairs_of_environments),
        cmocka_unit_test(test_in_seed),
        cmocka_unit_test(test_over_all),
        cmocka_unit_test(test_partial),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_verdict),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_best_of_three),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
