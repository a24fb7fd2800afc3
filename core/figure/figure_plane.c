/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The explanatory figures: what a model draws through points of the plane, of data that name points to
 * look at. Two classes of two numbers: the boundary between them. A number of one number: the curve. */
#include "figure/figure.h"

#include <stdlib.h>
#include <string.h>

/* What the store has of a run. */
struct records {
    const float *probe, *scores, *inputs, *targets, *weights;
    int n_probe, n_train, n_inputs; /* points, examples, numbers of one of them */
    bool is_class;
};

/* All five rows, or n_train = 0: then there is nothing to draw. */
static int read_records(struct figure *d, long run, struct records *ret_records, struct error *err)
{
    static const char *const names[] = {"probe_inputs", "probe_scores", "train_inputs",
                                        "train_targets", "train_weights"};
    const float **rows[] = {&ret_records->probe, &ret_records->scores, &ret_records->inputs,
                            &ret_records->targets, &ret_records->weights};
    int sizes[5];

    *ret_records = (struct records){.is_class =
                                        !(d->selections->plan.measure.type->needs & METRIC_NUMBERS)};
    for (int i = 0; i < 5; i++) {
        struct store_array found;

        if (store_read_last_array(d->store, run, names[i], &d->arena, &found, err) < 0)
            return -1;
        if (found.n == 0)
            return 0;
        *rows[i] = found.numbers;
        sizes[i] = found.n;
    }
    ret_records->n_inputs = ret_records->is_class ? 2 : 1;
    ret_records->n_probe = sizes[0] / ret_records->n_inputs;
    if (sizes[0] == sizes[1] && sizes[2] == ret_records->n_inputs * sizes[3] && sizes[3] == sizes[4])
        ret_records->n_train = sizes[3];
    return 0;
}

static void add_segment(struct figure *d, struct plot_plane_panel *panel, double x, double y,
                        double x2, double y2)
{
    double(*segments)[4] = arena_grow(&d->arena, (double(*)[4])panel->segments, panel->n_segments,
                                      sizeof *segments);

    segments[panel->n_segments][0] = x;
    segments[panel->n_segments][1] = y;
    segments[panel->n_segments][2] = x2;
    segments[panel->n_segments++][3] = y2;
    panel->segments = (const double(*)[4])segments;
}

static double lead(const struct records *r, int point) /* of the second class */
{
    return (double)r->scores[2 * point + 1] - (double)r->scores[2 * point];
}

/* Where the lead changes sign between two points of the grid; false where it does not. */
static bool find_crossing(const struct records *r, int a, int b, double ret_at[2])
{
    double u = lead(r, a), v = lead(r, b), share;

    if ((u < 0) == (v < 0))
        return false;
    share = u / (u - v);
    for (int k = 0; k < 2; k++)
        ret_at[k] = (1 - share) * (double)r->probe[2 * a + k] + share * (double)r->probe[2 * b + k];
    return true;
}

/* Marching squares over a grid whose rows have the same second number. */
static void add_boundary(struct figure *d, const struct records *r, struct plot_plane_panel *panel)
{
    int width = 1;

    while (width < r->n_probe && r->probe[2 * width + 1] == r->probe[1])
        width++;
    for (int at = 0; at + width + 1 < r->n_probe; at++) {
        const int corners[5] = {at, at + 1, at + width + 1, at + width, at};
        double crossings[4][2];
        int n = 0;

        if (at % width == width - 1)
            continue;
        for (int k = 0; k < 4; k++)
            n += find_crossing(r, corners[k], corners[k + 1], crossings[n]);
        for (int k = 0; k + 1 < n; k += 2)
            add_segment(d, panel, crossings[k][0], crossings[k][1], crossings[k + 1][0],
                        crossings[k + 1][1]);
    }
}

static void add_curve(struct figure *d, const struct records *r, struct plot_plane_panel *panel)
{
    for (int i = 0; i + 1 < r->n_probe; i++)
        add_segment(d, panel, (double)r->probe[i], (double)r->scores[i], (double)r->probe[i + 1],
                    (double)r->scores[i + 1]);
}

