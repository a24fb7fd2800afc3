/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules that hold throughout:
 *  1. NaN goes in, NaN comes out: no branch below hides one.
 *  2. A p-value is a sum over the smaller tail, never 1 minus the larger one,
 *     so that 1e-40 is as exact as 0.4.
 *  3. libRmath prints on arguments outside a function's domain and where pnt
 *     lacks precision (its lower tail near 1); nothing below asks for either.
 */
#include "report/stats.h"

#include "base/arena.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

enum { LOWER = 1, UPPER = 0, PLAIN = 0 }; /* libRmath's flags: which tail, and not its log */

static const double UPPER_QUANTILE = 0.975; /* two-sided 5% */
static const double POWER = 0.8;

static double mean_of(const double *x, int n)
{
    double sum = 0, rest = 0, mean;

    for (int i = 0; i < n; i++)
        sum += x[i];
    mean = sum / n;
    if (!isfinite(mean))
        return mean; /* an infinite value is not to become NaN below */

    /* The second pass takes the rounding out: n equal values give that very
     * value, so their sd is exactly 0 and not 1e-17, which would be a t of 1e16. */
    for (int i = 0; i < n; i++)
        rest += x[i] - mean;
    return mean + rest / n;
}

struct stats_summary stats_summarise(const double *x, int n)
{
    struct stats_summary s = {.n = n, .mean = NAN, .sd = NAN, .half_width = NAN};
    double squares = 0;

    assert(n >= 0);
    if (n < 1)
        return s;
    s.mean = mean_of(x, n);
    if (n < 2)
        return s;
    for (int i = 0; i < n; i++)
        squares += (x[i] - s.mean) * (x[i] - s.mean);
    s.sd = sqrt(squares / (n - 1));
    s.half_width = qt(UPPER_QUANTILE, n - 1, LOWER, PLAIN) * s.sd / sqrt(n);
    return s;
}

/* ---- Wilcoxon's signed-rank test ---- */

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
    return pnorm((double)limit + 1, mean, sqrt(variance), LOWER, PLAIN);
}

double stats_wilcoxon(const double *d, int n, double *ret_v, int *ret_n_zeros, bool *ret_has_ties)
{
    struct arena arena = {0};
    struct signed_rank *ranks;
    int m = 0, n_zeros = 0;
    bool has_ties = false, has_nan = false;
    double v = NAN, p = NAN;

    assert(n >= 0);
    ranks = arena_alloc(&arena, (size_t)n * sizeof *ranks);
    for (int i = 0; i < n; i++) {
        if (isnan(d[i]))
            has_nan = true;
        else if (d[i] == 0)
            n_zeros++;
        else
            ranks[m++] = (struct signed_rank){.magnitude = fabs(d[i]), .positive = d[i] > 0};
    }
    if (n > 0 && !has_nan) {
        int64_t total2 = (int64_t)m * (m + 1), v2 = 0, smaller;
        double tail;

        has_ties = assign_ranks(ranks, m);
        for (int i = 0; i < m; i++)
            if (ranks[i].positive)
                v2 += ranks[i].rank2;

        /* The distribution is symmetric: P(V >= v) = P(V <= total - v). */
        smaller = v2 < total2 - v2 ? v2 : total2 - v2;
        tail = m <= STATS_EXACT_MAX ? exact_tail(ranks, m, smaller)
                                    : normal_tail(ranks, m, smaller);
        v = (double)v2 / 2;
        p = fmin(1, 2 * tail);
    }
    arena_release(&arena);
    *ret_v = v;
    *ret_n_zeros = n_zeros;
    *ret_has_ties = has_ties;
    return p;
}

double stats_wilcoxon_least(int n)
{
    return n < 1 ? NAN : ldexp(1, 1 - n);
}

/* ---- the paired comparison ---- */

/* What makes d unbiased on m degrees of freedom: Hedges (1981), eq. 6e. With
 * one, the expectation of d does not exist, and neither does its correction. */
static double small_sample_correction(int m)
{
    if (m < 2)
        return NAN;
    return exp(lgamma(m / 2.0) - lgamma((m - 1) / 2.0)) / sqrt(m / 2.0);
}

struct stats_paired stats_compare(const double *a, const double *b, int n)
{
    struct stats_paired c = {.n = n, .t = NAN, .t_p = NAN, .cohens_dz = NAN, .hedges_g = NAN};
    struct arena arena = {0};
    double *d, mean, sd;

    assert(n >= 0);
    d = arena_alloc(&arena, (size_t)n * sizeof *d); /* [n] */
    for (int i = 0; i < n; i++)
        d[i] = a[i] - b[i];
    c.difference = stats_summarise(d, n);
    c.wilcoxon_p = stats_wilcoxon(d, n, &c.wilcoxon_v, &c.n_zeros, &c.has_ties);
    arena_release(&arena);
    if (n < 2)
        return c;

    mean = c.difference.mean;
    sd = c.difference.sd;
    c.t = mean == 0 ? 0 * sd : mean / (sd / sqrt(n)); /* mean / 0 is an infinity, 0 / 0 is 0 here */
    c.t_p = 2 * pt(-fabs(c.t), n - 1, LOWER, PLAIN);
    if (sd != 0) {
        c.cohens_dz = mean / sd;
        c.hedges_g = c.cohens_dz * small_sample_correction(n - 1);
    }
    return c;
}

/* ---- many comparisons, and how many seeds ---- */

struct hypothesis {
    double p;
    int index;
};

static int by_p(const void *a, const void *b)
{
    double x = ((const struct hypothesis *)a)->p;
    double y = ((const struct hypothesis *)b)->p;

    return (x > y) - (x < y);
}

void stats_holm(const double *p, int n, double *ret_adjusted)
{
    struct arena arena = {0};
    struct hypothesis *sorted;
    double largest = 0;
    int m = 0;

    assert(n >= 0);
    sorted = arena_alloc(&arena, (size_t)n * sizeof *sorted);
    for (int i = 0; i < n; i++) {
        if (isnan(p[i]))
            ret_adjusted[i] = NAN;
        else
            sorted[m++] = (struct hypothesis){.p = p[i], .index = i};
    }
    qsort(sorted, (size_t)m, sizeof *sorted, by_p);
    for (int i = 0; i < m; i++) {
        largest = fmax(largest, fmin(1, (m - i) * sorted[i].p));
        ret_adjusted[sorted[i].index] = largest;
    }
    arena_release(&arena);
}

/* The power of the two-sided t-test, either direction, at this non-centrality. */
static double power_of_t(double noncentrality, int n)
{
    double critical = qt(UPPER_QUANTILE, n - 1, LOWER, PLAIN);

    return pnt(critical, n - 1, noncentrality, UPPER, PLAIN) +
           pnt(-critical, n - 1, noncentrality, LOWER, PLAIN);
}

double stats_detectable(int n)
{
    double low = 0, high = 30; /* n = 2 needs the most: 16.5 */

    if (n < 2)
        return NAN;
    for (;;) {
        double middle = (low + high) / 2;

        if (middle <= low || middle >= high) /* neighbouring doubles */
            return high / sqrt(n);
        if (power_of_t(middle, n) < POWER)
            low = middle;
        else
            high = middle;
    }
}
