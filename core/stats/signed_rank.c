/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * p = min(1, 2 min(P(V <= v), P(V >= v))) under sign flips of the given ranks,
 * where v is the sum of the positive ranks. Differences of exactly 0 are left out
 * and counted (Wilcoxon's way); equal magnitudes get mean ranks, and p is exact
 * for them too. Ties are those of the values before they were rounded (test.h).
 *
 * Exact for up to SIGNED_RANK_EXACT differences other than 0, by dynamic
 * programming over doubled ranks, O(n^3) time (0.2 s for 1000) and O(n^2) memory
 * (4 MB); beyond, the normal approximation with tie and continuity correction. */
#include "base/arena.h"
#include "stats/distribution.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* The differences that are not 0, by magnitude. Ranks are doubled, which makes
 * the mean rank of a tie an integer: m ranks sum to m (m + 1). */
struct signed_rank {
    double magnitude;
    bool positive;
    int64_t rank2;
};

static int by_magnitude(const void *a, const void *b)
{
    double x = ((const struct signed_rank *)a)->magnitude;
    double y = ((const struct signed_rank *)b)->magnitude;

    return (x > y) - (x < y);
}

/* Sorts and ranks; returns whether there were ties. */
static bool assign_ranks(struct signed_rank *ranks, int m)
{
    bool has_ties = false;

    qsort(ranks, (size_t)m, sizeof *ranks, by_magnitude);
    for (int first = 0, end; first < m; first = end) {
        for (end = first + 1; end < m && ranks[end].magnitude == ranks[first].magnitude; end++)
            has_ties = true;
        for (int i = first; i < end; i++)
            ranks[i].rank2 = (int64_t)first + 1 + end; /* twice the mean of first+1 .. end */
    }
    return has_ties;
}

/* P(sum of the positive doubled ranks <= limit), each sign a fair coin.
 *
 * After i ranks, p[s] is the probability that the positive ones among them sum
 * to s. The next rank r halves every entry and adds what arrives from s - r,
 * from the top down so that p[s - r] is still the old one. The smallest entry
 * that counts is 2^-m, a normal double up to m = 1022, and no step subtracts:
 * the relative error stays near m roundings. */
static double exact_tail(const struct signed_rank *ranks, int m, int64_t limit)
{
    struct arena arena = {0};
    double *p = arena_alloc(&arena, ((size_t)limit + 1) * sizeof *p); /* [limit + 1] */
    int64_t reach = 0; /* p is 0 above */
    double sum = 0;

    p[0] = 1;
    for (int i = 0; i < m; i++) {
        int64_t r = ranks[i].rank2;
        int64_t s;

        reach = reach + r < limit ? reach + r : limit;
        for (s = reach; s >= r; s--)
            p[s] = 0.5 * (p[s] + p[s - r]);
        for (; s >= 0; s--)
            p[s] *= 0.5;
    }
    for (int64_t s = 0; s <= limit; s++)
        sum += p[s];
    arena_release(&arena);
    return sum;
}

/* The same by the normal distribution. The variance of a sum of coin-flipped
 * ranks is the sum of rank^2 / 4, ties included; the continuity correction is
 * half a rank, so 1 when ranks are doubled. */
static double normal_tail(const struct signed_rank *ranks, int m, int64_t limit)
{
    double mean = 0, variance = 0;

    for (int i = 0; i < m; i++) {
        double r = (double)ranks[i].rank2;

        mean += r / 2;
        variance += r * r / 4;
    }
    return normal_below(((double)limit + 1 - mean) / sqrt(variance));
}

static struct test_result run(const struct test_input *in)
{
    struct test_result r = {.statistic = NAN, .p = NAN, .way = TEST_EXACT};
    struct arena arena = {0};
    double *d = arena_alloc(&arena, (size_t)in->n_a * sizeof *d);
    struct signed_rank *ranks = arena_alloc(&arena, (size_t)in->n_a * sizeof *ranks);

    assert(in->n_a == in->n_b);
    r.reason = test_differences(in, d);
    for (int i = 0; i < in->n_a; i++) {
        if (d[i] == 0)
            r.n_zeros++;
        else
            ranks[r.n++] = (struct signed_rank){.magnitude = fabs(d[i]), .positive = d[i] > 0};
    }
    if (r.reason == TEST_SOUND) {
        int64_t total2 = (int64_t)r.n * (r.n + 1), v2 = 0, smaller;
        double tail;

        r.has_ties = assign_ranks(ranks, r.n);
        for (int i = 0; i < r.n; i++)
            if (ranks[i].positive)
                v2 += ranks[i].rank2;

        /* The distribution is symmetric: P(V >= v) = P(V <= total - v). */
        smaller = v2 < total2 - v2 ? v2 : total2 - v2;
        r.way = r.n <= SIGNED_RANK_EXACT ? TEST_EXACT : TEST_NORMAL;
        tail = r.way == TEST_EXACT ? exact_tail(ranks, r.n, smaller)
                                   : normal_tail(ranks, r.n, smaller);
        r.statistic = (double)v2 / 2;
        r.p = fmin(1, 2 * tail);
    }
    arena_release(&arena);
    return r;
}

const struct test_type test_signed_rank = {
    .name = "signed_rank",
    .title = "Wilcoxon signed-rank test",
    .statistic = "V",
    .doc = "are differences symmetric about 0; needs no normality",
    .source = "Wilcoxon 1945, Biometrics Bulletin 1; ties as in Pratt and Gibbons 1981",
    .is_paired = true,
    .run = run,
};
