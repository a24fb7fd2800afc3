/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/drawing.h"

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

/* A few panels at a time, each picture with an axis of its own: NAME, NAME-part2 ... */
static int draw(struct drawing *d, struct error *err)
{
    const struct selections *s = d->selections;
    const struct selection *base = select_beside(s, d->rows[0], s->plan.baseline);
    const char *name = drawing_name(d, "paired-differences");
    struct plot_panel panels[EXPERIMENT_MAX_METHODS];
    int n = 0, result = 0;

    for (int i = 0; i < d->n_rows && base; i++) {
        if (d->rows[i] == base)
            continue;
        fill_panel(d, base, d->rows[i], &panels[n]);
        n += panels[n].n > 0;
    }
    for (int i = 0; i < n && result == 0; i += MAX_PANELS) {
        struct plot_slopes figure = {
            .name = i ? arena_printf(&d->arena, "%s-part%d", name, i / MAX_PANELS + 1) : name,
            .title = drawing_title(d, arena_printf(&d->arena, "%s, seed by seed; means in black",
                                                   s->plan.title)),
            .y_label = drawing_measure(d, "test %s (%)"),
            .n_panels = n - i < MAX_PANELS ? n - i : MAX_PANELS,
            .panels = panels + i};

        result = drawing_done(d, figure.name, plot_slopes(d->target, &figure, err));
    }
    return result;
}

const struct figure_type figure_slopes = {
    .name = "paired-differences",
    .doc = "test %s of the baseline and of each method, seed by seed",
    .draw = draw,
};
