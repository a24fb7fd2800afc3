/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/procedure.h"

#include "stats/bootstrap.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>

/* The mean test measure of a configuration over seeds on which it has ended. */
static double test_mean(const struct board *b, int point, const int *seeds, int n)
{
    double sum = 0;
    int n_ended = 0;

    for (int i = 0; i < n; i++) {
        if (!board_has_ended(b, seeds[i], point))
            continue;
        sum += b->test[(size_t)seeds[i] * (size_t)b->n_points + (size_t)point];
        n_ended++;
    }
    return n_ended > 0 ? sum / n_ended : NAN;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts the draws. */
static void find_ends(double *draws, int n_draws, int n_seeds, struct procedure *ret_procedure)
{
    static const double TAIL = 0.025, NO_WIDTH = 1e-12; /* what is left of differences that are equal */
    double tail = normal_below(t_quantile(TAIL, n_seeds - 1) * sqrt(n_seeds / (n_seeds - 1.0)));

    qsort(draws, (size_t)n_draws, sizeof *draws, by_value);
    if (n_draws == 0 || !isfinite(draws[0]) || !isfinite(draws[n_draws - 1]) ||
        draws[n_draws - 1] - draws[0] < NO_WIDTH)
        return;
    ret_procedure->low = bootstrap_quantile(draws, n_draws, tail);
    ret_procedure->high = bootstrap_quantile(draws, n_draws, 1 - tail);
}

/* One method's part in a draw of seeds. */
static double draw_one(const struct selection *r, const int *seeds, int n, int *ret_choice)
{
    *ret_choice = board_choose_over(r->board, seeds, n);
    return *ret_choice < 0 ? NAN : test_mean(r->board, *ret_choice, seeds, n);
}

/* b NULL: of a alone. The two lists of seeds, in their boards, have n places each. */
static struct procedure bootstrap(const struct selection *a, const struct selection *b,
                                  const int *seeds_a, const int *seeds_b, int n)
{
    struct procedure result = {.n_seeds = n, .low = NAN, .high = NAN, .stability = NAN};
    struct rng rng = rng_derive(rng_seed(0), "procedure");
    struct arena arena = {0};
    double *draws = arena_alloc(&arena, BOOTSTRAP_DRAWS * sizeof *draws);
    int *drawn_a = arena_alloc(&arena, ((size_t)n + 1) * sizeof *drawn_a);
    int *drawn_b = arena_alloc(&arena, ((size_t)n + 1) * sizeof *drawn_b);
    int n_same = 0, n_draws = 0, choice;

    for (int k = 0; k < BOOTSTRAP_DRAWS && n > 1; k++) {
        double x;

        for (int i = 0; i < n; i++) {
            uint32_t at = rng_below(&rng, (uint32_t)n);

            drawn_a[i] = seeds_a[at];
            drawn_b[i] = seeds_b[at];
        }
        x = draw_one(a, drawn_a, n, &choice);
        n_same += choice == a->best;
        if (b)
            x -= draw_one(b, drawn_b, n, &choice);
        if (!isnan(x)) /* some of these seeds have ended */
            draws[n_draws++] = x;
    }
    if (n > 1)
        find_ends(draws, n_draws, n, &result);
    if (!b && n_draws > 0)
        result.stability = (double)n_same / n_draws;
    arena_release(&arena);
    return result;
}

struct procedure procedure_bootstrap(const struct selection *r)
{
    struct procedure none = {.low = NAN, .high = NAN, .stability = NAN}, result;
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

struct procedure procedure_difference(const struct selection *a, const struct selection *b)
{
    struct procedure none = {.low = NAN, .high = NAN, .stability = NAN}, result;
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
