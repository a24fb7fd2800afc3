/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/caption.h"
#include "report/comparisons.h"
#include "report/effects.h"
#include "report/procedure.h"
#include "report/table.h"
#include "stats/paired.h"

#include <math.h>
#include <string.h>

static void add_columns(struct sheet *g, const struct selections *s, bool has_conditions,
                        const struct table_options *options)
{
    bool has_published = options->published && options->published->n > 0;
    const char *title = s->plan.measure->title, *key = s->plan.measure->column;
    const char *baseline = s->plan.baseline;
    enum sheet_reader fresh = s->fresh ? SHEET_ALL : SHEET_PROGRAMS;
    const struct sheet_column columns[] = {
        {"condition", "condition", has_conditions ? SHEET_ALL : SHEET_PROGRAMS, false},
        {"method", "method", SHEET_ALL, false},
        {"n", "n", SHEET_ALL, true},
        {"", "n_planned", SHEET_PROGRAMS, true},
        {"", "n_finished", SHEET_PROGRAMS, true},
        {"", "n_diverged", SHEET_PROGRAMS, true},
        {"", "n_failed", SHEET_PROGRAMS, true},
        {"", "n_configurations", SHEET_PROGRAMS, true},
        {arena_printf(g->arena, "test %s %%", title), key, SHEET_ALL, true},
        {"", arena_printf(g->arena, "%s_sd", key), SHEET_PROGRAMS, true},
        {"", arena_printf(g->arena, "%s_ci95", key), SHEET_PROGRAMS, true},
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
        {"fresh n", "n_fresh", fresh, true},
        {"fresh seeds %", arena_printf(g->arena, "%s_fresh", key), fresh, true},
        {"", arena_printf(g->arena, "%s_fresh_ci95", key), SHEET_PROGRAMS, true},
        {arena_printf(g->arena, "fresh minus %s", baseline), "difference_fresh", fresh, true},
        {"", "difference_fresh_ci95", SHEET_PROGRAMS, true},
        {"", "p_t_fresh", SHEET_PROGRAMS, true},
        {"fresh p (t)", "p_t_fresh_corrected", fresh, true},
        {"", "p_signed_rank_fresh", SHEET_PROGRAMS, true},
        {"", "p_signed_rank_fresh_corrected", SHEET_PROGRAMS, true},
    };
    const struct sheet_column last[] = {
        {"published %", "published", has_published ? SHEET_ALL : SHEET_PROGRAMS, true},
        {"", "published_source", SHEET_PROGRAMS, false},
        {"selected", "selected", SHEET_ALL, false},
    };

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_column(g, columns[i]);
    if (options->with_effects)
        effects_columns(g, baseline);
    for (size_t i = 0; i < sizeof last / sizeof *last; i++)
        sheet_column(g, last[i]);
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

/* The selected configuration on fresh seeds. */
static void add_fresh(struct sheet *g, const struct selection *fresh, const struct contrast *c)
{
    struct summary test = summary_of(fresh ? fresh->test : NULL, fresh ? fresh->n : 0);
    const struct summary *d = &c->against.difference;

    if (fresh)
        add_n(g, fresh);
    else
        sheet_number(g, "%.0f", NAN);
    add_interval(g, "%.2f ± %.2f", "%.2f", 100 * test.mean, 100 * test.half_width, SHEET_PLAIN);
    sheet_number(g, "%.2f", 100 * test.half_width);
    add_interval(g, "%+.2f ± %.2f", "%+.2f", 100 * d->mean, 100 * d->half_width, SHEET_PLAIN);
    sheet_number(g, "%.2f", 100 * d->half_width);
    sheet_p(g, c->against.t.p);
    sheet_p(g, c->p_t);
    sheet_p(g, c->against.signed_rank.p);
    sheet_p(g, c->p_signed_rank);
}

/* Against the baseline, the row's index being the stream. */
static void add_effects(struct sheet *g, const struct selections *s, const struct comparison *row,
                        int index, double rope)
{
    const struct contrast *c = &row->on[ON_TUNED];
    struct effects e;

    if (c->is_tested)
        e = effects_of(row->r, select_beside(s, row->r, s->plan.baseline), rope, index);
    effects_cells(g, c->is_tested ? &e : NULL, c->against.hedges_g);
}

static void add_row(struct sheet *g, const struct selections *s, const struct comparisons *all, int index,
                    const struct table_options *options)
{
    const struct comparison *row = &all->items[index];
    const struct selection *r = row->r;
    const struct paired *c = &row->on[ON_TUNED].against;
    struct summary test = summary_of(r->test, r->n);
    struct procedure whole = procedure_bootstrap(s, r);
    const char *condition = select_short_point(g->arena, r->condition);
    const struct published_number *there = published_find(options->published, r->method, condition);

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
    sheet_p(g, row->on[ON_TUNED].p_t);
    sheet_p(g, c->signed_rank.p);
    sheet_p(g, row->on[ON_TUNED].p_signed_rank);
    sheet_p(g, c->sign_flip.p);
    sheet_number(g, "%.2f", c->cohens_dz);
    sheet_number(g, "%.2f", c->hedges_g);
    sheet_p(g, row->p_best);
    add_fresh(g, r->fresh, &row->on[ON_FRESH]);
    if (options->with_effects)
        add_effects(g, s, row, index, options->rope);
    sheet_cell(g, (struct sheet_cell){there ? arena_printf(g->arena, "%.2f [%d]",
                                                         there->test_accuracy, there->mark)
                                          : "-",
                                    there ? there->test_accuracy : NAN, SHEET_PLAIN});
    sheet_text(g, there ? there->source : "");
    sheet_text(g, r->point ? select_short_point(g->arena, r->point) : "-");
}

static void write_caption(const struct selections *s, const struct table_options *options,
                          const struct comparisons *c, struct text *t)
{
    text_printf(t, "%s. Test %s at the last epoch: mean over n seeds and 95%% t interval, for "
                   "the selected configuration as it is; tuned anew: 95%% percentile bootstrap of "
                   "seeds with the selection done again on each draw (too narrow with few seeds).",
                s->plan.title, s->plan.measure->title);
    if (c->n_tests[ON_TUNED])
        text_printf(t, " Difference to %s, paired by seed, in points; two-sided p of the paired "
                       "t-test and of the exact Wilcoxon signed-rank test (zeros left out, ties at "
                       "mean ranks), each %s-corrected over the table's %d comparison%s.",
                    s->plan.baseline, c->correction->title, c->n_tests[ON_TUNED],
                    c->n_tests[ON_TUNED] == 1 ? "" : "s");
    if (options->with_effects)
        effects_caption(t, s->plan.baseline, options->rope);
    caption_emphasis(t, options);
    caption_selection(t, s);
    caption_runs(t, s);
    caption_fresh(t, s, c);
    caption_caveats(t, s->plan.caveats);
    caption_published(t, options);
}

int table_methods(const struct selections *s, const struct table_options *options,
                  struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    struct sheet g = {.arena = &arena};
    struct text caption = {0};
    bool has_conditions = false;
    struct comparisons c;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    for (int i = 0; i < s->n; i++)
        has_conditions |= strcmp(s->items[i].condition, s->items[0].condition) != 0;
    add_columns(&g, s, has_conditions, options);
    c = comparisons_make(s, options->correction, &arena);
    for (int i = 0; i < c.n; i++)
        add_row(&g, s, &c, i, options);
    write_caption(s, options, &c, &caption);
    sheet_write(&g, options->format, caption.s, ret_text);
    text_release(&caption);
    arena_release(&arena);
    return 0;
}
