/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/summary.h"

#include "stats/distribution.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const double ERROR = 0.05; /* two-sided */

/* A sum with what its additions lost (Neumaier 1974): the same in any order of what is added. */
struct sum {
    double sum, lost;
};

static void add(struct sum *s, double x)
{
    double next = s->sum + x;

    s->lost += fabs(s->sum) >= fabs(x) ? s->sum - next + x : x - next + s->sum;
    s->sum = next;
}

/* The mean as if without rounding: the sum divided with the remainder. So that of n equal values is that
 * very value: their sd is exactly 0 and not 1e-17, which would be a t of 1e16. */
static double mean_of(const double *x, int n)
{
    struct sum s = {0};
    double mean;

    for (int i = 0; i < n; i++)
        add(&s, x[i]);
    mean = s.sum / n;
    if (!isfinite(mean))
        return mean; /* an infinite value is not to become NaN below */
    return mean + (fma(-mean, n, s.sum) + s.lost) / n;
}

struct summary summary_of(const double *x, int n)
{
    struct summary s = {.n = n, .mean = NAN, .sd = NAN, .half_width = NAN};
    struct sum squares = {0};

    assert(n >= 0);
    if (n < 1)
        return s;
    s.mean = mean_of(x, n);
    if (n < 2)
        return s;
    for (int i = 0; i < n; i++)
        add(&squares, (x[i] - s.mean) * (x[i] - s.mean));
    s.sd = sqrt((squares.sum + squares.lost) / (n - 1));
    s.half_width = t_quantile(1 - ERROR / 2, n - 1) * s.sd / sqrt(n);
    return s;
}

double summary_simultaneous(const struct summary *s, int k)
{
    assert(k >= 0);
    if (isnan(s->half_width) || k < 1)
        return NAN;
    return t_quantile(1 - ERROR / 2 / k, s->n - 1) * s->sd / sqrt(s->n);
}

int summary_ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double *summary_sort(const double *x, int n, struct arena *arena)
{
    double *sorted = arena_alloc(arena, ((size_t)n + 1) * sizeof *sorted);

    for (int i = 0; i < n; i++) {
        if (isnan(x[i]))
            return NULL;
        sorted[i] = x[i];
    }
    qsort(sorted, (size_t)n, sizeof *sorted, summary_ascending);
    return sorted;
}
