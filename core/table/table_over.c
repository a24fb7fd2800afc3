/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/comparisons.h"
#include "analysis/select_over.h"
#include "stats/summary.h"
#include "table/caption.h"
#include "table/measured.h"
#include "table/table.h"

#include <math.h>

static void add_columns(struct sheet *g, const struct select_over *over, bool has_rest, bool has_rope)
{
    const struct measure *m = &over->s.measure;
    const char *head = arena_printf(g->arena, "test %s%s", m->title, m->percent);
    const char *minus = arena_printf(g->arena, "minus %s", over->s.plan.baseline);
    const bool has_fresh = over->s.fresh != NULL;

    sheet_column(g, (struct sheet_column){"condition", "condition", has_rest ? SHEET_ALL : SHEET_PROGRAMS, false});
    sheet_role(g, SHEET_GROUP);
    sheet_column(g, (struct sheet_column){"method", "method", SHEET_ALL, false});
    sheet_column(g, (struct sheet_column){"of", "n_values", SHEET_ALL, true});
    for (int on = 0; on < (has_fresh ? N_ON : ON_FRESH); on++) {
        const char *of = on == ON_FRESH ? "fresh " : "", *key = on == ON_FRESH ? "fresh_" : "";
        const struct sheet_column columns[] = {
            {arena_printf(g->arena, "%sn", of), arena_printf(g->arena, "%sn", key), SHEET_ALL, true},
            {arena_printf(g->arena, "%s%s", of, head), arena_printf(g->arena, "%s%s", key, m->column), SHEET_ALL, true},
            {"", arena_printf(g->arena, "%stest_ci95", key), SHEET_PROGRAMS, true},
            {arena_printf(g->arena, "%s%s", of, minus), arena_printf(g->arena, "%sdifference", key), SHEET_ALL, true},
            {"", arena_printf(g->arena, "%sdifference_ci95", key), SHEET_PROGRAMS, true},
            {"better in", arena_printf(g->arena, "%sbetter_in", key), SHEET_ALL, true},
            {"", arena_printf(g->arena, "%sp_t", key), SHEET_PROGRAMS, true},
            {"p (t)", arena_printf(g->arena, "%sp_t_corrected", key), SHEET_ALL, true},
            {"", arena_printf(g->arena, "%sp_signed_rank", key), SHEET_PROGRAMS, true},
            {"p (W)", arena_printf(g->arena, "%sp_signed_rank_corrected", key), SHEET_ALL, true},
            {"p (equal)", arena_printf(g->arena, "%sp_equal", key), has_rope ? SHEET_ALL : SHEET_PROGRAMS, true},
        };

        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
            sheet_column(g, columns[i]);
    }
}

/* Mean difference of the seeds that both have, under one value. */
static double difference_of(const struct selection *r, const struct selection *base, int value)
{
    double sum = 0;
    int n = 0;

    for (int i = 0; i < r->n; i++)
        for (int k = 0; k < base->n && r->environments[i] == value; k++)
            if (base->environments[k] == value && base->seeds[k] == r->seeds[i]) {
                sum += r->test[i] - base->test[k];
                n++;
            }
    return n ? sum / n : (double)NAN;
}

/* "3 of 4": of the values that both have, those under which the mean is above the baseline's. */
static struct sheet_cell better_in(struct sheet *g, const struct selection *r, const struct selection *base, int n_values)
{
    int n = 0, n_better = 0;

    for (int v = 0; v < n_values && base; v++) {
        double difference = difference_of(r, base, v);

        n += !isnan(difference);
        n_better += metric_exceeds(difference, 0);
    }
    return (struct sheet_cell){n ? arena_printf(g->arena, "%d of %d", n_better, n) : "-", n ? n_better : (double)NAN,
                               EMPHASIS_NONE};
}

static void add_part(struct sheet *g, const struct select_over *over, const struct comparison *row, int on,
                     struct arena *arena)
{
    const struct selection *r = on == ON_FRESH ? row->r->fresh : row->r, *base;
    const struct contrast *c = &row->on[on];
    const struct measure *m = &over->s.measure;
    double *means = arena_alloc(arena, ((size_t)(r ? r->n : 0) + 1) * sizeof *means);
    struct summary test = summary_of(means, r ? select_pairs(r, r, means, means) : 0);

