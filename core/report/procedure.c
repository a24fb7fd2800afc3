/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/procedure.h"

#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One method's runs under one condition, points in the plan's order. */
struct board {
    const char **points; /* [n_points] */
    int *seeds;          /* [n_seeds] */
    double *validation, *test; /* [n_points][n_seeds], NaN where there is none */
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
    for (size_t i = 0; i < n; i++)
        b.validation[i] = b.test[i] = NAN;
    for (int i = 0; i < n_cells; i++) {
        int at = cells[3 * i + 1] * b.n_seeds + cells[3 * i + 2];

        b.validation[at] = s->validation[cells[3 * i]];
        b.test[at] = s->test[cells[3 * i]];
    }
    return b;
}

static double mean_over(const double *row, const int *seeds, int n)
{
    double sum = 0;
    int n_there = 0;

    for (int i = 0; i < n; i++) {
        if (isfinite(row[seeds[i]])) {
            sum += row[seeds[i]];
            n_there++;
        }
    }
    return n_there ? sum / n_there : NAN;
}

static int select_on(const struct board *b, const int *seeds)
{
    double best_score = -1;
    int best = -1;

    for (int p = 0; p < b->n_points; p++) {
        double score = mean_over(b->validation + p * b->n_seeds, seeds, b->n_seeds);

        if (score > best_score) {
            best_score = score;
            best = p;
        }
    }
    return best;
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
    int n_same = 0, n_draws = 0;

    result.n_seeds = b.n_seeds;
    result.n_points = b.n_points;
    for (int k = 0; k < BOOTSTRAP_DRAWS && b.n_seeds > 1 && r->point; k++) {
        int selected;

        for (int i = 0; i < b.n_seeds; i++)
            seeds[i] = (int)rng_below(&rng, (uint32_t)b.n_seeds);
        selected = select_on(&b, seeds);
        if (selected < 0)
            continue; /* none of these seeds has ended */
        draws[n_draws++] = mean_over(b.test + selected * b.n_seeds, seeds, b.n_seeds);
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
