/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A grid has so many values of a setting, with texts so long, and more than half of its cells filled.
 * Other configurations, as random search draws them, are points. */
enum { MAX_TICKS = 24, MAX_TICK = 8, MAX_SETTINGS = 6 };

/* Points have so few values of a setting, with texts so long, that these are the ticks of its axis. */
enum { MAX_OWN_TICKS = 4, MAX_OWN_TICK = 5 };

/* A setting that the configurations vary: its values, rising where they are numbers, else in the plan's
 * order. */
struct varied {
    const char *name;
    const char **texts; /* [n] */
    int n;
    bool is_number;
};

/* The configurations of a method. */
struct points {
    int n_points, n_settings;
    struct varied settings[MAX_SETTINGS];
    int *at; /* [n_points][MAX_SETTINGS] places in texts */
};

static int find_text(const struct varied *s, const char *text)
{
    int i = 0;

    while (i < s->n && strcmp(s->texts[i], text) != 0)
        i++;
    return i;
}

static bool is_number(const char *text)
{
    char *end;

    return isfinite(strtod(text, &end)) && end > text && *end == '\0';
}

static int by_number(const void *a, const void *b)
{
    double x = strtod(*(const char *const *)a, NULL), y = strtod(*(const char *const *)b, NULL);

    return (x > y) - (x < y);
}

/* The settings of a configuration and their values, for short; gives their number, or -1 where there are too
 * many. */
static int split_point(struct arena *arena, const struct label *l, const char *ret_names[MAX_SETTINGS],
                       const char *ret_values[MAX_SETTINGS])
{
    for (int k = 0; k < l->n; k++) {
        if (k == MAX_SETTINGS || !l->parts[k].value)
            return -1;
        ret_names[k] = label_short_setting(l->parts[k].setting);
        ret_values[k] = label_short_value(l->parts[k].value, arena);
    }
    return l->n;
}

/* False where the configurations are not over the same few settings. */
static bool read_grid(struct figure *d, const struct board *b, struct points *ret_grid)
{
    const char *(*values)[MAX_SETTINGS] = arena_alloc(&d->arena, (size_t)b->n_points * sizeof *values);
    struct points g = {.n_points = b->n_points,
                     .at = arena_alloc(&d->arena, (size_t)b->n_points * MAX_SETTINGS * sizeof *g.at)};

    for (int p = 0; p < b->n_points; p++) {
        const char *names[MAX_SETTINGS];
        int n = split_point(&d->arena, &b->labels[p], names, values[p]);

        if (n < 1 || (p > 0 && n != g.n_settings))
            return false;
        g.n_settings = n;
        for (int k = 0; k < n; k++) {
            struct varied *s = &g.settings[k];

            if (p == 0)
                *s = (struct varied){names[k], arena_alloc(&d->arena, (size_t)b->n_points * sizeof *s->texts),
                                      0, true};
            if (strcmp(s->name, names[k]) != 0)
                return false;
            s->is_number &= is_number(values[p][k]);
            if (find_text(s, values[p][k]) == s->n)
                s->texts[s->n++] = values[p][k];
        }
    }
    for (int k = 0; k < g.n_settings; k++) {
        struct varied *s = &g.settings[k];

        if (s->is_number)
            qsort(s->texts, (size_t)s->n, sizeof *s->texts, by_number);
        for (int p = 0; p < g.n_points; p++)
            g.at[p * MAX_SETTINGS + k] = find_text(s, values[p][k]);
    }
    *ret_grid = g;
    return true;
}

static bool is_grid(const struct points *g)
{
    int n_cells = 1;

    if (g->n_settings > 2)
        return false;
    for (int k = 0; k < g->n_settings; k++) {
        if (g->settings[k].n > MAX_TICKS)
            return false;
        for (int i = 0; i < g->settings[k].n; i++)
            if (g->settings[k].is_number && strlen(g->settings[k].texts[i]) > MAX_TICK)
                return false;
        n_cells *= g->settings[k].n;
    }
    return 2 * g->n_points > n_cells;
}

