/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report/stats against scipy, exact integer counts and brute force. The numbers
 * and the script they come from are in reference/stats.h and stats.py.
 */
#include "report/stats.h"

#include "reference/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_PAIRS = 4000, BRUTE_FORCE_MAX = 14 };

#define LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))

/* Relative. Two sound implementations of the incomplete beta function agree to
 * about 1e-13; a wrong term, tail or degree of freedom shows above 1e-6. */
static const double TOLERANCE = 1e-10;

/* Both sides are sums of at most 2^14 multiples of 2^-14, without rounding. */
static const double EXACT = 0;

static void assert_near(const char *what, int which, double actual, double expected,
                        double tolerance)
{
    if (isnan(expected) ? isnan(actual) : actual == expected)
        return;
    /* written so that a NaN fails */
    if (!(isfinite(expected) && fabs(actual - expected) <= tolerance * fabs(expected)))
        fail_msg("%s of %d: got %.17g, expected %.17g", what, which, actual, expected);
}

static double wilcoxon_p(const double *d, int n)
{
    double v;
    int n_zeros;
    bool has_ties;

    return stats_wilcoxon(d, n, &v, &n_zeros, &has_ties);
}

/* ---- the reference pairs ---- */

/* Reads a[n] and b[n]; returns where the next case starts. */
static const int *read_pairs(const int *values, const struct reference_pairs *r,
                             double *a, double *b)
{
    for (int i = 0; i < r->n; i++) {
        a[i] = (double)values[i] / r->scale;
        b[i] = (double)values[r->n + i] / r->scale;
    }
    return values + 2 * r->n;
}

static void test_compare(void **state)
{
    const int *values = reference_values;
    double a[MAX_PAIRS], b[MAX_PAIRS];
    int n_wilcoxon = 0;

    (void)state;
    for (int i = 0; i < LENGTH(reference_pairs); i++) {
        const struct reference_pairs *r = &reference_pairs[i];
        struct stats_paired c;
        double dz;

        values = read_pairs(values, r, a, b);
        c = stats_compare(a, b, r->n);
        dz = c.difference.sd == 0 ? NAN : r->t / sqrt(r->n);
        assert_true(c.n == r->n && c.difference.n == r->n);
        assert_near("t", i, c.t, r->t, TOLERANCE);
        assert_near("t_p", i, c.t_p, r->t_p, TOLERANCE);
        assert_near("half_width", i, c.difference.half_width, r->half_width, TOLERANCE);
        assert_near("cohens_dz", i, c.cohens_dz, dz, TOLERANCE);
        assert_near("hedges_g", i, c.hedges_g, r->hedges_g, TOLERANCE);
        if (!isnan(r->wilcoxon_p)) {
            assert_near("wilcoxon_p", i, c.wilcoxon_p, r->wilcoxon_p, TOLERANCE);
            assert_false(c.n_zeros || c.has_ties);
            n_wilcoxon++;
        }
    }
    assert_ptr_equal(values, reference_values + LENGTH(reference_values));
    assert_true(LENGTH(reference_pairs) >= 200 && n_wilcoxon >= 40);
}

/* Twice the mean rank of |d[i]| among the non-zero ones, by counting; 0 for a 0. */
static int doubled_rank(const double *d, int n, int i)
{
    int below = 0, equal = 0;

    if (d[i] == 0)
        return 0;
    for (int k = 0; k < n; k++) {
        below += d[k] != 0 && fabs(d[k]) < fabs(d[i]);
        equal += fabs(d[k]) == fabs(d[i]);
    }
    return 2 * below + equal + 1;
}

/* All 2^n sign flips; those of zeros count each outcome twice, which cancels. */
static double brute_force(const double *d, int n, double *ret_v)
{
    int rank[BRUTE_FORCE_MAX], v = 0;
    long n_below = 0, n_above = 0;

    for (int i = 0; i < n; i++) {
        rank[i] = doubled_rank(d, n, i);
        v += d[i] > 0 ? rank[i] : 0;
    }
    for (unsigned flips = 0; flips < 1u << n; flips++) {
        int sum = 0;

        for (int i = 0; i < n; i++)
            sum += flips >> i & 1 ? rank[i] : 0;
        n_below += sum <= v;
        n_above += sum >= v;
    }
    *ret_v = v / 2.0;
    return fmin(1, 2 * ldexp((double)(n_below < n_above ? n_below : n_above), -n));
}

static void test_wilcoxon_brute_force(void **state)
{
    const int *values = reference_values;
    double a[MAX_PAIRS], b[MAX_PAIRS], v, expected_v;
    int n_tied = 0, n_with_zeros = 0;

    (void)state;
    for (int i = 0; i < LENGTH(reference_pairs); i++) {
        int n = reference_pairs[i].n, n_zeros, expected_zeros = 0;
        bool has_ties, expected_ties = false;
        double p;

        values = read_pairs(values, &reference_pairs[i], a, b);
        if (n > BRUTE_FORCE_MAX)
            continue;
        for (int k = 0; k < n; k++) {
            a[k] -= b[k];
            expected_zeros += a[k] == 0;
            for (int j = 0; j < k; j++)
                expected_ties |= a[k] != 0 && fabs(a[j]) == fabs(a[k]);
        }
        p = stats_wilcoxon(a, n, &v, &n_zeros, &has_ties);
        assert_near("p", i, p, brute_force(a, n, &expected_v), EXACT);
        assert_near("v", i, v, expected_v, EXACT);
        assert_int_equal(n_zeros, expected_zeros);
        assert_int_equal(has_ties, expected_ties);
        n_tied += has_ties;
        n_with_zeros += n_zeros > 0 && n_zeros < n;
    }
    assert_true(n_tied >= 20 && n_with_zeros >= 10);
}

