/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/friedman.h"

#include "stats/adjust.h"
#include "stats/distribution.h"
#include "stats/test.h"

#include <assert.h>
#include <math.h>

static const double LEVEL = 0.05;

/* One block's ranks, equal as far as rounding can tell; gives the sum of t^3 - t over its ties
 * of t methods. */
static double rank_block(const double *block, int n, bool larger_is_better, double *ret_ranks)
{
    double ties = 0;

    for (int i = 0; i < n; i++) {
        int n_before = 0, n_equal = 0;

        for (int k = 0; k < n; k++) {
            if (test_is_equal(block[k], block[i]))
                n_equal++;
            else
                n_before += (block[k] > block[i]) == larger_is_better;
        }
        ret_ranks[i] = n_before + (n_equal + 1) / 2.0;
        ties += (double)n_equal * n_equal - 1; /* t of these make t^3 - t */
    }
    return ties;
}

/* In how many orders these ranks can come: n!, but those that are tied have one among them. */
static double n_orders(const double *ranks, int n)
{
    double orders = 1;

    for (int i = 0; i < n; i++) {
        int n_equal = 0; /* up to i: their product over all is the product of t! */

        for (int k = 0; k <= i; k++)
            n_equal += ranks[k] == ranks[i];
        orders *= (i + 1.0) / n_equal;
    }
    return orders;
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
    double *all = arena_alloc(arena, (size_t)n_blocks * (size_t)n_methods * sizeof *all); /* of each block */
    struct friedman r = {n_methods, n_blocks, .mean_ranks = ranks, .nemenyi_p = nemenyi,
                         .pairwise_p = pairwise};

    assert(n_blocks >= 2 && n_methods >= 2);
    r.is_unanimous = true;
    for (int j = 0; j < n_blocks; j++) {
        double *here = all + (size_t)j * (size_t)n_methods;

        ties += rank_block(values + (size_t)j * (size_t)n_methods, n_methods, larger_is_better, here);
        for (int i = 0; i < n_methods; i++) {
            ranks[i] += here[i];
            r.is_unanimous &= here[i] == all[i];
        }
    }
    for (int i = 0; i < n_methods; i++) {
        double d = ranks[i] - n * (k + 1) / 2; /* half-integers: exact */

        squares += d * d;
        ranks[i] /= n;
    }
    r.chi_squared = 12 * squares / (n * k * (k + 1) - ties / (k - 1));
    r.chi_squared_p = chi_squared_above(r.chi_squared, k - 1);
    r.f = (n - 1) * r.chi_squared / (n * (k - 1) - r.chi_squared);
    r.f_p = f_above(r.f, k - 1, (k - 1) * (n - 1));
    if (r.is_unanimous && !isnan(r.chi_squared)) {
        r.f = INFINITY; /* n (k - 1) - chi_squared is 0, or what rounding left of it */
        r.f_p = pow(n_orders(all, n_methods), 1 - n);
    }
    r.exact_p = isnan(r.chi_squared) ? (double)NAN : friedman_exact_p(all, n_blocks, n_methods);

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
