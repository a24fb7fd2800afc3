/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figure.h"
#include "stats/summary.h"

#include <math.h>

static int draw(struct figure *d, struct error *err)
{
    struct plot_groups figure = {.x_label = "class, from head to tail",
                                 .y_label = "test accuracy (%)",
                                 .limits = {0, 100}};
    const char *labels[EXPERIMENT_MAX_METHODS];
    const char **classes;
    double *value, *half_width, *sample;
    const struct value *digest;
    struct settings spec;
    struct value names;
    size_t n_cells;

    settings_init(&spec, &d->arena);
    if (store_read_spec(d->store, d->rows[0]->runs[0], &spec, err) < 0)
        return -1;
    digest = settings_find(&spec, "data.digest");
    if (!digest)
        return 0; /* an imported run, which does not tell its classes */
    if (store_read_class_names(d->store, digest->string, &d->arena, &names, err) < 0)
        return -1;
    if (names.n_items == 0 || names.n_items > 20)
        return 0; /* no classes, or no room for their names */
    n_cells = (size_t)d->n_rows * (size_t)names.n_items;
    classes = arena_alloc(&d->arena, (size_t)names.n_items * sizeof *classes);
    value = arena_alloc(&d->arena, n_cells * sizeof *value);
    half_width = arena_alloc(&d->arena, n_cells * sizeof *half_width);
    for (int c = 0; c < names.n_items; c++)
        classes[c] = names.items[c].kind == VALUE_STRING ? names.items[c].string : "";
    for (int i = 0; i < d->n_rows; i++) {
        const struct selection *row = d->rows[i];
        struct store_series *series = arena_alloc(&d->arena, (size_t)row->n * sizeof *series);

        labels[i] = figure_method(d, row);
        sample = arena_alloc(&d->arena, (size_t)row->n * sizeof *sample);
        for (int k = 0; k < row->n; k++)
            if (store_read_classes(d->store, row->runs[k], "test", &d->arena, &series[k], err) < 0)
                return -1;
        for (int c = 0; c < names.n_items; c++) {
            struct summary summary;

            for (int k = 0; k < row->n; k++)
                sample[k] = row->has_diverged[k] ? 0 /* in each class, as in the table */
                            : c < series[k].n    ? 100 * series[k].values[c]
                                                 : NAN;
            summary = summary_of(sample, row->n);
            value[i * names.n_items + c] = summary.mean;
            half_width[i * names.n_items + c] = summary.half_width;
        }
    }
    figure.name = figure_name(d, "class-accuracy");
    figure.title = figure_title(d, d->selections->plan.title);
    figure.n_groups = names.n_items;
    figure.n_series = d->n_rows;
    figure.group_labels = classes;
    figure.series_labels = labels;
    figure.value = value;
    figure.half_width = half_width;
    return figure_done(d, figure.name, plot_groups(d->target, &figure, err));
}

const struct figure_type figure_classes = {
    .name = "class-accuracy",
    .doc = "test accuracy of each class from head to tail, of the runs that were selected",
    .draw = draw,
};
