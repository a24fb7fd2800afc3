/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/mcnemar.h"
#include "analysis/versions.h"
#include "stats/paired.h"
#include "store/caveats.h"
#include "table/caption.h"
#include "table/table.h"

#include <math.h>
#include <string.h>

static int check_method(const struct selections *s, const char *method, struct error *err)
{
    const char *names[EXPERIMENT_MAX_METHODS + 1] = {0};

    for (int i = 0; i < s->plan.n_methods; i++) {
        names[i] = s->plan.methods[i];
        if (strcmp(names[i], method) == 0)
            return 0;
    }
    return text_unknown(err, "method", method, names);
}

/* The seeds on which both ended, as places in a and b. */
struct pairs {
    int n;
    int *a, *b;
    struct mcnemar_pair *answers;
    int n_answers; /* pairs whose answers were kept */
};

static int read_pairs(struct store *store, const struct selection *a, const struct selection *b,
                      struct arena *arena, struct pairs *ret_pairs, struct error *err)
{
    struct pairs p = {.a = arena_alloc(arena, (size_t)(a->n + 1) * sizeof *p.a),
                      .b = arena_alloc(arena, (size_t)(a->n + 1) * sizeof *p.b),
                      .answers = arena_alloc(arena, (size_t)(a->n + 1) * sizeof *p.answers)};

    for (int i = 0, k = 0; i < a->n; i++) { /* seeds rise in both */
        while (k < b->n && b->seeds[k] < a->seeds[i])
            k++;
        if (k == b->n || b->seeds[k] != a->seeds[i])
            continue;
        if (mcnemar_compare(store, a->runs[i], b->runs[k], &p.answers[p.n], err) < 0)
            return -1;
        p.n_answers += p.answers[p.n].n > 0;
        p.a[p.n] = i;
        p.b[p.n++] = k;
    }
    *ret_pairs = p;
    return 0;
}

/* With what was selected, if there was a choice. */
static const char *name_of(const struct selections *s, const struct selection *r, struct arena *arena)
{
    const char *choices = r->point ? select_choices(arena, r, s->in, 3) : "no run";

    return *choices ? arena_printf(arena, "%s (%s)", r->method, choices) : r->method;
}

/* Of the ranks of positive differences, as people see them. */
static double rank_sum(const struct measure *m, const struct paired *p)
{
    int n = p->n - p->signed_rank.n_zeros;

    return m->sign < 0 ? n * (n + 1) / 2.0 - p->signed_rank.statistic : p->signed_rank.statistic;
}

/* Those that there are, and why the others are not. */
static void write_p(const struct measure *m, const struct selection *a, const struct selection *b, const struct paired *p,
                    struct text *t)
{
    double low, high;

    measure_show_ends(m, p->difference.mean - p->difference.half_width,
                      p->difference.mean + p->difference.half_width, &low, &high);
    if (isfinite(p->difference.half_width)) {
        text_printf(t, ", 95%% t interval ");
        measure_add(t, m->signed_format, low);
        text_printf(t, " to ");
        measure_add(t, m->signed_format, high);
        text_printf(t, "; n = %d pairs; paired t = %.3f, p = %.4g", p->n,
                    text_tidy_zero("%.3f", m->sign * p->t.statistic), p->t.p);
    } else
        text_printf(t, "; n = %d pair%s; no t-test (%s)", p->n, p->n == 1 ? "" : "s",
                    test_reason_name(p->t.reason));
    if (isfinite(p->signed_rank.p))
        text_printf(t, "; Wilcoxon signed-rank V = %g, p = %.4g (%s%s)", rank_sum(m, p),
                    p->signed_rank.p, test_way_name(p->signed_rank.way),
                    p->signed_rank.has_ties ? ", ties share mean ranks" : "");
    if (isfinite(p->sign_flip.p))
        text_printf(t, "; sign-flip permutation p = %.4g (%s)", p->sign_flip.p,
                    test_way_name(p->sign_flip.way));
    if (isfinite(p->cohens_dz))
        text_printf(t, "; Cohen's d_z = %.2f", text_tidy_zero("%.2f", m->sign * p->cohens_dz));
    if (isfinite(p->hedges_g))
        text_printf(t, ", Hedges' g = %.2f", text_tidy_zero("%.2f", m->sign * p->hedges_g));
    if (a->n > 0 && b->n > 0)
        text_printf(t, "; %s is %s %s with probability %.2f (runs unpaired, ties half)", a->method,
                    m->sign < 0 ? "below" : "above", b->method, probability_of_improvement(a->test, a->n, b->test, b->n));
    text_printf(t, ".");
    if (isfinite(p->signed_rank.p))
        text_printf(t, " Two-sided, not corrected for other comparisons.");
}

static void write_tests(const struct selections *s, const struct selection *a, const struct selection *b,
                        const struct paired *p, const struct pairs *pairs, struct arena *arena,
                        struct text *t)
{
    const struct measure *m = &s->measure;

