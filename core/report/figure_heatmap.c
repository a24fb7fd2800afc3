/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/drawing.h"

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

/* Sums of validation accuracy by cell; gives false where the method's points are
 * not over one or two settings. */
static bool fill_cells(struct drawing *d, const struct selection *row, struct ticks ticks[2],
                       double *sums, int *counts)
{
    const struct store_plan *plan = &d->selections->plan;

    for (int i = 0; i < plan->n_runs; i++) {
        const struct store_run *run = &plan->runs[i];
        const char *names[2], *values[2];
        int at[2] = {0, 0};
        int n;

        if (strcmp(run->method, row->method) != 0 || strcmp(run->condition, d->condition) != 0)
            continue;
        n = split_point(&d->arena, run->point, names, values);
        if (n < 1)
            return false;
        for (int k = 0; k < n; k++) {
            ticks[k].name = names[k];
            at[k] = find_tick(&ticks[k], values[k]);
            if (at[k] < 0)
                return false;
        }
        if (isfinite(d->selections->validation[i])) {
            sums[at[0] * MAX_TICKS + at[1]] += d->selections->validation[i];
            counts[at[0] * MAX_TICKS + at[1]]++;
        }
    }
    return ticks[0].n > 0;
}

/* x is the last setting (the learning rate, by the order of names), y the other. */
static int draw_method(struct drawing *d, const struct selection *row, struct error *err)
{
    struct ticks ticks[2] = {0};
    double *sums = arena_alloc(&d->arena, MAX_TICKS * MAX_TICKS * sizeof *sums);
    int *counts = arena_alloc(&d->arena, MAX_TICKS * MAX_TICKS * sizeof *counts);
    double *cells = arena_alloc(&d->arena, MAX_TICKS * MAX_TICKS * sizeof *cells);
    struct plot_heatmap figure = {.best_x = -1, .best_y = -1};
    const char *blank = "";
    bool has_two;

    if (row->n_points < 2 || !fill_cells(d, row, ticks, sums, counts))
        return 0;
    has_two = ticks[1].n > 0;
    figure.n_x = has_two ? ticks[1].n : ticks[0].n;
    figure.n_y = has_two ? ticks[0].n : 1;
    figure.x_ticks = has_two ? ticks[1].texts : ticks[0].texts;
    figure.y_ticks = has_two ? ticks[0].texts : &blank;
    figure.x_label = has_two ? ticks[1].name : ticks[0].name;
    figure.y_label = has_two ? ticks[0].name : "";
    for (int y = 0; y < figure.n_y; y++) {
        for (int x = 0; x < figure.n_x; x++) {
            int from = has_two ? y * MAX_TICKS + x : x * MAX_TICKS;
            double *cell = &cells[y * figure.n_x + x];

            *cell = counts[from] ? 100 * sums[from] / counts[from] : NAN;
            if (counts[from] && (figure.best_x < 0 ||
                                 *cell > cells[figure.best_y * figure.n_x + figure.best_x])) {
                figure.best_x = x;
                figure.best_y = y;
            }
        }
    }
    figure.cells = cells;
    /* A store of strangers may have methods whose names are none for a file. */
    figure.name = drawing_name(d, text_is_name(row->method) && strlen(row->method) < 40
                                      ? arena_printf(&d->arena, "validation-%s", row->method)
                                      : arena_printf(&d->arena, "validation-%d", row->place));
    figure.title = drawing_title(d, arena_printf(&d->arena, "%s: validation %s", row->method,
                                                         d->selections->plan.measure->title));
    figure.cell_label = drawing_measure(d, "%s (%)");
    return drawing_done(d, figure.name, plot_heatmap(d->target, &figure, err));
}

static int draw(struct drawing *d, struct error *err)
{
    for (int i = 0; i < d->n_rows; i++)
        if (draw_method(d, d->rows[i], err) < 0)
            return -1;
    return 0;
}

const struct figure_type figure_heatmap = {
    .name = "validation-METHOD",
    .doc = "validation %s over the two settings that the method varies",
    .draw = draw,
};
