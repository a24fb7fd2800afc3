/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/drawing.h"
#include "stats/summary.h"

#include <string.h>

/* What the lines share. */
struct axes {
    double epochs;    /* that a run has; 0 where steps are what counts: environments have no
                       * common epoch, and imported runs need not say */
    const char *part; /* test, or validation where a run sees test pictures at its end only */
};

static int read_axes(struct drawing *d, struct axes *ret_axes, struct error *err)
{
    struct axes axes = {.part = "test"};

    for (int i = 0; i < d->n_rows; i++) {
        const struct value *epochs, *test;
        struct settings spec;

        settings_init(&spec, &d->arena);
        if (store_read_spec(d->store, d->rows[i]->runs[0], &spec, err) < 0)
            return -1;
        epochs = settings_find(&spec, "train.epochs");
        test = settings_find(&spec, "train.test");
        if (i == 0 && epochs && epochs->kind == VALUE_NUMBER && !settings_find(&spec, "data.test_envs"))
            axes.epochs = epochs->number;
        if (test && test->kind == VALUE_STRING && strcmp(test->string, "last") == 0)
            axes.part = "validation";
    }
    *ret_axes = axes;
    return 0;
}

/* Mean and interval of the accuracy at each evaluation of the selected point, over the runs
 * that finished. */
static int read_line(struct drawing *d, const struct selection *row, const struct axes *axes,
                     struct plot_line *ret_line, struct error *err)
{
    struct store_series *series = arena_alloc(&d->arena, (size_t)row->n * sizeof *series);
    double *columns[4];
    double *sample = arena_alloc(&d->arena, (size_t)row->n * sizeof *sample);
    int n = 0, n_runs = 0;

    for (int i = 0; i < row->n; i++) {
        if (row->has_diverged[i])
            continue;
        if (store_read_curve(d->store, row->runs[i], axes->part,
                             d->selections->plan.measure->metric, &d->arena,
                             &series[n_runs], err) < 0)
            return -1;
        n = n_runs == 0 || series[n_runs].n < n ? series[n_runs].n : n;
        n_runs++;
    }
    for (int k = 0; k < 4; k++)
        columns[k] = arena_alloc(&d->arena, (size_t)(n + 1) * sizeof(double));
    for (int k = 0; k < n; k++) {
        struct summary summary;

        for (int i = 0; i < n_runs; i++)
            sample[i] = 100 * series[i].values[k];
        summary = summary_of(sample, n_runs);
        columns[0][k] = axes->epochs > 0
                            ? axes->epochs * (double)series[0].at[k] / (double)series[0].at[n - 1]
                            : (double)series[0].at[k];
        columns[1][k] = summary.mean;
        columns[2][k] = summary.mean - summary.half_width;
        columns[3][k] = summary.mean + summary.half_width;
    }
    *ret_line = (struct plot_line){
        .label = d->n_rows > PLOT_MAX_LINES
                     ? row->method
                     : arena_printf(&d->arena, "%s %s", row->method,
                                    select_short_point(&d->arena, row->point)),
        .n = n,
        .x = columns[0],
        .y = columns[1],
        .low = columns[2],
        .high = columns[3],
    };
    return 0;
}

static int draw(struct drawing *d, struct error *err)
{
    struct plot_line lines[EXPERIMENT_MAX_METHODS];
    struct plot_curves figure = {.name = drawing_name(d, "learning-curves"),
                                 .title = drawing_title(d, d->selections->plan.title),
                                 .lines = lines};
    struct axes axes;

    if (read_axes(d, &axes, err) < 0)
        return -1;
    figure.y_label = drawing_measure(d, arena_printf(&d->arena, "%s %%s (%%)", axes.part));
    figure.x_label = axes.epochs > 0 ? "epoch" : "step";
    for (int i = 0; i < d->n_rows; i++) {
        if (read_line(d, d->rows[i], &axes, &lines[figure.n_lines], err) < 0)
            return -1;
        figure.n_lines += lines[figure.n_lines].n > 0;
    }
    if (figure.n_lines == 0)
        return 0;
    return drawing_done(d, figure.name, plot_curves(d->target, &figure, err));
}

const struct figure_type figure_curves = {
    .name = "learning-curves",
    .doc = "test %s over epochs at the selected points, with 95% bands; that of validation where "
           "train.test = \"last\"",
    .draw = draw,
};
