/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranking.h"
#include "figure/figure.h"
#include "stats/paired.h"

#include <math.h>
#include <string.h>

/* Of one picture; more rows and series are in others. */
enum { MAX_ROWS = 40, MAX_SERIES = PLOT_MAX_LINES };

/* Differences of n_methods in n_conditions: [m * n_conditions + c], in points. */
struct effects {
    const char **methods, **conditions;
    int n_methods, n_conditions;
    double *value, *half_width;
    bool has_any;
};

/* Methods of which no condition has a difference are none of these, but in ret_without. */
static struct effects list_effects(struct figure *d, const char **ret_without, int *ret_n_without)
{
    const struct selections *s = d->selections;
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    int n = d->n_conditions, n_all = s->plan.n_methods;
    struct effects e = {.methods = arena_alloc(&d->arena, (size_t)n_all * sizeof *e.methods),
                        .conditions = arena_alloc(&d->arena, (size_t)n * sizeof *e.conditions),
                        .value = arena_alloc(&d->arena, (size_t)(n_all * n) * sizeof *e.value),
                        .half_width = arena_alloc(&d->arena, (size_t)(n_all * n) * sizeof *e.half_width),
                        .n_conditions = n};

    *ret_n_without = 0;
    for (int m = 0; m < n_all; m++) {
        const char *label = s->plan.methods[m];
        bool has_run = false;

        if (strcmp(label, s->plan.baseline) == 0)
            continue;
        for (int c = 0; c < n; c++) {
            const struct selection *a, *b;
            struct summary x = summary_of(NULL, 0);
            size_t at = (size_t)(e.n_methods * n + c);

            ranking_condition(s, c, rows);
            e.conditions[c] = label_short(&rows[0]->condition_label, &d->arena);
            a = select_beside(s, rows[0], s->plan.methods[m]);
            b = select_beside(s, rows[0], s->plan.baseline);
            if (a && b && a->n && b->n) {
                x = select_compare(a, b).difference;
                has_run = true;
            }
            if (n == 1 && a)
                label = figure_method(d, a); /* why a row is empty */
            e.value[at] = measure_shown(&s->measure, x.mean);
            e.half_width[at] = s->measure.unit * x.half_width;
            e.has_any |= isfinite(x.mean);
        }
        if (has_run)
            e.methods[e.n_methods++] = label;
        else
            ret_without[(*ret_n_without)++] = label;
    }
    return e;
}

/* Those conditions and methods, c .. c + n_c - 1 and m .. m + n_m - 1: methods down for one condition; else
 * conditions down and methods side by side. */
static int draw_part(struct figure *d, const struct effects *e, int c, int n_c, int m, int n_m,
                     struct plot_forest *figure, struct error *err)
{
    static const char *const blank = "";
    bool is_single = e->n_conditions == 1;
    double *value = arena_alloc(&d->arena, (size_t)(n_c * n_m) * sizeof *value);
    double *half_width = arena_alloc(&d->arena, (size_t)(n_c * n_m) * sizeof *half_width);

    for (int i = 0; i < n_m; i++)
        for (int k = 0; k < n_c; k++) {
            value[i * n_c + k] = e->value[(m + i) * e->n_conditions + c + k];
            half_width[i * n_c + k] = e->half_width[(m + i) * e->n_conditions + c + k];
        }
    figure->n_rows = is_single ? n_m : n_c;
    figure->n_series = is_single ? 1 : n_m;
    figure->row_labels = is_single ? e->methods + m : e->conditions + c;
    figure->series_labels = is_single ? &blank : e->methods + m;
    figure->value = value;
    figure->half_width = half_width;
    return figure_done(d, figure->name, plot_forest(d->target, figure, err));
}

static int draw(struct figure *d, struct error *err)
{
    const struct store_plan *plan = &d->selections->plan;
    const struct measure *measure = &d->selections->measure;
    const double far = measure->type->is_share ? 100 : 1e300; /* points; or no limit */
    const char *without[EXPERIMENT_MAX_METHODS], *title;
    struct plot_forest figure = {.x_label = arena_printf(&d->arena, "test %s minus %s%s, 95%% interval",
                                                         measure->title, plan->baseline,
                                                         measure->type->is_share ? " (points)" : ""),
                                 .limits = {-far, far}};
    int n_without, n_part = 0, result = 0;
    struct effects e = list_effects(d, without, &n_without);
    int n_across = e.n_conditions == 1 ? MAX_ROWS : MAX_SERIES;

    if (!e.has_any)
        return figure_skip(d, "effects", "no method has a seed in common with the baseline");
    title = figure_without(d, plan->title, "without a run of it or the baseline", without, n_without);
    for (int c = 0; c < e.n_conditions && result == 0; c += MAX_ROWS)
        for (int m = 0; m < e.n_methods && result == 0; m += n_across) {
            int n_c = e.n_conditions - c < MAX_ROWS ? e.n_conditions - c : MAX_ROWS;
            int n_m = e.n_methods - m < n_across ? e.n_methods - m : n_across;

            figure.name = figure_part_name(d, "effects", n_part++);
            figure.title = title;
            if (n_m < e.n_methods)
                figure.title = arena_printf(&d->arena, "%s; methods %d to %d of %d", figure.title, m + 1,
                                            m + n_m, e.n_methods);
            if (n_c < e.n_conditions)
                figure.title = arena_printf(&d->arena, "%s; conditions %d to %d of %d", figure.title, c + 1,
                                            c + n_c, e.n_conditions);
            result = draw_part(d, &e, c, n_c, m, n_m, &figure, err);
        }
    return result;
}

const struct figure_type figure_forest = {
    .name = "effects",
    .doc = "difference of each method to the baseline with its 95% interval, in each condition",
    .is_overall = true,
    .draw = draw,
};
