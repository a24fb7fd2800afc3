/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/search.h"

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
        double x = place(search_draw(&law, "train.lr", k).number);

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
        struct value v = search_draw(&law, "a", k);

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
    a = search_draw(&law, "train.lr", 7).number;
    b = search_draw(&law, "train.lr", 7).number;
    assert_true(a == b);
    for (int k = 0; k < DRAWS; k++)
        sum += (search_draw(&law, "a", k).number - 0.5) * (search_draw(&law, "b", k).number - 0.5);
    assert_true(fabs(sum / DRAWS) < 4 / 12.0 / sqrt(DRAWS));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
