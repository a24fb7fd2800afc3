/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gauss: the quantile function of the standard normal law, the same bits on every machine:
 * what it gives reaches weights, which libRmath's (stats/distribution.h) may not, as that asks
 * libm for its logarithms.
 *
 * Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution",
 * Applied Statistics 37: PPND16, relative error about 1e-16.
 */
#ifndef DATA_PREPARE_GAUSS_H
#define DATA_PREPARE_GAUSS_H

/* x with P(X <= x) = p, 0 < p < 1. */
double gauss_quantile(double p);

#endif
