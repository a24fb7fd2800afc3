/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brute_force: the p of a signed-rank and of a sign-flip test by going through all 2^n
 * sign flips, of differences that are whole numbers: nothing is rounded. */
#ifndef TESTS_BRUTE_FORCE_H
#define TESTS_BRUTE_FORCE_H

#include <math.h>

enum { BRUTE_FORCE_MAX = 14 };

/* Twice the mean rank of |d[i]| among the non-zero ones, by counting; 0 for a 0. */
static int doubled_rank(const double *d, int n, int i)
{
    int below = 0, equal = 0;

    if (d[i] == 0)
        return 0;
    for (int k = 0; k < n; k++) {
        below += d[k] != 0 && fabs(d[k]) < fabs(d[i]);
        equal += fabs(d[k]) == fabs(d[i]);
    }
    return 2 * below + equal + 1;
}

/* All 2^n sign flips; those of zeros count each outcome twice, which cancels. */
static double brute_force(const double *d, int n, double *ret_v)
{
    int rank[BRUTE_FORCE_MAX], v = 0;
    long n_below = 0, n_above = 0;

    for (int i = 0; i < n; i++) {
        rank[i] = doubled_rank(d, n, i);
        v += d[i] > 0 ? rank[i] : 0;
    }
    for (unsigned flips = 0; flips < 1u << n; flips++) {
        int sum = 0;

        for (int i = 0; i < n; i++)
            sum += flips >> i & 1 ? rank[i] : 0;
        n_below += sum <= v;
        n_above += sum >= v;
    }
    *ret_v = v / 2.0;
    return fmin(1, 2 * ldexp((double)(n_below < n_above ? n_below : n_above), -n));
}

/* All 2^n sums of signed differences. */
static double brute_force_flips(const double *d, int n)
{
    double seen = 0;
    long n_far = 0;

    for (int i = 0; i < n; i++)
        seen += d[i];
    for (unsigned flips = 0; flips < 1u << n; flips++) {
        double sum = 0;

        for (int i = 0; i < n; i++)
            sum += flips >> i & 1 ? d[i] : -d[i];
        n_far += fabs(sum) >= fabs(seen);
    }
    return ldexp((double)n_far, -n);
}

#endif
