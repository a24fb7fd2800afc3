/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Posteriors, robust means and equivalence (core/stats) against reference/effects.py. */
#include "stats/bayes.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posteriors),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_no_posterior),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
