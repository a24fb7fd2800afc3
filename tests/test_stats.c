/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core/stats against brute force, exact integer counts, published examples and its
 * edges. Random cases against R and scipy are in test_statistics.c.
 */
#include "stats/adjust.h"
#include "stats/bootstrap.h"
#include "stats/distribution.h"
#include "stats/friedman.h"
#include "stats/paired.h"
#include "stats/power.h"

#include "brute_force.h"
#include "reference/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_PAIRS = 4000 };

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
    double *zeros = calloc((size_t)n, sizeof *zeros), p;

    assert_non_null(zeros);
    p = test_signed_rank.run(&(struct test_input){.a = d, .b = zeros, .n_a = n, .n_b = n}).p;
    free(zeros);
    return p;
}

/* ---- brute force ---- */

/* Differences of 1 for a success and -1 else: the sign test's. */
static double brute_force_signs(const double *d, int n)
{
    double signs[BRUTE_FORCE_MAX];

    for (int i = 0; i < n; i++)
        signs[i] = (d[i] > 0) - (d[i] < 0);
    return brute_force_flips(signs, n);
}

static void test_brute_force(void **state)
{
    struct rng rng = rng_derive(rng_seed(1), "brute-force");
    int n_tied = 0, n_with_zeros = 0;

    (void)state;
    for (int i = 0; i < 400; i++) {
        const double zeros[BRUTE_FORCE_MAX] = {0};
        int n = 2 + i % (BRUTE_FORCE_MAX - 1), expected_zeros = 0;
        uint32_t span = i % 3 ? 4 : 1000;
        double d[BRUTE_FORCE_MAX], moved[BRUTE_FORCE_MAX], v;
        struct test_input in = {d, zeros, n, n, rng};
        bool expected_ties = false;
        struct test_result r;

        for (int k = 0; k < n; k++) {
            d[k] = (double)rng_below(&rng, 2 * span) - span + 1;
            expected_zeros += d[k] == 0;
            for (int j = 0; j < k; j++)
                expected_ties |= d[k] != 0 && fabs(d[j]) == fabs(d[k]);
        }
        r = test_signed_rank.run(&in);
        assert_near("p", i, r.p, brute_force(d, n, &v), EXACT);
        assert_near("v", i, r.statistic, v, EXACT);
        assert_int_equal(r.n_zeros, expected_zeros);
        assert_int_equal(r.has_ties, expected_ties);
        assert_near("flips", i, test_sign_flip.run(&in).p, brute_force_flips(d, n), EXACT);
        assert_near("signs", i, test_sign.run(&in).p, brute_force_signs(d, n), TOLERANCE);
        n_tied += r.has_ties;
        n_with_zeros += r.n_zeros > 0 && r.n_zeros < n;

        /* Tenths are not whole in binary, and sums of them depend on the order: p must not. */
        for (int k = 0; k < n; k++)
            moved[k] = 0.1 * d[n - 1 - k];
        in.a = moved;
        assert_near("tenths", i, test_sign_flip.run(&in).p, brute_force_flips(d, n), EXACT);
    }
    assert_true(n_tied >= 100 && n_with_zeros >= 100);
}

static void test_mcnemar_counts(void **state)
{
    /* 10 examples: b = 5 only a has right, c = 1 only b has: p = 2 (1 + 6) / 2^6. */
    const double a[] = {1, 1, 1, 1, 1, 0, 1, 0, 1, 0}, b[] = {0, 0, 0, 0, 0, 1, 1, 0, 1, 0};
    struct test_result r = test_mcnemar.run(&(struct test_input){.a = a, .b = b, .n_a = 10, .n_b = 10});

    (void)state;
    assert_true(r.n == 6 && r.n_zeros == 4 && r.statistic == 5);
    assert_near("mcnemar", 0, r.p, 14.0 / 64, TOLERANCE);
}