    text_printf(t, "Test %s%s. %s minus %s%s%s", m->title, m->in_percent, name_of(s, a, arena),
                name_of(s, b, arena), a->condition[0] ? ", " : "",
                label_short(&a->condition_label, arena));
    if (isfinite(p->difference.mean)) {
        text_add_string(t, ": ");
        measure_add_difference(t, m, p->difference.mean);
    }
    write_p(m, a, b, p, t);
    if (p->signed_rank.n_zeros)
        text_printf(t, " %d difference%s of 0 left out of the ranks.", p->signed_rank.n_zeros,
                    p->signed_rank.n_zeros == 1 ? " is" : "s are");
    if (pairs->n_answers)
        text_printf(t, " Alone: test examples that this method has right and the other wrong; McNemar's "
                       "exact test is of the two trained models of a seed, not of the methods.");
    if (s->in == SELECT_IN_ALL && (a->n_points > 1 || b->n_points > 1))
        text_printf(t, " ONE CONFIGURATION of each was selected over all seeds: these are tests of the two, not of "
                       "the methods.");
    if (a->n_diverged_here + b->n_diverged_here)
        text_printf(t, " %d of these runs DIVERGED (%s).", a->n_diverged_here + b->n_diverged_here,
                    measure_worst(m, arena));
}

/* What of the methods is our choice; which code computed them, where it is more than one. */
static void write_origin(const struct store_caveats *caveats, const struct versions *versions,
                         struct text *t)
{
    caption_caveats(t, caveats);
    if (versions->n < 2)
        return;
    text_printf(t, " All runs of these methods come from %d versions of the code: ", versions->n);
    versions_list(versions, t);
    text_printf(t, ".");
}

static void add_columns(struct sheet *g, const char *a, const char *b, bool has_answers)
{
    enum sheet_reader reader = has_answers ? SHEET_ALL : SHEET_PROGRAMS;

    sheet_column(g, (struct sheet_column){"condition", "condition", SHEET_PROGRAMS, false});
    sheet_column(g, (struct sheet_column){"seed", "seed", SHEET_ALL, true});
    sheet_column(g, (struct sheet_column){a, a, SHEET_ALL, true});
    sheet_column(g, (struct sheet_column){b, b, SHEET_ALL, true});
    sheet_column(g, (struct sheet_column){"difference", "difference", SHEET_ALL, true});
    sheet_column(g, (struct sheet_column){arena_printf(g->arena, "%s alone", a), "a_alone_right", reader,
                                          true});
    sheet_column(g, (struct sheet_column){arena_printf(g->arena, "%s alone", b), "b_alone_right", reader,
                                          true});
    sheet_column(g, (struct sheet_column){"p (McNemar)", "p_mcnemar", reader, true});
}

static void add_pairs(struct sheet *g, const struct measure *m, const struct selection *a, const struct selection *b,
                      const struct pairs *pairs)
{
    for (int i = 0; i < pairs->n; i++) {
        double x = a->test[pairs->a[i]], y = b->test[pairs->b[i]];
        const struct mcnemar_pair *answers = &pairs->answers[i];

        sheet_text(g, label_short(&a->condition_label, g->arena));
        sheet_number(g, "%.0f", a->seeds[pairs->a[i]]);
        sheet_number(g, m->format, measure_shown(m, x));
        sheet_number(g, m->format, measure_shown(m, y));
        sheet_number(g, m->signed_format, measure_shown(m, x - y));
        sheet_number(g, "%.0f", answers->n ? answers->a_alone : NAN);
        sheet_number(g, "%.0f", answers->n ? answers->b_alone : NAN);
        sheet_p(g, answers->p);
    }
}

/* A sheet and a caption for each condition; for programs one sheet with all. */
int table_compare(struct store *store, const struct selections *s, const char *a, const char *b,
                  const struct table_options *options, struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    struct sheet g = {.arena = &arena};
    struct versions versions;
    struct store_caveats caveats;
    int n = 0, result = -1;

    if (check_method(s, a, err) < 0 || check_method(s, b, err) < 0)
        return -1;
    if (strcmp(a, b) == 0)
        return error_set(err, "both are \"%s\": there is nothing to compare", a);
    if (caveats_read(store, &s->plan, a, b, &arena, &caveats, err) < 0 ||
        versions_read(store, s, a, b, &arena, &versions, err) < 0)
        goto out;
    for (int i = 0; i < s->n; i++) {
        const struct selection *x = &s->items[i], *y = select_beside(s, x, b);
        struct text caption = {0};
        struct pairs pairs;
        struct paired p;

        if (strcmp(x->method, a) != 0 || !y)
            continue;
        if (read_pairs(store, x, y, &arena, &pairs, err) < 0)
            goto out;
        if (n++ == 0)
            add_columns(&g, a, b, pairs.n_answers > 0);
        add_pairs(&g, &s->measure, x, y, &pairs);
        if (options->format->is_for_programs)
            continue;
        p = select_compare(x, y);
        write_tests(s, x, y, &p, &pairs, &arena, &caption);
        write_origin(&caveats, &versions, &caption);
        text_printf(ret_text, n > 1 ? "\n" : "");
        sheet_write(&g, options->format, caption.s, ret_text);
        text_release(&caption);
        g.n_cells = 0;
    }
    if (n > 0 && options->format->is_for_programs)
        sheet_write(&g, options->format, NULL, ret_text);
    result = n ? 0 : error_set(err, "\"%s\" and \"%s\" have no condition in common", a, b);
out:
    arena_release(&arena);
    return result;
}
