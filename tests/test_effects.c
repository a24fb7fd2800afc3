/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Posteriors, robust means and equivalence (core/stats) against reference/effects.py. */
#include "stats/bayes.h"
#include "stats/equivalence.h"
#include "stats/paired.h"
#include "stats/rliable.h"

#include "reference/effects.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_N = 10000 };

#define LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))

static double a[MAX_N], b[MAX_N];

static struct bayes posterior(int n, double rope)
{
    return bayes_signed_rank(&(struct test_input){a, b, n, n, rng_seed(1)}, rope);
}

static struct bayes swapped(int n, double rope)
{
    return bayes_signed_rank(&(struct test_input){b, a, n, n, rng_seed(1)}, rope);
}

static void test_posteriors(void **state)
{
    /* Five standard errors of 50,000 draws. */
    static const double TOLERANCE = 0.011;

    (void)state;
    for (int i = 0; i < LENGTH(reference_posterior); i++) {
        const struct reference_posterior *r = &reference_posterior[i];
        struct bayes p, other;

        /* In points of tests of 1,000 pictures, which are rounded: ties at the rope are ties. */
        for (int k = 0; k < r->n; k++) {
            a[k] = (600 + r->d[k]) / 1000.0;
            b[k] = 600 / 1000.0;
        }
        p = posterior(r->n, r->rope / 1000.0);
        other = swapped(r->n, r->rope / 1000.0);
        if (!(fabs(p.left - r->left) < TOLERANCE && fabs(p.right - r->right) < TOLERANCE &&
              fabs(p.rope - r->equal) < TOLERANCE))
            fail_msg("posterior of %d: got %.3f %.3f %.3f, expected %.3f %.3f %.3f", i, p.left, p.rope,
                     p.right, r->left, r->equal, r->right);
        assert_true(p.left == other.right && p.right == other.left && p.rope == other.rope);
        assert_int_equal(p.n_draws, BAYES_DRAWS);

        for (int k = 0; k < r->n; k++) { /* the other way round, in percent */
            a[k] = (60000 + 100 * r->d[r->n - 1 - k]) / 1000.0;
            b[k] = 60;
        }
        other = posterior(r->n, r->rope / 10.0);
        assert_true(p.left == other.left && p.right == other.right && p.rope == other.rope);
    }
}

/* Where many differences are alike, or not, as those of test examples. */
static void test_many(void **state)
{
    struct bayes p;

    (void)state;
    for (int i = 0; i < MAX_N; i++) {
        a[i] = i % 10 != 0;
        b[i] = i % 10 != 0 && i % 97 != 0;
    }
    p = posterior(MAX_N, 0);
    assert_true(p.n_draws == BAYES_DRAWS && p.rope == 1); /* almost all are equal */
    for (int i = 0; i < MAX_N; i++)
        b[i] = i % 3 == 0;
    p = posterior(MAX_N, 0);
    assert_true(p.right > 0.999);

    /* Symmetric: a probability of 1/2 each, within five standard errors of what is drawn. */
    for (int i = 0; i < MAX_N; i++) {
        a[i] = i;
        b[i] = MAX_N - 1 - i;
    }
    p = posterior(MAX_N, 0);
    assert_int_equal(p.n_draws, BAYES_WORK / (MAX_N + 1)); /* and the prior's 0 */
    assert_true(p.left == p.right && p.left + p.rope + p.right > 0.999999);
}

static void test_no_posterior(void **state)
{
    (void)state;
    a[0] = a[1] = a[2] = 1;
    b[0] = b[1] = b[2] = 0;
    assert_true(isnan(posterior(0, 0.1).rope) && isnan(posterior(1, 0.1).rope));
    assert_true(isnan(posterior(3, -1).rope) && isnan(posterior(3, NAN).rope));
    assert_false(isnan(posterior(2, 0.1).rope));
    a[1] = NAN;
    assert_true(isnan(posterior(3, 0.1).rope));
    a[1] = -INFINITY; /* a run that diverged is worse, by any rope */
    assert_true(posterior(3, 0.1).left > 0.05);
    a[0] = a[2] = -INFINITY;
    assert_true(posterior(3, 0.1).left > 0.9);
}

/* ---- interquartile means, improvement, equivalence ---- */

static bool is_near(double x, double y)
{
    return isnan(y) ? isnan(x) : fabs(x - y) <= 1e-10 * fmax(1, fabs(y));
}

static bool lies_in(double x, const double *ends)
{
    return x >= ends[0] - 1e-9 && x <= ends[1] + 1e-9;
}