/* Mean validation value of a configuration over the seeds in which it has ended; NaN: none; minus
 * infinity: one diverged that has no worst value. */
static double mean_validation(const struct figure *d, const struct board *b, int point,
                              int *ret_diverged)
{
    double sum = 0;
    int n = 0;

    for (int i = 0; i < b->n_seeds; i++) {
        size_t cell = (size_t)i * (size_t)b->n_points + (size_t)point;

        if (!board_has_ended(b, i, point))
            continue;
        sum += b->validation[cell];
        *ret_diverged += strcmp(d->selections->plan.runs[b->places[cell]].state, "diverged") == 0;
        n++;
    }
    return n > 0 ? sum / n : NAN;
}

static int count_chosen(const struct selection *row, int point)
{
    int n = 0;

    for (int i = 0; i < row->n; i++)
        n += row->chosen[i] == point;
    return n;
}

/* x is the last setting (the learning rate, by the order of names), y the other. */
static int draw_grid(struct figure *d, const struct selection *row, const struct points *g,
                     const char *name, const char *title, struct error *err)
{
    static const char *const blank = "";
    int across = g->n_settings - 1;
    const struct varied *x = &g->settings[across], *y = across ? &g->settings[0] : NULL;
    int n = x->n * (y ? y->n : 1);
    double *cells = arena_alloc(&d->arena, (size_t)n * sizeof *cells);
    int *chosen = arena_alloc(&d->arena, (size_t)n * sizeof *chosen);
    int *diverged = arena_alloc(&d->arena, (size_t)n * sizeof *diverged);
    bool is_by_seed = d->selections->in == SELECT_IN_SEED;
    struct plot_heatmap figure = {
        .name = name,
        .title = title,
        .x_label = x->name,
        .y_label = y ? y->name : "",
        .cell_label = figure_measure(d, &d->selections->select_by, "%s"),
        .n_x = x->n,
        .n_y = y ? y->n : 1,
        .x_ticks = x->texts,
        .y_ticks = y ? y->texts : &blank,
        .cells = cells,
        .limits = figure_limits(&d->selections->select_by),
        .lower_is_better = d->selections->select_by.sign < 0,
        .diverged = diverged,
        .chosen = is_by_seed ? chosen : NULL,
        .n_seeds = row->n,
        .best_x = -1,
        .best_y = -1,
        .note = is_by_seed ? "below: seeds that selected it; frame: best mean over all seeds"
                           : "frame: selected, the best mean over all seeds",
    };

    for (int i = 0; i < n; i++)
        cells[i] = NAN;
    for (int p = 0; p < g->n_points; p++) {
        const int *at = g->at + p * MAX_SETTINGS;
        int cell = (y ? at[0] : 0) * x->n + at[across];

        cells[cell] = measure_shown(&d->selections->select_by, mean_validation(d, row->board, p, &diverged[cell]));
        chosen[cell] = count_chosen(row, p);
        if (p == row->best) {
            figure.best_x = at[across];
            figure.best_y = y ? at[0] : 0;
        }
    }
    return figure_done(d, name, plot_heatmap(d->target, &figure, err));
}

/* Where the configurations lie on a setting's axis: logarithms of positive numbers over a wide range,
 * numbers, or places. */
static struct plot_axis make_axis(struct figure *d, const struct points *g, int k)
{
    const struct varied *s = &g->settings[k];
    double *at = arena_alloc(&d->arena, (size_t)g->n_points * sizeof *at);
    double *ticks = arena_alloc(&d->arena, (size_t)s->n * sizeof *ticks);
    double first = s->is_number ? strtod(s->texts[0], NULL) : 0;
    bool is_log = first > 0 && strtod(s->texts[s->n - 1], NULL) > 8 * first;

    bool has_ticks = !s->is_number || s->n <= MAX_OWN_TICKS;

