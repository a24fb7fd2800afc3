/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_figure.h"

#include <assert.h>
#include <math.h>

int plot_groups(const struct plot_target *target, const struct plot_groups *figure,
                struct error *err)
{
    struct plot_range y = plot_range_empty;
    struct plot_figure f;
    int result = -1;

    assert(figure->n_groups > 0 && figure->n_series > 0);
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
    plot_add_text(&f, "x_label", figure->x_label, LABEL_WIDTH);
    plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
    plot_add_texts(&f, "x_tick", figure->n_groups, figure->group_labels, TICK_WIDTH, true);
    plot_add_texts(&f, "series", figure->n_series, figure->series_labels, LABEL_WIDTH, false);
    plot_add_range(&f, "y", y);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
