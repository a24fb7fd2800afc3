/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranking.h"
#include "figure/figure.h"
#include "stats/paired.h"

#include <math.h>
#include <string.h>

enum { MAX_ROWS = 40, MAX_SERIES = 8 };

/* Methods down for one condition; else conditions down and methods side by side. */
static int draw(struct figure *d, struct error *err)
{
    const struct selections *s = d->selections;
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    const char *methods[EXPERIMENT_MAX_METHODS], *labels[EXPERIMENT_MAX_METHODS], *conditions[MAX_ROWS];
    int n_methods = 0, n_conditions = d->n_conditions < MAX_ROWS ? d->n_conditions : MAX_ROWS;
    bool is_single = d->n_conditions == 1;
    double value[EXPERIMENT_MAX_METHODS * MAX_ROWS], half_width[EXPERIMENT_MAX_METHODS * MAX_ROWS];
    bool has_any = false;
    const char *blank = "";
    struct plot_forest figure = {
        .name = "effects",
        .title = d->selections->plan.title,
        .x_label = arena_printf(&d->arena, "test %s minus %s%s, 95%% interval", s->measure.title,
                                s->plan.baseline, s->measure.type->is_share ? " (points)" : ""),
        .limits = {s->measure.type->is_share ? -100 : -1e300, s->measure.type->is_share ? 100 : 1e300},
        .value = value,
        .half_width = half_width};

    for (int i = 0; i < s->plan.n_methods && (is_single || n_methods < MAX_SERIES); i++)
        if (strcmp(s->plan.methods[i], s->plan.baseline) != 0)
            methods[n_methods++] = s->plan.methods[i];
    for (int c = 0; c < n_conditions; c++) {
        ranking_condition(s, c, rows);
        conditions[c] = select_short_point(&d->arena, rows[0]->condition);
        for (int m = 0; m < n_methods; m++) {
            const struct selection *a = select_beside(s, rows[0], methods[m]);
            const struct selection *b = select_beside(s, rows[0], s->plan.baseline);
            struct summary x = summary_of(NULL, 0);

            if (a && b && a->n && b->n)
                x = select_compare(a, b).difference;
            value[m * n_conditions + c] = measure_shown(&s->measure, x.mean);
            half_width[m * n_conditions + c] = s->measure.unit * x.half_width;
            has_any |= isfinite(x.mean);
            labels[m] = is_single && a ? figure_method(d, a) : methods[m]; /* why a row is empty */
        }
    }
    if (!has_any)
        return 0;
    figure.n_rows = is_single ? n_methods : n_conditions;
    figure.n_series = is_single ? 1 : n_methods;
    figure.row_labels = is_single ? labels : conditions;
    figure.series_labels = is_single ? &blank : methods;
    return figure_done(d, figure.name, plot_forest(d->target, &figure, err));
}

const struct figure_type figure_forest = {
    .name = "effects",
    .doc = "difference of each method to the baseline with its 95% interval, in each condition",
    .is_overall = true,
    .draw = draw,
};
