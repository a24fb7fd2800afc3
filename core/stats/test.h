/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test: tests of two samples, one file each, in a table.
 *
 * All are two-sided. A paired one takes a[i] and b[i] of the same seed or block,
 * n_a = n_b. Where p does not exist it is NaN, and `reason` says why: so for fewer
 * than two pairs, and where a test that needs spread is given none.
 *
 * Ties are exact. Values are taken for rounded shares k/n, or decimals: differences
 * that rounding cannot tell apart are equal, and one that it cannot tell from 0 is 0.
 * That is right, and so p is that of the counts, where the common n is below 10^14,
 * or decimals have up to 14 digits; for sums of m differences (sign flips), 10^13 / m.
 * So p is the same for shares, for percent and for counts, in any order of the pairs.
 *
 * A value may be infinite, that of a run that diverged where the measure has no worst
 * value: it has a rank and a sign, but there is no mean. Two of one sign are equal.
 *
 *     struct test_result r = test_signed_rank.run(&(struct test_input){a, b, n, n});
 *     if (r.p < 0.05)
 *
 * To add one: a file NAME.c that ends in `const struct test_type test_NAME`, its
 * line below, its line in the list of test.c, its column in tests/reference/stats.py.
 */
#ifndef STATS_TEST_H
#define STATS_TEST_H

#include "math/rng.h"
#include "stats/summary.h"

#include <stdbool.h>

struct test_input {
    const double *a, *b; /* [n_a], [n_b] */
    int n_a, n_b;
    struct rng rng; /* for tests that draw; each derives its own from it */
};

/* Why there is no p. */
enum test_reason {
    TEST_SOUND,
    TEST_NO_PAIR,
    TEST_ONE_PAIR,
    TEST_TOO_FEW, /* values, of samples that are not paired */
    TEST_NO_SPREAD,
    TEST_DIVERGED,
    TEST_NOT_A_NUMBER,
    TEST_NOT_SHARES,
    TEST_NO_MARGIN, /* of equivalence */
};

enum test_way { TEST_THEORY, TEST_EXACT, TEST_NORMAL, TEST_DRAWN, TEST_FEW_DRAWN };

struct test_result {
    double statistic, p;
    enum test_reason reason; /* TEST_SOUND where p is a number */
    int n;           /* pairs, or values, that count */
    int n_zeros;     /* pairs without a difference that were left out */
    bool has_ties;   /* equal magnitudes shared mean ranks */
    enum test_way way; /* how p came about: a distribution of theory, exactly over all outcomes,
                        * by the normal approximation, over drawn outcomes */
};

struct test_type {
    const char *name, *title; /* "paired_t", "paired t-test" */
    const char *statistic;    /* its letter: "t", "V" */
    const char *doc, *source;
    bool is_paired;
    bool is_of_shares; /* only for values that are 0 or 1 */
    struct test_result (*run)(const struct test_input *in);
};

extern const struct test_type *const test_types[]; /* NULL-ended */

/* "exact", "100000 draws" and so on, for captions. Static text. */
const char *test_way_name(enum test_way way);

/* "one pair", "equal differences": for captions. Static text; "" for TEST_SOUND. */
const char *test_reason_name(enum test_reason reason);

/* The differences a - b. Exact up to SIGNED_RANK_EXACT of them, see signed_rank.c; of more than
 * SIGN_FLIP_MANY sign_flip draws SIGN_FLIP_FEW times. */
enum {
    SIGNED_RANK_EXACT = 1000,
    SIGN_FLIP_EXACT = 20,
    SIGN_FLIP_DRAWS = 100000,
    SIGN_FLIP_MANY = 10000,
    SIGN_FLIP_FEW = 10000,
};

extern const struct test_type test_paired_t, test_welch, test_signed_rank, test_sign_flip,
    test_sign, test_mcnemar;

/* What a paired test starts from: a - b with exact ties, in the caller's array [n_a],
 * which is written in any case. The reason why there is no test for any of them. */
enum test_reason test_differences(const struct test_input *in, double *ret_differences);

/* Their mean and spread, a mean within rounding of 0 being 0; NaN where one is infinite. The
 * reason is that of a t-test, which needs spread; without one there is no half-width, since
 * +-0 would be a certainty that nobody has. */
enum test_reason test_summary(const struct test_input *in, struct summary *ret_summary);

/* For each of a[n_a] how many of b[n_b], both rising, are below it, and how many below or equal. */
void test_place(const double *a, int n_a, const double *b, int n_b, int *ret_below, int *ret_upto);

/* How far a sum of all of them, with any signs, may be off; those that are finite. */
double test_error(const struct test_input *in);

/* Are these two values equal, as far as rounding can tell? */
bool test_is_equal(double a, double b);

#endif
