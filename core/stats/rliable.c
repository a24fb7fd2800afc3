/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values are sorted once; a draw only says how often each is there. */
#include "stats/rliable.h"

#include "base/arena.h"
#include "stats/summary.h"
#include "stats/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How often each of n values is drawn, n times in all. */
static void draw_counts(int *counts, int n, struct rng *rng)
{
    memset(counts, 0, (size_t)n * sizeof *counts);
    for (int i = 0; i < n; i++)
        counts[rng_below(rng, (uint32_t)n)]++;
}

/* The interquartile mean of n sorted values, each as often as counted, n in all. */
static double mean_inside(const double *sorted, const int *counts, int n)
{
    int n_cut = n / 4, n_left = n - 2 * n_cut, at = 0; /* at: how many are below */
    double sum = 0;

    for (int i = 0; i < n && at < n - n_cut; i++) {
        int from = at > n_cut ? at : n_cut, to = at + counts[i];

        to = to < n - n_cut ? to : n - n_cut;
        if (to > from)
            sum += (to - from) * sorted[i];
        at += counts[i];
    }
    return sum / n_left;
}

double rliable_iqm(const double *x, int n)
{
    struct arena arena = {0};
    int *once = arena_alloc(&arena, (size_t)n * sizeof *once);
    double *sorted = summary_sort(x, n, &arena), mean = NAN;

    for (int i = 0; i < n; i++)
        once[i] = 1;
    if (sorted && n > 0)
        mean = mean_inside(sorted, once, n);
    arena_release(&arena);
    return mean;
}

static struct bootstrap_interval ends(double *draws, double level)
{
    qsort(draws, BOOTSTRAP_DRAWS, sizeof *draws, summary_ascending);
    return (struct bootstrap_interval){bootstrap_quantile(draws, BOOTSTRAP_DRAWS, (1 - level) / 2),
                                       bootstrap_quantile(draws, BOOTSTRAP_DRAWS, (1 + level) / 2)};
}

struct bootstrap_interval rliable_iqm_interval(const double *x, int n, struct rng rng, double level)
{
    struct bootstrap_interval interval = {NAN, NAN};
    struct arena arena = {0};
    double *sorted = summary_sort(x, n, &arena);
    double *draws = arena_alloc(&arena, BOOTSTRAP_DRAWS * sizeof *draws);
    int *counts = arena_alloc(&arena, (size_t)n * sizeof *counts);

    if (sorted && n >= 2) {
        rng = rng_derive(rng, "iqm");
        for (int k = 0; k < BOOTSTRAP_DRAWS; k++) {
            draw_counts(counts, n, &rng);
            draws[k] = mean_inside(sorted, counts, n);
        }
        interval = ends(draws, level);
    }
    arena_release(&arena);
    return interval;
}

struct bootstrap_interval rliable_improvement_interval(const double *a, int n_a, const double *b,
                                                       int n_b, struct rng rng, double level)
{
    struct bootstrap_interval interval = {NAN, NAN};
    struct arena arena = {0};
    double *x = summary_sort(a, n_a, &arena), *y = summary_sort(b, n_b, &arena);
    double *draws = arena_alloc(&arena, BOOTSTRAP_DRAWS * sizeof *draws);
    int *below = arena_alloc(&arena, (size_t)n_a * sizeof *below);
    int *upto = arena_alloc(&arena, (size_t)n_a * sizeof *upto);
    int *times_a = arena_alloc(&arena, (size_t)n_a * sizeof *times_a);
    int *times_b = arena_alloc(&arena, (size_t)n_b * sizeof *times_b);
    int *sums = arena_alloc(&arena, ((size_t)n_b + 1) * sizeof *sums); /* of times_b [.. i - 1] */

    if (x && y && n_a >= 2 && n_b >= 2) {
        test_place(x, n_a, y, n_b, below, upto);
        rng = rng_derive(rng, "improvement");
        for (int k = 0; k < BOOTSTRAP_DRAWS; k++) {
            double twice = 0; /* twice the wins */

            draw_counts(times_a, n_a, &rng);
            draw_counts(times_b, n_b, &rng);
            for (int i = 0; i < n_b; i++)
                sums[i + 1] = sums[i] + times_b[i];
            for (int i = 0; i < n_a; i++)
                twice += (double)times_a[i] * (sums[below[i]] + sums[upto[i]]);
            draws[k] = twice / (2.0 * n_a * n_b);
        }
        interval = ends(draws, level);
    }
    arena_release(&arena);
    return interval;
}
