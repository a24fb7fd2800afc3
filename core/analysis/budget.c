/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of all sets of k of the n, the one selected is the i-th best (from 0) in choose(n - 1 - i, k - 1) of
 * choose(n, k): the expectation needs no draws (Dodge et al. 2019, "Show your work"). */
#include "analysis/budget.h"

#include "stats/summary.h"

#include <math.h>

/* Over all sets of k of the n values, which stand in the order of selection, the best first. */
static double expect(const double *values, int n, int k)
{
    double share = (double)k / n, sum = 0;

    for (int i = 0; i <= n - k; i++) { /* what is never selected may be infinite */
        sum += share * values[i];
        share *= (double)(n - i - k) / (n - 1 - i);
    }
    return sum;
}

/* Test values in the order of selection on these seeds; gives their number. */
static int rank_values(const struct board *b, const int *seeds, int n, int *points, double *ret_values)
{
    int n_ranked = board_rank(b, seeds, n, points);

    for (int i = 0; i < n_ranked; i++)
        ret_values[i] = board_test_mean(b, points[i], seeds, n);
    return n_ranked;
}

struct budget budget_of(const struct selection *r, enum select_in in, struct arena *arena)
{
    const struct board *b = r->board;
    size_t width = (size_t)b->n_points, size = (width + 1) * sizeof(double);
    double *mean = arena_alloc(arena, size), *half_width = arena_alloc(arena, size);
    double *values = arena_alloc(arena, (size_t)(b->n_seeds + 1) * size);
    double *sample = arena_alloc(arena, ((size_t)b->n_seeds + 1) * sizeof *sample);
    int *seeds = arena_alloc(arena, ((size_t)b->n_seeds + 1) * sizeof *seeds);
    int *counts = arena_alloc(arena, ((size_t)b->n_seeds + 1) * sizeof *counts);
    int *points = arena_alloc(arena, (width + 1) * sizeof *points);
    int n_trials = in == SELECT_IN_SEED ? b->n_seeds : 1, most = 0;

    for (int i = 0; i < b->n_seeds; i++)
        seeds[i] = i;
    for (int i = 0; i < n_trials; i++) {
        counts[i] = rank_values(b, seeds + i, in == SELECT_IN_SEED ? 1 : b->n_seeds, points,
                                values + (size_t)i * width);
        most = counts[i] > most ? counts[i] : most;
    }
    for (int k = 1; k <= most; k++) {
        struct summary s;
        int n = 0;

        for (int i = 0; i < n_trials; i++)
            if (counts[i] > 0)
                sample[n++] = expect(values + (size_t)i * width, counts[i], k < counts[i] ? k : counts[i]);
        s = summary_of(sample, n);
        mean[k - 1] = s.mean;
        half_width[k - 1] = s.half_width;
    }
    return (struct budget){most, mean, half_width};
}