/* Draws: the same for the same generator, near the exact p, never 0. */
/* Of thousands of values: fewer draws, which say so, and no pass over all pairs. */
static void test_many(void **state)
{
    enum { N = 60000, FEW = 300 };
    static double x[N], y[N], zeros[N];
    struct test_input in = {x, zeros, SIGN_FLIP_MANY, SIGN_FLIP_MANY, rng_seed(3)};
    struct bootstrap b;
    struct rng rng = rng_seed(5);
    double wins = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = 0.1 * (1 + rng_below(&rng, 40)) - 2;
        y[i] = (double)(1 + rng_below(&rng, 40)) / 10 - 2; /* equal but for rounding */
    }
    for (int i = 0; i < FEW; i++)
        for (int k = 0; k < FEW; k++)
            wins += test_is_equal(x[i], y[k]) ? 0.5 : x[i] > y[k];
    assert_true(probability_of_improvement(x, FEW, y, FEW) == wins / FEW / FEW);
    assert_true(fabs(probability_of_improvement(x, N, y, N) - 0.5) < 0.01);
    y[7] = NAN;
    assert_true(isnan(probability_of_improvement(x, N, y, N)));
    assert_true(isnan(probability_of_improvement(x, 0, y, 1)));
    for (int i = 0; i < N; i++)
        x[i] = (i % 2 ? 1 : -1) * (i + 1.0);
    assert_int_equal(test_sign_flip.run(&in).way, TEST_DRAWN);
    in.n_a = in.n_b = SIGN_FLIP_MANY + 1;
    assert_int_equal(test_sign_flip.run(&in).way, TEST_FEW_DRAWN);
    assert_true(test_sign_flip.run(&in).p > 0.9);
    assert_int_equal(bootstrap_draws(BOOTSTRAP_MANY), BOOTSTRAP_DRAWS);
    assert_int_equal(bootstrap_draws(BOOTSTRAP_MANY + 1), BOOTSTRAP_FEW);
    for (int i = 0; i < N; i++)
        x[i] = i % 2;
    bootstrap_mean(x, N, rng_seed(1), 0.95, &b);
    assert_true(fabs(b.percentile.low - (0.5 - 1.96 * 0.5 / sqrt(N))) < 3e-4);
    assert_true(fabs(b.bca.high - (0.5 + 1.96 * 0.5 / sqrt(N))) < 3e-4);
}

static void test_drawn_flips(void **state)
{
    double d[21], zeros[21] = {0};
    struct test_input in = {d, zeros, 21, 21, rng_seed(3)};
    struct test_result r;

    (void)state;
    for (int i = 0; i < 21; i++)
        d[i] = i + 1;
    r = test_sign_flip.run(&in);
    assert_true(r.way == TEST_DRAWN && r.p == 1.0 / (SIGN_FLIP_DRAWS + 1));
    for (int i = 0; i < 21; i += 2)
        d[i] = -d[i] + 4;
    r = test_sign_flip.run(&in);
    assert_true(test_sign_flip.run(&in).p == r.p);
    in.rng = rng_seed(4);
    assert_true(test_sign_flip.run(&in).p != r.p);
    assert_true(fabs(test_sign_flip.run(&in).p - brute_force_flips(d, 21)) < 0.008);
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

    d[0] = 1;
    for (int n = 2; n <= 60; n++) {
        d[n - 1] = n; /* all positive */
        assert_near("least", n, power_least_p(n), wilcoxon_p(d, n), EXACT);
    }
    assert_true(isnan(power_least_p(0)));
}

/* ---- the edges ---- */

static void assert_no_t(struct paired c)
{
    assert_true(isnan(c.difference.sd) && isnan(c.difference.half_width));
    assert_true(isnan(c.t.statistic) && isnan(c.t.p) && isnan(c.cohens_dz) && isnan(c.hedges_g));
}

static void test_too_few(void **state)
{
    const double one[] = {0.5}, none[] = {0};
    struct paired c = paired_compare(one, none, 0);

    (void)state;
    assert_no_t(c);
    assert_true(c.t.reason == TEST_NO_PAIR);
    assert_true(isnan(c.difference.mean) && isnan(c.signed_rank.statistic) && isnan(c.signed_rank.p));
    assert_false(c.signed_rank.n_zeros || c.signed_rank.has_ties);

    c = paired_compare(one, none, 1);
    assert_no_t(c);
    assert_true(c.difference.mean == 0.5);
    assert_true(isnan(c.signed_rank.p) && isnan(c.sign_flip.p)); /* p = 1 would say something */
    assert_true(c.t.reason == TEST_ONE_PAIR && c.signed_rank.reason == TEST_ONE_PAIR);
    assert_true(isnan(power_detectable(1, 0.05)) && isnan(power_detectable(0, 0.05)));
}

