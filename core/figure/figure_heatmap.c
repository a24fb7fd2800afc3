/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figure.h"

#include <math.h>
#include <string.h>

enum { MAX_TICKS = 24 };

/* The values that one setting takes over a method's points, in the plan's order. */
struct ticks {
    const char *name;
    const char *texts[MAX_TICKS];
    int n;
};

static int find_tick(struct ticks *t, const char *text)
{
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->texts[i], text) == 0)
            return i;
    if (t->n == MAX_TICKS)
        return -1;
    t->texts[t->n] = text;
    return t->n++;
}

/* Splits "objective.clip=1 train.lr=0.1" into at most two (name, value); gives
 * their number, or -1 where there are more. */
static int split_point(struct arena *arena, const char *point, const char *ret_names[2],
                       const char *ret_values[2])
{
    char *copy = arena_strdup(arena, select_short_point(arena, point));
    char *rest = NULL;
    int n = 0;

    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');

        if (n == 2 || !equals)
            return -1;
        *equals = '\0';
        ret_names[n] = word;
        ret_values[n++] = equals + 1;
    }
    return n;
}

/* Where the method's configurations lie: at[2 p] and at[2 p + 1] of the p-th one. False where they are
 * not over one or two settings, the same for all. */
static bool place_points(struct figure *d, const struct board *b, struct ticks ticks[2], int *at)
{
    int n_settings = 0;

    for (int p = 0; p < b->n_points; p++) {
        const char *names[2], *values[2];
        int n = split_point(&d->arena, b->points[p], names, values);

        if (n < 1 || (p > 0 && n != n_settings))
            return false;
        n_settings = n;
        for (int k = 0; k < n; k++) {
            if (p > 0 && strcmp(ticks[k].name, names[k]) != 0)
                return false;
            ticks[k].name = names[k];
            at[2 * p + k] = find_tick(&ticks[k], values[k]);
            if (at[2 * p + k] < 0)
                return false;
        }
    }
    return true;
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

/* Values, counts and the frame of a figure whose n_x and n_y are set; x is the configurations' setting
 * number `across`. */
static void fill_cells(struct figure *d, const struct selection *row, const int *at, int across,
                       struct plot_heatmap *figure)
{
    size_t n = (size_t)figure->n_x * (size_t)figure->n_y;
    double *cells = arena_alloc(&d->arena, n * sizeof *cells);
    int *chosen = arena_alloc(&d->arena, n * sizeof *chosen);
    int *diverged = arena_alloc(&d->arena, n * sizeof *diverged);

    for (size_t i = 0; i < n; i++)
        cells[i] = NAN;
    for (int p = 0; p < row->board->n_points; p++) {
        int x = at[2 * p + across], y = across ? at[2 * p] : 0, cell = y * figure->n_x + x;

        cells[cell] = measure_shown(&d->selections->select_by, mean_validation(d, row->board, p, &diverged[cell]));
        for (int i = 0; i < row->n; i++)
            chosen[cell] += row->chosen[i] == p;
        if (p == row->best) {
            figure->best_x = x;
            figure->best_y = y;
        }
    }
    figure->cells = cells;
    figure->diverged = diverged;
    figure->n_seeds = row->n;
    figure->chosen = d->selections->in == SELECT_IN_SEED ? chosen : NULL;
    figure->note = figure->chosen ? "below: seeds that selected it; frame: best mean over all seeds"
                                  : "frame: selected, the best mean over all seeds";
}

/* x is the last setting (the learning rate, by the order of names), y the other. */
static int draw_method(struct figure *d, const struct selection *row, struct error *err)
{
    struct ticks ticks[2] = {0};
    int *at = arena_alloc(&d->arena, 2 * (size_t)row->n_points * sizeof *at);
    struct plot_heatmap figure = {.best_x = -1, .best_y = -1};
    const char *blank = "";
    bool has_two;

    if (row->n_points < 2 || !row->board || !place_points(d, row->board, ticks, at))
        return 0;
    has_two = ticks[1].n > 0;
    figure.n_x = ticks[has_two].n;
    figure.n_y = has_two ? ticks[0].n : 1;
    figure.x_ticks = ticks[has_two].texts;
    figure.y_ticks = has_two ? ticks[0].texts : &blank;
    figure.x_label = ticks[has_two].name;
    figure.y_label = has_two ? ticks[0].name : "";
    figure.limits = figure_limits(&d->selections->select_by);
    fill_cells(d, row, at, has_two, &figure);
    /* A store of strangers may have methods whose names are none for a file. */
    figure.name = figure_name(d, text_is_name(row->method) && strlen(row->method) < 40
                                      ? arena_printf(&d->arena, "validation-%s", row->method)
                                      : arena_printf(&d->arena, "validation-%d", row->place));
    figure.title = figure_title(d, arena_printf(&d->arena, "%s: validation %s", row->method,
                                                         d->selections->select_by.title));
    figure.cell_label = arena_printf(&d->arena, "%s%s", d->selections->select_by.title,
                                     d->selections->select_by.type->is_share ? " (%)" : "");
    figure.lower_is_better = d->selections->select_by.sign < 0;
    return figure_done(d, figure.name, plot_heatmap(d->target, &figure, err));
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
    .doc = "mean validation %s over the two settings that the method varies, and what was selected",
    .draw = draw,
};
