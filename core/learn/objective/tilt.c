/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective/tilt.h"

#include "math/kernels.h"

#include <math.h>

/* The x with the largest a x. */
static double peak(const double *x, int n, double a)
{
    double best = x[0];

    for (int i = 1; i < n; i++)
        if (a < 0 ? x[i] < best : x[i] > best)
            best = x[i];
    return best;
}

double tilt(const double *x, int n, double a, double *ret_weights)
{
    double top = peak(x, n, a), sum = 0;

    for (int i = 0; i < n; i++)
        ret_weights[i] = a * (x[i] - top);
    kernels->exps(ret_weights, ret_weights, (size_t)n);
    for (int i = 0; i < n; i++)
        sum += ret_weights[i];
    for (int i = 0; i < n; i++)
        ret_weights[i] *= n / sum;
    return a * top + kernel_log(sum / n);
}

double tilt_log_mean(const double *x, int n, double a)
{
    double top = peak(x, n, a), sum = 0, less = 0; /* the latter: of exp - 1, for sums near n */

    for (int i = 0; i < n; i++) {
        sum += kernel_exp(a * (x[i] - top));
        less += expm1(a * (x[i] - top));
    }
    return a * top + (less > -0.5 * n ? log1p(less / n) : kernel_log(sum / n));
}