static void test_wilcoxon_large(void **state)
{
    static double d[MAX_PAIRS];

    (void)state;
    for (int i = 0; i < LENGTH(reference_untied); i++) {
        int n = reference_untied[i].n, left = reference_untied[i].v;

        for (int k = n; k >= 1; k--) { /* the largest first fills up any v */
            d[k - 1] = k <= left ? k : -k;
            left -= k <= left ? k : 0;
        }
        assert_near("untied", i, wilcoxon_p(d, n), reference_untied[i].p, TOLERANCE);
    }
    for (int i = 0; i < LENGTH(reference_tied); i++) {
        int n = reference_tied[i].n;

        for (int k = 0; k < n; k++)
            d[k] = k < reference_tied[i].k ? 0.25 : -0.25;
        assert_near("tied", i, wilcoxon_p(d, n), reference_tied[i].p, TOLERANCE);
    }
    for (int i = 0; i < LENGTH(reference_normal); i++) {
        int n = reference_normal[i].n;

        for (int k = 0; k < n; k++)
            d[k] = k * 7919 % 1009 - reference_normal[i].shift;
        assert_near("normal", i, wilcoxon_p(d, n), reference_normal[i].p, TOLERANCE);
    }

    for (int n = 1; n <= 60; n++) {
        d[n - 1] = n; /* all positive */
        assert_near("least", n, stats_wilcoxon_least(n), wilcoxon_p(d, n), EXACT);
    }
    assert_true(isnan(stats_wilcoxon_least(0)));
}

/* ---- the edges ---- */

static void assert_no_t(struct stats_paired c)
{
    assert_true(isnan(c.difference.sd) && isnan(c.difference.half_width));
    assert_true(isnan(c.t) && isnan(c.t_p) && isnan(c.cohens_dz) && isnan(c.hedges_g));
}

static void test_too_few(void **state)
{
    const double one[] = {0.5}, none[] = {0};
    struct stats_paired c = stats_compare(one, none, 0);

    (void)state;
    assert_no_t(c);
    assert_true(isnan(c.difference.mean) && isnan(c.wilcoxon_v) && isnan(c.wilcoxon_p));
    assert_false(c.n_zeros || c.has_ties);

    c = stats_compare(one, none, 1);
    assert_no_t(c);
    assert_true(c.difference.mean == 0.5);
    assert_true(c.wilcoxon_v == 1 && c.wilcoxon_p == 1);
    assert_true(isnan(stats_detectable(1)) && isnan(stats_detectable(0)));
}

static void test_not_finite(void **state)
{
    const double zeros[4] = {0};
    double x[4] = {1, 0, NAN, 2};
    struct stats_paired c = stats_compare(x, zeros, 4);

    (void)state;
    assert_no_t(c);
    assert_true(isnan(c.difference.mean) && isnan(c.wilcoxon_v) && isnan(c.wilcoxon_p));
    /* an infinity has a rank but no spread */
    x[2] = INFINITY;
    c = stats_compare(x, zeros, 4);
    assert_no_t(c);
    assert_true(c.difference.mean == INFINITY && c.wilcoxon_v == 6);
    assert_true(c.wilcoxon_p == 0.25 && c.n_zeros == 1);
}

static void test_no_spread(void **state)
{
    const double zeros[7] = {0};
    double x[7];
    struct stats_paired c;

    (void)state;
    for (int n = 2; n <= 7; n++) {
        for (int i = 0; i < n; i++)
            x[i] = 0.1; /* a rounded 0.1 * 3 / 3 is not 0.1 */
        c = stats_compare(zeros, x, n);
        assert_true(c.difference.mean == -0.1 && c.difference.sd == 0);
        assert_true(c.t == -INFINITY && c.t_p == 0 && isnan(c.cohens_dz) && isnan(c.hedges_g));
        c = stats_compare(x, x, n);
        assert_true(c.t == 0 && c.t_p == 1 && isnan(c.cohens_dz) && isnan(c.hedges_g));
        assert_true(c.n_zeros == n && c.wilcoxon_v == 0 && c.wilcoxon_p == 1);
    }
}

/* ---- Holm, and power ---- */

static void test_holm(void **state)
{
    double p[LENGTH(reference_holm)], adjusted[LENGTH(reference_holm)];

    (void)state;
    for (int first = 0, end; first < LENGTH(reference_holm); first = end) {
        for (end = first; end < LENGTH(reference_holm) &&
                          reference_holm[end].family == reference_holm[first].family; end++)
            p[end] = reference_holm[end].p;
        stats_holm(p + first, end - first, adjusted + first);
    }
    for (int i = 0; i < LENGTH(reference_holm); i++)
        assert_near("holm", i, adjusted[i], reference_holm[i].adjusted, TOLERANCE);
    stats_holm(NULL, 0, NULL);
}

static void test_detectable(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTH(reference_detectable); i++) {
        int n = reference_detectable[i].n;

        assert_near("effect", n, stats_detectable(n), reference_detectable[i].effect, TOLERANCE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_wilcoxon_brute_force),
        cmocka_unit_test(test_wilcoxon_large),
        cmocka_unit_test(test_too_few),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_no_spread),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_detectable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
