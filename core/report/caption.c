/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/caption.h"

#include "stats/power.h"

#include <string.h>

/* The budgets of the first condition; a plan gives all conditions the same points. */
static void add_budgets(struct text *t, const struct selections *s)
{
    const struct selection *first = &s->items[0];
    bool is_unequal = false;

    for (int i = 0; i < s->n; i++)
        is_unequal |= s->items[i].n_points != first->n_points;
    if (!is_unequal) {
        text_printf(t, " from %d configuration%s each.", first->n_points,
                    first->n_points == 1 ? "" : "s");
        return;
    }
    text_printf(t, ". TUNING BUDGETS DIFFER, which favours the larger: configurations tried");
    for (int i = 0, n = 0; i < s->n; i++)
        if (strcmp(s->items[i].condition, first->condition) == 0)
            text_printf(t, "%s %s %d", n++ ? "," : "", s->items[i].method, s->items[i].n_points);
    text_printf(t, ".");
}

void caption_selection(struct text *t, const struct selections *s)
{
    text_printf(t, " The configuration with the best mean validation %s is selected",
                s->plan.measure->title);
    add_budgets(t, s);
}

void caption_emphasis(struct text *t, const struct table_options *options)
{
    if (options->format->best)
        text_printf(t, " Best mean %s; %s: not significantly worse (paired t-test at 5%%, "
                       "Holm-corrected over the comparisons with the best).",
                    options->format->best, options->format->close);
}

/* What became of the runs of selections. */
struct tally {
    int n_planned, n_ended, n_diverged, n_failed;
};

static void tally_add(struct tally *tally, const struct selection *r)
{
    tally->n_planned += r->n_planned;
    tally->n_ended += r->n_finished + r->n_diverged;
    tally->n_diverged += r->n_diverged;
    tally->n_failed += r->n_failed;
}

static void tally_write(const struct tally *tally, const struct store_measure *measure, struct text *t)
{
    int n_missing = tally->n_planned - tally->n_ended - tally->n_failed;

    text_printf(t, " Of %d runs %d ended", tally->n_planned, tally->n_ended);
    if (tally->n_diverged)
        text_printf(t, ", %d of them DIVERGED (counted as %s 0)", tally->n_diverged, measure->title);
    text_printf(t, ", %d failed, %d %s missing.", tally->n_failed, n_missing,
                n_missing == 1 ? "is" : "are");
}

void caption_runs(struct text *t, const struct selections *s)
{
    struct tally tally = {0};
    int n_most = 0;

    for (int i = 0; i < s->n; i++) {
        tally_add(&tally, &s->items[i]);
        n_most = s->items[i].n > n_most ? s->items[i].n : n_most;
    }
    if (n_most > 1 && power_least_p(n_most) > 0.05)
        text_printf(t, " With %d seeds the signed-rank test cannot give p below %g.", n_most,
                    power_least_p(n_most));
    tally_write(&tally, s->plan.measure, t);
}

void caption_fresh(struct text *t, const struct selections *s, const struct comparisons *c)
{
    struct tally tally = {0};

    if (!s->fresh)
        return;
    for (int i = 0; i < s->n; i++)
        if (s->items[i].fresh)
            tally_add(&tally, s->items[i].fresh);
    text_printf(t, " Fresh seeds: the selected configurations trained again on seeds that selected "
                   "nothing, so that the choice flatters none of these numbers; mean, 95%% t interval, "
                   "and differences paired by fresh seed");
    if (c->n_tests[ON_FRESH])
        text_printf(t, ", p %s-corrected over their own %d comparison%s", c->correction->title,
                    c->n_tests[ON_FRESH], c->n_tests[ON_FRESH] == 1 ? "" : "s");
    text_printf(t, ".");
    tally_write(&tally, s->plan.measure, t);
}

void caption_caveats(struct text *t, const char *caveats)
{
    if (*caveats)
        text_printf(t, " Our choice, as no source that we read says it: %s.", caveats);
}

void caption_published(struct text *t, const struct table_options *options)
{
    const struct published *p = options->published;

    if (!p || p->n == 0)
        return;
    text_printf(t, " Published numbers were measured elsewhere and are in no test:");
    for (int mark = 1; mark <= p->n_marks; mark++) {
        int i = 0;

        while (p->items[i].mark != mark)
            i++;
        text_printf(t, "%s [%d] %s, %s", mark > 1 ? ";" : "", mark, p->items[i].setting,
                    p->items[i].source);
    }
    text_printf(t, ".");
}
