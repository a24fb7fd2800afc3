/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/caption.h"
#include "report/procedure.h"
#include "report/ranking.h"
#include "report/table.h"
#include "stats/paired.h"

#include <math.h>
#include <string.h>

/* One row: a selection and what is computed from it. */
struct row {
    const struct selection *r;
    struct paired against; /* the baseline; n = 0: none */
    double p_t, p_signed_rank; /* corrected over the table */
    enum sheet_emphasis emphasis;
    double p_best; /* against the best of its condition */
};

static void add_columns(struct sheet *g, const char *baseline, bool has_conditions,
                        bool has_published)
{
    const struct sheet_column columns[] = {
        {"condition", "condition", has_conditions ? SHEET_ALL : SHEET_PROGRAMS, false},
        {"method", "method", SHEET_ALL, false},
        {"n", "n", SHEET_ALL, true},
        {"", "n_planned", SHEET_PROGRAMS, true},
        {"", "n_finished", SHEET_PROGRAMS, true},
        {"", "n_diverged", SHEET_PROGRAMS, true},
        {"", "n_failed", SHEET_PROGRAMS, true},
        {"", "n_configurations", SHEET_PROGRAMS, true},
        {"test accuracy %", "test_accuracy", SHEET_ALL, true},
        {"", "test_accuracy_sd", SHEET_PROGRAMS, true},
        {"", "test_accuracy_ci95", SHEET_PROGRAMS, true},
        {"tuned anew", "procedure_low", SHEET_ALL, true},
        {"", "procedure_high", SHEET_PROGRAMS, true},
        {arena_printf(g->arena, "minus %s", baseline), "difference", SHEET_ALL, true},
        {"", "difference_ci95", SHEET_PROGRAMS, true},
        {"", "p_t", SHEET_PROGRAMS, true},
        {"p (t)", "p_t_corrected", SHEET_ALL, true},
        {"", "p_signed_rank", SHEET_PROGRAMS, true},
        {"p (W)", "p_signed_rank_corrected", SHEET_ALL, true},
        {"", "p_sign_flip", SHEET_PROGRAMS, true},
        {"d_z", "cohens_dz", SHEET_ALL, true},
        {"", "hedges_g", SHEET_PROGRAMS, true},
        {"", "p_against_best", SHEET_PROGRAMS, true},
        {"published %", "published", has_published ? SHEET_ALL : SHEET_PROGRAMS, true},
        {"", "published_source", SHEET_PROGRAMS, false},
        {"selected", "selected", SHEET_ALL, false},
    };

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_column(g, columns[i]);
}

/* "46.25 ± 0.31", and 46.25 for programs. */
static void add_interval(struct sheet *g, const char *format, const char *format_alone, double mean,
                         double half_width, enum sheet_emphasis emphasis)
{
    const char *text = "-";

    if (isfinite(mean) && isfinite(half_width))
        text = arena_printf(g->arena, format, mean, half_width);
    else if (isfinite(mean))
        text = arena_printf(g->arena, format_alone, mean);
    sheet_cell(g, (struct sheet_cell){text, mean, emphasis});
}

/* How many ended, and what is not as planned. */
static void add_n(struct sheet *g, const struct selection *r)
{
    const char *of = r->point && r->n < r->n_seeds ? arena_printf(g->arena, " of %d", r->n_seeds)
                                                   : "";
    const char *diverged = r->n_diverged_here
                               ? arena_printf(g->arena, " (%d div.)", r->n_diverged_here)
                               : "";

    sheet_cell(g, (struct sheet_cell){arena_printf(g->arena, "%d%s%s", r->n, of, diverged), r->n,
                                    SHEET_PLAIN});
}

static void add_row(struct sheet *g, const struct selections *s, const struct row *row,
                    const struct published *published)
{
    const struct selection *r = row->r;
    const struct paired *c = &row->against;
    struct summary test = summary_of(r->test, r->n);
    struct procedure whole = procedure_bootstrap(s, r);
    const char *condition = select_short_point(g->arena, r->condition);
    const struct published_number *there = published_find(published, r->method, condition);

    sheet_text(g, condition);
    sheet_text(g, r->method);
    add_n(g, r);
    sheet_number(g, "%.0f", r->n_planned);
    sheet_number(g, "%.0f", r->n_finished);
    sheet_number(g, "%.0f", r->n_diverged);
    sheet_number(g, "%.0f", r->n_failed);
    sheet_number(g, "%.0f", r->n_points);
    add_interval(g, "%.2f ± %.2f", "%.2f", 100 * test.mean, 100 * test.half_width, row->emphasis);
    sheet_number(g, "%.2f", 100 * test.sd);
    sheet_number(g, "%.2f", 100 * test.half_width);
    sheet_cell(g, (struct sheet_cell){isfinite(whole.low)
                                        ? arena_printf(g->arena, "%.2f–%.2f", 100 * whole.low,
                                                       100 * whole.high)
                                        : "-",
                                    100 * whole.low, SHEET_PLAIN});
    sheet_number(g, "%.2f", 100 * whole.high);
    add_interval(g, "%+.2f ± %.2f", "%+.2f", 100 * c->difference.mean,
                 100 * c->difference.half_width, SHEET_PLAIN);
    sheet_number(g, "%.2f", 100 * c->difference.half_width);
    sheet_p(g, c->t.p);
    sheet_p(g, row->p_t);
    sheet_p(g, c->signed_rank.p);
    sheet_p(g, row->p_signed_rank);
    sheet_p(g, c->sign_flip.p);
    sheet_number(g, "%.2f", c->cohens_dz);
    sheet_number(g, "%.2f", c->hedges_g);
    sheet_p(g, row->p_best);
    sheet_cell(g, (struct sheet_cell){there ? arena_printf(g->arena, "%.2f [%d]",
                                                         there->test_accuracy, there->mark)
                                          : "-",
                                    there ? there->test_accuracy : NAN, SHEET_PLAIN});
    sheet_text(g, there ? there->source : "");
    sheet_text(g, r->point ? select_short_point(g->arena, r->point) : "-");
}

