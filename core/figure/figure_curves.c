/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The line of a method is the mean over the runs that its seeds selected, as the table has it at the
 * end: a run that diverged has the measure's worst value from where it stopped. Where that is minus
 * infinity there is no mean, and the line stops.
 *
 * The runs of a line may be of different configurations, and so be evaluated elsewhere: in between, a
 * run has the value of its last evaluation before. */
#include "figure/figure.h"
#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ROUNDING = 1e-9; /* of places on the x axis */

/* What the lines share. */
struct axes {
    bool is_epochs;    /* x; else steps: environments have no common epoch, and imported runs need not
                        * say */
    const char *part;  /* test, or validation where a run sees test pictures at its end only */
    double end;        /* of the longest run */
};

struct curve {
    int n;
    const double *x, *values; /* [n] */
    double stop; /* where it diverged; infinity: it finished */
};

static const struct value *find_setting(struct settings *spec, const char *name, enum value_kind kind)
{
    const struct value *v = settings_find(spec, name);

    return v && v->kind == kind ? v : NULL;
}

static int read_axes(struct figure *d, struct axes *ret_axes, struct error *err)
{
    struct axes axes = {.part = "test"};

    for (int i = 0; i < d->n_rows; i++) {
        const struct value *test;
        struct settings spec;

        settings_init(&spec, &d->arena);
        if (store_read_spec(d->store, d->rows[i]->runs[0], &spec, err) < 0)
            return -1;
        test = find_setting(&spec, "train.test", VALUE_STRING);
        if (i == 0)
            axes.is_epochs = find_setting(&spec, "train.epochs", VALUE_NUMBER) &&
                             !settings_find(&spec, "data.test_envs");
        if (test && strcmp(test->string, "last") == 0)
            axes.part = "validation";
    }
    *ret_axes = axes;
    return 0;
}

static const struct store_run *find_run(const struct figure *d, long id)
{
    const struct store_run *run = d->selections->plan.runs;

    while (run->run != id)
        run++;
    return run;
}

static int read_curve(struct figure *d, long id, bool has_diverged, struct axes *axes,
                      struct curve *ret_curve, struct error *err)
{
    const struct store_run *run = find_run(d, id);
    const struct measure *m = &d->selections->measure;
    struct store_series series;
    double *x, unit = 1;

    if (store_read_curve(d->store, id, axes->part, m->type->name, m->class_index, &d->arena, &series,
                         err) < 0)
        return -1;
    if (axes->is_epochs) {
        const struct value *epochs;
        struct settings spec;

        settings_init(&spec, &d->arena);
        if (store_read_spec(d->store, id, &spec, err) < 0)
            return -1;
        epochs = find_setting(&spec, "train.epochs", VALUE_NUMBER);
        unit = epochs && run->n_steps > 0 ? epochs->number / (double)run->n_steps : 1;
    }
    x = arena_alloc(&d->arena, ((size_t)series.n + 1) * sizeof *x);
    for (int k = 0; k < series.n; k++) {
        double whole = round(unit * (double)series.at[k]);

        x[k] = unit * (double)series.at[k];
        if (fabs(x[k] - whole) <= ROUNDING * whole)
            x[k] = whole;
    }
    *ret_curve = (struct curve){series.n, x, series.values,
                                has_diverged ? unit * (double)run->last_step : INFINITY};
    axes->end = fmax(axes->end, unit * (double)run->n_steps);
    return 0;
}

