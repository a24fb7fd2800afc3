/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>
#include <math.h>

/* Groups as numbers on an axis: too many series to stand side by side. */
static int plot_as_curves(const struct plot_target *target, const struct plot_groups *figure,
                          struct error *err)
{
    struct arena arena = {0};
    struct plot_line *lines = arena_alloc(&arena, (size_t)figure->n_series * sizeof *lines);
    struct plot_curves curves = {figure->name, figure->title,
                                 arena_printf(&arena, "%s; here %s to %s", figure->x_label,
                                              figure->group_labels[0],
                                              figure->group_labels[figure->n_groups - 1]),
                                 figure->y_label, figure->limits, figure->n_series, lines};
    int n = figure->n_groups, result;

    for (int i = 0; i < figure->n_series; i++) {
        const double *y = figure->value + i * n, *half_width = figure->half_width + i * n;
        double *x = arena_alloc(&arena, (size_t)n * sizeof *x);
        double *low = arena_alloc(&arena, (size_t)n * sizeof *low);
        double *high = arena_alloc(&arena, (size_t)n * sizeof *high);

        for (int g = 0; g < n; g++) {
            x[g] = g + 1;
            low[g] = y[g] - half_width[g];
            high[g] = y[g] + half_width[g];
        }
        lines[i] = (struct plot_line){figure->series_labels[i], n, x, y, low, high};
    }
    result = plot_curves(target, &curves, err);
    arena_release(&arena);
    return result;
}

int plot_groups(const struct plot_target *target, const struct plot_groups *figure,
                struct error *err)
{
    struct plot_range y = plot_range_empty;
    struct plot_figure f;
    int result = -1;

    assert(figure->n_groups > 0 && figure->n_series > 0);
    if (figure->n_series > PLOT_MAX_LINES)
        return plot_as_curves(target, figure, err);
    if (plot_figure_init(&f, target, "groups", figure->name, err) < 0)
        goto out;
    text_printf(&f.data, "# group value half_width\n");
    for (int i = 0; i < figure->n_groups * figure->n_series; i++) {
        int group = i % figure->n_groups;
        const double row[3] = {group + 1, figure->value[i], figure->half_width[i]};

        text_printf(&f.data, i > 0 && group == 0 ? "\n\n" : "");
        plot_add_row(&f.data, 3, row);
        plot_range_add(&y, row[1]);
        plot_range_add(&y, row[1] - row[2]);
        plot_range_add(&y, row[1] + row[2]);
    }
    plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
    plot_add_text(&f, "x_label", figure->x_label, NOTE_WIDTH);
    plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
    plot_add_texts(&f, "x_tick", figure->n_groups, figure->group_labels, TICK_WIDTH, true);
    plot_add_texts(&f, "series", figure->n_series, figure->series_labels, LABEL_WIDTH, false);
    plot_add_range(&f, "y", y, figure->limits);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
