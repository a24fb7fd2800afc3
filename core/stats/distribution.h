/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * distribution: probabilities and quantiles. The only door to R's libRmath.
 *
 * `below` is P(X <= x), `above` is P(X > x): a p-value takes the tail it needs and
 * never 1 minus the other, so that 1e-40 is as exact as 0.4. NaN goes in, NaN
 * comes out. libRmath keeps tables of its own: not for several threads at once.
 */
#ifndef STATS_DISTRIBUTION_H
#define STATS_DISTRIBUTION_H

double normal_below(double z);
double normal_quantile(double p);

double t_below(double t, double df);
double t_quantile(double p, double df);

/* With non-centrality `center`; both tails, because each is exact where it is small. */
double noncentral_t_below(double t, double df, double center);
double noncentral_t_above(double t, double df, double center);

double chi_squared_above(double x, double df);
double f_above(double x, double df1, double df2);

/* P(at most k heads in n tosses of a fair coin). */
double coin_below(double k, double n);

/* The range of k independent standard normals: to 1e-8 absolutely, as far as libRmath's
 * quadrature goes. */
double range_above(double q, int k);
double range_quantile(double p, int k);

#endif
