/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/held_out.h"

static int row_size(const struct held_out_cell *cells, int n)
{
    int size = 1;

    while (size < n && cells[size].method == cells->method && cells[size].data == cells->data)
        size++;
    return size;
}

/* What was selected in each of the n cells of a row, which lie by trial, then environment. */
static struct selection make_selection(const struct held_out *h, const struct held_out_cell *cells, int n,
                                       struct arena *arena)
{
    struct label_part *label = arena_alloc(arena, sizeof *label);
    struct selection r = {.method = h->plan.methods[cells->method],
                          .condition = h->data[cells->data].label,
                          .condition_label = {label, 1}, .point = "", .best = -1, .n = n,
                          .n_seeds = n};
    double *test = arena_alloc(arena, (size_t)n * sizeof *test);
    int *trials = arena_alloc(arena, (size_t)n * sizeof *trials);
    int *environments = arena_alloc(arena, (size_t)n * sizeof *environments);

    *label = (struct label_part){r.condition, NULL};
    for (int i = 0; i < n; i++) {
        trials[i] = cells[i].trial;
        environments[i] = cells[i].environment;
        test[i] = cells[i].selected->test;
        r.n_points = cells[i].n_candidates > r.n_points ? cells[i].n_candidates : r.n_points;
    }
    r.seeds = trials;
    r.environments = environments;
    r.validation = r.test = test;
    r.has_diverged = arena_alloc(arena, (size_t)n * sizeof *r.has_diverged);
    return r;
}

struct held_out_rows held_out_rows(const struct held_out *h, const struct held_out_cell *cells, int n,
                                   struct arena *arena)
{
    struct held_out_rows rows = {.s.plan = h->plan};
    struct selection *items = arena_alloc(arena, ((size_t)n + 1) * sizeof *items);

    rows.cells = arena_alloc(arena, ((size_t)n + 1) * sizeof *rows.cells);
    rows.n_cells = arena_alloc(arena, ((size_t)n + 1) * sizeof *rows.n_cells);
    for (int i = 0, size; i < n; i += size) {
        size = row_size(cells + i, n - i);
        items[rows.s.n] = make_selection(h, cells + i, size, arena);
        items[rows.s.n].place = rows.s.n;
        rows.cells[rows.s.n] = cells + i;
        rows.n_cells[rows.s.n++] = size;
    }
    select_list_conditions(&rows.s, items, arena);
    return rows;
}
