/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/numbers.h"

#include "table/sheet/json.h"

#include <math.h>
#include <string.h>

/* "lower" or "higher": which is better. */
static const char *better(const struct numbers_results *r)
{
    return r->options.smaller_is_better ? "lower" : "higher";
}

static const char *interval(struct arena *arena, double low, double high)
{
    return isfinite(low) ? arena_printf(arena, "%.6g to %.6g", low, high) : "-";
}

static void add_interval(struct sheet *g, double low, double high)
{
    sheet_cell(g, (struct sheet_cell){interval(g->arena, low, high), low, EMPHASIS_NONE});
    sheet_number(g, "%.6g", high);
}

/* ---- methods ---- */

static void write_methods(const struct numbers_results *r, const struct sheet_format *format,
                          struct arena *arena, struct text *t)
{
    static const struct sheet_column columns[] = {
        {"method", "method", SHEET_ALL, false},
        {"n", "n", SHEET_ALL, true},
        {"mean", "mean", SHEET_ALL, true},
        {"sd", "sd", SHEET_ALL, true},
        {"95% t interval", "t_low", SHEET_ALL, true},
        {"", "t_high", SHEET_PROGRAMS, true},
        {"percentile bootstrap", "percentile_low", SHEET_ALL, true},
        {"", "percentile_high", SHEET_PROGRAMS, true},
        {"BCa bootstrap", "bca_low", SHEET_ALL, true},
        {"", "bca_high", SHEET_PROGRAMS, true},
        {"mean rank", "mean_rank", SHEET_ALL, true},
    };
    struct sheet g = {.arena = arena};
    const char *caption;

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_column(&g, columns[i]);
    for (int m = 0; m < r->samples->n_methods; m++) {
        const struct numbers_method *x = &r->methods[m];

        sheet_text(&g, x->name);
        sheet_number(&g, "%.0f", x->summary.n);
        sheet_number(&g, "%.6g", x->summary.mean);
        sheet_number(&g, "%.3g", x->summary.sd);
        add_interval(&g, x->summary.mean - x->summary.half_width,
                     x->summary.mean + x->summary.half_width);
        add_interval(&g, x->bootstrap.percentile.low, x->bootstrap.percentile.high);
        add_interval(&g, x->bootstrap.bca.low, x->bootstrap.bca.high);
        sheet_number(&g, "%.3f", x->mean_rank);
    }
    caption = arena_printf(arena, "95%% intervals of the mean over %d blocks; bootstraps of %d draws, "
                           "seed %.0f, are too narrow with few values.%s%s", r->samples->n_blocks,
                           bootstrap_draws(r->samples->n_blocks), r->options.seed,
                           r->options.smaller_is_better ? " Lower is better." : "",
                           r->has_friedman ? " Mean rank over complete blocks, 1 is best." : "");
    sheet_write(&g, format, caption, t);
}

/* ---- pairs ---- */

static int count_tested(const struct numbers_results *r, int test)
{
    int n = 0;

    for (int i = 0; i < r->n_pairs; i++)
        n += !isnan(r->pairs[i].tests[test].p);
    return n;
}

/* "a" has "seed 1", b has "1": what they might have in common, where they have no block. */
static const char *first_block(const struct numbers *s, const char *method)
{
    int m = 0;

    while (strcmp(s->methods[m], method) != 0)
        m++;
    for (int b = 0; b < s->n_blocks; b++)
        if (!isnan(s->values[(size_t)b * (size_t)s->n_methods + (size_t)m]))
            return s->blocks[b];
    return "";
}

/* Which pairs lack a test, and why; the first few of each reason. */
static void tell_untested(const struct numbers_results *r, int test, struct text *t)
{
    enum { MAX_TOLD = 4 };

    for (enum test_reason reason = TEST_NO_PAIR; reason < TEST_NOT_SHARES; reason++) {
        const struct numbers_pair *first = NULL;
        int n = 0;

        for (int i = 0; i < r->n_pairs; i++) {
            const struct numbers_pair *p = &r->pairs[i];

            if (p->tests[test].reason != reason)
                continue;
            first = first ? first : p;
            if (n++ < MAX_TOLD)
                text_printf(t, "%s%s and %s", n > 1 ? ", " : " ", p->a, p->b);
        }
        if (n > MAX_TOLD)
            text_printf(t, " and %d more", n - MAX_TOLD);
        if (n > 0)
            text_printf(t, ": no %s (%s).", test_types[test]->title, test_reason_name(reason));
        if (first && reason == TEST_NO_PAIR)
            text_printf(t, " The first block of %s is \"%s\", of %s \"%s\".", first->a,
                        first_block(r->samples, first->a), first->b,
                        first_block(r->samples, first->b));
    }
}

