/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranking.h"
#include "figure/figure.h"
#include "stats/friedman.h"
#include "stats/summary.h"

#include <math.h>
#include <string.h>

/* Fewer conditions rank nothing reliably; then seeds are the blocks. */
enum { MIN_CONDITIONS = 4 };

static int place_of(const char *const *methods, int n, const char *method)
{
    int i = 0;

    while (i < n && strcmp(methods[i], method) != 0)
        i++;
    return i;
}

/* Mean test accuracy of each method under each condition where all have one. */
static int rank_conditions(struct figure *d, const char *const *methods, int k, double *values)
{
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    int n = 0;

    for (int c = 0; c < d->n_conditions; c++) {
        int n_rows = ranking_condition(d->selections, c, rows), n_there = 0;

        for (int i = 0; i < n_rows; i++) {
            double mean = summary_of(rows[i]->test, rows[i]->n).mean;

            values[n * k + place_of(methods, k, rows[i]->method)] = mean;
            n_there += !isnan(mean); /* of runs that diverged it may be infinite: the worst */
        }
        n += n_there == k;
    }
    return n;
}

/* The seeds that all methods have, under the first condition; its rows begin with the baseline. */
static int rank_seeds(struct figure *d, const char *const *methods, int k, double *values)
{
    const struct selection *const *rows = d->rows;
    int n = 0;

    for (int i = 0; i < rows[0]->n; i++) {
        int n_there = 0;

        for (int m = 0; m < k; m++) {
            for (int j = 0; j < rows[m]->n; j++) {
                if (rows[m]->seeds[j] == rows[0]->seeds[i]) {
                    values[n * k + place_of(methods, k, rows[m]->method)] = rows[m]->test[j];
                    n_there++;
                    break;
                }
            }
        }
        n += n_there == k;
    }
    return n;
}

/* What the ranks are of, and what the bars are worth. */
static const char *write_note(struct figure *d, const struct friedman *f, const char *blocks)
{
    const char *p = arena_printf(&d->arena, "Iman-Davenport p = %.2g", f->f_p);

    if (isnan(f->f_p))
        p = "all methods are equal in each: no test";
    else if (f->is_unanimous)
        p = arena_printf(&d->arena, "all rank them alike: p = %.2g", f->f_p);
    else if (!isnan(f->exact_p))
        p = arena_printf(&d->arena, "Friedman p = %.2g, exact", f->exact_p);
    return arena_printf(&d->arena, "mean ranks over %d %s, 1 is best (%s); bars join what Nemenyi's "
                        "test at 5%% does not tell apart, for orientation: %s are its blocks, it is "
                        "conservative, and ranks depend on which methods are there",
                        f->n_blocks, blocks, p, blocks);
}

static int draw(struct figure *d, struct error *err)
{
    const char *const *methods = d->selections->plan.methods;
    int k = d->selections->plan.n_methods, n = 0;
    bool has_conditions = d->n_conditions >= MIN_CONDITIONS;
    size_t n_blocks = (size_t)(has_conditions ? d->n_conditions : d->rows[0]->n) + 1;
    double *values = arena_alloc(&d->arena, n_blocks * (size_t)k * sizeof *values);
    struct friedman f;
    struct plot_ranks figure = {.name = "ranks", .title = d->selections->plan.title, .n = k,
                                .labels = methods};

    if (k < 3 || (!has_conditions && (d->n_rows < k || d->n_conditions > 1)))
        return figure_skip(d, figure.name, k < 3 ? "fewer than three methods"
                                           : d->n_conditions > 1 ? "fewer than four conditions"
                                                                 : "not all methods have runs that ended");
    n = has_conditions ? rank_conditions(d, methods, k, values) : rank_seeds(d, methods, k, values);
    if (n < 2)
        return figure_skip(d, figure.name, has_conditions ? "fewer than two conditions have all methods"
                                                          : "fewer than two seeds have all methods");
    f = friedman_test(values, n, k, true, &d->arena);
    figure.ranks = f.mean_ranks;
    figure.critical_distance = f.critical_distance;
    figure.note = write_note(d, &f, has_conditions ? "conditions" : "seeds");
    return figure_done(d, figure.name, plot_ranks(d->target, &figure, err));
}

const struct figure_type figure_ranks = {
    .name = "ranks",
    .doc = "critical-difference diagram of all methods over conditions, or over seeds",
    .is_overall = true,
    .draw = draw,
};
