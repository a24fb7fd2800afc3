/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/effects.h"

#include "stats/paired.h"

#include <math.h>

struct effects effects_of(const struct selection *a, const struct selection *b, double rope, int stream)
{
    struct rng rng = rng_index(rng_seed(0), (uint64_t)stream);
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *y);
    struct bootstrap bootstrap;
    struct effects e;
    int n = select_pairs(a, b, x, y);

    for (int i = 0; i < n; i++)
        x[i] = (x[i] - y[i]) / SELECT_UNIT;
    bootstrap_mean(x, n, rng, 0.95, &bootstrap);
    e.bca = bootstrap.bca;
    e.bayes = bayes_signed_rank(x, n, rope, rng);
    e.improvement = probability_of_improvement(a->test, a->n, b->test, b->n);
    arena_release(&arena);
    return e;
}

void effects_columns(struct sheet *g, const char *baseline)
{
    const struct sheet_column columns[] = {
        {"BCa", "bca_low", SHEET_ALL, true},
        {"", "bca_high", SHEET_PROGRAMS, true},
        {"g", "", SHEET_PEOPLE, true}, /* programs have it in any table */
        {arena_printf(g->arena, "P(>%s)", baseline), "probability_of_improvement", SHEET_ALL, true},
        {"posterior", "bayes_baseline_higher", SHEET_ALL, true},
        {"", "bayes_equal", SHEET_PROGRAMS, true},
        {"", "bayes_method_higher", SHEET_PROGRAMS, true},
    };

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_column(g, columns[i]);
}

void effects_cells(struct sheet *g, const struct effects *e, double hedges_g)
{
    static const struct effects none = {{NAN, NAN}, NAN, {NAN, NAN, NAN}};
    const char *interval = "-", *posterior = "-";

    e = e ? e : &none;
    if (isfinite(e->bca.low))
        interval = arena_printf(g->arena, "%+.2f to %+.2f", 100 * e->bca.low, 100 * e->bca.high);
    if (isfinite(e->bayes.left))
        posterior = arena_printf(g->arena, "%.2f / %.2f / %.2f", e->bayes.left, e->bayes.rope,
                                 e->bayes.right);
    sheet_cell(g, (struct sheet_cell){interval, 100 * e->bca.low, SHEET_PLAIN});
    sheet_number(g, "%.2f", 100 * e->bca.high);
    sheet_number(g, "%.2f", hedges_g);
    sheet_number(g, "%.2f", e->improvement);
    sheet_cell(g, (struct sheet_cell){posterior, e->bayes.left, SHEET_PLAIN});
    sheet_number(g, "%.3f", e->bayes.rope);
    sheet_number(g, "%.3f", e->bayes.right);
}

void effects_caption(struct text *t, const char *baseline, double rope)
{
    text_printf(t, " BCa: 95%% bootstrap interval of the difference in points (%d draws; too narrow with "
                   "few seeds). g: Hedges' g of the paired differences. P(>%s): probability that a run "
                   "is above one of %s (unpaired, ties half). Posterior: Bayesian signed-rank test, "
                   "probability that %s is better / that they differ by at most %g points / that the "
                   "method is better. None of these is corrected.",
                BOOTSTRAP_DRAWS, baseline, baseline, baseline, 100 * rope);
}
