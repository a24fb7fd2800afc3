/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figures.h"

#include "analysis/ranking.h"
#include "figure/figure.h"

#include <math.h>
#include <string.h>

extern const struct figure_type figure_heatmap, figure_curves, figure_classes, figure_slopes,
    figure_budget, figure_forest, figure_ranks, figure_weights, figure_plane;

const struct figure_type *const figure_types[] = {
    &figure_heatmap, &figure_curves, &figure_classes, &figure_slopes, &figure_budget,
    &figure_forest,  &figure_ranks,  &figure_weights, &figure_plane, NULL,
};

const char *figure_name(struct figure *d, const char *name)
{
    return d->n_conditions > 1 && !d->is_overall
               ? arena_printf(&d->arena, "%s-%d", name, d->condition_index + 1)
               : name;
}

const char *figure_part_name(struct figure *d, const char *name, int part)
{
    return part ? arena_printf(&d->arena, "%s-part%d", name, part + 1) : name;
}

const char *figure_without(struct figure *d, const char *title, const char *why,
                           const char *const *methods, int n)
{
    enum { MOST = 4 };

    if (n == 0)
        return title;
    title = arena_printf(&d->arena, "%s; %s: %s", title, why, methods[0]);
    for (int i = 1; i < n && (i < MOST - 1 || n <= MOST); i++)
        title = arena_printf(&d->arena, "%s, %s", title, methods[i]);
    return n > MOST ? arena_printf(&d->arena, "%s and %d others", title, n - MOST + 1) : title;
}

const char *figure_title(struct figure *d, const char *title)
{
    if (d->is_overall)
        return title;
    if (d->n_conditions > 1)
        title = arena_printf(&d->arena, "%s, %s", title, d->condition);
    return d->n_rows ? figure_without(d, title, "no run has ended", d->absent, d->n_absent) : title;
}

const char *figure_measure(struct figure *d, const struct measure *m, const char *format)
{
    const char *at = strstr(format, "%s"), *unit = m->type->is_share ? " (%)" : "";

    if (!at)
        return format;
    return arena_printf(&d->arena, "%.*s%s%s%s", (int)(at - format), format, m->title,
                        strcmp(at, "%s") == 0 ? unit : "", at + 2);
}

struct plot_range figure_limits(const struct measure *m)
{
    static const double FAR = 1e300;

    return (struct plot_range){isfinite(m->type->low) ? m->unit * m->type->low : -FAR,
                               isfinite(m->type->high) ? m->unit * m->type->high : FAR};
}

const char *figure_method(struct figure *d, const struct selection *row)
{
    if (row->n_diverged_here == 0)
        return row->method;
    return arena_printf(&d->arena, "%s (%d of %d diverged)", row->method, row->n_diverged_here, row->n);
}

const char *figure_label(struct figure *d, const struct selection *row)
{
    const char *method = figure_method(d, row), *point;

    if (d->n_rows > PLOT_MAX_LINES || !row->point)
        return method;
    point = label_short(&row->point_label, &d->arena);
    if (!*point)
        return method;
    if (d->selections->in == SELECT_IN_ALL || row->n_points == 1)
        return arena_printf(&d->arena, "%s %s", method, point);
    return arena_printf(&d->arena, "%s %s (%d of %d)", method, point, row->n_chose, row->n);
}

int figure_skip(struct figure *d, const char *name, const char *why)
{
    d->listener->skipped(d->listener->context, arena_printf(&d->arena, "%s: %s", name, why));
    return 0;
}

int figure_done(struct figure *d, const char *name, int result)
{
    if (result == 0) {
        d->drawn = arena_grow(&d->arena, d->drawn, d->n_drawn, sizeof *d->drawn);
        d->drawn[d->n_drawn++] = name;
        d->listener->drawn(d->listener->context, arena_printf(&d->arena, "%s/%s", d->target->directory, name),
                 figure_measure(d, &d->selections->measure, d->type->doc));
    }
    return result;
}

/* The methods of the i-th condition that have something to show, the baseline first; false
 * past the last. */
static bool set_condition(struct figure *d, int i)
{
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    int n = ranking_condition(d->selections, i, rows);

    d->n_rows = d->n_absent = 0;
    d->condition_index = i;
    for (int k = 0; k < n; k++) {
        if (rows[k]->n == 0) {
            d->absent[d->n_absent++] = rows[k]->method;
            continue;
        }
        d->rows[d->n_rows++] = rows[k];
        if (strcmp(rows[k]->method, d->selections->plan.baseline) == 0) {
            memmove(d->rows + 1, d->rows, (size_t)(d->n_rows - 1) * sizeof *d->rows);
            d->rows[0] = rows[k];
        }
    }
    if (n > 0)
        d->condition = label_short(&rows[0]->condition_label, &d->arena);
    return n > 0;
}

static int draw_all(struct figure *d, bool overall, struct error *err)
{
    d->is_overall = overall;
    for (int t = 0; figure_types[t] && d->n_rows > 0; t++) {
        d->type = figure_types[t];
        if (d->type->is_overall == overall && d->type->draw(d, err) < 0)
            return -1;
    }
    return 0;
}

int figures_draw(struct store *store, const struct selections *s,
                 const struct plot_target *target, const struct figures_listener *listener,
                 struct error *err)
{
    struct figure d = {.store = store, .selections = s, .target = target, .listener = listener};
    int result = 0, first = -1; /* condition in which a run has ended */

    while (set_condition(&d, d.n_conditions)) {
        if (d.n_rows > 0 && first < 0)
            first = d.n_conditions;
        d.n_conditions++;
    }
    for (int i = 0; i < d.n_conditions && result == 0; i++) {
        set_condition(&d, i);
        if (d.n_rows == 0)
            figure_skip(&d, figure_title(&d, "figures"), "no run has ended");
        result = draw_all(&d, false, err);
    }
    if (result == 0 && first >= 0 && set_condition(&d, first))
        result = draw_all(&d, true, err);
    if (result == 0)
        result = plot_remove_others(target, d.drawn, d.n_drawn, listener->removed, listener->context, err);
    arena_release(&d.arena);
    return result;
}
