/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/objective/divergence.h"

#include <math.h>

double divergence_chi2(const double *w, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (w[i] - 1) * (w[i] - 1);
    return sum / n / 2;
}

/* As mean(w log w - w + 1): that does not lose small losses behind a rounded w. */
double divergence_kl(const double *w, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (w[i] > 0 ? w[i] * log(w[i]) : 0) - (w[i] - 1);
    return sum / n;
}

/* As mean(w^k - 1 - k (w - 1)), likewise; a w of 0 has the logarithm -infinity, and the power 0. */
double divergence_cressie_read(const double *w, int n, double k)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += expm1(k * log(w[i])) - k * (w[i] - 1);
    return sum / n / (k * (k - 1));
}