static void fill_panel(struct figure *d, const struct records *r, struct plot_plane_panel *panel)
{
    double *x = arena_alloc(&d->arena, (size_t)r->n_train * sizeof *x);
    double *y = arena_alloc(&d->arena, (size_t)r->n_train * sizeof *y);
    double *weights = arena_alloc(&d->arena, (size_t)r->n_train * sizeof *weights);
    int *kinds = arena_alloc(&d->arena, (size_t)r->n_train * sizeof *kinds);

    for (int i = 0; i < r->n_train; i++) {
        x[i] = (double)r->inputs[r->n_inputs * i];
        y[i] = (double)(r->is_class ? r->inputs[2 * i + 1] : r->targets[i]);
        kinds[i] = r->is_class && r->targets[i] > 0;
        weights[i] = (double)r->weights[i];
    }
    panel->n = r->n_train;
    panel->x = x;
    panel->y = y;
    panel->kinds = kinds;
    panel->weights = weights;
    if (r->is_class)
        add_boundary(d, r, panel);
    else
        add_curve(d, r, panel);
}

/* The first of the selected runs that finished; -1: there is none. */
static int first_run(const struct selection *row)
{
    for (int i = 0; i < row->n; i++)
        if (!row->has_diverged[i])
            return i;
    return -1;
}

/* The configuration is that of the run which is drawn, whatever other seeds selected. */
static const char *label(struct figure *d, const struct selection *row, int i)
{
    const struct label *point = row->board ? &row->board->labels[row->chosen[i]] : &row->point_label;

    return arena_printf(&d->arena, "%s %s", row->method, label_short(point, &d->arena));
}

/* A panel of each method that has one; gives their number. */
static int list_panels(struct figure *d, struct plot_plane_panel *ret_panels, const char **ret_without,
                       int *ret_n_without, bool *ret_is_class, struct error *err)
{
    int n = 0;

    *ret_n_without = 0;
    for (int i = 0; i < d->n_rows; i++) {
        struct records records = {.n_train = 0};
        int run = first_run(d->rows[i]);

        if (run >= 0 && read_records(d, d->rows[i]->runs[run], &records, err) < 0)
            return -1;
        if (records.n_train == 0) {
            ret_without[(*ret_n_without)++] = d->rows[i]->method;
            continue;
        }
        *ret_is_class = records.is_class;
        ret_panels[n] = (struct plot_plane_panel){.label = label(d, d->rows[i], run)};
        fill_panel(d, &records, &ret_panels[n++]);
    }
    return n;
}

/* The first panel is in each picture. */
static int draw(struct figure *d, struct error *err)
{
    enum { OTHERS = PLOT_MAX_LINES - 1 };
    struct plot_plane_panel panels[EXPERIMENT_MAX_METHODS], here[PLOT_MAX_LINES];
    const char *without[EXPERIMENT_MAX_METHODS], *title, *name = figure_name(d, "plane");
    bool is_class = false;
    int n_without, result = 0, n = list_panels(d, panels, without, &n_without, &is_class, err);

    if (n <= 0)
        return n; /* most data name no points to look at */
    title = figure_without(d, figure_title(d, d->selections->plan.title), "no run finished", without,
                           n_without);
    for (int i = 1, part = 0; (i < n || part == 0) && result == 0; i += OTHERS, part++) {
        int n_here = n - i < OTHERS ? n - i : OTHERS;
        struct plot_plane figure = {.name = figure_part_name(d, name, part),
                                    .title = title,
                                    .x_label = is_class ? "first input" : "input",
                                    .y_label = is_class ? "second input" : "target",
                                    .panels = here,
                                    .n_panels = 1 + n_here};

        here[0] = panels[0];
        memcpy(here + 1, panels + i, (size_t)n_here * sizeof *here);
        if (n_here < n - 1)
            figure.title = arena_printf(&d->arena, "%s; methods %d to %d of %d", title, i + 1, i + n_here, n);
        figure.note = arena_printf(&d->arena, "%s; area: weight; grey: %s",
                                   is_class ? "black: boundary" : "black: model", panels[0].label);
        result = figure_done(d, figure.name, plot_plane(d->target, &figure, err));
    }
    return result;
}

const struct figure_type figure_plane = {
    .name = "plane",
    .doc = "what the model that the first seed selected draws through its training points, which are as "
           "large as the weights that the objective gives them at the end; problem and drawing are ours",
    .draw = draw,
};
