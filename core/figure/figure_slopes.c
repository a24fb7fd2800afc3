/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figure.h"

#include <math.h>

enum { MAX_PANELS = 6 };

/* The seeds that both have. A run that diverged may be minus infinity: its pair is not drawn,
 * and there is no mean. */
static void fill_panel(struct figure *d, const struct selection *base, const struct selection *r,
                       struct plot_panel *ret_panel)
{
    const struct measure *m = &d->selections->measure;
    double *a = arena_alloc(&d->arena, (size_t)base->n * sizeof *a);
    double *b = arena_alloc(&d->arena, (size_t)base->n * sizeof *b);
    int n = 0;

    for (int i = 0, k = 0; i < base->n; i++) { /* seeds rise in both */
        while (k < r->n && r->seeds[k] < base->seeds[i])
            k++;
        if (k == r->n || r->seeds[k] != base->seeds[i])
            continue;
        a[n] = isfinite(r->test[k]) ? measure_shown(m, base->test[i]) : NAN;
        b[n++] = isfinite(base->test[i]) ? measure_shown(m, r->test[k]) : NAN;
    }
    *ret_panel = (struct plot_panel){base->method, r->method, n, a, b};
}

/* What the title says of the n panels. */
static const char *describe(struct figure *d, const struct plot_panel *panels, int n)
{
    int n_lost = 0;

    for (int p = 0; p < n; p++)
        for (int i = 0; i < panels[p].n; i++)
            n_lost += !isfinite(panels[p].a[i]) || !isfinite(panels[p].b[i]);
    if (n_lost == 0)
        return arena_printf(&d->arena, "%s, seed by seed; means in black", d->selections->plan.title);
    return arena_printf(&d->arena, "%s, seed by seed; means in black; no mean, and %d pair%s not drawn, "
                        "where a run diverged", d->selections->plan.title, n_lost, n_lost == 1 ? "" : "s");
}

/* A few panels at a time, each picture with an axis of its own: NAME, NAME-part2 ... */
static int draw(struct figure *d, struct error *err)
{
    const struct selections *s = d->selections;
    const struct selection *base = select_beside(s, d->rows[0], s->plan.baseline);
    const char *name = figure_name(d, "paired-differences");
    struct plot_panel panels[EXPERIMENT_MAX_METHODS];
    const char *without[EXPERIMENT_MAX_METHODS];
    int n = 0, n_without = 0, result = 0;

    if (!base || base->n == 0)
        return figure_skip(d, name, "no run of the baseline has ended");
    for (int i = 0; i < d->n_rows; i++) {
        if (d->rows[i] == base)
            continue;
        fill_panel(d, base, d->rows[i], &panels[n]);
        if (panels[n].n > 0)
            n++;
        else
            without[n_without++] = d->rows[i]->method;
    }
    if (n == 0)
        return figure_skip(d, name, "no method has a seed in common with the baseline");
    for (int i = 0; i < n && result == 0; i += MAX_PANELS) {
        int n_here = n - i < MAX_PANELS ? n - i : MAX_PANELS;
        struct plot_slopes figure = {
            .name = figure_part_name(d, name, i / MAX_PANELS),
            .title = figure_without(d, figure_title(d, describe(d, panels + i, n_here)),
                                    "no seed in common", without, n_without),
            .y_label = figure_measure(d, &d->selections->measure, "test %s"),
            .limits = figure_limits(&d->selections->measure),
            .n_panels = n_here,
            .panels = panels + i};

        if (n_here < n)
            figure.title = arena_printf(&d->arena, "%s; methods %d to %d of %d", figure.title, i + 1,
                                        i + n_here, n);
        result = figure_done(d, figure.name, plot_slopes(d->target, &figure, err));
    }
    return result;
}

const struct figure_type figure_slopes = {
    .name = "paired-differences",
    .doc = "test %s of the baseline and of each method, seed by seed",
    .draw = draw,
};
