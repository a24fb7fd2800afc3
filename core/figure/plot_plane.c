/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>
#include <math.h>

/* Two blocks: the points, then the segments; each has a row at least, as gnuplot counts blocks. */
static void add_panel(struct plot_figure *f, const struct plot_plane_panel *panel,
                      struct plot_range *x, struct plot_range *y)
{
    static const double nowhere[4] = {NAN, NAN, NAN, NAN};

    for (int i = 0; i < panel->n; i++) {
        const double row[4] = {panel->x[i], panel->y[i], panel->kinds[i], panel->weights[i]};

        plot_add_row(&f->data, 4, row);
        plot_range_add(x, row[0]);
        plot_range_add(y, row[1]);
    }
    if (panel->n == 0)
        plot_add_row(&f->data, 4, nowhere);
    text_printf(&f->data, "\n\n");
    for (int i = 0; i < panel->n_segments; i++)
        plot_add_row(&f->data, 4, panel->segments[i]);
    if (panel->n_segments == 0)
        plot_add_row(&f->data, 4, nowhere);
}

int plot_plane(const struct plot_target *target, const struct plot_plane *figure,
               struct error *err)
{
    struct plot_range x = plot_range_empty, y = plot_range_empty;
    struct plot_figure f;
    const char *labels[PLOT_MAX_LINES];
    int result = -1;

    assert(figure->n_panels > 0 && figure->n_panels <= PLOT_MAX_LINES);
    if (plot_figure_init(&f, target, "plane", figure->name, err) < 0)
        goto out;
    text_printf(&f.data, "# x y kind weight; then x y x y\n");
    for (int p = 0; p < figure->n_panels; p++) {
        labels[p] = figure->panels[p].label;
        text_printf(&f.data, p ? "\n\n" : "");
        add_panel(&f, &figure->panels[p], &x, &y);
    }
    plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
    plot_add_text(&f, "x_label", figure->x_label, LABEL_WIDTH);
    plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
    plot_add_text(&f, "note", figure->note, TITLE_WIDTH);
    plot_add_texts(&f, "panel", figure->n_panels, labels, LABEL_WIDTH, false);
    plot_add_range(&f, "x", x, plot_no_limits);
    plot_add_range(&f, "y", y, plot_no_limits);
    result = plot_figure_draw(&f, target->directory, err);
out:
    plot_figure_release(&f);
    return result;
}
