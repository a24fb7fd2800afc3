/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * board_fixture: for tests of selection: a plan of one method in memory. */
#ifndef BOARD_FIXTURE_H
#define BOARD_FIXTURE_H

#include "analysis/board.h"

#include <string.h>

enum { MAX_RUNS = 128 };

/* A plan of one method, point by point, each with the seeds 0 .. n_seeds - 1. */
struct sample {
    struct arena arena;
    struct store_run runs[MAX_RUNS];
    double validation[MAX_RUNS], test[MAX_RUNS];
    int order[MAX_RUNS];
    struct store_plan plan;
    struct board board;
};

static __attribute__((unused)) void make(struct sample *s, int n_points, int n_seeds, const double *validation, const double *test)
{
    static const char *const points[] = {"p=a", "p=b", "p=c", "p=d"};

    memset(s, 0, sizeof *s);
    s->plan = (struct store_plan){.runs = s->runs, .n_runs = n_points * n_seeds};
    for (int i = 0; i < s->plan.n_runs; i++) {
        s->runs[i] = (struct store_run){.method = "m", .condition = "", .point = points[i / n_seeds],
                                        .seed = i % n_seeds, .state = "finished"};
        s->validation[i] = validation[i];
        s->test[i] = test ? test[i] : validation[i];
        s->order[i] = s->plan.n_runs - 1 - i; /* any order */
    }
    s->board = board_fill(&s->plan, s->validation, s->test, s->order, s->plan.n_runs, &s->arena);
}

#endif
