/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/paired.h"

#include "base/arena.h"
#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>

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
    struct arena arena = {0};
    double *x = summary_sort(a, n_a, &arena), *y = summary_sort(b, n_b, &arena), twice = NAN;
    int *below = arena_alloc(&arena, ((size_t)n_a + 1) * sizeof *below);
    int *upto = arena_alloc(&arena, ((size_t)n_a + 1) * sizeof *upto);

    if (x && y) {
        twice = 0; /* the wins, exact */
        test_place(x, n_a, y, n_b, below, upto);
        for (int i = 0; i < n_a; i++)
            twice += (double)below[i] + upto[i];
    }
    arena_release(&arena);
    return twice / 2 / ((double)n_a * n_b); /* 0 / 0 where one is empty */
}