/* Compares, and corrects over all comparisons of the table. Gives their number. */
static int test_rows(const struct selections *s, const struct adjust_type *correction,
                     struct row *rows, struct arena *arena)
{
    double *p_t = arena_alloc(arena, (size_t)s->n * sizeof *p_t);
    double *p_w = arena_alloc(arena, (size_t)s->n * sizeof *p_w);
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        const struct selection *base = select_find(s, s->plan.baseline, rows[i].r->condition);
        bool is_tested = base && base != rows[i].r && base->n && rows[i].r->n;

        rows[i].against = paired_compare(NULL, NULL, 0);
        if (is_tested)
            rows[i].against = select_compare(rows[i].r, base);
        p_t[i] = rows[i].against.t.p;
        p_w[i] = rows[i].against.signed_rank.p;
        n += is_tested;
    }
    correction->run(p_t, s->n, p_t);
    correction->run(p_w, s->n, p_w);
    for (int i = 0; i < s->n; i++) {
        rows[i].p_t = p_t[i];
        rows[i].p_signed_rank = p_w[i];
    }
    return n;
}

/* Rows by condition, then by method as planned. */
static struct row *make_rows(const struct selections *s, struct arena *arena)
{
    const struct selection *block[EXPERIMENT_MAX_METHODS];
    enum sheet_emphasis emphases[EXPERIMENT_MAX_METHODS];
    double p_best[EXPERIMENT_MAX_METHODS];
    struct row *rows = arena_alloc(arena, (size_t)s->n * sizeof *rows);
    int n = 0, size;

    for (int i = 0; (size = ranking_condition(s, i, block)) > 0; i++) {
        ranking_mark(block, size, emphases, p_best);
        for (int k = 0; k < size; k++)
            rows[n++] = (struct row){.r = block[k], .emphasis = emphases[k], .p_best = p_best[k]};
    }
    return rows;
}

static void write_caption(const struct selections *s, const struct table_options *options,
                          const struct adjust_type *correction, int n_tests, struct text *t)
{
    text_printf(t, "%s. Test accuracy at the last epoch: mean over n seeds and 95%% t interval, for "
                   "the selected configuration as it is; tuned anew: 95%% percentile bootstrap of "
                   "seeds with the selection done again on each draw (too narrow with few seeds).", s->plan.title);
    if (n_tests)
        text_printf(t, " Difference to %s, paired by seed, in points; two-sided p of the paired "
                       "t-test and of the exact Wilcoxon signed-rank test (zeros left out, ties at "
                       "mean ranks), each %s-corrected over the table's %d comparison%s.",
                    s->plan.baseline, correction->title, n_tests, n_tests == 1 ? "" : "s");
    caption_emphasis(t, options);
    caption_selection(t, s);
    caption_runs(t, s);
    caption_published(t, options);
}

int table_methods(const struct selections *s, const struct table_options *options,
                  struct text *ret_text, struct error *err)
{
    const struct adjust_type *correction = options->correction ? options->correction
                                                               : &adjust_holm;
    struct arena arena = {0};
    struct sheet g = {.arena = &arena};
    struct text caption = {0};
    bool has_conditions = false;
    struct row *rows;
    int n_tests;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    for (int i = 0; i < s->n; i++)
        has_conditions |= strcmp(s->items[i].condition, s->items[0].condition) != 0;
    add_columns(&g, s->plan.baseline, has_conditions,
                options->published && options->published->n > 0);
    rows = make_rows(s, &arena);
    n_tests = test_rows(s, correction, rows, &arena);
    for (int i = 0; i < s->n; i++)
        add_row(&g, s, &rows[i], options->published);
    write_caption(s, options, correction, n_tests, &caption);
    sheet_write(&g, options->format, caption.s, ret_text);
    text_release(&caption);
    arena_release(&arena);
    return 0;
}
