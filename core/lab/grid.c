/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/grid.h"

#include <string.h>

void grid_init(struct grid *g, struct arena *arena)
{
    *g = (struct grid){.arena = arena};
}

void grid_set(struct grid *g, const char *name, const struct value *values, int n_values)
{
    struct axis axis = {.name = arena_strdup(g->arena, name), .n_values = n_values};
    int i = 0;

    axis.values = arena_alloc(g->arena, (size_t)n_values * sizeof *values);
    memcpy(axis.values, values, (size_t)n_values * sizeof *values);
    while (i < g->n_axes && strcmp(g->axes[i].name, name) < 0)
        i++;
    if (i < g->n_axes && strcmp(g->axes[i].name, name) == 0) {
        g->axes[i] = axis;
        return;
    }
    g->axes = arena_grow(g->arena, g->axes, g->n_axes, sizeof *g->axes);
    memmove(&g->axes[i + 1], &g->axes[i], (size_t)(g->n_axes - i) * sizeof *g->axes);
    g->axes[i] = axis;
    g->n_axes++;
}

const struct axis *grid_find(const struct grid *g, const char *name)
{
    for (int i = 0; i < g->n_axes; i++)
        if (strcmp(g->axes[i].name, name) == 0)
            return &g->axes[i];
    return NULL;
}

void grid_keep(struct grid *g, bool (*is_wanted)(const void *context, const char *name),
               const void *context)
{
    int n = 0;

    for (int i = 0; i < g->n_axes; i++)
        if (is_wanted(context, g->axes[i].name))
            g->axes[n++] = g->axes[i];
    g->n_axes = n;
}
