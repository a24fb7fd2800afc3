/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/retuning.h"

#include "math/rng.h"
#include "stats/distribution.h"

#include <math.h>
#include <string.h>

/* What the draws add up to. T is a draw's result less that of all seeds, c[i] how often it has seed i. */
struct sums {
    int n_draws;
    double t, t_squared; /* of T, T^2 */
    double *c, *c_t;     /* [n seeds] of c[i], c[i] T */
};

/* Covariances of the results with how often a seed was drawn give the variance of their mean (Efron 2014,
 * theorem 1), less what the finite number of draws adds (Wager, Hastie and Efron 2014, Confidence intervals
 * for random forests, JMLR 15). */
static double variance(const struct sums *sums, int n_seeds)
{
    double m = sums->n_draws, mean = sums->t / m, sum = 0;

    for (int i = 0; i < n_seeds; i++) {
        double covariance = sums->c_t[i] / m - sums->c[i] / m * mean;

        sum += covariance * covariance;
    }
    return sum - n_seeds / m * (sums->t_squared / m - mean * mean);
}

static void find_ends(const struct sums *sums, double on_all, int n_seeds,
                      struct retuning *ret_procedure)
{
    static const double UPPER = 0.975, NO_WIDTH = 1e-12; /* what is left of differences that are equal */
    double center = on_all + sums->t / sums->n_draws;
    double error = sqrt(variance(sums, n_seeds) * n_seeds / (n_seeds - 1.0));

    if (!isfinite(center) || !(error > NO_WIDTH))
        return;
    ret_procedure->low = center - t_quantile(UPPER, n_seeds - 1) * error;
    ret_procedure->high = center + t_quantile(UPPER, n_seeds - 1) * error;
}

/* One method's part in a draw of seeds. */
static double draw_one(const struct selection *r, const int *seeds, int n, int *ret_choice)
{
    *ret_choice = board_choose_over(r->board, seeds, n);
    return *ret_choice < 0 ? NAN : board_test_mean(r->board, *ret_choice, seeds, n);
}

/* b NULL: of a alone. NaN where some have not ended. */
static double draw(const struct selection *a, const struct selection *b, const int *seeds_a,
                   const int *seeds_b, int n, int *ret_choice)
{
    int choice_b;
    double x = draw_one(a, seeds_a, n, ret_choice);

    return b ? x - draw_one(b, seeds_b, n, &choice_b) : x;
}

static void add_draw(struct sums *sums, const int *counts, int n, double t)
{
    sums->n_draws++;
    sums->t += t;
    sums->t_squared += t * t;
    for (int i = 0; i < n; i++) {
        sums->c[i] += counts[i];
        sums->c_t[i] += counts[i] * t;
    }
}

/* The two lists of seeds, in their boards, have n places each. */
static struct retuning bootstrap(const struct selection *a, const struct selection *b,
                                 const int *seeds_a, const int *seeds_b, int n)
{
    struct retuning result = {.n_seeds = n, .low = NAN, .high = NAN, .stability = NAN};
    struct rng rng = rng_derive(rng_seed(0), "procedure");
    struct arena arena = {0};
    size_t size = (size_t)n + 1;
    struct sums sums = {.c = arena_alloc(&arena, size * sizeof *sums.c),
                        .c_t = arena_alloc(&arena, size * sizeof *sums.c_t)};
    int *drawn_a = arena_alloc(&arena, size * sizeof *drawn_a);
    int *drawn_b = arena_alloc(&arena, size * sizeof *drawn_b);
    int *counts = arena_alloc(&arena, size * sizeof *counts);
    int n_same = 0, choice;
    double on_all = draw(a, b, seeds_a, seeds_b, n, &choice);

    for (int k = 0; k < PROCEDURE_DRAWS && n > 1; k++) {
        double t;

        memset(counts, 0, size * sizeof *counts);
        for (int i = 0; i < n; i++) {
            uint32_t at = rng_below(&rng, (uint32_t)n);

            counts[at]++;
            drawn_a[i] = seeds_a[at];
            drawn_b[i] = seeds_b[at];
        }
        t = draw(a, b, drawn_a, drawn_b, n, &choice) - on_all;
        n_same += choice == a->best;
        if (!isnan(t) || isinf(on_all)) /* some of these seeds have ended */
            add_draw(&sums, counts, n, t);
    }
    if (sums.n_draws > 0) {
        find_ends(&sums, on_all, n, &result);
        if (!b)
            result.stability = (double)n_same / sums.n_draws;
    }
    arena_release(&arena);
    return result;
}

struct retuning retuning_bootstrap(const struct selection *r)
{
    struct retuning none = {.low = NAN, .high = NAN, .stability = NAN}, result;
    struct arena arena = {0};
    int *seeds, n;

    if (!r->board)
        return none;
    n = r->board->n_seeds;
    seeds = arena_alloc(&arena, ((size_t)n + 1) * sizeof *seeds);
    for (int i = 0; i < n; i++)
        seeds[i] = i;
    result = bootstrap(r, NULL, seeds, seeds, n);
    arena_release(&arena);
    return result;
}

struct retuning retuning_difference(const struct selection *a, const struct selection *b)
{
    struct retuning none = {.low = NAN, .high = NAN, .stability = NAN}, result;
    const struct board *x = a->board, *y = b->board;
    struct arena arena = {0};
    int *seeds_a, *seeds_b, n = 0;

    if (!x || !y)
        return none;
    seeds_a = arena_alloc(&arena, ((size_t)x->n_seeds + 1) * sizeof *seeds_a);
    seeds_b = arena_alloc(&arena, ((size_t)x->n_seeds + 1) * sizeof *seeds_b);
    for (int i = 0, k = 0; i < x->n_seeds; i++) { /* seeds rise in both */
        while (k < y->n_seeds && y->seeds[k] < x->seeds[i])
            k++;
        if (k == y->n_seeds || y->seeds[k] != x->seeds[i])
            continue;
        seeds_a[n] = i;
        seeds_b[n++] = k;
    }
    result = bootstrap(a, b, seeds_a, seeds_b, n);
    arena_release(&arena);
    return result;
}
