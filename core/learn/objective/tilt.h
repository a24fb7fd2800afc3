/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tilt: exponential weights, w_i = exp(a x_i) / mean_k exp(a x_k), for objectives.
 *
 * Computed from the largest exponent down, so that nothing overflows; what lies
 * more than 708 below it weighs 0.
 */
#ifndef LEARN_OBJECTIVE_TILT_H
#define LEARN_OBJECTIVE_TILT_H

/* Fills ret_weights[n], whose mean is 1, and gives log mean_k exp(a x_k). x is
 * finite, n > 0; x and ret_weights may be one array. */
double tilt(const double *x, int n, double a, double *ret_weights);

/* The second alone, exact also where it is near 0. */
double tilt_log_mean(const double *x, int n, double a);

#endif
