/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libRmath prints on arguments outside a function's domain and where pnt lacks
 * precision (its lower tail near 1); callers ask for neither. */
#include "stats/distribution.h"

#include <math.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

enum { LOWER = 1, UPPER = 0, PLAIN = 0 }; /* libRmath's flags: which tail, and not its log */

double normal_below(double z)
{
    return pnorm(z, 0, 1, LOWER, PLAIN);
}

double normal_quantile(double p)
{
    return qnorm(p, 0, 1, LOWER, PLAIN);
}

double t_below(double t, double df)
{
    return pt(t, df, LOWER, PLAIN);
}

double t_quantile(double p, double df)
{
    return qt(p, df, LOWER, PLAIN);
}

double noncentral_t_below(double t, double df, double center)
{
    return pnt(t, df, center, LOWER, PLAIN);
}

double noncentral_t_above(double t, double df, double center)
{
    return pnt(t, df, center, UPPER, PLAIN);
}

double chi_squared_above(double x, double df)
{
    return pchisq(x, df, UPPER, PLAIN);
}

double f_above(double x, double df1, double df2)
{
    return pf(x, df1, df2, UPPER, PLAIN);
}

double coin_below(double k, double n)
{
    return pbinom(k, n, 0.5, LOWER, PLAIN);
}

double range_above(double q, int k)
{
    return ptukey(q, 1, k, INFINITY, UPPER, PLAIN);
}

double range_quantile(double p, int k)
{
    return qtukey(p, 1, k, INFINITY, LOWER, PLAIN);
}
