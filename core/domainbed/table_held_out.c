/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/tables.h"

#include "analysis/comparisons.h"
#include "table/caption.h"

#include <math.h>

/* ---- the sheet ---- */

static void add_columns(struct sheet *g, const char *baseline, bool has_data)
{
    const char *minus = arena_printf(g->arena, "minus %s", baseline);
    const struct sheet_column columns[] = {
        {"", "rule", SHEET_PROGRAMS, false},
        {"data", "data", has_data ? SHEET_ALL : SHEET_PROGRAMS, false},
        {"method", "method", SHEET_ALL, false},
        {"n", "n_cells", SHEET_ALL, true},
        {"", "n_trials", SHEET_PROGRAMS, true},
        {"draws", "n_draws", SHEET_ALL, true},
        {"test accuracy %", "test_accuracy", SHEET_ALL, true},
        {"", "standard_error", SHEET_PROGRAMS, true},
        {"tuned anew", "procedure_low", SHEET_ALL, true},
        {"", "procedure_high", SHEET_PROGRAMS, true},
        {"pairs", "n_pairs", SHEET_ALL, true},
        {minus, "difference", SHEET_ALL, true},
        {"", "difference_ci95", SHEET_PROGRAMS, true},
        {"", "p_t", SHEET_PROGRAMS, true},
        {"p (t)", "p_t_corrected", SHEET_ALL, true},
        {"", "p_signed_rank", SHEET_PROGRAMS, true},
        {"p (W)", "p_signed_rank_corrected", SHEET_ALL, true},
    };

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_column(g, columns[i]);
}

static void add_pair(struct sheet *g, const char *format, double a, double b,
                     enum emphasis emphasis)
{
    const char *text = isfinite(a) && isfinite(b) ? arena_printf(g->arena, format, a, b) : "-";

    sheet_cell(g, (struct sheet_cell){text, a, emphasis});
}

static void add_row(struct sheet *g, const struct held_out *h, const struct table_options *options,
                    const struct held_out_rows *rows, const struct comparison *row)
{
    const struct paired *c = &row->on[ON_TUNED].against;
    const struct held_out_cell *cells = rows->cells[row->r->place];
    int n = rows->n_cells[row->r->place];
    struct held_out_mean mean = held_out_mean_data(cells, n, cells->method, cells->data);
    struct bootstrap_interval whole = held_out_bootstrap(h, cells, n);
    int most = 0; /* what the methods have of this data set: a method may lack cells */

    for (int i = 0; i < rows->s.n; i++)
        if (rows->cells[i]->data == cells->data && rows->n_cells[i] > most)
            most = rows->n_cells[i];
    sheet_text(g, options->rule->name);
    sheet_text(g, row->r->condition);
    sheet_text(g, row->r->method);
    sheet_cell(g, (struct sheet_cell){n < most ? arena_printf(g->arena, "%d of %d", n, most)
                                               : arena_printf(g->arena, "%d", n),
                                      n, EMPHASIS_NONE});
    sheet_number(g, "%.0f", mean.n);
    sheet_number(g, "%.0f", row->r->n_points);
    add_pair(g, "%.2f ± %.2f", mean.mean, mean.error, row->emphasis);
    sheet_number(g, "%.2f", mean.error);
    add_pair(g, "%.2f–%.2f", whole.low, whole.high, EMPHASIS_NONE);
    sheet_number(g, "%.2f", whole.high);
    sheet_number(g, "%.0f", row->on[ON_TUNED].is_tested ? c->n : NAN);
    sheet_cell(g, (struct sheet_cell){sheet_interval(g, "%+.2f", 100 * c->difference.mean,
                                                     100 * c->difference.half_width),
                                      100 * c->difference.mean, EMPHASIS_NONE});
    sheet_number(g, "%.2f", 100 * c->difference.half_width);
    sheet_p(g, c->t.p);
    sheet_p(g, row->on[ON_TUNED].p_t);
    sheet_p(g, c->signed_rank.p);
    sheet_p(g, row->on[ON_TUNED].p_signed_rank);
}

static void write_caption(const struct held_out *h, const struct table_options *options,
                          const struct comparisons *c, struct text *t)
{
    text_printf(t, "%s. Test accuracy %% on the held-out environments under DomainBed's rule "
                   "\"%s\", which selects for each environment and trial %s. Mean over "
                   "environments, then over trials, and DomainBed's standard error (deviation of "
                   "the population over the root of the trials); n: environments times trials. "
                   "Tuned anew: 95%% percentile bootstrap of trials, and of the random draws in "
                   "each, with the selection done again (too narrow with few trials).",
                h->plan.title, options->rule->title, options->rule->doc);
    if (c->n_tests[ON_TUNED].compared) {
        text_printf(t, " Difference to %s of what was selected, paired by trial and environment and averaged "
                       "over the environments of a trial, pair by pair: trials are what is drawn anew, and "
                       "environments of one share pictures and a seed. 95%% t interval, by itself; two-sided p of the paired t-test and of the exact "
                       "Wilcoxon signed-rank test, ", h->plan.baseline);
        caption_correction(t, c);
        caption_untested(t, c);
    }
    caption_emphasis(t, options);
    if (h->n_diverged)
        text_printf(t, " %d runs DIVERGED (counted as accuracy 0).", h->n_diverged);
    if (h->n_unended)
        text_printf(t, " %d runs have not ended.", h->n_unended);
    caption_caveats(t, &h->plan.caveats);
}

static void write_table(const struct held_out *h, const struct table_options *options,
                        const struct held_out_cell *cells, int n, struct arena *arena, struct text *t)
{
    struct held_out_rows rows = held_out_rows(h, cells, n, arena);
    struct comparisons c = comparisons_make(&rows.s, options->correction, 0, arena);
    struct sheet g = {.arena = arena};
    struct text caption = {0};

    add_columns(&g, h->plan.baseline, h->n_data > 1);
    for (int i = 0; i < c.n; i++)
        add_row(&g, h, options, &rows, &c.items[i]);
    write_caption(h, options, &c, &caption);
    sheet_write(&g, options->format, caption.s, t);
    text_release(&caption);
}

int table_held_out(const struct held_out *h, const struct table_options *options,
                   struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    const struct held_out_cell *cells;
    int n, result = -1;

    cells = held_out_select(h, options->rule, &arena, &n);
    if (n == 0)
        error_set(err, "the rule %s has nothing to select from: %s", options->rule->name,
                  "it needs runs that hold out one environment, and leave_one_out also those that "
                  "hold out each pair (data.test_envs=held_out(N,2))");
    else {
        write_table(h, options, cells, n, &arena, ret_text);
        result = 0;
    }
    arena_release(&arena);
    return result;
}
