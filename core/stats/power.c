/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/power.h"

#include "stats/distribution.h"

#include <math.h>

static const double POWER = 0.8;

double power_least_p(int n)
{
    return n < 1 ? NAN : ldexp(1, 1 - n);
}

int power_least_pairs(double level)
{
    int n = 1;

    while (power_least_p(n) >= level)
        n++;
    return n;
}

/* The power of the two-sided t-test, either direction, at this non-centrality. */
static double power_of_t(double noncentrality, int n, double level)
{
    double critical = t_quantile(1 - level / 2, n - 1);

    return noncentral_t_above(critical, n - 1, noncentrality) +
           noncentral_t_below(-critical, n - 1, noncentrality);
}

double power_detectable(int n, double level)
{
    double low = 0, high = 30;

    if (n < 2)
        return NAN;
    while (high < 1e6 && power_of_t(high, n, level) < POWER) /* n = 2 needs 16.5 at 5% */
        high *= 2;
    for (;;) {
        double middle = (low + high) / 2;

        if (middle <= low || middle >= high) /* neighbouring doubles */
            return high / sqrt(n);
        if (power_of_t(middle, n, level) < POWER)
            low = middle;
        else
            high = middle;
    }
}
