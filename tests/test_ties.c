/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ties: the same counts give the same p, be they written as counts, shares, percent or
 * decimals, in any order, with either method first. The p of counts is that of all 2^n
 * sign flips, in whole numbers. */
#include "stats/bayes.h"
#include "stats/bootstrap.h"
#include "stats/friedman.h"
#include "stats/paired.h"

#include "brute_force.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_N = 12, N_CASES = 600, N_METHODS = 3 };

/* Values as counts, and what is said of those of the first two methods. */
struct counts {
    int n, per; /* pairs; what a share is of */
    double x[MAX_N], y[MAX_N], d[MAX_N];
    double signed_rank_p, v, sign_flip_p;
    bool is_resampled; /* compared by bootstraps, too, which cost more than all else */
};

static struct counts draw_counts(struct rng *rng, int nth, int n, int per, uint32_t span)
{
    struct counts c = {.n = n, .per = per, .is_resampled = nth % 5 == 0};
    uint32_t base = rng_below(rng, (uint32_t)per - span + 1);

    for (int i = 0; i < n; i++) {
        c.x[i] = base + rng_below(rng, span);
        c.y[i] = base + rng_below(rng, span);
        c.d[i] = c.x[i] - c.y[i];
    }
    c.signed_rank_p = brute_force(c.d, n, &c.v);
    c.sign_flip_p = brute_force_flips(c.d, n);
    return c;
}

static bool is_near(double x, double y, double tolerance)
{
    return isnan(x) ? isnan(y) : fabs(x - y) <= tolerance * fmax(1, fabs(x));
}

/* x and y are c's counts in another unit, `unit` a count. */
static void check(const struct counts *c, const char *form, const double *x, const double *y,
                  double unit)
{
    const struct test_input in = {x, y, c->n, c->n, rng_seed(1)};
    const struct test_input counts = {c->x, c->y, c->n, c->n, rng_seed(1)};
    struct paired p = paired_compare(x, y, c->n), of_counts = paired_compare(c->x, c->y, c->n);
    /* The values themselves are rounded: a spread is known no better than that. */
    double rounding = 1e-15 * (c->x[0] + MAX_N * 300);
    double tolerance = fmax(1e-12, rounding / of_counts.difference.sd);
    struct bootstrap b, b_counts;
    double d[MAX_N];

    if (p.signed_rank.p != c->signed_rank_p || p.signed_rank.statistic != c->v)
        fail_msg("%s, %d pairs of %d: V = %g, p = %.17g; right: %g, %.17g", form, c->n, c->per,
                 p.signed_rank.statistic, p.signed_rank.p, c->v, c->signed_rank_p);
    if (p.sign_flip.p != c->sign_flip_p)
        fail_msg("%s, %d pairs of %d: sign-flip p = %.17g; right: %.17g", form, c->n, c->per,
                 p.sign_flip.p, c->sign_flip_p);
    assert_true(test_sign.run(&in).p == test_sign.run(&counts).p);
    assert_int_equal(p.signed_rank.n_zeros, of_counts.signed_rank.n_zeros);
    assert_int_equal(p.t.reason, of_counts.t.reason);
    assert_true((p.difference.mean == 0) == (of_counts.difference.mean == 0));
    assert_true(is_near(p.difference.mean / unit, of_counts.difference.mean,
                        1e-12 + c->n * rounding));
    assert_true(is_near(p.t.p, of_counts.t.p, tolerance));
    assert_true(is_near(p.cohens_dz, of_counts.cohens_dz, tolerance));
    assert_true(probability_of_improvement(x, c->n, y, c->n) ==
                probability_of_improvement(c->x, c->n, c->y, c->n));

    if (!c->is_resampled)
        return;
    /* An end may lie between two of 9,999 draws, which are up to a unit apart. */
    test_differences(&in, d);
    bootstrap_mean(d, c->n, rng_seed(1), 0.95, &b);
    bootstrap_mean(c->d, c->n, rng_seed(1), 0.95, &b_counts);
    assert_true(isnan(b.bca.low) == isnan(b_counts.bca.low));
    if (!isnan(b.bca.low)) {
        double limit = (1e-8 + 1e5 * rounding) * unit;

        assert_true(fabs(b.bca.low - unit * b_counts.bca.low) < limit);
        assert_true(fabs(b.bca.high - unit * b_counts.bca.high) < limit);
    }
}

/* All ways to write them. */
static void check_forms(const struct counts *c, struct rng *rng)
{
    static const double tens[] = {1e-6, 1e-3, 10, 1e5};
    double x[MAX_N], y[MAX_N];
    struct counts swapped = *c;
    uint32_t order[MAX_N];

    check(c, "counts", c->x, c->y, 1);
    for (int i = 0; i < c->n; i++) {
        x[i] = c->x[i] / c->per;
        y[i] = c->y[i] / c->per;
    }
    check(c, "shares", x, y, 1.0 / c->per);

    for (int i = 0; i < c->n; i++)
        order[i] = (uint32_t)i;
    rng_shuffle(rng, order, (uint32_t)c->n);
    for (int i = 0; i < c->n; i++) {
        x[i] = c->x[order[i]] / c->per;
        y[i] = c->y[order[i]] / c->per;
    }
    /* The draws of a bootstrap do depend on the order. */
    assert_true(paired_compare(x, y, c->n).signed_rank.p == c->signed_rank_p);
    assert_true(paired_compare(x, y, c->n).sign_flip.p == c->sign_flip_p);

    for (size_t t = 0; t < sizeof tens / sizeof *tens; t++) {
        for (int i = 0; i < c->n; i++) {
            x[i] = c->x[i] / c->per * tens[t];
            y[i] = c->y[i] / c->per * tens[t];
        }
        check(c, "scaled shares", x, y, tens[t] / c->per);
    }
    for (int i = 0; i < c->n; i++) {
        x[i] = 100 * c->x[i] / c->per;
        y[i] = 100 * c->y[i] / c->per;
    }
    check(c, "percent", x, y, 100.0 / c->per);

    for (int i = 0; i < c->n; i++) {
        swapped.x[i] = c->y[i];
        swapped.y[i] = c->x[i];
        swapped.d[i] = -c->d[i];
    }
    assert_true(brute_force(swapped.d, c->n, &swapped.v) == c->signed_rank_p);
    check(&swapped, "swapped", y, x, 100.0 / c->per);
}

