/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/grid.h"

#include "learn/config/config.h"

#include <math.h>
#include <string.h>

void grid_init(struct grid *g, struct arena *arena)
{
    *g = (struct grid){.arena = arena};
}

/* Not what `replacement` takes the place of. */
static bool stays(const void *replacement, const struct axis *axis)
{
    const struct axis *new = replacement;

    return strcmp(axis->name, new->name) != 0 ||
           (new->type && axis->type && strcmp(axis->type, new->type) != 0);
}

void grid_set_for(struct grid *g, const char *name, const char *type, const struct value *values,
                  int n_values)
{
    struct axis axis = {.name = arena_strdup(g->arena, name),
                        .type = type ? arena_strdup(g->arena, type) : NULL, .n_values = n_values};
    int i = 0;

    axis.values = arena_alloc(g->arena, (size_t)n_values * sizeof *values);
    memcpy(axis.values, values, (size_t)n_values * sizeof *values);
    grid_keep(g, stays, &axis);
    while (i < g->n_axes && strcmp(g->axes[i].name, name) <= 0)
        i++;
    g->axes = arena_grow(g->arena, g->axes, g->n_axes, sizeof *g->axes);
    memmove(&g->axes[i + 1], &g->axes[i], (size_t)(g->n_axes - i) * sizeof *g->axes);
    g->axes[i] = axis;
    g->n_axes++;
}

void grid_set(struct grid *g, const char *name, const struct value *values, int n_values)
{
    grid_set_for(g, name, NULL, values, n_values);
}

const struct axis *grid_find(const struct grid *g, const char *name)
{
    for (int i = 0; i < g->n_axes; i++)
        if (strcmp(g->axes[i].name, name) == 0)
            return &g->axes[i];
    return NULL;
}

void grid_keep(struct grid *g, bool (*is_wanted)(const void *context, const struct axis *axis),
               const void *context)
{
    int n = 0;

    for (int i = 0; i < g->n_axes; i++)
        if (is_wanted(context, &g->axes[i]))
            g->axes[n++] = g->axes[i];
    g->n_axes = n;
}

struct grid_range grid_range_of(const struct settings *spec, const char *setting)
{
    const struct hparam *h = spec ? config_find_hparam(spec, setting) : NULL;

    if (!h)
        return (struct grid_range){-INFINITY, INFINITY, false};
    return (struct grid_range){h->low, h->high, h->kind == HPARAM_INTEGER};
}

static bool is_complete(const struct settings *spec, const char *setting, double x)
{
    struct arena arena = {0};
    struct settings s;
    struct error ignored;
    bool result;

    settings_init(&s, &arena);
    settings_copy(&s, spec);
    settings_remove(&s, "train.micro_batch"); /* follows from others */
    if (setting)
        settings_set(&s, setting, value_number(x));
    result = config_complete(&s, &ignored) == 0;
    arena_release(&arena);
    return result;
}

bool grid_accepts(const struct settings *spec, const char *setting, double x)
{
    return !spec || !is_complete(spec, NULL, 0) || is_complete(spec, setting, x);
}

/* 1, 2, 3: by the same difference each. Of two values nobody can say. */
static bool is_even(const double *values, int n)
{
    const double step = (values[n - 1] - values[0]) / (n - 1);

    for (int i = 1; i < n; i++)
        if (fabs(values[i] - values[i - 1] - step) > 0.01 * step)
            return false;
    return n > 2;
}

/* By the ratio, where that leads outward: not from 0, or over it. */
static double step_out(const double *values, int n, double inner, double edge)
{
    double by_difference = edge + (edge - inner);

    if (inner * edge <= 0 || (is_even(values, n) && by_difference * edge > 0))
        return by_difference;
    return edge * (edge / inner);
}

/* The shortest decimal near x that lies beyond the edge and within the range. */
static double shorten(double x, double edge, struct grid_range range)
{
    enum { FEWEST = 2, MOST = 15 };

    for (int digits = FEWEST; digits <= MOST; digits++) {
        double y = value_tidy(x, digits).number;
        bool is_beyond = x > edge ? y > edge : y < edge;

        if (is_beyond && fabs(y - x) <= 0.05 * fabs(x - edge) && y >= range.low && y <= range.high)
            return y;
    }
    return NAN;
}

double grid_beyond(const double *values, int n, enum grid_end end, struct grid_range range)
{
    bool is_upper = end == GRID_LARGEST;
    double edge = values[is_upper ? n - 1 : 0], inner = values[is_upper ? n - 2 : 1];
    double bound = is_upper ? range.high : range.low, x = step_out(values, n, inner, edge);

    if (is_upper ? edge >= bound : edge <= bound)
        return NAN;
    if (is_upper ? x > bound : x < bound)
        x = bound + (edge - bound) * ((edge - bound) / (inner - bound));
    if (range.is_whole) {
        x = round(x);
        if (is_upper ? x <= edge : x >= edge)
            x = is_upper ? edge + 1 : edge - 1;
    }
    return shorten(x, edge, range);
}