    base = c->is_tested ? select_beside(&over->s, row->r, over->s.plan.baseline) : NULL;
    if (base && on == ON_FRESH)
        base = base->fresh;
    sheet_number(g, "%.0f", test.n);
    sheet_cell(g, measured_value(g, m, test.mean, test.half_width, on == ON_TUNED ? row->emphasis : EMPHASIS_NONE));
    sheet_number(g, m->format, m->unit * test.half_width);
    sheet_cell(g, measured_difference(g, m, c->against.difference.mean, c->against.difference.half_width));
    sheet_number(g, m->format, m->unit * c->against.difference.half_width);
    sheet_cell(g, r ? better_in(g, r, base, over->n_values) : better_in(g, r, NULL, 0));
    sheet_p(g, c->against.t.p);
    sheet_p(g, c->p_t);
    sheet_p(g, c->against.signed_rank.p);
    sheet_p(g, c->p_signed_rank);
    sheet_p(g, c->p_equal);
}

static void add_row(struct sheet *g, const struct select_over *over, const struct comparison *row, struct arena *arena)
{
    int n = select_count_environments(row->r, row->r);

    sheet_text(g, label_short(&row->r->condition_label, g->arena));
    sheet_text(g, row->r->method);
    sheet_cell(g, (struct sheet_cell){n < over->n_values ? arena_printf(g->arena, "%d of %d", n, over->n_values)
                                                         : arena_printf(g->arena, "%d", n),
                                      n, EMPHASIS_NONE});
    for (int on = 0; on < (over->s.fresh ? N_ON : ON_FRESH); on++)
        add_part(g, over, row, on, arena);
}

/* "spurious, imbalance" of "spurious,imbalance". */
static const char *list_settings(const char *settings, struct text *t)
{
    for (; *settings; settings++)
        text_add_string(t, *settings == ',' ? ", " : (char[]){*settings, '\0'});
    return t->s;
}

static void write_caption(const struct select_over *over, const struct selections *s, const struct table_options *options,
                          const struct comparisons *c, struct text *t)
{
    const struct measure *m = &s->measure;
    struct text names = {0};
    const char *settings = list_settings(options->over, &names);

    caption_incomplete(t, s);
    text_printf(t, "%s. Test %s%s%s %s, each seed's mean over the values of %s, which all weigh the same:", s->plan.title, m->title,
                m->percent, m->sign < 0 ? " (lower is better)" : "", caption_when(s), settings);
    for (int v = 0; v < over->n_values; v++)
        text_printf(t, "%s %s", v ? ";" : "", over->values[v]);
    text_add_string(t, ". n: seeds that have all of them, whose mean and 95% t interval are shown.");
    if (c->n_tests[ON_TUNED].compared) {
        text_printf(t, " Difference to %s, paired by seed, of the means over the values that both have, of seeds that "
                       "lack none of these; better in: under how many of them its mean is the better one. Seeds are "
                       "what is drawn anew: nothing is said of other values of %s. 95%% t interval, by itself; "
                       "two-sided p of the paired t-test and of the exact Wilcoxon signed-rank test, ",
                    s->plan.baseline, settings);
        caption_correction(t, c);
        caption_equal(t, s, c);
        caption_untested(t, c);
    }
    caption_emphasis(t, options);
    caption_selection(t, s);
    caption_edges(t, s);
    caption_runs(t, s);
    caption_failures(t, s);
    caption_fresh(t, s, c, options);
    caption_overrides(t, s);
    caption_caveats(t, &s->plan.caveats);
    text_release(&names);
}

int table_over(const struct selections *s, const struct table_options *options, struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    struct sheet g = {.arena = &arena};
    struct select_over over;
    struct comparisons c;
    struct text caption = {0};
    bool has_rest = false;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    if (select_over_make(s, options->over, &arena, &over, err) < 0) {
        arena_release(&arena);
        return -1;
    }
    c = comparisons_make(&over.s, options->correction, options->rope, &arena);
    for (int i = 0; i < over.s.n; i++)
        has_rest |= over.s.items[i].condition_label.n > 0;
    add_columns(&g, &over, has_rest, options->rope > 0);
    for (int i = 0; i < c.n; i++)
        add_row(&g, &over, &c.items[i], &arena);
    write_caption(&over, s, options, &c, &caption);
    sheet_write(&g, options->format, caption.s, ret_text);
    text_release(&caption);
    arena_release(&arena);
    return 0;
}
