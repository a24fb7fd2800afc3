/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How good is the method if only k of its configurations are tried? Of all sets of k
 * of the n that were, the one selected is the i-th best on validation data in
 * choose(i, k - 1) of choose(n, k) (i from 0 at the worst): the expected test accuracy
 * needs no draws (Dodge et al. 2019, "Show your work"). */
#include "report/drawing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A configuration's means over its seeds. */
struct point {
    double validation, test;
    int place;
};

/* The worst first; of equals selection takes the first, so that it ranks higher. */
static int by_validation(const void *a, const void *b)
{
    const struct point *x = a, *y = b;

    return x->validation != y->validation
               ? (x->validation > y->validation) - (x->validation < y->validation)
               : y->place - x->place;
}

static int read_points(struct drawing *d, const struct selection *r, struct point *points)
{
    const struct selections *s = d->selections;
    int n = 0, n_taken = 0;

    for (int i = r->place; i < s->plan.n_runs && n_taken < r->n_planned;) {
        const struct store_run *first = &s->plan.runs[i];
        struct point p = {.place = i};
        int n_ended = 0;

        if (strcmp(first->method, r->method) != 0 || strcmp(first->condition, r->condition) != 0) {
            i++;
            continue;
        }
        for (; i < s->plan.n_runs && strcmp(s->plan.runs[i].point, first->point) == 0 &&
               strcmp(s->plan.runs[i].method, r->method) == 0 &&
               strcmp(s->plan.runs[i].condition, r->condition) == 0; i++) {
            n_taken++;
            if (!isfinite(s->validation[i]) || !isfinite(s->test[i]))
                continue;
            p.validation += s->validation[i];
            p.test += s->test[i];
            n_ended++;
        }
        if (n_ended > 0)
            points[n++] = (struct point){p.validation / n_ended, p.test / n_ended, p.place};
    }
    return n;
}

static void fill_line(struct drawing *d, const struct selection *r, struct plot_line *ret_line)
{
    size_t size = (size_t)r->n_planned * sizeof(double);
    struct point *points = arena_alloc(&d->arena, (size_t)r->n_planned * sizeof *points);
    double *x = arena_alloc(&d->arena, size), *y = arena_alloc(&d->arena, size);
    double *none = arena_alloc(&d->arena, size);
    int n = read_points(d, r, points);

    qsort(points, (size_t)n, sizeof *points, by_validation);
    for (int k = 1; k <= n; k++) {
        /* choose(i, k - 1) / choose(n, k), from the best down: k / n, then times
         * (i + 1 - k + 1) / (i + 1) for each step from i + 1 to i. */
        double share = (double)k / n;

        x[k - 1] = k;
        none[k - 1] = NAN;
        for (int i = n - 1; i >= k - 1; i--) {
            y[k - 1] += 100 * share * points[i].test;
            if (i > 0)
                share *= (double)(i + 1 - k) / i;
        }
    }
    *ret_line = (struct plot_line){r->method, n, x, y, none, none};
}

static int draw(struct drawing *d, struct error *err)
{
    struct plot_line lines[EXPERIMENT_MAX_METHODS];
    struct plot_curves figure = {.name = drawing_name(d, "budget"),
                                 .title = drawing_title(d, d->selections->plan.title),
                                 .x_label = "configurations tried",
                                 .y_label = drawing_measure(d, "expected test %s (%)"),
                                 .lines = lines};
    int n_most = 0;

    for (int i = 0; i < d->n_rows; i++) {
        fill_line(d, d->rows[i], &lines[figure.n_lines]);
        n_most = lines[figure.n_lines].n > n_most ? lines[figure.n_lines].n : n_most;
        figure.n_lines += lines[figure.n_lines].n > 0;
    }
    if (n_most < 2)
        return 0;
    return drawing_done(d, figure.name, plot_curves(d->target, &figure, err));
}

const struct figure_type figure_budget = {
    .name = "budget",
    .doc = "expected test %s when only some of the configurations are tried",
    .draw = draw,
};
