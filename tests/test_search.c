/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/search.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { DRAWS = 20000 };

static struct value parse(struct arena *arena, const char *text)
{
    struct value v;
    struct error err;
    struct text t = {0};

    if (value_parse(text, arena, &v, &err) < 0)
        fail_msg("%s", err.text);
    value_write(&t, &v);
    assert_string_equal(t.s, text);
    text_release(&t);
    return v;
}

/* Uniform on the unit interval after `place`: mean and variance within 4 standard
 * errors. */
static void check_law(const char *text, double (*place)(double x))
{
    struct arena arena = {0};
    struct value law = parse(&arena, text);
    double sum = 0, squares = 0;

    for (int k = 0; k < DRAWS; k++) {
        double x = place(search_draw(&law, "train.lr", 0, k).number);

        assert_true(x > -1e-5 && x < 1 + 1e-5); /* six digits */
        sum += x - 0.5;
        squares += (x - 0.5) * (x - 0.5);
    }
    assert_true(fabs(sum / DRAWS) < 4 * sqrt(1 / 12.0 / DRAWS));
    assert_true(fabs(squares / DRAWS - 1 / 12.0) < 4 * sqrt(1 / 180.0 / DRAWS));
    arena_release(&arena);
}

static double place_linear(double x)
{
    return (x - 2) / 3;
}

static double place_log(double x)
{
    return log10(x) / 4 + 1;
}

static void test_laws(void **state)
{
    (void)state;
    check_law("uniform(2,5)", place_linear);
    check_law("log_uniform(0.0001,1)", place_log);
}

static void test_choices(void **state)
{
    struct arena arena = {0};
    struct value law = parse(&arena, "one_of(1,3,\"x\")");
    int n[3] = {0};

    (void)state;
    for (int k = 0; k < DRAWS; k++) {
        struct value v = search_draw(&law, "a", 0, k);

        for (int i = 0; i < 3; i++)
            n[i] += value_equal(&v, &law.items[i]);
    }
    for (int i = 0; i < 3; i++)
        assert_true(fabs(n[i] - DRAWS / 3.0) < 4 * sqrt(DRAWS * 2 / 9.0));
    assert_int_equal(n[0] + n[1] + n[2], DRAWS);
    arena_release(&arena);
}

/* A draw is of its name and number alone; names do not go together. */
static void test_names(void **state)
{
    struct arena arena = {0};
    struct value law = parse(&arena, "uniform(0,1)");
    double a, b, sum = 0;

    (void)state;
    a = search_draw(&law, "train.lr", 0, 7).number;
    b = search_draw(&law, "train.lr", 0, 7).number;
    assert_true(a == b);
    for (int k = 0; k < DRAWS; k++)
        sum += (search_draw(&law, "a", 0, k).number - 0.5) * (search_draw(&law, "b", 0, k).number - 0.5);
    assert_true(fabs(sum / DRAWS) < 4 / 12.0 / sqrt(DRAWS));
    arena_release(&arena);
}

/* Of the first 2^m draws one in each of 2^m parts; of two settings, all quarters of the square. */
static void test_draws_cover(void **state)
{
    static const char *const names[] = {"train.lr", "objective.clip", "model.dropout", "a"};
    struct arena arena = {0};
    struct value law = parse(&arena, "uniform(0,1)");

    (void)state;
    for (int i = 0; i < 4; i++)
        for (int n = 1; n <= 128; n *= 2) { /* six digits can cross an end of finer parts */
            bool seen[128] = {false};

            for (int k = 0; k < n; k++) {
                int part = (int)(search_draw(&law, names[i], 7 * i, k).number * n);

                assert_false(seen[part]);
                seen[part] = true;
            }
        }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++) {
            int n_in[4] = {0};

            for (int k = 0; k < 256; k++)
                n_in[2 * (search_draw(&law, names[i], 0, k).number < 0.5) +
                     (search_draw(&law, names[j], 0, k).number < 0.5)]++;
            for (int q = 0; q < 4; q++)
                assert_in_range(n_in[q], 40, 88);
        }
    arena_release(&arena);
}

/* Eight choices in the first eight draws. */
static void test_choices_cover(void **state)
{
    struct arena arena = {0};
    struct value law = parse(&arena, "one_of(1,2,3,4,5,6,7,8)");
    int n[9] = {0};

    (void)state;
    for (int k = 0; k < 8; k++)
        n[(int)search_draw(&law, "train.lr", 0, k).number]++;
    for (int i = 1; i <= 8; i++)
        assert_int_equal(n[i], 1);
    arena_release(&arena);
}

/* Another seed draws others, which do not go together with the first; seed 0 are those of before there was one. */
static void test_seeds(void **state)
{
    static const double first[] = {0.0194526, 0.00472688, 0.0628003, 0.00115345,
                                   0.0388949, 0.00681639, 0.0115578, 0.00232494};
    struct arena arena = {0};
    struct value law = parse(&arena, "log_uniform(0.001,0.1)"), even = parse(&arena, "uniform(0,1)");
    double sum = 0;
    int n_same = 0;

    (void)state;
    for (int k = 0; k < 8; k++) {
        assert_true(search_draw(&law, "train.lr", 0, k).number == first[k]);
        n_same += search_draw(&law, "train.lr", 7, k).number == first[k];
    }
    assert_int_equal(n_same, 0);
    for (int k = 0; k < DRAWS; k++)
        sum += (search_draw(&even, "a", 0, k).number - 0.5) * (search_draw(&even, "a", 1, k).number - 0.5);
    assert_true(fabs(sum / DRAWS) < 4 / 12.0 / sqrt(DRAWS));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_draws_cover),
        cmocka_unit_test(test_choices_cover),
        cmocka_unit_test(test_seeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