static void test_not_finite(void **state)
{
    const double zeros[4] = {0};
    double x[4] = {1, 0, NAN, 2}, worst[4] = {0, 0, -INFINITY, 0};
    struct paired c = paired_compare(x, zeros, 4);

    (void)state;
    assert_no_t(c);
    assert_true(c.t.reason == TEST_NOT_A_NUMBER && c.sign_flip.reason == TEST_NOT_A_NUMBER);
    assert_true(isnan(c.difference.mean) && isnan(c.signed_rank.statistic) && isnan(c.signed_rank.p));

    /* an infinity, of a run that diverged, has a rank but no mean */
    x[2] = -INFINITY;
    c = paired_compare(x, zeros, 4);
    assert_no_t(c);
    assert_true(c.t.reason == TEST_DIVERGED && c.sign_flip.reason == TEST_DIVERGED);
    assert_true(isnan(c.difference.mean) && isnan(c.sign_flip.p));
    assert_true(c.signed_rank.statistic == 3 && c.signed_rank.p == 1 && c.signed_rank.n_zeros == 1);
    /* two of them are alike */
    c = paired_compare(x, worst, 4);
    assert_true(c.t.reason == TEST_SOUND && c.difference.mean == 0.75);
    assert_true(c.signed_rank.n_zeros == 2);
    assert_true(probability_of_improvement(x, 4, worst, 4) == 11.0 / 16);
    /* and tie in rank, as the largest */
    x[0] = -INFINITY;
    x[1] = 1;
    c = paired_compare(x, zeros, 4);
    assert_true(c.signed_rank.has_ties && c.signed_rank.statistic == 3);
}

static void test_no_spread(void **state)
{
    const double zeros[7] = {0};
    double x[7];
    struct test_input in = {x, zeros, 7, 7, rng_seed(0)};
    struct paired c;

    (void)state;
    for (int n = 2; n <= 7; n++) {
        for (int i = 0; i < n; i++)
            x[i] = 0.1; /* a rounded 0.1 * 3 / 3 is not 0.1 */
        c = paired_compare(zeros, x, n);
        assert_true(c.difference.mean == -0.1 && c.difference.sd == 0);
        assert_true(isnan(c.difference.half_width));
        assert_true(isnan(c.t.statistic) && isnan(c.t.p) && c.t.reason == TEST_NO_SPREAD);
        assert_true(isnan(c.cohens_dz) && isnan(c.hedges_g));
        /* what the signs say, they say */
        assert_true(c.signed_rank.p == power_least_p(n) && c.sign_flip.p == power_least_p(n));
        c = paired_compare(x, x, n);
        assert_true(c.difference.mean == 0 && isnan(c.t.p) && c.t.reason == TEST_NO_SPREAD);
        assert_true(c.signed_rank.n_zeros == n && c.signed_rank.statistic == 0 && c.signed_rank.p == 1);
        assert_true(c.sign_flip.p == 1);
    }
    /* 0.7, 0.8, 0.9 minus 0.6, 0.7, 0.8 are three tenths, though not in their last bits. */
    c = paired_compare((double[]){0.7, 0.8, 0.9}, (double[]){0.6, 0.7, 0.8}, 3);
    assert_true(c.difference.sd == 0 && isnan(c.t.p) && c.sign_flip.p == 0.25);

    x[6] = 0.1;
    assert_true(isnan(test_welch.run(&in).p) && test_welch.run(&in).reason == TEST_NO_SPREAD);
    x[6] = 0.2;
    assert_true(test_welch.run(&in).p < 1e-3 && test_welch.run(&in).reason == TEST_SOUND);
    in.n_b = 1;
    assert_true(isnan(test_welch.run(&in).p) && test_welch.run(&in).reason == TEST_TOO_FEW);
}

/* Where all blocks rank alike, p is the chance of that. */
static void test_unanimous(void **state)
{
    const double alike[12] = {1, 2, 3, 4, 5, 6, 1, 5, 7, 2, 3, 5}, tied[6] = {1, 1, 1, 2, 2, 2};
    const double half[6] = {0.1, 0.3, 0.30000000000000004, 0.5, 0.6, 0.6};
    struct arena arena = {0};
    struct friedman f = friedman_test(alike, 4, 3, true, &arena);

    (void)state;
    assert_true(f.is_unanimous && f.f == INFINITY);
    assert_near("p", 0, f.f_p, pow(1 / 6.0, 3), TOLERANCE);
    assert_near("chi-squared", 0, f.chi_squared_p, exp(-4), TOLERANCE); /* of 8 on 2 degrees */
    f = friedman_test(half, 2, 3, true, &arena);
    assert_true(f.is_unanimous && f.mean_ranks[1] == 1.5 && f.mean_ranks[2] == 1.5);
    assert_near("p", 1, f.f_p, 1 / 3.0, TOLERANCE);
    f = friedman_test(tied, 2, 3, true, &arena);
    assert_true(isnan(f.f) && isnan(f.f_p) && isnan(f.chi_squared_p));
    arena_release(&arena);
}

