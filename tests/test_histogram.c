/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int bin_of(double x, double scale)
{
    struct histogram h = {{0}};
    int bin = -1;

    histogram_add(&h, &x, 1, scale);
    for (int i = 0; i < HISTOGRAM_N; i++)
        if (h.counts[i]) {
            assert_true(bin == -1 && h.counts[i] == 1);
            bin = i;
        }
    return bin;
}

/* Each edge is in the bin it begins, with what rounding leaves of it; what is below it is in the one
 * before. */
static void test_edges(void **state)
{
    (void)state;
    for (int i = 1; i < HISTOGRAM_N; i++) {
        double edge = histogram_edge(i);

        assert_true(fabs(log2(edge) - ((i - 1) / 8.0 - 8)) < 1e-14);
        assert_int_equal(bin_of(edge, 1), i);
        assert_int_equal(bin_of(nextafter(edge, 0), 1), i);
        assert_int_equal(bin_of(nextafter(edge, 1e9), 1), i);
        assert_int_equal(bin_of(edge * (1 - 1e-12), 1), i);
        assert_int_equal(bin_of(edge * (1 - 1e-8), 1), i - 1);
        assert_int_equal(bin_of(edge / 4, 4), i);
    }
    assert_true(histogram_edge(0) == 0 && histogram_edge(HISTOGRAM_ONE) == 1);
}

/* Weights over their mean, all equal: none is below 1. */
static void test_ones(void **state)
{
    (void)state;
    for (int n = 1; n <= 300; n++) {
        double w = exp(0.001 * n), sum = 0;

        for (int i = 0; i < n; i++)
            sum += w;
        assert_int_equal(bin_of(w, n / sum), HISTOGRAM_ONE);
    }
}

static void test_ends(void **state)
{
    static const double low[] = {0, -0.0, -1, -1e300, 5e-324}, high[] = {256, 1e300};

    (void)state;
    for (size_t i = 0; i < sizeof low / sizeof *low; i++)
        assert_int_equal(bin_of(low[i], 1), 0);
    for (size_t i = 0; i < sizeof high / sizeof *high; i++)
        assert_int_equal(bin_of(high[i], 1), HISTOGRAM_N - 1);
}

static void test_shares(void **state)
{
    static const double x[] = {1, 1, 2, 0};
    struct histogram h = {{0}};
    float shares[HISTOGRAM_N];

    (void)state;
    assert_int_equal(histogram_shares(&h, shares), 0);
    assert_true(shares[HISTOGRAM_ONE] == 0);
    histogram_add(&h, x, 4, 1);
    assert_int_equal(histogram_shares(&h, shares), 4);
    assert_true(shares[HISTOGRAM_ONE] == 0.5f && shares[HISTOGRAM_ONE + 8] == 0.25f &&
                shares[0] == 0.25f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_ones),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