static double value_at(const struct curve *c, double x, double worst)
{
    int k = c->n;

    x += ROUNDING * fabs(x);
    while (k > 0 && c->x[k - 1] > x)
        k--;
    if (isfinite(c->stop) && (k == 0 || x >= c->stop))
        return worst;
    return k == 0 ? NAN : c->values[k - 1];
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Where any of them was evaluated; the end too where none of them came there. */
static int list_places(const struct curve *curves, int n, double end, struct arena *arena, double **ret_x)
{
    int size = 1, n_all = 0, n_places = 0;
    bool has_finished = false;
    double *x;

    for (int i = 0; i < n; i++)
        size += curves[i].n;
    x = arena_alloc(arena, (size_t)size * sizeof *x);
    for (int i = 0; i < n; i++) {
        has_finished |= !isfinite(curves[i].stop);
        for (int k = 0; k < curves[i].n; k++)
            x[n_all++] = curves[i].x[k];
    }
    if (!has_finished)
        x[n_all++] = end;
    qsort(x, (size_t)n_all, sizeof *x, ascending);
    for (int i = 0; i < n_all; i++)
        if (n_places == 0 || x[i] - x[n_places - 1] > ROUNDING * fabs(x[i]))
            x[n_places++] = x[i];
    *ret_x = x;
    return n_places;
}

/* Mean and interval over the n curves, wherever one was evaluated. */
static struct plot_line make_line(struct figure *d, const struct curve *curves, int n, double end)
{
    const struct measure *m = &d->selections->measure;
    double *sample = arena_alloc(&d->arena, ((size_t)n + 1) * sizeof *sample), *x;
    int n_places = list_places(curves, n, end, &d->arena, &x);
    size_t size = ((size_t)n_places + 1) * sizeof(double);
    double *y = arena_alloc(&d->arena, size);
    double *low = arena_alloc(&d->arena, size), *high = arena_alloc(&d->arena, size);

    for (int k = 0; k < n_places; k++) {
        struct summary s;

        for (int i = 0; i < n; i++)
            sample[i] = m->unit * value_at(&curves[i], x[k], m->sign * m->worst);
        s = summary_of(sample, n);
        y[k] = s.mean;
        low[k] = s.mean - s.half_width;
        high[k] = s.mean + s.half_width;
    }
    while (n_places > 0 && !isfinite(y[n_places - 1]))
        n_places--;
    return (struct plot_line){.n = n_places, .x = x, .y = y, .low = low, .high = high};
}

static int draw(struct figure *d, struct error *err)
{
    struct curve *curves[EXPERIMENT_MAX_METHODS];
    struct plot_line lines[EXPERIMENT_MAX_METHODS];
    struct plot_curves figure = {.name = figure_name(d, "learning-curves"),
                                 .title = figure_title(d, d->selections->plan.title),
                                 .limits = figure_limits(&d->selections->measure),
                                 .lines = lines};
    struct axes axes;
    const char *without[EXPERIMENT_MAX_METHODS];
    int n_without = 0;
    bool has_any = false;

    if (read_axes(d, &axes, err) < 0)
        return -1;
    figure.y_label = figure_measure(d, &d->selections->measure, arena_printf(&d->arena, "%s %%s", axes.part));
    figure.x_label = axes.is_epochs ? "epoch" : "step";
    for (int i = 0; i < d->n_rows; i++) {
        const struct selection *row = d->rows[i];

        curves[i] = arena_alloc(&d->arena, (size_t)row->n * sizeof *curves[i]);
        for (int k = 0; k < row->n; k++)
            if (read_curve(d, row->runs[k], row->has_diverged[k], &axes, &curves[i][k], err) < 0)
                return -1;
    }
    for (int i = 0; i < d->n_rows; i++) {
        struct plot_line *line = &lines[figure.n_lines];

        *line = make_line(d, curves[i], d->rows[i]->n, axes.end);
        line->label = figure_label(d, d->rows[i]);
        has_any |= line->n > 0;
        if (line->n > 0 || d->rows[i]->n_diverged_here > 0)
            figure.n_lines++; /* its label says why it has no points */
        else
            without[n_without++] = d->rows[i]->method;
    }
    if (!has_any)
        return figure_skip(d, figure.name, "no run was evaluated");
    figure.title = figure_without(d, figure.title, "never evaluated", without, n_without);
    return figure_done(d, figure.name, plot_curves(d->target, &figure, err));
}

const struct figure_type figure_curves = {
    .name = "learning-curves",
    .doc = "test %s over epochs of the runs that were selected, with 95% bands; that of validation where "
           "train.test = \"last\"",
    .draw = draw,
};
