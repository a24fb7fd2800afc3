/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>

/* Panels are three units apart: a at 1, b at 2 of each. */
static void add_pairs(struct plot_figure *f, const struct plot_panel *panel, int at,
                      struct plot_range *y)
{
    for (int i = 0; i < panel->n; i++) {
        const double row[] = {3 * at + 1, panel->a[i], 1, panel->b[i] - panel->a[i]};

        plot_add_row(&f->data, 4, row);
        plot_range_add(y, panel->a[i]);
        plot_range_add(y, panel->b[i]);
    }
}

static void add_means(struct plot_figure *f, const struct plot_panel *panel, int at)
{
    double a = 0, b = 0;

    for (int i = 0; i < panel->n; i++) {
        a += panel->a[i] / panel->n;
        b += panel->b[i] / panel->n;
    }
    if (panel->n > 0)
        plot_add_row(&f->data, 4, (double[]){3 * at + 1, a, 1, b - a});
}

int plot_slopes(const struct plot_target *target, const struct plot_slopes *figure,
                struct error *err)
{
    struct plot_range y = plot_range_empty;
    struct plot_figure f;
    int result = -1;

    assert(figure->n_panels > 0);
    if (plot_figure_init(&f, target, "slopes", figure->name, err) == 0) {
        const char **labels = arena_alloc(&f.arena, 2 * (size_t)figure->n_panels * sizeof *labels);

        text_printf(&f.data, "# x y dx dy: pairs, then means\n");
        for (int i = 0; i < figure->n_panels; i++) {
            labels[2 * i] = figure->panels[i].a_label;
            labels[2 * i + 1] = figure->panels[i].b_label;
            add_pairs(&f, &figure->panels[i], i, &y);
        }
        text_printf(&f.data, "\n\n");
        for (int i = 0; i < figure->n_panels; i++)
            add_means(&f, &figure->panels[i], i);
        plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
        plot_add_text(&f, "y_label", figure->y_label, LABEL_WIDTH);
        plot_add_texts(&f, "x_tick", 2 * figure->n_panels, labels, TICK_WIDTH, true);
        plot_add_range(&f, "y", y, figure->limits);
        result = plot_figure_draw(&f, target->directory, err);
    }
    plot_figure_release(&f);
    return result;
}
