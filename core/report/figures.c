/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/figures.h"

#include "stats/paired.h"

#include <math.h>
#include <string.h>

enum { MAX_TICKS = 24 };

struct drawing {
    struct store *store;
    const struct selections *s;
    const struct plot_target *target;
    struct arena arena;
    const char *condition;
    int n_conditions, condition_index;
};

/* A figure's name and title, told apart by the condition where there are several. */
static const char *name_of(struct drawing *d, const char *name)
{
    return d->n_conditions > 1 ? arena_printf(&d->arena, "%s-%d", name, d->condition_index + 1)
                               : name;
}

static const char *title_of(struct drawing *d, const char *title)
{
    return d->n_conditions > 1 ? arena_printf(&d->arena, "%s, %s", title,
                                              select_short_point(&d->arena, d->condition))
                               : title;
}

/* ---- heat maps ---- */

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
    const struct store_plan *plan = &d->s->plan;

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
        if (isfinite(d->s->validation[i])) {
            sums[at[0] * MAX_TICKS + at[1]] += d->s->validation[i];
            counts[at[0] * MAX_TICKS + at[1]]++;
        }
    }
    return ticks[0].n > 0;
}

/* x is the last setting (the learning rate, by the order of names), y the other. */
static int draw_heatmap(struct drawing *d, const struct selection *row, const char **ret_name,
                        struct error *err)
{
    struct ticks ticks[2] = {0};
    double *sums = arena_alloc(&d->arena, MAX_TICKS * MAX_TICKS * sizeof *sums);
    int *counts = arena_alloc(&d->arena, MAX_TICKS * MAX_TICKS * sizeof *counts);
    double *cells = arena_alloc(&d->arena, MAX_TICKS * MAX_TICKS * sizeof *cells);
    struct plot_heatmap figure = {.best_x = -1, .best_y = -1};
    const char *blank = "";
    bool has_two;

    *ret_name = NULL;
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
    figure.name = name_of(d, arena_printf(&d->arena, "validation-%s", row->method));
    figure.title = title_of(d, arena_printf(&d->arena, "%s: validation accuracy", row->method));
    figure.cell_label = "accuracy (%)";
    *ret_name = figure.name;
    return plot_heatmap(d->target, &figure, err);
}

/* ---- curves ---- */

/* Mean and interval of the test accuracy at each evaluation of the selected point. */
static int read_line(struct drawing *d, const struct selection *row, struct plot_line *ret_line,
                     struct error *err)
{
    struct store_series *series = arena_alloc(&d->arena, (size_t)row->n * sizeof *series);
    double *columns[4];
    double *sample = arena_alloc(&d->arena, (size_t)row->n * sizeof *sample);
    struct settings spec;
    double epochs;
    int n = 0;

    settings_init(&spec, &d->arena);
    if (store_read_spec(d->store, row->runs[0], &spec, err) < 0)
        return -1;
    epochs = settings_number(&spec, "train.epochs");
    for (int i = 0; i < row->n; i++) {
        if (store_read_curve(d->store, row->runs[i], "test", "accuracy", &d->arena, &series[i],
                             err) < 0)
            return -1;
        n = i == 0 || series[i].n < n ? series[i].n : n;
    }
    for (int k = 0; k < 4; k++)
        columns[k] = arena_alloc(&d->arena, (size_t)(n + 1) * sizeof(double));
    for (int k = 0; k < n; k++) {
        struct summary summary;

        for (int i = 0; i < row->n; i++)
            sample[i] = 100 * series[i].values[k];
        summary = summary_of(sample, row->n);
        columns[0][k] = epochs * (double)series[0].at[k] / (double)series[0].at[n - 1];
        columns[1][k] = summary.mean;
        columns[2][k] = summary.mean - summary.half_width;
        columns[3][k] = summary.mean + summary.half_width;
    }
    *ret_line = (struct plot_line){
        .label = arena_printf(&d->arena, "%s %s", row->method,
                              select_short_point(&d->arena, row->point)),
        .n = n,
        .x = columns[0],
        .y = columns[1],
        .low = columns[2],
        .high = columns[3],
    };
    return 0;
}

static int draw_curves(struct drawing *d, const struct selection *const *rows, int n_rows,
                       const char **ret_name, struct error *err)
{
    struct plot_line lines[EXPERIMENT_MAX_METHODS];
    struct plot_curves figure = {.x_label = "epoch", .y_label = "test accuracy (%)"};

    for (int i = 0; i < n_rows; i++)
        if (read_line(d, rows[i], &lines[i], err) < 0)
            return -1;
    figure.name = *ret_name = name_of(d, "learning-curves");
    figure.title = title_of(d, d->s->plan.title);
    figure.n_lines = n_rows;
    figure.lines = lines;
    return plot_curves(d->target, &figure, err);
}

