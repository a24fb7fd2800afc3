/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"
#include "math/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* In units of the last place of the true value; libm's own error is below 1. */
static double ulps(double got, double want)
{
    return fabs(got - want) / (nextafter(fabs(want), INFINITY) - fabs(want));
}

static void test_exp_and_log(void **state)
{
    struct rng rng = rng_seed(3);

    (void)state;
    for (int i = 0; i < 200000; i++) {
        double x = (rng_uniform(&rng) - 0.5) * (i % 2 ? 1400 : 10);

        assert_true(ulps(kernel_exp(x), exp(x)) <= 2);
        x = exp((rng_uniform(&rng) - 0.5) * (i % 2 ? 1400 : 2));
        if (fabs(log(x)) > 1e-3)
            assert_true(ulps(kernel_log(x), log(x)) <= 2);
        assert_true(fabs(kernel_log(x) - log(x)) <= 2e-16 * fmax(1, fabs(log(x))) * 2);
    }
    assert_true(kernel_exp(-1000) == 0);
    assert_true(isinf(kernel_exp(1000)));
    assert_true(isnan(kernel_exp(NAN)));
    assert_true(kernel_exp(0) == 1 && kernel_log(1) == 0);
}

static void test_turns(void **state)
{
    struct rng rng = rng_seed(4);

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double x = (rng_uniform(&rng) - 0.5) * 8;

        assert_true(fabs(kernel_cospi(x) - cos(3.14159265358979323846 * x)) < 4e-15);
        assert_true(fabs(kernel_sinpi(x) - sin(3.14159265358979323846 * x)) < 4e-15);
    }
    assert_true(kernel_cospi(1) == -1 && kernel_sinpi(1) == 0 && kernel_cospi(0.5) == 0);
}

static void test_normal(void **state)
{
    enum { N = 100003 };
    static float x[N];
    struct rng rng = rng_seed(5);
    double mean = 0, square = 0;

    (void)state;
    kernel_normal(x, N, rng.key);
    for (int i = 0; i < N; i++) {
        mean += x[i] / N;
        square += (double)x[i] * x[i] / N;
    }
    assert_true(fabs(mean) < 0.012 && fabs(square - 1) < 0.018); /* 4 standard errors */
}

static void test_relu_keeps_nan(void **state)
{
    float y[3] = {-1, 2, NAN};

    (void)state;
    kernels->relu(y, 3);
    assert_true(y[0] == 0 && y[1] == 2 && isnan(y[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp_and_log),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_relu_keeps_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