static const char *pairs_caption(const struct numbers_results *r, struct arena *arena)
{
    struct text c = {0};
    const char *kept;
    int n_zeros = 0, n_ties = 0, n_few = 0, n_draws = BAYES_DRAWS;

    for (int i = 0; i < r->n_pairs; i++) {
        n_zeros += r->pairs[i].compared.signed_rank.n_zeros > 0;
        n_ties += r->pairs[i].compared.signed_rank.has_ties;
        n_few += r->pairs[i].compared.sign_flip.way == TEST_FEW_DRAWN;
        if (r->pairs[i].bayes.n_draws > 0 && r->pairs[i].bayes.n_draws < n_draws)
            n_draws = r->pairs[i].bayes.n_draws; /* large samples get fewer */
    }
    text_printf(&c, "Difference a minus b over common blocks and its 95%% t interval, by itself. Two-sided p, "
                    "each %s-corrected over the %d pair%s:", r->options.correction->title,
                r->n_pairs, r->n_pairs == 1 ? "" : "s");
    for (int k = 0; test_types[k]; k++) {
        int n = count_tested(r, k);

        if (!r->is_of_shares && test_types[k]->is_of_shares)
            continue;
        text_printf(&c, "%s %s (%s", k ? "," : "", test_types[k]->name, test_types[k]->title);
        if (n < r->n_pairs)
            text_printf(&c, ", over the %d it can test", n);
        text_printf(&c, ")");
    }
    text_printf(&c, ".");
    for (int k = 0; test_types[k]; k++)
        if (test_types[k] == &test_paired_t || test_types[k] == &test_welch)
            tell_untested(r, k, &c);
    if (n_few)
        text_printf(&c, " Of more than %d differences sign_flip draws %d times, not %d: in %d pair%s.",
                    SIGN_FLIP_MANY, SIGN_FLIP_FEW, SIGN_FLIP_DRAWS, n_few, n_few == 1 ? "" : "s");
    if (n_zeros)
        text_printf(&c, " Zeros left out of signed ranks in %d pair%s.", n_zeros,
                    n_zeros == 1 ? "" : "s");
    if (n_ties)
        text_printf(&c, " Ties share mean ranks in %d pair%s.", n_ties, n_ties == 1 ? "" : "s");
    text_printf(&c, " d_z is Cohen's, g is Hedges' correction of it. P(a%sb): of a value of a %s one "
                    "of b, ties half. Posterior of the Bayesian signed-rank test (rope %g, %d draws, "
                    "seed %.0f): b %s / equal / a %s.", r->options.smaller_is_better ? "<" : ">",
                r->options.smaller_is_better ? "below" : "above", r->options.rope, n_draws, r->options.seed,
                better(r), better(r));
    kept = arena_strdup(arena, c.s);
    text_release(&c);
    return kept;
}

static void add_pair(struct sheet *g, const struct numbers_results *r, const struct numbers_pair *p)
{
    const struct summary *d = &p->compared.difference;

    sheet_text(g, p->a);
    sheet_text(g, p->b);
    sheet_number(g, "%.0f", p->compared.n);
    sheet_cell(g, (struct sheet_cell){!isfinite(d->mean) ? "-" /* they share no block */
                                      : isfinite(d->half_width)
                                          ? arena_printf(g->arena, "%+.4g ± %.2g", d->mean,
                                                         d->half_width)
                                          : arena_printf(g->arena, "%+.4g", d->mean),
                                      d->mean, EMPHASIS_NONE});
    sheet_number(g, "%.6g", d->half_width);
    for (int k = 0; test_types[k]; k++) {
        if (!r->is_of_shares && test_types[k]->is_of_shares)
            continue;
        sheet_number(g, "%.6g", p->tests[k].statistic);
        sheet_p(g, p->tests[k].p);
        sheet_p(g, p->corrected[k]);
    }
    sheet_number(g, "%.2f", p->compared.cohens_dz);
    sheet_number(g, "%.2f", p->compared.hedges_g);
    sheet_number(g, "%.2f", p->improvement);
    sheet_cell(g, (struct sheet_cell){isfinite(p->bayes.left)
                                          ? arena_printf(g->arena, "%.2f / %.2f / %.2f",
                                                         p->bayes.left, p->bayes.rope,
                                                         p->bayes.right)
                                          : "-",
                                      p->bayes.left, EMPHASIS_NONE});
    sheet_number(g, "%.3f", p->bayes.rope);
    sheet_number(g, "%.3f", p->bayes.right);
}

