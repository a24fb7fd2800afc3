/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/summary.h"

#include "stats/distribution.h"

#include <assert.h>
#include <math.h>

static const double UPPER_QUANTILE = 0.975; /* two-sided 5% */

/* The mean as if without rounding: the sum with what its additions lost (Neumaier
 * 1974), divided with the remainder. So it is the same in any order of x, and that of
 * n equal values is that very value: their sd is exactly 0 and not 1e-17, which
 * would be a t of 1e16. */
static double mean_of(const double *x, int n)
{
    double sum = 0, lost = 0, mean;

    for (int i = 0; i < n; i++) {
        double next = sum + x[i];

        lost += fabs(sum) >= fabs(x[i]) ? sum - next + x[i] : x[i] - next + sum;
        sum = next;
    }
    mean = sum / n;
    if (!isfinite(mean))
        return mean; /* an infinite value is not to become NaN below */
    return mean + (fma(-mean, n, sum) + lost) / n;
}

struct summary summary_of(const double *x, int n)
{
    struct summary s = {.n = n, .mean = NAN, .sd = NAN, .half_width = NAN};
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
    s.half_width = t_quantile(UPPER_QUANTILE, n - 1) * s.sd / sqrt(n);
    return s;
}
