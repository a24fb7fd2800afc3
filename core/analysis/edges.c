/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/edges.h"

#include "plan/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Is the setting a number there? */
static bool read_number(const struct label *point, const char *setting, double *ret_number)
{
    for (int i = 0; i < point->n; i++)
        if (strcmp(point->parts[i].setting, setting) == 0)
            return point->parts[i].value && text_parse_number(point->parts[i].value, ret_number) == 0;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many different points are left without the setting. */
static int count_others(const struct board *b, const char *setting, struct arena *arena)
{
    const char **others = arena_alloc(arena, (size_t)b->n_points * sizeof *others);
    int n = 0;

    for (int p = 0; p < b->n_points; p++) {
        const struct label *l = &b->labels[p];
        int i = 0;
        struct label rest;

        while (strcmp(l->parts[i].setting, setting) != 0)
            i++;
        rest = label_without(l, &l->parts[i], arena);
        others[p] = label_text(&rest, arena);
    }
    qsort(others, (size_t)b->n_points, sizeof *others, by_text);
    for (int p = 0; p < b->n_points; p++)
        n += p == 0 || strcmp(others[p], others[p - 1]) != 0;
    return n;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The different ones of n numbers, rising, into themselves; gives how many. */
static int sort_different(double *x, int n)
{
    int n_different = 0;

    qsort(x, (size_t)n, sizeof *x, ascending);
    for (int i = 0; i < n; i++)
        if (i == 0 || x[i] != x[n_different - 1])
            x[n_different++] = x[i];
    return n_different;
}

/* The different ones in the order in which they come: draw by draw, where they are drawn. */
static int list_different(const double *x, int n, double *ret_different)
{
    int n_different = 0;

    for (int i = 0; i < n; i++) {
        int k = 0;

        while (k < n_different && ret_different[k] != x[i])
            k++;
        if (k == n_different)
            ret_different[n_different++] = x[i];
    }
    return n_different;
}

/* The grid of a setting, with the number of each point in ret_at; false where it has none. */
static bool find_grid(const struct board *b, const char *setting, struct arena *arena,
                      struct edge *ret_edge, double *ret_at)
{
    double *values = arena_alloc(arena, (size_t)b->n_points * sizeof *values);
    int n;

    for (int p = 0; p < b->n_points; p++)
        if (!read_number(&b->labels[p], setting, &ret_at[p]))
            return false;
    memcpy(values, ret_at, (size_t)b->n_points * sizeof *values);
    n = sort_different(values, b->n_points);
    if (n < 2 || (long)n * count_others(b, setting, arena) != b->n_points)
        return false;
    list_different(ret_at, b->n_points, values);
    if (search_looks_drawn(values, n))
        return false;
    qsort(values, (size_t)n, sizeof *values, ascending);
    *ret_edge = (struct edge){.setting = setting, .values = values, .n_values = n};
    return true;
}

/* Where a value lies: inside, too, at an end where the setting ends. */
static enum grid_end place(const struct edge *e, double value, const double beyond[])
{
    enum grid_end end = value == e->values[0]                 ? GRID_SMALLEST
                        : value == e->values[e->n_values - 1] ? GRID_LARGEST
                                                              : GRID_INSIDE;

    return end != GRID_INSIDE && isnan(beyond[end]) ? GRID_INSIDE : end;
}

static void apply(const struct label *point, struct settings *s)
{
    for (int i = 0; i < point->n; i++) {
        struct error ignored;
        struct value v;

        if (point->parts[i].value && value_parse(point->parts[i].value, s->arena, &v, &ignored) == 0)
            settings_set(s, point->parts[i].setting, v);
    }
}

/* Would a plan take it? With the best configuration, and the corners of the grid: a setting may do
 * nothing at the new value, which is refused where it is set. */
static bool is_accepted(const struct selection *r, const char *setting, double x)
{
    const struct board *b = r->board;
    const struct label points[] = {{NULL, 0}, b->labels[0], b->labels[b->n_points - 1]};
    bool result = true;

    for (int i = 0; i < 3 && result && r->spec; i++) {
        struct arena arena = {0};
        struct settings s;

        settings_init(&s, &arena);
        settings_copy(&s, r->spec);
        apply(&points[i], &s);
        result = grid_accepts(&s, setting, x);
        arena_release(&arena);
    }
    return result;
}

struct edges edges_find(const struct selection *r, struct arena *arena)
{
    const struct board *b = r->board;
    struct edges edges = {.share = NAN};
    struct edge *items = NULL;
    double *at;
    bool *is_at_edge;
    int n_at_edge = 0;

    if (!b || r->best < 0 || b->n_points < 2)
        return edges;
    at = arena_alloc(arena, (size_t)b->n_points * sizeof *at);
    is_at_edge = arena_alloc(arena, (size_t)b->n_points * sizeof *is_at_edge);
    for (int k = 0; k < b->labels[0].n; k++) {
        const char *setting = b->labels[0].parts[k].setting;
        double beyond[] = {[GRID_INSIDE] = NAN, [GRID_SMALLEST] = NAN, [GRID_LARGEST] = NAN};
        struct grid_range range;
        struct edge e;

        if (!strchr(setting, '.') || !find_grid(b, setting, arena, &e, at)) /* "draw" is none */
            continue;
        range = grid_range_of(r->spec, setting);
        for (enum grid_end end = GRID_SMALLEST; end <= GRID_LARGEST; end++)
            beyond[end] = grid_beyond(e.values, e.n_values, end, range);
        for (enum grid_end end = GRID_SMALLEST; end <= GRID_LARGEST; end++)
            if (!isnan(beyond[end]) && !is_accepted(r, setting, beyond[end]))
                beyond[end] = NAN;
        for (int p = 0; p < b->n_points; p++)
            is_at_edge[p] |= place(&e, at[p], beyond) != GRID_INSIDE;
        e.end = place(&e, at[r->best], beyond);
        e.beyond = beyond[e.end];
        items = arena_grow(arena, items, edges.n, sizeof *items);
        items[edges.n++] = e;
    }
    for (int i = 0; i < r->n; i++)
        n_at_edge += is_at_edge[r->chosen[i]];
    if (edges.n > 0 && r->n > 0)
        edges.share = (double)n_at_edge / r->n;
    edges.items = items;
    return edges;
}

const char *edges_text(const struct edges *edges, struct arena *arena)
{
    const char *text = "";

    for (int i = 0; i < edges->n; i++) {
        const struct edge *e = &edges->items[i];

        if (e->end != GRID_INSIDE)
            text = arena_printf(arena, "%s%s%s %s", text, *text ? "; " : "", e->setting,
                                e->end == GRID_LARGEST ? "largest" : "smallest");
    }
    return text;
}
