/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/procedure.h"

#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One method's runs under one condition, points in the plan's order. Points lie side by
 * side, so that one draw of seeds scores them all in one pass. */
struct board {
    const char **points; /* [n_points] */
    int *seeds;          /* [n_seeds] */
    double *validation, *test; /* [n_seeds][n_points], 0 where there is none */
    double *has_validation, *has_test; /* 1 where there is */
    int n_points, n_seeds;
};

static int place_of_point(struct board *b, const char *point)
{
    int i = b->n_points; /* the plan has a point's seeds together: it is the last one, mostly */

    while (i > 0 && strcmp(b->points[i - 1], point) != 0)
        i--;
    if (i == 0) {
        b->points[b->n_points++] = point;
        return b->n_points - 1;
    }
    return i - 1;
}

static int place_of_seed(struct board *b, int seed)
{
    int i = 0;

    while (i < b->n_seeds && b->seeds[i] != seed)
        i++;
    if (i == b->n_seeds)
        b->seeds[b->n_seeds++] = seed;
    return i;
}

static struct board fill_board(const struct selections *s, const struct selection *r,
                               struct arena *arena)
{
    const struct store_run *runs = s->plan.runs;
    size_t n = (size_t)r->n_planned;
    struct board b = {.points = arena_alloc(arena, n * sizeof *b.points),
                      .seeds = arena_alloc(arena, n * sizeof *b.seeds)};
    int *cells = arena_alloc(arena, 3 * n * sizeof *cells); /* run, point, seed */
    int n_cells = 0;

    for (int i = r->place; i < s->plan.n_runs && n_cells < r->n_planned; i++) {
        if (strcmp(runs[i].method, r->method) != 0 || strcmp(runs[i].condition, r->condition) != 0)
            continue;
        cells[3 * n_cells] = i;
        cells[3 * n_cells + 1] = place_of_point(&b, runs[i].point);
        cells[3 * n_cells++ + 2] = place_of_seed(&b, runs[i].seed);
    }
    n = (size_t)b.n_points * (size_t)b.n_seeds;
    b.validation = arena_alloc(arena, n * sizeof *b.validation);
    b.test = arena_alloc(arena, n * sizeof *b.test);
    b.has_validation = arena_alloc(arena, n * sizeof *b.has_validation);
    b.has_test = arena_alloc(arena, n * sizeof *b.has_test);
    for (int i = 0; i < n_cells; i++) {
        double validation = s->validation[cells[3 * i]], test = s->test[cells[3 * i]];
        size_t at = (size_t)cells[3 * i + 2] * (size_t)b.n_points + (size_t)cells[3 * i + 1];

        b.has_validation[at] = isfinite(validation) != 0;
        b.validation[at] = isfinite(validation) ? validation : 0;
        b.has_test[at] = isfinite(test) != 0;
        b.test[at] = isfinite(test) ? test : 0;
    }
    return b;
}

/* The point with the best mean validation accuracy over these seeds; sums and counts are
 * [n_points] each, for its use. */
static int select_on(const struct board *b, const int *seeds, double *sums, double *counts)
{
    double best_score = -INFINITY;
    int best = -1;

    for (int p = 0; p < b->n_points; p++)
        sums[p] = counts[p] = 0;
    for (int i = 0; i < b->n_seeds; i++) {
        const double *values = b->validation + (size_t)seeds[i] * (size_t)b->n_points;
        const double *has = b->has_validation + (size_t)seeds[i] * (size_t)b->n_points;

        for (int p = 0; p < b->n_points; p++) {
            sums[p] += values[p];
            counts[p] += has[p];
        }
    }
    for (int p = 0; p < b->n_points; p++) {
        if (counts[p] > 0 && sums[p] / counts[p] > best_score) {
            best_score = sums[p] / counts[p];
            best = p;
        }
    }
    return best;
}

static double test_mean(const struct board *b, int point, const int *seeds)
{
    double sum = 0, count = 0;

    for (int i = 0; i < b->n_seeds; i++) {
        size_t at = (size_t)seeds[i] * (size_t)b->n_points + (size_t)point;

        sum += b->test[at];
        count += b->has_test[at];
    }
    return count > 0 ? sum / count : NAN;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

struct procedure procedure_bootstrap(const struct selections *s, const struct selection *r)
{
    struct procedure result = {.low = NAN, .high = NAN, .stability = NAN};
    struct rng rng = rng_derive(rng_seed(0), "procedure");
    struct arena arena = {0};
    struct board b = fill_board(s, r, &arena);
    double *draws = arena_alloc(&arena, BOOTSTRAP_DRAWS * sizeof *draws);
    int *seeds = arena_alloc(&arena, (size_t)b.n_seeds * sizeof *seeds);
    double *sums = arena_alloc(&arena, (size_t)b.n_points * sizeof *sums);
    double *counts = arena_alloc(&arena, (size_t)b.n_points * sizeof *counts);
    int n_same = 0, n_draws = 0;

    result.n_seeds = b.n_seeds;
    result.n_points = b.n_points;
    for (int k = 0; k < BOOTSTRAP_DRAWS && b.n_seeds > 1 && r->point; k++) {
        int selected;

        for (int i = 0; i < b.n_seeds; i++)
            seeds[i] = (int)rng_below(&rng, (uint32_t)b.n_seeds);
        selected = select_on(&b, seeds, sums, counts);
        if (selected < 0)
            continue; /* none of these seeds has ended */
        draws[n_draws++] = test_mean(&b, selected, seeds);
        n_same += strcmp(b.points[selected], r->point) == 0;
    }
    if (n_draws > 0) {
        qsort(draws, (size_t)n_draws, sizeof *draws, by_value);
        result.low = bootstrap_quantile(draws, n_draws, 0.025);
        result.high = bootstrap_quantile(draws, n_draws, 0.975);
        result.stability = (double)n_same / n_draws;
    }
    arena_release(&arena);
    return result;
}
