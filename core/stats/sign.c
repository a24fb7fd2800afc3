/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"
#include "stats/distribution.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>

/* Ties say nothing about the sign and are left out. */
static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .way = TEST_EXACT};
    struct arena arena = {0};
    double *d = arena_alloc(&arena, (size_t)in->n_a * sizeof *d);
    int n_above = 0;

    assert(in->n_a == in->n_b);
    r.reason = test_differences(in, d);
    for (int i = 0; i < in->n_a; i++) {
        r.n += d[i] != 0;
        r.n_zeros += d[i] == 0;
        n_above += d[i] > 0;
    }
    if (r.reason == TEST_SOUND) {
        r.statistic = n_above;
        r.p = fmin(1, 2 * coin_below(n_above < r.n - n_above ? n_above : r.n - n_above, r.n));
    }
    arena_release(&arena);
    return r;
}

const struct test_type test_sign = {
    .name = "sign",
    .title = "sign test",
    .statistic = "S",
    .doc = "is either method better as often as not; needs nothing but the signs",
    .source = "Arbuthnott 1710; Conover 1999, Practical Nonparametric Statistics, 3.4",
    .is_paired = true,
    .run = run,
};

/* McNemar's exact test is the sign test on the examples that one method has right
 * and the other wrong. */
const struct test_type test_mcnemar = {
    .name = "mcnemar",
    .title = "McNemar's exact test",
    .statistic = "b",
    .doc = "do two classifiers err equally often on the same examples (1: right, 0: wrong)",
    .source = "McNemar 1947, Psychometrika 12; exact as in Edwards 1948",
    .is_paired = true,
    .is_of_shares = true,
    .run = run,
};
