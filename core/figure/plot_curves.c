/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>
#include <math.h>

int plot_curves(const struct plot_target *target, const struct plot_curves *figure,
                struct error *err)
{
    static const double nowhere[4] = {NAN, NAN, NAN, NAN};
    struct plot_range x = plot_range_empty, y = plot_range_empty;
    struct plot_figure f;
    bool is_whole = true;
    int result = -1;

    assert(figure->n_lines > 0);
    if (plot_figure_init(&f, target, figure->n_lines > PLOT_MAX_LINES ? "panels" : "curves",
                         figure->name, err) < 0)
        goto out;
    const char **labels = arena_alloc(&f.arena, (size_t)figure->n_lines * sizeof *labels);

    text_printf(&f.data, "# x y low high\n");
    for (int i = 0; i < figure->n_lines; i++) {
        const struct plot_line *line = &figure->lines[i];

        labels[i] = line->label;
        text_printf(&f.data, i ? "\n\n" : "");
        for (int k = 0; k < line->n; k++) {
            const double row[4] = {line->x[k], line->y[k], line->low[k], line->high[k]};

            plot_add_row(&f.data, 4, row);
            plot_range_add(&x, row[0]);
            is_whole &= row[0] == floor(row[0]);
            plot_range_add(&y, row[1]);
            plot_range_add(&y, row[2]);
            plot_range_add(&y, row[3]);
        }
        if (line->n == 0)
            plot_add_row(&f.data, 4, nowhere); /* keeps the count of lines */
    }
    plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
    plot_add_text(&f, "x_label", figure->x_label, NOTE_WIDTH);
    plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
    plot_add_texts(&f, "series", figure->n_lines, labels, LABEL_WIDTH, false);
    text_printf(&f.script, "array n_points[%d] = [", figure->n_lines);
    for (int i = 0; i < figure->n_lines; i++)
        text_printf(&f.script, "%s%d", i ? ", " : "", figure->lines[i].n);
    text_printf(&f.script, "]\n");
    plot_add_range(&f, "x", x, plot_no_limits);
    text_printf(&f.script, "x_is_whole = %d\n", is_whole);
    plot_add_range(&f, "y", y, figure->limits);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
