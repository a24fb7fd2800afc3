/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * p is the share of sign flips of the differences whose sum is at least as far
 * from 0 as the one that was seen. Exact over all 2^n flips for up to
 * SIGN_FLIP_EXACT differences other than 0; beyond, SIGN_FLIP_DRAWS drawn ones,
 * with the seen one counted among them (Phipson and Smyth 2010), so that p is
 * never 0 and the test never rejects too often.
 *
 * Sums that differ by no more than rounding can do, of the values and of the additions,
 * are equal: else p would depend on the order of the seeds, and be another for percent
 * than for shares. */
#include "base/arena.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct flips {
    double magnitude[SIGN_FLIP_EXACT]; /* from the largest down */
    double left[SIGN_FLIP_EXACT + 1];  /* left[i]: the sum of magnitude[i ..] */
    int n;
    double limit;
};

/* In how many ways can the signs of magnitude[i ..] bring `sum` to at least limit
 * in magnitude? Most branches are decided long before their leaves. */
static double count(const struct flips *f, int i, double sum)
{
    if (fabs(sum) + f->left[i] < f->limit)
        return 0;
    if (fabs(sum) - f->left[i] >= f->limit)
        return ldexp(1, f->n - i);
    if (i == f->n)
        return fabs(sum) >= f->limit;
    return count(f, i + 1, sum + f->magnitude[i]) + count(f, i + 1, sum - f->magnitude[i]);
}

static int from_large(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x < y) - (x > y);
}

static double exact_p(const double *magnitudes, int n, double limit)
{
    struct flips f = {.n = n, .limit = limit};

    for (int i = 0; i < n; i++)
        f.magnitude[i] = magnitudes[i];
    for (int i = n - 1; i >= 0; i--)
        f.left[i] = f.left[i + 1] + f.magnitude[i];
    return ldexp(count(&f, 0, 0), -n);
}

/* Sums of eight signed magnitudes at a time, looked up by their pattern of signs. */
static double drawn_p(const double *magnitudes, int n, double limit, int n_draws, struct rng rng)
{
    struct arena arena = {0};
    int n_groups = (n + 7) / 8, n_far = 0;
    double(*sums)[256] = arena_alloc(&arena, (size_t)n_groups * sizeof *sums);

    for (int i = 0; i < n; i++)
        for (int signs = 0; signs < 256; signs++)
            sums[i / 8][signs] += signs >> i % 8 & 1 ? magnitudes[i] : -magnitudes[i];
    for (int k = 0; k < n_draws; k++) {
        double sum = 0;
        uint32_t bits = 0;

        for (int g = 0; g < n_groups; g++) {
            bits = g % 4 == 0 ? rng_next(&rng) : bits >> 8;
            sum += sums[g][bits & 255];
        }
        n_far += fabs(sum) >= limit;
    }
    arena_release(&arena);
    return (n_far + 1.0) / (n_draws + 1.0);
}

static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN};
    struct arena arena = {0};
    double *d = arena_alloc(&arena, (size_t)in->n_a * sizeof *d), sum = 0, total = 0;

    assert(in->n_a == in->n_b);
    r.reason = test_differences(in, d);
    for (int i = 0; i < in->n_a; i++) {
        sum += d[i];
        total += fabs(d[i]);
        r.n_zeros += d[i] == 0;
        if (d[i] != 0)
            d[r.n++] = fabs(d[i]);
    }
    if (r.reason == TEST_SOUND && isinf(total))
        r.reason = TEST_DIVERGED;
    if (r.reason == TEST_SOUND) {
        /* Both sums may be off by what the differences are, and by n additions. */
        double error = test_error(in), limit = fabs(sum) - 2 * (error + in->n_a * 0x1p-53 * total);

        qsort(d, (size_t)r.n, sizeof *d, from_large); /* p is the same in any order of seeds */
        r.way = r.n <= SIGN_FLIP_EXACT  ? TEST_EXACT
                : r.n <= SIGN_FLIP_MANY ? TEST_DRAWN
                                        : TEST_FEW_DRAWN;
        r.statistic = fabs(sum) <= error ? 0 : sum / in->n_a;
        r.p = r.way == TEST_EXACT ? exact_p(d, r.n, limit)
                                  : drawn_p(d, r.n, limit,
                                            r.way == TEST_DRAWN ? SIGN_FLIP_DRAWS : SIGN_FLIP_FEW,
                                            rng_derive(in->rng, "sign-flip"));
    }
    arena_release(&arena);
    return r;
}

const struct test_type test_sign_flip = {
    .name = "sign_flip",
    .title = "sign-flip permutation test",
    .statistic = "mean",
    .doc = "is the mean difference 0, when differences are symmetric",
    .source = "Fisher 1935, The Design of Experiments, 21; Phipson and Smyth 2010",
    .is_paired = true,
    .run = run,
};