    for (int i = 0; i < s->n; i++) {
        double number = s->is_number ? strtod(s->texts[i], NULL) : i;

        ticks[i] = is_log ? log10(number) : number;
        has_ticks &= !s->is_number || strlen(s->texts[i]) <= MAX_OWN_TICK;
    }
    for (int p = 0; p < g->n_points; p++)
        at[p] = ticks[g->at[p * MAX_SETTINGS + k]];
    return (struct plot_axis){s->name, at, is_log, has_ticks ? s->n : 0, ticks, s->texts};
}

/* Two settings are the axes of one panel. Else each has a panel, where the value stands upwards. */
static int draw_points(struct figure *d, const struct selection *row, const struct points *g,
                       const char *name, const char *title, struct error *err)
{
    struct plot_axis x[MAX_SETTINGS];
    size_t n = (size_t)g->n_points;
    double *value = arena_alloc(&d->arena, n * sizeof *value);
    int *chosen = arena_alloc(&d->arena, n * sizeof *chosen);
    int *diverged = arena_alloc(&d->arena, n * sizeof *diverged), n_blank = 0;
    bool is_by_seed = d->selections->in == SELECT_IN_SEED;
    struct plot_points figure = {.name = name,
                                 .title = title,
                                 .cell_label = figure_measure(d, &d->selections->select_by, "%s"),
                                 .limits = figure_limits(&d->selections->select_by),
        .lower_is_better = d->selections->select_by.sign < 0,
                                 .n_points = g->n_points,
                                 .n_panels = g->n_settings == 2 ? 1 : g->n_settings,
                                 .x = x,
                                 .y = {figure.cell_label, value, false, 0, NULL, NULL},
                                 .value = value,
                                 .chosen = chosen,
                                 .best = row->best};

    for (int k = 0; k < g->n_settings; k++)
        x[k] = make_axis(d, g, k);
    if (g->n_settings == 2) {
        figure.y = x[0];
        x[0] = x[1];
    }
    for (int p = 0; p < g->n_points; p++) {
        value[p] = measure_shown(&d->selections->select_by, mean_validation(d, row->board, p, &diverged[p]));
        chosen[p] = is_by_seed ? count_chosen(row, p) : p == row->best;
        n_blank += !isfinite(value[p]);
    }
    figure.note = is_by_seed ? "rings: selected by a seed; square: best mean over all seeds"
                             : "square: selected, the best mean over all seeds";
    if (n_blank > 0)
        figure.note = arena_printf(&d->arena, "%s; %d of %d have no value", figure.note, n_blank, g->n_points);
    return figure_done(d, name, plot_points(d->target, &figure, err));
}

static int draw_method(struct figure *d, const struct selection *row, struct error *err)
{
    /* A store of strangers may have methods whose names are none for a file. */
    bool is_name = text_is_name(row->method) && strlen(row->method) < 40;
    const char *name = figure_name(d, is_name ? arena_printf(&d->arena, "validation-%s", row->method)
                                              : arena_printf(&d->arena, "validation-%d", row->place));
    const char *title = figure_title(d, arena_printf(&d->arena, "%s: validation %s", row->method,
                                                     d->selections->select_by.title));
    struct points grid;

    if (row->n_points < 2 || !row->board)
        return 0;
    if (!read_grid(d, row->board, &grid))
        return figure_skip(d, name, "its configurations are not over the same settings, six at most");
    return is_grid(&grid) ? draw_grid(d, row, &grid, name, title, err)
                          : draw_points(d, row, &grid, name, title, err);
}

static int draw(struct figure *d, struct error *err)
{
    for (int i = 0; i < d->n_rows; i++)
        if (draw_method(d, d->rows[i], err) < 0)
            return -1;
    return 0;
}

const struct figure_type figure_heatmap = {
    .name = "validation-METHOD",
    .doc = "mean validation %s over the settings that the method varies, and what was selected",
    .draw = draw,
};
