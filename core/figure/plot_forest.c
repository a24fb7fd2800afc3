/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>

int plot_forest(const struct plot_target *target, const struct plot_forest *figure,
                struct error *err)
{
    struct plot_range x = plot_range_empty;
    struct plot_figure f;
    int result = -1;

    assert(figure->n_rows > 0 && figure->n_series > 0);
    if (plot_figure_init(&f, target, "forest", figure->name, err) == 0) {
        text_printf(&f.data, "# row value half_width\n");
        plot_range_add(&x, 0);
        for (int i = 0; i < figure->n_rows * figure->n_series; i++) {
            int r = i % figure->n_rows;
            const double row[3] = {r + 1, figure->value[i], figure->half_width[i]};

            text_printf(&f.data, i > 0 && r == 0 ? "\n\n" : "");
            plot_add_row(&f.data, 3, row);
            plot_range_add(&x, row[1]);
            plot_range_add(&x, row[1] - row[2]);
            plot_range_add(&x, row[1] + row[2]);
        }
        plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
        plot_add_text(&f, "x_label", figure->x_label, LABEL_WIDTH);
        plot_add_texts(&f, "y_tick", figure->n_rows, figure->row_labels, SERIES_WIDTH, true);
        plot_add_texts(&f, "series", figure->n_series, figure->series_labels, SERIES_WIDTH, false);
        plot_add_range(&f, "x", x, figure->limits);
        result = plot_figure_draw(&f, target->directory, err);
    }
    plot_figure_release(&f);
    return result;
}