/* ---- classes ---- */

static int draw_classes(struct drawing *d, const struct selection *const *rows, int n_rows,
                        const char **ret_name, struct error *err)
{
    struct plot_groups figure = {.x_label = "class, from head to tail",
                                 .y_label = "test accuracy (%)"};
    const char *labels[EXPERIMENT_MAX_METHODS];
    const char **classes;
    double *value, *half_width, *sample;
    struct settings spec;
    struct value names;
    size_t n_cells;

    settings_init(&spec, &d->arena);
    *ret_name = NULL;
    if (store_read_spec(d->store, rows[0]->runs[0], &spec, err) < 0 ||
        store_read_class_names(d->store, settings_string(&spec, "data.digest"), &d->arena, &names,
                               err) < 0)
        return -1;
    if (names.n_items > 20)
        return 0; /* no room for their names */
    n_cells = (size_t)n_rows * (size_t)names.n_items;
    classes = arena_alloc(&d->arena, (size_t)names.n_items * sizeof *classes);
    value = arena_alloc(&d->arena, n_cells * sizeof *value);
    half_width = arena_alloc(&d->arena, n_cells * sizeof *half_width);
    for (int c = 0; c < names.n_items; c++)
        classes[c] = names.items[c].string;
    for (int i = 0; i < n_rows; i++) {
        int n = rows[i]->n;
        struct store_series *series = arena_alloc(&d->arena, (size_t)n * sizeof *series);

        labels[i] = rows[i]->method;
        sample = arena_alloc(&d->arena, (size_t)n * sizeof *sample);
        for (int k = 0; k < n; k++)
            if (store_read_classes(d->store, rows[i]->runs[k], "test", &d->arena, &series[k],
                                   err) < 0)
                return -1;
        for (int c = 0; c < names.n_items; c++) {
            struct summary summary;

            for (int k = 0; k < n; k++)
                sample[k] = c < series[k].n ? 100 * series[k].values[c] : NAN;
            summary = summary_of(sample, n);
            value[i * names.n_items + c] = summary.mean;
            half_width[i * names.n_items + c] = summary.half_width;
        }
    }
    figure.name = *ret_name = name_of(d, "class-accuracy");
    figure.title = title_of(d, d->s->plan.title);
    figure.n_groups = names.n_items;
    figure.n_series = n_rows;
    figure.group_labels = classes;
    figure.series_labels = labels;
    figure.value = value;
    figure.half_width = half_width;
    return plot_groups(d->target, &figure, err);
}

static int draw_condition(struct drawing *d, void (*drawn)(void *context, const char *path),
                          void *context, struct error *err)
{
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    const char *names[EXPERIMENT_MAX_METHODS + 2] = {0};
    int n = 0, n_names = 0;

    for (int i = 0; i < d->s->n && n < EXPERIMENT_MAX_METHODS; i++)
        if (strcmp(d->s->items[i].condition, d->condition) == 0 && d->s->items[i].n > 0)
            rows[n++] = &d->s->items[i];
    for (int i = 0; i < n; i++)
        if (draw_heatmap(d, rows[i], &names[n_names++], err) < 0)
            return -1;
    if (n > 0 && (draw_curves(d, rows, n < 8 ? n : 8, &names[n_names++], err) < 0 ||
                  draw_classes(d, rows, n, &names[n_names++], err) < 0))
        return -1;
    for (int i = 0; i < n_names; i++)
        if (names[i])
            drawn(context, arena_printf(&d->arena, "%s/%s", d->target->directory, names[i]));
    return 0;
}

int figures_draw(struct store *store, const struct selections *s,
                 const struct plot_target *target,
                 void (*drawn)(void *context, const char *path), void *context, struct error *err)
{
    struct drawing d = {.store = store, .s = s, .target = target};
    const char **conditions = arena_alloc(&d.arena, (size_t)(s->n + 1) * sizeof *conditions);
    int result = 0;

    for (int i = 0; i < s->n; i++) {
        int k = 0;

        while (k < d.n_conditions && strcmp(conditions[k], s->items[i].condition) != 0)
            k++;
        if (k == d.n_conditions)
            conditions[d.n_conditions++] = s->items[i].condition;
    }
    for (int i = 0; i < d.n_conditions && result == 0; i++) {
        d.condition = conditions[i];
        d.condition_index = i;
        result = draw_condition(&d, drawn, context, err);
    }
    arena_release(&d.arena);
    return result;
}
