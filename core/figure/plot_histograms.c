/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>

int plot_histograms(const struct plot_target *target, const struct plot_histograms *figure,
                    struct error *err)
{
    struct plot_range x = plot_range_empty, y = plot_range_empty;
    struct plot_figure f;
    int result = -1;

    assert(figure->n_bins > 0 && figure->n_panels > 0 && figure->n_ticks > 0);
    if (plot_figure_init(&f, target, "histograms", figure->name, err) < 0)
        goto out;
    plot_range_add(&y, 0);
    text_printf(&f.data, "# low high before after\n");
    for (int p = 0; p < figure->n_panels; p++) {
        text_printf(&f.data, p ? "\n\n" : "");
        for (int b = 0; b < figure->n_bins; b++) {
            const double row[4] = {figure->low[b], figure->high[b],
                                   figure->before[p * figure->n_bins + b],
                                   figure->after[p * figure->n_bins + b]};

            plot_add_row(&f.data, 4, row);
            plot_range_add(&x, row[0]);
            plot_range_add(&x, row[1]);
            plot_range_add(&y, row[2]);
            plot_range_add(&y, row[3]);
        }
    }
    plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
    plot_add_text(&f, "x_label", figure->x_label, LABEL_WIDTH);
    plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
    plot_add_text(&f, "before_label", figure->before_label, LABEL_WIDTH);
    plot_add_text(&f, "after_label", figure->after_label, LABEL_WIDTH);
    plot_add_texts(&f, "panel", figure->n_panels, figure->labels, LABEL_WIDTH, false);
    plot_add_texts(&f, "x_tick", figure->n_ticks, figure->tick_labels, TICK_WIDTH, false);
    plot_add_numbers(&f, "x_tick_at", figure->n_ticks, figure->ticks);
    plot_add_range(&f, "x", x, plot_no_limits);
    plot_add_range(&f, "y", y, figure->limits);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
