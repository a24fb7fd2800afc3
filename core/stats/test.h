/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test: tests of two samples, one file each, in a table.
 *
 * All are two-sided. A paired one takes a[i] and b[i] of the same seed or block,
 * n_a = n_b. A NaN in the input gives NaN, and so does an n that is too small.
 *
 *     struct test_result r = test_signed_rank.run(&(struct test_input){a, b, n, n});
 *     if (r.p < 0.05)
 *
 * To add one: a file NAME.c that ends in `const struct test_type test_NAME`, its
 * line below, its line in the list of test.c, its column in tests/reference/stats.py.
 */
#ifndef STATS_TEST_H
#define STATS_TEST_H

#include "base/rng.h"

#include <stdbool.h>

struct test_input {
    const double *a, *b; /* [n_a], [n_b] */
    int n_a, n_b;
    struct rng rng; /* for tests that draw; each derives its own from it */
};

enum test_way { TEST_THEORY, TEST_EXACT, TEST_NORMAL, TEST_DRAWN };

struct test_result {
    double statistic, p;
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

/* The differences a - b. Exact up to SIGNED_RANK_EXACT of them, see signed_rank.c. */
enum { SIGNED_RANK_EXACT = 1000, SIGN_FLIP_EXACT = 20, SIGN_FLIP_DRAWS = 100000 };

extern const struct test_type test_paired_t, test_welch, test_signed_rank, test_sign_flip,
    test_sign, test_mcnemar;

/* What a test starts from; in the caller's array [n]. True where one is NaN. */
bool test_differences(const struct test_input *in, double *ret_differences);

#endif