/* ---- corrections and power ---- */

static void test_corrections(void **state)
{
    /* worked by hand; the NaN is no hypothesis */
    const double p[] = {0.01, NAN, 0.04, 0.03, 0.04};
    const double expected[][5] = {{0.04, NAN, 0.09, 0.09, 0.09},
                                  {0.04, NAN, 0.04, 0.04, 0.04},
                                  {0.04, NAN, 0.04, 0.04, 0.04}};
    double adjusted[5];

    (void)state;
    for (int t = 0; adjust_types[t]; t++) {
        adjust_types[t]->run(p, 5, adjusted);
        for (int i = 0; i < 5; i++)
            assert_near(adjust_types[t]->name, i, adjusted[i], expected[t][i], TOLERANCE);
        adjust_types[t]->run(NULL, 0, NULL);
    }
}

/* ---- intervals, ranks, posteriors ---- */

static void test_bootstrap(void **state)
{
    const double x[] = {1, 2, 4, 8, 9, 3, 3, 7}, equal[] = {0.1, 0.1, 0.1};
    struct bootstrap b, again;

    (void)state;
    bootstrap_mean(x, 8, rng_seed(1), 0.95, &b);
    bootstrap_mean(x, 8, rng_seed(1), 0.95, &again);
    assert_memory_equal(&b, &again, sizeof b);
    assert_true(b.percentile.low > 2 && b.percentile.low < 3.5);
    assert_true(b.percentile.high > 5.5 && b.percentile.high < 7.5);
    assert_true(b.bca.low > b.percentile.low); /* skewed to the right */
    bootstrap_mean(equal, 3, rng_seed(1), 0.95, &b);
    assert_true(isnan(b.bca.low) && b.percentile.low == 0.1 && b.percentile.high == 0.1);
    bootstrap_mean(x, 1, rng_seed(1), 0.95, &b);
    assert_true(isnan(b.bca.low) && isnan(b.percentile.high));
}

/* Demsar 2006, section 3.2.2: four decision trees on 14 data sets. His chi-squared
 * is 9.28, F 3.69 and, for 4 methods on 14 sets, the critical distance 1.25. */
static void test_friedman_published(void **state)
{
    static const double auc[14][4] = {
        {.763, .768, .771, .798}, {.599, .591, .590, .569}, {.954, .971, .968, .967},
        {.628, .661, .654, .657}, {.882, .888, .886, .898}, {.936, .931, .916, .931},
        {.661, .668, .609, .685}, {.583, .583, .563, .625}, {.775, .838, .866, .875},
        {1, 1, 1, 1},             {.940, .962, .965, .962}, {.619, .666, .614, .669},
        {.972, .981, .9751, .975}, {.957, .978, .946, .970}};
    static const double ranks[] = {3.143, 2.000, 2.893, 1.964};
    struct arena arena = {0};
    struct friedman f = friedman_test(&auc[0][0], 14, 4, true, &arena);

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_true(fabs(f.mean_ranks[i] - ranks[i]) < 6e-4);
    assert_true(fabs(f.critical_distance - 1.25) < 0.005);
    /* He leaves out the correction for ties: 9.28 before it. */
    assert_true(f.chi_squared > 9.28 && f.chi_squared < 10.3);
    arena_release(&arena);
}

static void test_critical_values(void **state)
{
    /* Demsar 2006, table 5(a), 5%. */
    static const double q[] = {1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};

    (void)state;
    for (int k = 2; k <= 10; k++)
        assert_true(fabs(range_quantile(0.95, k) / sqrt(2) - q[k - 2]) < 0.0011);
}

static void test_detectable(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTH(reference_detectable); i++) {
        int n = reference_detectable[i].n;

        assert_near("effect", n, power_detectable(n, 0.05), reference_detectable[i].effect, TOLERANCE);
    }
}

