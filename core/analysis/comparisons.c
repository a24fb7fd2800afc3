/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/comparisons.h"

#include "stats/equivalence.h"

#include <math.h>
#include <string.h>

static const double LEVEL = 0.05;

static struct comparison *make_rows(const struct selections *s, struct arena *arena)
{
    const struct selection *block[EXPERIMENT_MAX_METHODS];
    enum emphasis emphases[EXPERIMENT_MAX_METHODS];
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

static struct test_result test_equal(const struct selection *r, const struct selection *base, double rope,
                                     struct arena *arena)
{
    double *x = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *x);
    double *y = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *y);
    int n = select_pairs(r, base, x, y);

    return equivalence_tost(&(struct test_input){.a = x, .b = y, .n_a = n, .n_b = n}, rope);
}

static struct contrast test_pair(const struct selection *r, const struct selection *base, double rope,
                                 struct arena *arena)
{
    struct test_result none = {.statistic = NAN, .p = NAN};
    bool is_tested = r && base && base != r && base->n && r->n;

    return (struct contrast){
        .is_tested = is_tested,
        .against = is_tested ? select_compare(r, base) : paired_compare(NULL, NULL, 0),
        .equal = is_tested && rope > 0 ? test_equal(r, base, rope, arena) : none,
    };
}

/* Gives the numbers of tests. A p that does not exist is in no correction. */
static struct n_tests correct(struct comparison *rows, int n, int on,
                              const struct adjust_type *correction, struct arena *arena)
{
    double *p_t = arena_alloc(arena, (size_t)n * sizeof *p_t);
    double *p_w = arena_alloc(arena, (size_t)n * sizeof *p_w);
    double *p_equal = arena_alloc(arena, (size_t)n * sizeof *p_equal);
    struct n_tests n_tests = {0};

    for (int i = 0; i < n; i++) {
        const struct contrast *c = &rows[i].on[on];

        p_t[i] = c->against.t.p;
        p_w[i] = c->against.signed_rank.p;
        p_equal[i] = c->equal.p;
        n_tests.compared += c->is_tested;
        n_tests.t += !isnan(p_t[i]);
        n_tests.signed_rank += !isnan(p_w[i]);
        n_tests.equal += !isnan(p_equal[i]);
    }
    correction->run(p_t, n, p_t);
    correction->run(p_w, n, p_w);
    correction->run(p_equal, n, p_equal);
    for (int i = 0; i < n; i++) {
        rows[i].on[on].p_t = p_t[i];
        rows[i].on[on].p_signed_rank = p_w[i];
        rows[i].on[on].p_equal = p_equal[i];
        rows[i].on[on].simultaneous = summary_simultaneous(&rows[i].on[on].against.difference, n_tests.t);
    }
    return n_tests;
}

struct comparisons comparisons_make(const struct selections *s, const struct adjust_type *correction,
                                    double rope, struct arena *arena)
{
    struct comparison *rows = make_rows(s, arena);
    struct comparisons c = {.correction = correction ? correction : &adjust_holm, .rope = rope,
                            .items = rows, .n = s->n};

    for (int i = 0; i < s->n; i++) {
        const struct selection *r = rows[i].r, *base = select_beside(s, r, s->plan.baseline);

        rows[i].on[ON_TUNED] = test_pair(r, base, rope, arena);
        rows[i].on[ON_FRESH] = test_pair(r->fresh, base ? base->fresh : NULL, rope, arena);
    }
    for (int on = 0; on < N_ON; on++)
        c.n_tests[on] = correct(rows, s->n, on, c.correction, arena);
    return c;
}

/* 1 better, -1 worse, 0 not told apart. */
static int direction(const struct contrast *c)
{
    if (!(c->p_t <= LEVEL))
        return 0;
    return c->against.difference.mean > 0 ? 1 : -1;
}