static void test_iqm(void **state)
{
    double x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct bootstrap_interval i, again;

    (void)state;
    for (int k = 0; k < LENGTH(reference_iqm); k++) {
        const struct reference_iqm *r = &reference_iqm[k];

        i = rliable_iqm_interval(r->x, r->n, rng_seed(1), 0.95);
        assert_true(is_near(rliable_iqm(r->x, r->n), r->iqm));
        if (r->n < 2)
            assert_true(isnan(i.low) && isnan(i.high));
        else if (r->n < 7 && !(lies_in(i.low, r->low) && lies_in(i.high, r->high)))
            fail_msg("interval of %d: %g to %g, expected %g..%g to %g..%g", r->n, i.low, i.high,
                     r->low[0], r->low[1], r->high[0], r->high[1]);
    }
    i = rliable_iqm_interval(x, 8, rng_seed(1), 0.95);
    again = rliable_iqm_interval(x, 8, rng_seed(1), 0.95);
    assert_memory_equal(&i, &again, sizeof i);

    /* Two of eight that diverged are taken away; three are not. */
    x[3] = x[7] = -INFINITY;
    assert_true(rliable_iqm(x, 8) == 2.75);
    i = rliable_iqm_interval(x, 8, rng_seed(1), 0.95);
    assert_true(i.low == -INFINITY && isfinite(i.high));
    x[0] = -INFINITY;
    assert_true(rliable_iqm(x, 8) == -INFINITY);
    x[0] = NAN;
    assert_true(isnan(rliable_iqm(x, 8)) && isnan(rliable_iqm_interval(x, 8, rng_seed(1), 0.95).low));
    assert_true(isnan(rliable_iqm(x, 0)));
}

static void test_improvement(void **state)
{
    struct bootstrap_interval i;

    (void)state;
    for (int k = 0; k < LENGTH(reference_improvement); k++) {
        const struct reference_improvement *r = &reference_improvement[k];

        for (int m = 0; m < r->n_a; m++) /* ties in tenths that are not so in bits */
            a[m] = r->a[m] / 10.0 + 0.1;
        for (int m = 0; m < r->n_b; m++)
            b[m] = (r->b[m] + 1) / 10.0;
        i = rliable_improvement_interval(a, r->n_a, b, r->n_b, rng_seed(1), 0.95);
        assert_true(is_near(probability_of_improvement(a, r->n_a, b, r->n_b), r->p));
        if (!(lies_in(i.low, r->low) && lies_in(i.high, r->high)))
            fail_msg("interval of %d: %g to %g, expected %g..%g to %g..%g", k, i.low, i.high,
                     r->low[0], r->low[1], r->high[0], r->high[1]);
    }
    assert_true(isnan(rliable_improvement_interval(a, 1, b, 4, rng_seed(1), 0.95).low));
    assert_true(isnan(rliable_improvement_interval(a, 4, b, 0, rng_seed(1), 0.95).high));
}

static struct test_result tost(int n, double margin)
{
    return equivalence_tost(&(struct test_input){a, b, n, n, rng_seed(0)}, margin);
}

static void test_equivalence(void **state)
{
    (void)state;
    for (int k = 0; k < LENGTH(reference_tost); k++) {
        const struct reference_tost *r = &reference_tost[k];
        const struct test_input swapped = {b, a, r->n, r->n, rng_seed(0)};

        for (int i = 0; i < r->n; i++) {
            a[i] = r->d[i];
            b[i] = 0;
        }
        if (!is_near(tost(r->n, r->margin).p, r->p))
            fail_msg("TOST %d: p = %.17g, expected %.17g", k, tost(r->n, r->margin).p, r->p);
        assert_true(equivalence_tost(&swapped, r->margin).p == tost(r->n, r->margin).p);
    }
    assert_true(isnan(tost(1, 1).p) && tost(1, 1).reason == TEST_ONE_PAIR);
    assert_true(isnan(tost(10, 0).p) && isnan(tost(10, NAN).p));
    assert_true(isnan(tost(10, -1).p) && tost(10, -1).reason == TEST_NO_MARGIN);
    for (int i = 0; i < 3; i++) {
        a[i] = 0.1 * (i + 3);
        b[i] = 0.1 * (i + 2);
    }
    assert_true(isnan(tost(3, 1).p) && tost(3, 1).reason == TEST_NO_SPREAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posteriors),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_no_posterior),
        cmocka_unit_test(test_iqm),
        cmocka_unit_test(test_improvement),
        cmocka_unit_test(test_equivalence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
