/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void weigh(const char *name, double clip, const double *losses, int n, double *weights)
{
    struct arena arena = {0};
    struct settings s;
    struct error err;
    const struct component *c = component_find(&objective_kind, name, &err);
    void *config;

    assert_non_null(c);
    settings_init(&s, &arena);
    if (component_hparam(c, "clip"))
        settings_set(&s, "objective.clip", value_number(clip));
    assert_int_equal(component_configure(c, "objective", &s, &arena, &config, &err), 0);
    objective_weights((const struct objective_type *)c, config, losses, n, weights);
    arena_release(&arena);
}

static void close_to(double got, double want)
{
    assert_true(fabs(got - want) <= 1e-10 * fabs(want));
}

/* exp(min(l, clip) / (clip + 1)) at clip 1 and 3. */
static void test_rgd(void **state)
{
    const double at1[] = {0, 0.5, 1, 7, -1}, at3[] = {2, 10};
    const double want1[] = {1, 1.2840254166877414, 1.6487212707001282, 1.6487212707001282,
                            0.6065306597126334};
    const double want3[] = {1.6487212707001282, 2.1170000166126748};
    double w[5];

    (void)state;
    weigh("rgd", 1, at1, 5, w);
    for (int i = 0; i < 5; i++)
        close_to(w[i], want1[i]);
    weigh("rgd", 3, at3, 2, w);
    for (int i = 0; i < 2; i++)
        close_to(w[i], want3[i]);
}

static void test_limits_are_erm(void **state)
{
    const double losses[] = {0, 1, 5, 1e300};
    double w[4];

    (void)state;
    weigh("rgd", INFINITY, losses, 4, w);
    for (int i = 0; i < 4; i++)
        close_to(w[i], 1);
    weigh("erm", 0, losses, 4, w);
    for (int i = 0; i < 4; i++)
        close_to(w[i], 1);
}

static void test_mean_one(void **state)
{
    const double losses[] = {0.1, 0.1, 2, 40};
    double rgd[4], one[4], sum = 0;

    (void)state;
    weigh("rgd", 2, losses, 4, rgd);
    weigh("rgd_mean_one", 2, losses, 4, one);
    for (int i = 0; i < 4; i++) {
        sum += one[i];
        close_to(one[i] / one[0], rgd[i] / rgd[0]);
    }
    close_to(sum, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rgd),
        cmocka_unit_test(test_limits_are_erm),
        cmocka_unit_test(test_mean_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
