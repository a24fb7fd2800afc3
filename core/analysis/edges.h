/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * edges: does a grid end where the selection fell? Then better values may lie beyond, and what is
 * compared is how well the grids were guessed.
 *
 *     struct edges edges = edges_find(r, &arena);
 *     edges.items[0].end == GRID_LARGEST: the best learning rate is the largest that was tried
 *
 * 1. A grid is a setting whose values, two or more, are numbers and were tried with the same values
 *    of all others. Of drawn ones there is none (plan/search.h).
 * 2. Where the setting itself can go no further there is no edge.
 */
#ifndef ANALYSIS_EDGES_H
#define ANALYSIS_EDGES_H

#include "analysis/select.h"
#include "plan/grid.h"

/* A setting with a grid, of one method under one condition. */
struct edge {
    const char *setting;  /* "train.lr" */
    const double *values; /* [n_values] rising */
    int n_values;
    enum grid_end end;    /* where the configuration with the best mean over all seeds lies */
    double beyond;        /* the value that is missing there; NaN inside */
};

struct edges {
    const struct edge *items;
    int n;
    double share; /* of the seeds: what they chose themselves lies at an edge; NaN: no grid */
};

/* In `arena`; names and values too. */
struct edges edges_find(const struct selection *r, struct arena *arena);

/* "train.lr largest; objective.clip smallest"; "" where none is at an edge. In `arena`. */
const char *edges_text(const struct edges *edges, struct arena *arena);

#endif
