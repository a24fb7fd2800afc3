/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/board.h"

#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

static int place_of_point(struct board *b, const struct store_run *run, struct arena *arena)
{
    int i = b->n_points; /* the plan has a point's seeds together: it is the last one, mostly */

    while (i > 0 && strcmp(b->points[i - 1], run->point) != 0)
        i--;
    if (i > 0)
        return i - 1;
    b->labels[b->n_points] = label_of(run->point_label, run->point, arena);
    b->points[b->n_points++] = run->point;
    return b->n_points - 1;
}

static int place_of_seed(const struct board *b, int seed)
{
    const int *at = bsearch(&seed, b->seeds, (size_t)b->n_seeds, sizeof *at, ascending);

    return (int)(at - b->seeds);
}

/* The different seeds of the runs, rising. */
static void list_seeds(struct board *b, const struct store_plan *plan, const int *places, int n)
{
    for (int i = 0; i < n; i++)
        b->seeds[i] = plan->runs[places[i]].seed;
    qsort(b->seeds, (size_t)n, sizeof *b->seeds, ascending);
    for (int i = 0; i < n; i++)
        if (i == 0 || b->seeds[i] != b->seeds[b->n_seeds - 1])
            b->seeds[b->n_seeds++] = b->seeds[i];
}

struct board board_fill(const struct store_plan *plan, const double *validation, const double *test,
                        const int *order, int n, struct arena *arena)
{
    struct board b = {.points = arena_alloc(arena, (size_t)n * sizeof *b.points),
                      .labels = arena_alloc(arena, (size_t)n * sizeof *b.labels),
                      .seeds = arena_alloc(arena, (size_t)n * sizeof *b.seeds)};
    int *places = arena_alloc(arena, (size_t)n * sizeof *places);
    int *points = arena_alloc(arena, (size_t)n * sizeof *points);
    size_t n_cells;

    memcpy(places, order, (size_t)n * sizeof *places);
    qsort(places, (size_t)n, sizeof *places, ascending);
    list_seeds(&b, plan, places, n);
    for (int i = 0; i < n; i++)
        points[i] = place_of_point(&b, &plan->runs[places[i]], arena);
    n_cells = (size_t)b.n_points * (size_t)b.n_seeds;
    b.places = arena_alloc(arena, n_cells * sizeof *b.places);
    b.validation = arena_alloc(arena, n_cells * sizeof *b.validation);
    b.test = arena_alloc(arena, n_cells * sizeof *b.test);
    for (size_t i = 0; i < n_cells; i++) {
        b.places[i] = -1;
        b.validation[i] = b.test[i] = NAN;
    }
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)place_of_seed(&b, plan->runs[places[i]].seed) * (size_t)b.n_points +
                    (size_t)points[i];

        b.places[at] = places[i];
        b.validation[at] = validation[places[i]];
        b.test[at] = test[places[i]];
    }
    return b;
}

bool board_has_ended(const struct board *b, int seed, int point)
{
    size_t at = (size_t)seed * (size_t)b->n_points + (size_t)point;

    return !isnan(b->validation[at]) && !isnan(b->test[at]);
}

bool board_exceeds(double x, double y)
{
    return metric_exceeds(x, y);
}

/* What a configuration is chosen by, over some seeds. */
struct score {
    int n_ended, n_worst; /* of the latter the measure is minus infinity */
    double sum;           /* of the others */
};

static double mean(const struct score *s)
{
    int n = s->n_ended - s->n_worst;

    return n > 0 ? s->sum / n : -INFINITY;
}

static bool is_better(const struct score *a, const struct score *b)
{
    if (a->n_ended != b->n_ended)
        return a->n_ended > b->n_ended;
    if (a->n_worst != b->n_worst)
        return a->n_worst < b->n_worst;
    return board_exceeds(mean(a), mean(b));
}

static struct score score_of(const struct board *b, const int *seeds, int n, int point)
{
    struct score score = {0};

    for (int i = 0; i < n; i++) {
        double value = b->validation[(size_t)seeds[i] * (size_t)b->n_points + (size_t)point];

        if (!board_has_ended(b, seeds[i], point))
            continue;
        score.n_ended++;
        if (isfinite(value))
            score.sum += value;
        else
            score.n_worst++;
    }
    return score;
}

int board_choose_over(const struct board *b, const int *seeds, int n)
{
    struct score best = {0};
    int choice = -1;

    for (int p = 0; p < b->n_points; p++) {
        struct score score = score_of(b, seeds, n, p);

        if (score.n_ended > 0 && (choice < 0 || is_better(&score, &best))) {
            best = score;
            choice = p;
        }
    }
    return choice;
}

int board_rank(const struct board *b, const int *seeds, int n, int *ret_points)
{
    struct arena arena = {0};
    struct score *scores = arena_alloc(&arena, ((size_t)b->n_points + 1) * sizeof *scores);
    int n_ranked = 0;

    for (int p = 0; p < b->n_points; p++) {
        int at = n_ranked;

        scores[p] = score_of(b, seeds, n, p);
        if (scores[p].n_ended == 0)
            continue;
        for (; at > 0 && is_better(&scores[p], &scores[ret_points[at - 1]]); at--)
            ret_points[at] = ret_points[at - 1];
        ret_points[at] = p;
        n_ranked++;
    }
    arena_release(&arena);
    return n_ranked;
}

double board_test_mean(const struct board *b, int point, const int *seeds, int n)
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

int board_choose(const struct board *b, int seed)
{
    return board_choose_over(b, &seed, 1);
}

static const int *all_seeds(const struct board *b, struct arena *arena)
{
    int *seeds = arena_alloc(arena, ((size_t)b->n_seeds + 1) * sizeof *seeds);

    for (int i = 0; i < b->n_seeds; i++)
        seeds[i] = i;
    return seeds;
}

int board_choose_over_all(const struct board *b)
{
    struct arena arena = {0};
    int choice = board_choose_over(b, all_seeds(b, &arena), b->n_seeds);

    arena_release(&arena);
    return choice;
}

struct board_lead board_lead_of(const struct board *b)
{
    struct arena arena = {0};
    double *differences = arena_alloc(&arena, ((size_t)b->n_seeds + 1) * sizeof *differences);
    int *ranked = arena_alloc(&arena, ((size_t)b->n_points + 1) * sizeof *ranked);
    int n_ranked = board_rank(b, all_seeds(b, &arena), b->n_seeds, ranked), n = 0;
    struct summary s;

    for (int i = 0; n_ranked > 1 && i < b->n_seeds; i++) {
        const double *row = &b->validation[(size_t)i * (size_t)b->n_points];

        if (board_has_ended(b, i, ranked[0]) && board_has_ended(b, i, ranked[1]))
            differences[n++] = row[ranked[0]] - row[ranked[1]];
    }
    s = summary_of(differences, n);
    arena_release(&arena);
    if (!isfinite(s.mean)) /* a run that diverged, of a measure without a lowest value */
        return (struct board_lead){NAN, NAN};
    return (struct board_lead){s.mean, s.sd / sqrt(n)};
}
