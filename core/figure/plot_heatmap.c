/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>
#include <math.h>

int plot_heatmap(const struct plot_target *target, const struct plot_heatmap *figure,
                 struct error *err)
{
    struct plot_range cells = plot_range_empty;
    struct plot_figure f;
    int result = -1;

    assert(figure->n_x > 0 && figure->n_y > 0);
    if (plot_figure_init(&f, target, "heatmap", figure->name, err) < 0)
        goto out;
    text_printf(&f.data, "# column row value seeds diverged\n");
    for (int i = 0; i < figure->n_x * figure->n_y; i++) {
        plot_add_row(&f.data, 5,
                     (double[]){i % figure->n_x + 1, i / figure->n_x + 1, figure->cells[i],
                                figure->chosen ? figure->chosen[i] : 0,
                                isfinite(figure->cells[i]) ? 0 : figure->diverged[i]});
        plot_range_add(&cells, figure->cells[i]);
    }
    plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
    plot_add_text(&f, "x_label", figure->x_label, LABEL_WIDTH);
    plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
    plot_add_text(&f, "cell_label", figure->cell_label, LABEL_WIDTH);
    plot_add_texts(&f, "x_tick", figure->n_x, figure->x_ticks, TICK_WIDTH, true);
    plot_add_texts(&f, "y_tick", figure->n_y, figure->y_ticks, TICK_WIDTH, true);
    plot_add_range(&f, "cell", cells, figure->limits);
    plot_add_text(&f, "note", figure->note, TITLE_WIDTH);
    text_printf(&f.script, "best_x = %d\nbest_y = %d\nn_seeds = %d\nlower_is_better = %d\n", figure->best_x + 1,
                figure->best_y + 1, figure->chosen ? figure->n_seeds : 0, figure->lower_is_better);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