static void write_pairs(const struct numbers_results *r, const struct sheet_format *format,
                        struct arena *arena, struct text *t)
{
    struct sheet g = {.arena = arena};

    sheet_column(&g, (struct sheet_column){"a", "a", SHEET_ALL, false});
    sheet_column(&g, (struct sheet_column){"b", "b", SHEET_ALL, false});
    sheet_column(&g, (struct sheet_column){"n", "n", SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){"difference", "difference", SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){"", "difference_ci95", SHEET_PROGRAMS, true});
    for (int k = 0; test_types[k]; k++) {
        const char *name = test_types[k]->name;

        if (!r->is_of_shares && test_types[k]->is_of_shares)
            continue;
        sheet_column(&g, (struct sheet_column){"", arena_printf(arena, "%s_statistic", name),
                                               SHEET_PROGRAMS, true});
        sheet_column(&g, (struct sheet_column){"", arena_printf(arena, "%s_p", name),
                                               SHEET_PROGRAMS, true});
        sheet_column(&g, (struct sheet_column){name, arena_printf(arena, "%s_p_corrected", name),
                                               SHEET_ALL, true});
    }
    sheet_column(&g, (struct sheet_column){"d_z", "cohens_dz", SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){"g", "hedges_g", SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){r->options.smaller_is_better ? "P(a<b)" : "P(a>b)", "probability_of_improvement", SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){"posterior", arena_printf(arena, "bayes_b_%s", better(r)), SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){"", "bayes_equal", SHEET_PROGRAMS, true});
    sheet_column(&g, (struct sheet_column){"", arena_printf(arena, "bayes_a_%s", better(r)), SHEET_PROGRAMS, true});
    for (int i = 0; i < r->n_pairs; i++)
        add_pair(&g, r, &r->pairs[i]);
    sheet_write(&g, format, pairs_caption(r, arena), t);
}

/* ---- all methods at once ---- */

static void write_friedman(const struct numbers_results *r, const struct sheet_format *format,
                           struct arena *arena, struct text *t)
{
    const struct friedman *f = &r->friedman;
    struct sheet g = {.arena = arena};

    sheet_column(&g, (struct sheet_column){"test", "test", SHEET_ALL, false});
    sheet_column(&g, (struct sheet_column){"statistic", "statistic", SHEET_ALL, true});
    sheet_column(&g, (struct sheet_column){"p", "p", SHEET_ALL, true});
    sheet_text(&g, "Friedman chi-squared");
    sheet_number(&g, "%.4g", f->chi_squared);
    sheet_p(&g, f->chi_squared_p);
    if (!isnan(f->exact_p)) {
        sheet_text(&g, "the same, all orders of ranks");
        sheet_number(&g, "%.4g", f->chi_squared);
        sheet_p(&g, f->exact_p);
    }
    sheet_text(&g, "Iman-Davenport F");
    sheet_number(&g, "%.4g", f->f);
    sheet_p(&g, f->f_p);
    sheet_write(&g, format,
                arena_printf(arena, "Do all %d methods rank alike over %d complete blocks (%d left "
                                    "out)? %sNemenyi's critical distance at 5%% is %.3f mean ranks; "
                                    "pairs are better judged by the signed-rank tests above, which "
                                    "do not depend on the other methods.",
                             f->n_methods, f->n_blocks, r->n_incomplete, isnan(f->f_p)      ? "They are equal in every block. "
                             : f->is_unanimous ? "All blocks rank them alike, so that F has no "
                                                 "bound; its p is that of all orders of ranks. "
                                               : "",
                             f->critical_distance), t);
}

void numbers_write(const struct numbers_results *r, const struct sheet_format *format,
                   struct arena *arena, struct text *t)
{
    if (format->is_for_programs) {
        write_pairs(r, format, arena, t);
        return;
    }
    write_methods(r, format, arena, t);
    text_printf(t, "\n");
    write_pairs(r, format, arena, t);
    if (r->has_friedman) {
        text_printf(t, "\n");
        write_friedman(r, format, arena, t);
    }
}

/* ---- JSON ---- */

static void json_interval(struct json *j, const char *name, double low, double high)
{
    json_open(j, name, '[');
    json_number(j, NULL, low);
    json_number(j, NULL, high);
    json_close(j, ']');
}