/* Every order of each block's three ranks in turn. */
static double by_enumeration(const double *ranks, int n_blocks)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double seen[3] = {0}, s = 0;
    long n_all = 1, n_far = 0;

    for (int j = 0; j < n_blocks; j++) {
        n_all *= 6;
        for (int m = 0; m < 3; m++)
            seen[m] += ranks[3 * j + m];
    }
    for (int m = 0; m < 3; m++)
        s += seen[m] * seen[m];
    for (long code = 0; code < n_all; code++) {
        double sums[3] = {0}, squares = 0;
        long rest = code;

        for (int j = 0; j < n_blocks; j++, rest /= 6)
            for (int m = 0; m < 3; m++)
                sums[m] += ranks[3 * j + orders[rest % 6][m]];
        for (int m = 0; m < 3; m++)
            squares += sums[m] * sums[m];
        n_far += squares >= s; /* halves: exact */
    }
    return (double)n_far / (double)n_all;
}

/* The tables of Hollander and Wolfe 1973, A.15, to their three digits; and all orders of a few blocks,
 * ties too. */
static void test_friedman_exact(void **state)
{
    static const double perfect[] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3},
                        five[] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 3, 1, 2},
                        ties[] = {1.5, 1.5, 3, 1, 2, 3, 2, 2, 2, 1, 2.5, 2.5, 3, 2, 1},
                        four[] = {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4};
    double many[7 * 3] = {1};

    (void)state;
    assert_float_equal(friedman_exact_p(perfect, 3, 3), 1 / 36.0, 1e-12);
    assert_float_equal(friedman_exact_p(perfect, 4, 3), 1 / 216.0, 1e-12); /* chi-squared 8: 0.005 */
    assert_float_equal(friedman_exact_p(four, 3, 4), 1 / 576.0, 1e-12);     /* chi-squared 9: 0.002 */
    for (int n = 2; n <= 5; n++) {
        assert_float_equal(friedman_exact_p(five, n, 3), by_enumeration(five, n), 1e-12);
        assert_float_equal(friedman_exact_p(ties, n, 3), by_enumeration(ties, n), 1e-12);
    }
    assert_true(isnan(friedman_exact_p(many, 3, 7)));
}

/* With many blocks it is what chi-squared says. */
static void test_friedman_exact_agrees(void **state)
{
    enum { N = 39, K = 3 };
    static double values[N * K];
    struct arena arena = {0};
    struct friedman f;

    (void)state;
    for (int i = 0; i < N * K; i++)
        values[i] = fmod(i * i * 0.6180339887, 1) + (i % K == 0 ? 0.1 : 0);
    f = friedman_test(values, N, K, true, &arena);
    assert_true(f.exact_p > 0.001 && f.exact_p < 0.9);
    assert_true(fabs(f.exact_p - f.chi_squared_p) < 0.03);
    arena_release(&arena);
}

/* t(1 - 0.05 / 2k, n - 1) as scipy.stats.t has it; the sample 0 .. n - 1 has the variance n (n + 1) / 12. */
static void test_simultaneous(void **state)
{
    static const struct {
        int n, k;
        double t;
    } cases[] = {
        {2, 1, 12.706204736175},  {2, 3, 38.188459297026},  {3, 2, 6.2053468165707},  {4, 2, 4.1765348461045},
        {6, 5, 4.0321429835552},  {10, 15, 3.9542188938267}, {30, 40, 3.5752857116594},
    };
    const double equal[] = {1, 1, INFINITY};
    double x[30];
    struct summary s;

    (void)state;
    for (int i = 0; i < 30; i++)
        x[i] = i;
    for (int i = 0; i < LENGTH(cases); i++) {
        s = summary_of(x, cases[i].n);
        assert_near("half width", i, summary_simultaneous(&s, cases[i].k), cases[i].t * sqrt((cases[i].n + 1) / 12.0),
                    TOLERANCE);
        assert_near("of one", i, summary_simultaneous(&s, 1), s.half_width, TOLERANCE);
        assert_true(isnan(summary_simultaneous(&s, 0)));
    }
    s = summary_of(x, 1);
    assert_true(isnan(summary_simultaneous(&s, 2)));
    s = summary_of(equal, 2);
    assert_true(summary_simultaneous(&s, 2) == 0);
    s = summary_of(equal, 3);
    assert_true(isnan(summary_simultaneous(&s, 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simultaneous),
        cmocka_unit_test(test_brute_force),
        cmocka_unit_test(test_mcnemar_counts),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_drawn_flips),
        cmocka_unit_test(test_wilcoxon_large),
        cmocka_unit_test(test_too_few),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_no_spread),
        cmocka_unit_test(test_unanimous),
        cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_friedman_published),
        cmocka_unit_test(test_friedman_exact),
        cmocka_unit_test(test_friedman_exact_agrees),
        cmocka_unit_test(test_critical_values),
        cmocka_unit_test(test_detectable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
