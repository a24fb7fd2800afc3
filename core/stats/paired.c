/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/paired.h"

#include <math.h>

/* What makes d unbiased on m degrees of freedom: Hedges (1981), eq. 6e. With
 * one, the expectation of d does not exist, and neither does its correction. */
static double small_sample_correction(int m)
{
    if (m < 2)
        return NAN;
    return exp(lgamma(m / 2.0) - lgamma((m - 1) / 2.0)) / sqrt(m / 2.0);
}

struct paired paired_compare(const double *a, const double *b, int n)
{
    const struct test_input in = {a, b, n, n, rng_seed(0)};
    struct paired c = {.n = n, .cohens_dz = NAN, .hedges_g = NAN};

    test_summary(&in, &c.difference);
    c.t = test_paired_t.run(&in);
    c.signed_rank = test_signed_rank.run(&in);
    c.sign_flip = test_sign_flip.run(&in);
    if (c.t.reason == TEST_SOUND) {
        c.cohens_dz = c.difference.mean / c.difference.sd;
        c.hedges_g = c.cohens_dz * small_sample_correction(n - 1);
    }
    return c;
}

double probability_of_improvement(const double *a, int n_a, const double *b, int n_b)
{
    double wins = 0;

    for (int i = 0; i < n_a; i++)
        for (int k = 0; k < n_b; k++)
            wins += isnan(a[i]) || isnan(b[k])      ? NAN
                    : test_is_equal(a[i], b[k]) ? 0.5
                                                : a[i] > b[k];
    return wins / ((double)n_a * n_b); /* 0 / 0 where one is empty */
}
