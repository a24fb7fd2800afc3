/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/budget.h"
#include "figure/figure.h"

/* All runs that diverged count here, not only selected ones. Small panels have no room to say so. */
static const char *label(struct figure *d, const struct selection *r)
{
    if (r->n_diverged == 0 || d->n_rows > PLOT_MAX_LINES)
        return r->method;
    return arena_printf(&d->arena, "%s (%d of %d runs diverged)", r->method, r->n_diverged,
                        r->n_finished + r->n_diverged);
}

static struct plot_line make_line(struct figure *d, const struct selection *r)
{
    const struct measure *m = &d->selections->measure;
    struct budget b = budget_of(r, d->selections->in, &d->arena);
    size_t size = ((size_t)b.n + 1) * sizeof(double);
    double *x = arena_alloc(&d->arena, size), *y = arena_alloc(&d->arena, size);
    double *low = arena_alloc(&d->arena, size), *high = arena_alloc(&d->arena, size);

    for (int k = 0; k < b.n; k++) {
        x[k] = k + 1;
        y[k] = measure_shown(m, b.mean[k]);
        measure_show_ends(m, b.mean[k] - b.half_width[k], b.mean[k] + b.half_width[k], &low[k], &high[k]);
    }
    return (struct plot_line){label(d, r), b.n, x, y, low, high};
}

static int draw(struct figure *d, struct error *err)
{
    struct plot_line lines[EXPERIMENT_MAX_METHODS];
    struct plot_curves figure = {.name = figure_name(d, "budget"),
                                 .title = figure_title(d, d->selections->plan.title),
                                 .x_label = "configurations tried",
                                 .y_label = figure_measure(d, &d->selections->measure, "expected test %s"),
                                 .limits = figure_limits(&d->selections->measure),
                                 .lines = lines};
    int n_most = 0;

    for (int i = 0; i < d->n_rows; i++) {
        lines[i] = make_line(d, d->rows[i]);
        n_most = lines[i].n > n_most ? lines[i].n : n_most;
    }
    figure.n_lines = d->n_rows;
    if (n_most < 2)
        return figure_skip(d, figure.name, "each method has one configuration");
    return figure_done(d, figure.name, plot_curves(d->target, &figure, err));
}

const struct figure_type figure_budget = {
    .name = "budget",
    .doc = "expected test %s when only some of the configurations are tried; the band is the 95% interval "
           "over seeds, where each selects by itself",
    .draw = draw,
};
