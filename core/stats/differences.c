/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The differences that tests start from, with their ties as they were before rounding.
 *
 * 0.3 - 0.2 and 0.2 - 0.1 differ in their last bits, and so do 3/1670 - 1/1670 and
 * 4/1670 - 2/1670: ranks taken from the bits would be ranks of roundings. So each
 * difference a - b carries a bound of what it may be off by, SLACK (|a| + |b|):
 *
 *  1. A difference within its bound is 0.
 *  2. Magnitudes that are closer than the sum of their bounds are one: that of the
 *     member with the least bound. The order of the pairs and their signs play no part.
 *
 * A value that is rounded once is off by 2^-53 of itself and the subtraction adds as
 * much, which makes 2^-52; SLACK is four times that and leaves room for values that
 * were computed in a few steps, such as percent of a share. The least step between
 * differences has to be more than twice two bounds: for shares k/n that is
 * n < 2^50 / 8 = 1.4e14, for decimals 14 digits. */
#include "base/arena.h"
#include "stats/test.h"

#include <math.h>
#include <stdlib.h>

static const double SLACK = 0x1p-50;

static double bound(double a, double b)
{
    return SLACK * (fabs(a) + fabs(b));
}

bool test_is_equal(double a, double b)
{
    return a == b || (isfinite(a) && isfinite(b) && fabs(a - b) <= bound(a, b));
}

void test_place(const double *a, int n_a, const double *b, int n_b, int *ret_below, int *ret_upto)
{
    int below = 0, upto = 0;

    for (int i = 0; i < n_a; i++) {
        while (below < n_b && b[below] < a[i] && !test_is_equal(a[i], b[below]))
            below++;
        while (upto < n_b && (b[upto] < a[i] || test_is_equal(a[i], b[upto])))
            upto++;
        ret_below[i] = below;
        ret_upto[i] = upto;
    }
}

double test_error(const struct test_input *in)
{
    double error = 0;

    for (int i = 0; i < in->n_a; i++)
        if (isfinite(in->a[i] - in->b[i]))
            error += bound(in->a[i], in->b[i]);
    return error;
}

struct magnitude {
    double size, bound;
    int index;
};

static int by_size(const void *a, const void *b)
{
    const struct magnitude *x = a, *y = b;

    if (x->size != y->size)
        return (x->size > y->size) - (x->size < y->size);
    return (x->bound > y->bound) - (x->bound < y->bound);
}

/* Sorts those that are finite and not 0, and makes each cluster of equal ones equal in bits. */
static void join_ties(struct magnitude *sorted, int n, double *d)
{
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    for (int first = 0, end; first < n; first = end) {
        const struct magnitude *x = &sorted[first], *best = x;

        for (end = first + 1; end < n; end++) {
            if (sorted[end].size - x->size > sorted[end].bound + x->bound)
                break;
            if (sorted[end].bound < best->bound)
                best = &sorted[end];
        }
        for (int i = first; i < end; i++)
            d[sorted[i].index] = copysign(best->size, d[sorted[i].index]);
    }
}

enum test_reason test_differences(const struct test_input *in, double *ret_differences)
{
    struct arena arena = {0};
    struct magnitude *sorted = arena_alloc(&arena, (size_t)in->n_a * sizeof *sorted);
    double *d = ret_differences;
    bool has_nan = false;
    int n = 0;

    for (int i = 0; i < in->n_a; i++) {
        d[i] = test_is_equal(in->a[i], in->b[i]) ? 0 : in->a[i] - in->b[i];
        has_nan |= isnan(d[i]);
        if (isfinite(d[i]) && d[i] != 0)
            sorted[n++] = (struct magnitude){fabs(d[i]), bound(in->a[i], in->b[i]), i};
    }
    join_ties(sorted, n, d);
    arena_release(&arena);
    return in->n_a < 1    ? TEST_NO_PAIR
           : has_nan      ? TEST_NOT_A_NUMBER
           : in->n_a == 1 ? TEST_ONE_PAIR
                          : TEST_SOUND;
}

enum test_reason test_summary(const struct test_input *in, struct summary *ret_summary)
{
    struct arena arena = {0};
    double *d = arena_alloc(&arena, (size_t)in->n_a * sizeof *d);
    enum test_reason reason = test_differences(in, d);
    struct summary s = summary_of(d, in->n_a);

    arena_release(&arena);
    if (!isfinite(s.mean))
        s.mean = s.sd = NAN;
    else if (fabs(s.mean) * in->n_a <= test_error(in))
        s.mean = 0;
    if (reason == TEST_SOUND)
        reason = isnan(s.mean) ? TEST_DIVERGED : s.sd == 0 ? TEST_NO_SPREAD : TEST_SOUND;
    if (reason != TEST_SOUND)
        s.half_width = NAN;
    *ret_summary = s;
    return reason;
}