const char *comparisons_no_test(const struct contrast *c)
{
    const struct paired *p = &c->against;

    return p->t.reason == TEST_SOUND ? NULL
           : !c->is_tested           ? "no runs of both"
                                     : test_reason_name(p->t.reason);
}

static void judge_once(const struct measure *m, const char *method, const struct contrast *c, double rope,
                       struct text *t)
{
    static const char *const words[] = {"worse", "not told apart", "better"};
    bool is_equal = c->p_equal <= LEVEL;
    const struct summary *d = &c->against.difference;
    const char *no_test = comparisons_no_test(c);

    text_printf(t, "%s is %s", method, words[direction(c) + 1]);
    if (is_equal)
        text_printf(t, ", %sequal to within %g%s", direction(c) ? "but " : "", m->unit * rope, m->points);
    text_printf(t, " (");
    if (isfinite(d->mean))
        measure_add(t, m->signed_format, measure_shown(m, d->mean));
    if (no_test) {
        text_printf(t, "%s%sno test: %s)", isfinite(d->mean) ? m->points : "", isfinite(d->mean) ? "; " : "",
                    no_test);
        return;
    }
    text_add_string(t, " ± ");
    text_printf(t, m->format, m->unit * d->half_width);
    text_printf(t, "%s, p = %.3g", m->points, c->p_t);
    if (is_equal)
        text_printf(t, "; that of equivalence is %.3g", c->p_equal);
    text_add_string(t, ")");
}

static void judge_over(const struct comparisons *c, int on, const char *method, struct text *t)
{
    int n = 0, n_better = 0, n_worse = 0;

    for (int i = 0; i < c->n; i++) {
        const struct contrast *one = &c->items[i].on[on];

        if (!one->is_tested || strcmp(c->items[i].r->method, method) != 0)
            continue;
        n++;
        n_better += direction(one) > 0;
        n_worse += direction(one) < 0;
    }
    text_printf(t, "%s is better in %d, worse in %d and not told apart in %d of %d conditions", method,
                n_better, n_worse, n - n_better - n_worse, n);
}

/* Each method once, by its first test. */
static void judge_all(const struct measure *m, const struct comparisons *c, bool has_conditions, int on,
                      struct text *t)
{
    int n = 0;

    for (int i = 0; i < c->n; i++) {
        const struct comparison *row = &c->items[i];
        bool is_first = row->on[on].is_tested;

        for (int k = 0; k < i && is_first; k++)
            is_first = !c->items[k].on[on].is_tested ||
                       strcmp(c->items[k].r->method, row->r->method) != 0;
        if (!is_first)
            continue;
        if (n++)
            text_printf(t, "; ");
        if (has_conditions)
            judge_over(c, on, row->r->method, t);
        else
            judge_once(m, row->r->method, &row->on[on], c->rope, t);
    }
    if (c->n_tests[on].t == 0)
        text_printf(t, ".");
    else
        text_printf(t, " (paired t-test at 5%%, %s-corrected over %d comparison%s%s).",
                c->correction->title, c->n_tests[on].t, c->n_tests[on].t == 1 ? "" : "s",
                c->n_tests[on].t > 1 && !has_conditions ? "; intervals by themselves" : "");
}

void comparisons_verdict(const struct selections *s, const struct comparisons *c, struct text *t)
{
    bool has_conditions = s->n > 0 && strcmp(s->items[0].condition, s->items[s->n - 1].condition);

    if (c->n_tests[ON_TUNED].compared == 0) {
        text_printf(t, "Nothing to compare yet.");
        return;
    }
    text_printf(t, "Against %s: ", s->plan.baseline);
    judge_all(&s->measure, c, has_conditions, ON_TUNED, t);
    if (c->n_tests[ON_FRESH].compared == 0)
        return;
    text_printf(t, " On fresh seeds, against %s: ", s->plan.baseline);
    judge_all(&s->measure, c, has_conditions, ON_FRESH, t);
}