static void test_shares(void **state)
{
    static const int pers[] = {1670, 7, 333, 1000, 10000, 100, 3, 12345, 999999937};
    struct rng rng = rng_derive(rng_seed(1), "shares");
    int n_tied = 0;

    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        int per = pers[i % 9], n = 2 + (int)rng_below(&rng, MAX_N - 1);
        uint32_t span = i % 2 ? 6 : 300;
        struct counts c = draw_counts(&rng, i, n, per, span < (uint32_t)per ? span : (uint32_t)per);

        check_forms(&c, &rng);
        n_tied += paired_compare(c.x, c.y, n).signed_rank.has_ties;
    }
    assert_true(n_tied > N_CASES / 3);
}

/* Two to four decimals, as people write accuracies and percent. */
static void test_decimals(void **state)
{
    struct rng rng = rng_derive(rng_seed(2), "decimals");

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int n = 6 + (int)rng_below(&rng, 5), per = (int[]){100, 1000, 10000}[i % 3];
        struct counts c = draw_counts(&rng, i, n, 100 * per, i % 2 ? 12 : 60);
        double x[MAX_N], y[MAX_N];

        for (int k = 0; k < n; k++) {
            x[k] = c.x[k] / per; /* as "74.31" is read: rounded once */
            y[k] = c.y[k] / per;
        }
        check(&c, "decimals", x, y, 1.0 / per);
    }
}

/* Nine trials on 1,670 pictures, of which five differ by two pictures. */
static void test_trials(void **state)
{
    static const double more[9] = {3, -1, 3, -2, 2, -2, 2, 2, 2};
    static const double base[9] = {800, 911, 1013, 701, 650, 1499, 333, 1200, 17};
    double x[9], y[9];
    struct paired p;

    (void)state;
    for (int i = 0; i < 9; i++) {
        x[i] = (base[i] + more[i]) / 1670;
        y[i] = base[i] / 1670;
    }
    p = paired_compare(x, y, 9);
    assert_true(p.signed_rank.statistic == 35 && p.signed_rank.p == 0.1875 && p.signed_rank.has_ties);
    assert_true(p.sign_flip.p == 0.234375);
}

/* The finest shares and decimals that are promised: one apart is not equal, and two ways of three
 * apart are. */
static void test_limits(void **state)
{
    const double n = 1e14, k = 87654321987654;
    const double a[] = {k / n, 0.5};
    const double two[] = {(k - 2) / n, 0.5 - 3 / n}, three[] = {(k - 3) / n, 0.5 + 3 / n};
    double d[2];

    (void)state;
    assert_false(test_is_equal(k / n, (k + 1) / n));
    assert_false(test_is_equal(99.999999999999, 99.999999999998));
    test_differences(&(struct test_input){.a = a, .b = two, .n_a = 2, .n_b = 2}, d);
    assert_true(d[0] != d[1]);
    test_differences(&(struct test_input){.a = a, .b = three, .n_a = 2, .n_b = 2}, d);
    assert_true(d[0] == -d[1]);
    assert_true(test_is_equal(0.1 + 0.2, 0.3));
    assert_false(test_is_equal(-0.3, 0.3) || test_is_equal(0, 1e-300));
    assert_true(test_is_equal(-INFINITY, -INFINITY) && !test_is_equal(-INFINITY, 1e308));
}

static void test_ranks(void **state)
{
    static const int pers[] = {1670, 7, 333, 1000};
    struct rng rng = rng_derive(rng_seed(3), "ranks");
    struct arena arena = {0};

    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        int per = pers[i % 4], n = 2 + i % 9;
        double counts[MAX_N * N_METHODS], shares[MAX_N * N_METHODS];
        struct friedman a, b;

        /* Differences of shares: equal in a block, but not in bits. */
        for (int k = 0; k < n * N_METHODS; k++) {
            double off = k / N_METHODS;

            counts[k] = rng_below(&rng, 4);
            shares[k] = (counts[k] + off + k % N_METHODS) / per - (off + k % N_METHODS) / per;
        }
        a = friedman_test(counts, n, N_METHODS, true, &arena);
        b = friedman_test(shares, n, N_METHODS, true, &arena);
        for (int m = 0; m < N_METHODS; m++)
            assert_true(a.mean_ranks[m] == b.mean_ranks[m]);
        assert_true(isnan(a.f_p) ? isnan(b.f_p) : a.f_p == b.f_p);
        assert_true(a.pairwise_p[1] == b.pairwise_p[1]);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares), cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_trials), cmocka_unit_test(test_limits), cmocka_unit_test(test_ranks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
