/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/comparisons.h"

#include <math.h>
#include <string.h>

static const double LEVEL = 0.05;

static struct comparison *make_rows(const struct selections *s, struct arena *arena)
{
    const struct selection *block[EXPERIMENT_MAX_METHODS];
    enum sheet_emphasis emphases[EXPERIMENT_MAX_METHODS];
    double p_best[EXPERIMENT_MAX_METHODS];
    struct comparison *rows = arena_alloc(arena, (size_t)s->n * sizeof *rows);
    int n = 0, size;

    for (int i = 0; (size = ranking_condition(s, i, block)) > 0; i++) {
        ranking_mark(block, size, emphases, p_best);
        for (int k = 0; k < size; k++)
            rows[n++] = (struct comparison){.r = block[k], .emphasis = emphases[k],
                                            .p_best = p_best[k]};
    }
    return rows;
}

struct comparisons comparisons_make(const struct selections *s,
                                    const struct adjust_type *correction, struct arena *arena)
{
    struct comparison *rows = make_rows(s, arena);
    struct comparisons c = {correction ? correction : &adjust_holm, rows, s->n, 0};
    double *p_t = arena_alloc(arena, (size_t)s->n * sizeof *p_t);
    double *p_w = arena_alloc(arena, (size_t)s->n * sizeof *p_w);

    for (int i = 0; i < s->n; i++) {
        const struct selection *base = select_beside(s, rows[i].r, s->plan.baseline);

        rows[i].is_tested = base && base != rows[i].r && base->n && rows[i].r->n;
        rows[i].against = rows[i].is_tested ? select_compare(rows[i].r, base)
                                            : paired_compare(NULL, NULL, 0);
        p_t[i] = rows[i].against.t.p;
        p_w[i] = rows[i].against.signed_rank.p;
        c.n_tests += rows[i].is_tested;
    }
    c.correction->run(p_t, s->n, p_t);
    c.correction->run(p_w, s->n, p_w);
    for (int i = 0; i < s->n; i++) {
        rows[i].p_t = p_t[i];
        rows[i].p_signed_rank = p_w[i];
    }
    return c;
}

/* 1 better, -1 worse, 0 not told apart. */
static int direction(const struct comparison *c)
{
    if (!(c->p_t <= LEVEL))
        return 0;
    return c->against.difference.mean > 0 ? 1 : -1;
}

static void judge_once(const struct comparison *c, struct text *t)
{
    static const char *const words[] = {"worse", "not told apart", "better"};
    const struct summary *d = &c->against.difference;

    text_printf(t, "%s is %s (%+.2f", c->r->method, words[direction(c) + 1], 100 * d->mean);
    if (isfinite(d->half_width))
        text_printf(t, " ± %.2f points, p = %.3g)", 100 * d->half_width, c->p_t);
    else
        text_printf(t, " points, one seed)");
}

static void judge_over(const struct comparisons *c, const char *method, struct text *t)
{
    int n = 0, n_better = 0, n_worse = 0;

    for (int i = 0; i < c->n; i++) {
        if (!c->items[i].is_tested || strcmp(c->items[i].r->method, method) != 0)
            continue;
        n++;
        n_better += direction(&c->items[i]) > 0;
        n_worse += direction(&c->items[i]) < 0;
    }
    text_printf(t, "%s is better in %d, worse in %d and not told apart in %d of %d conditions", method,
                n_better, n_worse, n - n_better - n_worse, n);
}

void comparisons_verdict(const struct selections *s, const struct comparisons *c, struct text *t)
{
    bool has_conditions = s->n > 0 && strcmp(s->items[0].condition, s->items[s->n - 1].condition);
    int n = 0;

    if (c->n_tests == 0) {
        text_printf(t, "Nothing to compare yet.");
        return;
    }
    for (int i = 0; i < c->n; i++) {
        bool is_first = c->items[i].is_tested;

        for (int k = 0; k < i && is_first; k++)
            is_first = !c->items[k].is_tested ||
                       strcmp(c->items[k].r->method, c->items[i].r->method) != 0;
        if (!is_first)
            continue;
        if (n++)
            text_printf(t, "; ");
        else
            text_printf(t, "Against %s: ", s->plan.baseline);
        if (has_conditions)
            judge_over(c, c->items[i].r->method, t);
        else
            judge_once(&c->items[i], t);
    }
    text_printf(t, " (paired t-test at 5%%, %s-corrected over %d comparison%s).",
                c->correction->title, c->n_tests, c->n_tests == 1 ? "" : "s");
}
