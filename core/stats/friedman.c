/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/friedman.h"

#include "stats/adjust.h"
#include "stats/distribution.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>

static const double LEVEL = 0.05;

/* Adds one block's ranks; gives the sum of t^3 - t over its ties of t methods. */
static double add_ranks(const double *block, int n, bool larger_is_better, double *sums)
{
    double ties = 0;

    for (int i = 0; i < n; i++) {
        int n_before = 0, n_equal = 0;

        for (int k = 0; k < n; k++) {
            n_before += larger_is_better ? block[k] > block[i] : block[k] < block[i];
            n_equal += block[k] == block[i];
        }
        sums[i] += n_before + (n_equal + 1) / 2.0;
        ties += (double)n_equal * n_equal - 1; /* t of these make t^3 - t */
    }
    return ties;
}

static void test_pairs(const double *values, int n_blocks, int n, struct arena *arena, double *p)
{
    double *a = arena_alloc(arena, (size_t)n_blocks * sizeof *a);
    double *b = arena_alloc(arena, (size_t)n_blocks * sizeof *b);
    double *family = arena_alloc(arena, (size_t)n * (size_t)n * sizeof *family);
    int m = 0;

    for (int i = 0; i < n; i++) {
        for (int k = i + 1; k < n; k++) {
            for (int j = 0; j < n_blocks; j++) {
                a[j] = values[j * n + i];
                b[j] = values[j * n + k];
            }
            family[m++] = test_signed_rank.run(&(struct test_input){.a = a, .b = b, .n_a = n_blocks,
                                                                   .n_b = n_blocks}).p;
        }
    }
    adjust_holm.run(family, m, family);
    m = 0;
    for (int i = 0; i < n; i++) {
        p[i * n + i] = 1;
        for (int k = i + 1; k < n; k++)
            p[i * n + k] = p[k * n + i] = family[m++];
    }
}

struct friedman friedman_test(const double *values, int n_blocks, int n_methods,
                              bool larger_is_better, struct arena *arena)
{
    double n = n_blocks, k = n_methods, ties = 0, squares = 0, unit;
    double *ranks = arena_alloc(arena, (size_t)n_methods * sizeof *ranks);
    double *nemenyi = arena_alloc(arena, (size_t)n_methods * (size_t)n_methods * sizeof *nemenyi);
    double *pairwise = arena_alloc(arena, (size_t)n_methods * (size_t)n_methods * sizeof *pairwise);
    struct friedman r = {n_methods, n_blocks, .mean_ranks = ranks, .nemenyi_p = nemenyi,
                         .pairwise_p = pairwise};

    assert(n_blocks >= 2 && n_methods >= 2);
    for (int j = 0; j < n_blocks; j++)
        ties += add_ranks(values + (size_t)j * (size_t)n_methods, n_methods, larger_is_better, ranks);
    for (int i = 0; i < n_methods; i++) {
        double d = ranks[i] - n * (k + 1) / 2; /* half-integers: exact */

        squares += d * d;
        ranks[i] /= n;
    }
    r.chi_squared = 12 * squares / (n * k * (k + 1) - ties / (k - 1));
    r.chi_squared_p = chi_squared_above(r.chi_squared, k - 1);
    r.f = (n - 1) * r.chi_squared / (n * (k - 1) - r.chi_squared);
    r.f_p = f_above(r.f, k - 1, (k - 1) * (n - 1));

    /* Nemenyi: the range of k standard normals over sqrt 2 is Demsar's q. */
    unit = sqrt(k * (k + 1) / (6 * n));
    r.critical_distance = range_quantile(1 - LEVEL, n_methods) / M_SQRT2 * unit;
    for (int i = 0; i < n_methods; i++)
        for (int j = 0; j < n_methods; j++)
            nemenyi[i * n_methods + j] =
                range_above(fabs(ranks[i] - ranks[j]) / unit * M_SQRT2, n_methods);
    test_pairs(values, n_blocks, n_methods, arena, pairwise);
    return r;
}
