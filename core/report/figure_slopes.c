/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/drawing.h"

#include <stddef.h>

enum { MAX_PANELS = 6 };

/* The seeds that both have, in percent. */
static void fill_panel(struct drawing *d, const struct selection *base, const struct selection *r,
                       struct plot_panel *ret_panel)
{
    double *a = arena_alloc(&d->arena, (size_t)base->n * sizeof *a);
    double *b = arena_alloc(&d->arena, (size_t)base->n * sizeof *b);
    int n = 0;

    for (int i = 0, k = 0; i < base->n; i++) { /* seeds rise in both */
        while (k < r->n && r->seeds[k] < base->seeds[i])
            k++;
        if (k == r->n || r->seeds[k] != base->seeds[i])
            continue;
        a[n] = 100 * base->test[i];
        b[n++] = 100 * r->test[k];
    }
    *ret_panel = (struct plot_panel){base->method, r->method, n, a, b};
}

static int draw(struct drawing *d, struct error *err)
{
    const struct selection *base = select_beside(d->selections, d->rows[0],
                                                 d->selections->plan.baseline);
    struct plot_panel panels[MAX_PANELS];
    struct plot_slopes figure = {
        .name = drawing_name(d, "paired-differences"),
        .title = drawing_title(d, arena_printf(&d->arena, "%s, seed by seed; means in black",
                                               d->selections->plan.title)),
        .y_label = "test accuracy (%)",
        .panels = panels};

    for (int i = 0; i < d->n_rows && base && figure.n_panels < MAX_PANELS; i++) {
        if (d->rows[i] == base)
            continue;
        fill_panel(d, base, d->rows[i], &panels[figure.n_panels]);
        figure.n_panels += panels[figure.n_panels].n > 0;
    }
    if (figure.n_panels == 0)
        return 0;
    return drawing_done(d, figure.name, plot_slopes(d->target, &figure, err));
}

const struct figure_type figure_slopes = {
    .name = "paired-differences",
    .doc = "test accuracy of the baseline and of each method, seed by seed",
    .draw = draw,
};
