/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>
#include <math.h>

/* The ticks of all axes as they grow. */
struct ticks {
    struct arena *arena;
    double *panels, *at; /* panel 0: the y axis */
    const char **texts;
    int n;
};

static void add_tick(struct ticks *t, int panel, double at, const char *text)
{
    t->panels = arena_grow(t->arena, t->panels, t->n, sizeof *t->panels);
    t->at = arena_grow(t->arena, t->at, t->n, sizeof *t->at);
    t->texts = arena_grow(t->arena, t->texts, t->n, sizeof *t->texts);
    t->panels[t->n] = panel;
    t->at[t->n] = at;
    t->texts[t->n++] = text;
}

/* Whole decades, with 2 and 5 of them where there are few. */
static void add_decades(struct ticks *t, int panel, struct plot_range range)
{
    static const int digits[] = {1, 2, 5};
    int n = range.high - range.low < 2.2 ? 3 : 1, step = (int)ceil((range.high - range.low) / 5);

    for (int e = (int)floor(range.low); e <= range.high; e++)
        for (int i = 0; i < n; i++) {
            double at = e + log10(digits[i]);

            if (at >= range.low && at <= range.high && (n > 1 || e % step == 0))
                add_tick(t, panel, at, arena_printf(t->arena, "%.3g", pow(10, at)));
        }
}

/* A round step that cuts the range into three to seven. */
static void add_numbers(struct ticks *t, int panel, struct plot_range range)
{
    double step = pow(10, floor(log10((range.high - range.low) / 3)));

    if ((range.high - range.low) / step > 15)
        step *= 5;
    else if ((range.high - range.low) / step > 6)
        step *= 2;
    for (double k = ceil(range.low / step); k * step <= range.high; k++)
        add_tick(t, panel, k * step, arena_printf(t->arena, "%.6g", k * step));
}

/* Some room on both sides of the data, and the ticks there. */
static struct plot_range add_axis(struct ticks *t, int panel, const struct plot_axis *axis, int n,
                                  struct plot_range limits)
{
    struct plot_range range = plot_range_empty;
    double room;

    for (int i = 0; i < n; i++)
        plot_range_add(&range, axis->at[i]);
    if (range.low > range.high)
        range = (struct plot_range){0, 1};
    room = range.high > range.low ? 0.06 * (range.high - range.low) : fmax(0.1 * fabs(range.low), 0.1);
    range = (struct plot_range){range.low - room, range.high + room};
    if (limits.low < limits.high)
        range = (struct plot_range){fmax(range.low, limits.low), fmin(range.high, limits.high)};
    if (axis->n_ticks > 0)
        for (int i = 0; i < axis->n_ticks; i++)
            add_tick(t, panel, axis->ticks[i], axis->texts[i]);
    else if (axis->is_log)
        add_decades(t, panel, range);
    else
        add_numbers(t, panel, range);
    return range;
}

int plot_points(const struct plot_target *target, const struct plot_points *figure, struct error *err)
{
    bool is_value = figure->y.at == figure->value;
    struct plot_range cells = plot_range_empty, y;
    struct plot_figure f;
    struct ticks ticks = {.arena = &f.arena};
    int n = figure->n_panels, result = -1;

    assert(n > 0 && figure->n_points > 0);
    if (plot_figure_init(&f, target, "points", figure->name, err) < 0)
        goto out;
    const char **labels = arena_alloc(&f.arena, (size_t)n * sizeof *labels);
    double *low = arena_alloc(&f.arena, (size_t)n * sizeof *low);
    double *high = arena_alloc(&f.arena, (size_t)n * sizeof *high);

    y = add_axis(&ticks, 0, &figure->y, figure->n_points, is_value ? figure->limits : plot_no_limits);
    text_printf(&f.data, "# x y value chosen\n");
    for (int p = 0; p < n; p++) {
        struct plot_range x = add_axis(&ticks, p + 1, &figure->x[p], figure->n_points, plot_no_limits);

        labels[p] = figure->x[p].label;
        low[p] = x.low;
        high[p] = x.high;
        text_printf(&f.data, p ? "\n\n" : "");
        for (int i = 0; i < figure->n_points; i++) {
            double at = isfinite(figure->y.at[i]) ? figure->y.at[i] : y.low;

            plot_add_row(&f.data, 4, (double[]){figure->x[p].at[i], at, figure->value[i], figure->chosen[i]});
            plot_range_add(&cells, figure->value[i]);
        }
    }
    plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
    plot_add_text(&f, "note", figure->note, NOTE_WIDTH);
    plot_add_text(&f, "y_label", figure->y.label, LABEL_WIDTH);
    plot_add_text(&f, "cell_label", figure->cell_label, LABEL_WIDTH);
    plot_add_texts(&f, "panel", n, labels, LABEL_WIDTH, false);
    plot_add_numbers(&f, "x_from", n, low);
    plot_add_numbers(&f, "x_to", n, high);
    plot_add_texts(&f, "tick", ticks.n, ticks.texts, TICK_WIDTH, false);
    plot_add_numbers(&f, "tick_panel", ticks.n, ticks.panels);
    plot_add_numbers(&f, "tick_at", ticks.n, ticks.at);
    plot_add_range(&f, "y", y, plot_no_limits);
    plot_add_range(&f, "cell", cells, figure->limits);
    text_printf(&f.script, "best = %d\nlower_is_better = %d\n", figure->best, figure->lower_is_better);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
