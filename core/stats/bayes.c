/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/bayes.h"

#include "base/arena.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* As `sorted` ascends, partners that bring the mean of a pair below a limit become
 * fewer: one pass in either direction sees all pairs. */
struct bayes bayes_weigh(const double *sorted, const double *weights, int n, double rope)
{
    struct bayes r = {0};
    double above = 0, below = 0;
    int i_above = n, i_below = 0; /* above: weight of [i_above, n); below: of [0, i_below) */

    for (int i = 0; i < n; i++) {
        while (i_above > 0 && sorted[i] + sorted[i_above - 1] > 2 * rope)
            above += weights[--i_above];
        r.right += weights[i] * above;
    }
    for (int i = n - 1; i >= 0; i--) {
        while (i_below < n && sorted[i] + sorted[i_below] < -2 * rope)
            below += weights[i_below++];
        r.left += weights[i] * below;
    }
    r.rope = fmax(0, 1 - r.left - r.right);
    return r;
}

/* Weights of a uniform Dirichlet distribution are the gaps between n - 1 sorted
 * uniform numbers: no logarithm, and so the same bits everywhere. */
static void draw_weights(double *cuts, double *weights, int n, struct rng *rng)
{
    for (int i = 0; i < n - 1; i++)
        cuts[i] = rng_uniform(rng);
    qsort(cuts, (size_t)(n - 1), sizeof *cuts, by_value);
    for (int i = 0; i < n; i++)
        weights[i] = (i < n - 1 ? cuts[i] : 1) - (i > 0 ? cuts[i - 1] : 0);
}

struct bayes bayes_signed_rank(const double *d, int n, double rope, struct rng rng)
{
    struct arena arena = {0};
    size_t size = ((size_t)n + 1) * sizeof(double);
    double *sorted = arena_alloc(&arena, size);
    double *weights = arena_alloc(&arena, size);
    double *cuts = arena_alloc(&arena, size);
    struct bayes wins = {NAN, NAN, NAN};
    bool is_bad = n < 1 || !(rope >= 0);

    for (int i = 0; i < n; i++)
        is_bad |= isnan(d[i]);
    if (!is_bad) {
        if (n > 0)
            memcpy(sorted, d, (size_t)n * sizeof *d); /* sorted[n] is the prior's 0 */
        qsort(sorted, (size_t)n + 1, sizeof *sorted, by_value);
        wins = (struct bayes){0};
        rng = rng_derive(rng, "bayes");
        for (int k = 0; k < BAYES_DRAWS; k++) {
            struct bayes r;

            draw_weights(cuts, weights, n + 1, &rng);
            r = bayes_weigh(sorted, weights, n + 1, rope);
            if (r.rope >= r.left && r.rope >= r.right)
                wins.rope++;
            else if (r.right > r.left)
                wins.right++;
            else
                wins.left++;
        }
        wins.left /= BAYES_DRAWS;
        wins.rope /= BAYES_DRAWS;
        wins.right /= BAYES_DRAWS;
    }
    arena_release(&arena);
    return wins;
}