static void json_method(struct json *j, const struct numbers_method *m)
{
    const struct summary *s = &m->summary;

    json_open(j, NULL, '{');
    json_text(j, "name", m->name);
    json_number(j, "n", s->n);
    json_number(j, "mean", s->mean);
    json_number(j, "sd", s->sd);
    json_interval(j, "t_interval_95", s->mean - s->half_width, s->mean + s->half_width);
    json_interval(j, "percentile_interval_95", m->bootstrap.percentile.low,
                  m->bootstrap.percentile.high);
    json_interval(j, "bca_interval_95", m->bootstrap.bca.low, m->bootstrap.bca.high);
    json_number(j, "mean_rank", m->mean_rank);
    json_close(j, '}');
}

static void json_pair(struct json *j, const struct numbers_results *r, const struct numbers_pair *p)
{
    const struct summary *d = &p->compared.difference;

    json_open(j, NULL, '{');
    json_text(j, "a", p->a);
    json_text(j, "b", p->b);
    json_number(j, "n", p->compared.n);
    json_number(j, "difference", d->mean);
    json_number(j, "difference_sd", d->sd);
    json_interval(j, "difference_t_interval_95", d->mean - d->half_width, d->mean + d->half_width);
    json_number(j, "cohens_dz", p->compared.cohens_dz);
    json_number(j, "hedges_g", p->compared.hedges_g);
    json_number(j, "probability_of_improvement", p->improvement);
    json_open(j, "tests", '{');
    for (int k = 0; test_types[k]; k++) {
        const struct test_result *t = &p->tests[k];

        if (!r->is_of_shares && test_types[k]->is_of_shares)
            continue;
        json_open(j, test_types[k]->name, '{');
        json_number(j, "statistic", t->statistic);
        json_number(j, "p", t->p);
        json_number(j, "p_corrected", p->corrected[k]);
        json_text(j, "reason", test_reason_name(t->reason));
        json_number(j, "n", t->n);
        json_number(j, "n_zeros", t->n_zeros);
        json_bool(j, "has_ties", t->has_ties);
        json_text(j, "way", test_way_name(t->way));
        json_close(j, '}');
    }
    json_close(j, '}');
    json_open(j, "bayesian_signed_rank", '{');
    json_number(j, r->options.smaller_is_better ? "b_lower" : "b_higher", p->bayes.left);
    json_number(j, "equal", p->bayes.rope);
    json_number(j, r->options.smaller_is_better ? "a_lower" : "a_higher", p->bayes.right);
    json_close(j, '}');
    json_close(j, '}');
}

static void json_matrix(struct json *j, const char *name, const double *x, int n)
{
    json_open(j, name, '[');
    for (int i = 0; i < n; i++) {
        json_open(j, NULL, '[');
        for (int k = 0; k < n; k++)
            json_number(j, NULL, x[i * n + k]);
        json_close(j, ']');
    }
    json_close(j, ']');
}

void numbers_write_json(const struct numbers_results *r, struct text *t)
{
    struct json j = {.text = t};

    json_open(&j, NULL, '{');
    json_number(&j, "schema", 1);
    json_text(&j, "better", r->options.smaller_is_better ? "lower" : "higher");
    json_text(&j, "correction", r->options.correction->name);
    json_number(&j, "rope", r->options.rope);
    json_number(&j, "seed", r->options.seed);
    json_number(&j, "n_blocks", r->samples->n_blocks);
    json_open(&j, "methods", '[');
    for (int m = 0; m < r->samples->n_methods; m++)
        json_method(&j, &r->methods[m]);
    json_close(&j, ']');
    json_open(&j, "pairs", '[');
    for (int i = 0; i < r->n_pairs; i++)
        json_pair(&j, r, &r->pairs[i]);
    json_close(&j, ']');
    if (r->has_friedman) {
        const struct friedman *f = &r->friedman;

        json_open(&j, "friedman", '{');
        json_number(&j, "n_complete_blocks", f->n_blocks);
        json_number(&j, "chi_squared", f->chi_squared);
        json_number(&j, "chi_squared_p", f->chi_squared_p);
        json_number(&j, "exact_p", f->exact_p);
        json_number(&j, "iman_davenport_f", f->f);
        json_number(&j, "iman_davenport_p", f->f_p);
        json_number(&j, "nemenyi_critical_distance_5", f->critical_distance);
        json_matrix(&j, "nemenyi_p", f->nemenyi_p, f->n_methods);
        json_matrix(&j, "pairwise_signed_rank_p_holm", f->pairwise_p, f->n_methods);
        json_close(&j, '}');
    }
    json_close(&j, '}');
}
