/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/effects.h"

#include "stats/paired.h"
#include "stats/rliable.h"

#include <math.h>

/* Of a's runs alone. */
static void describe(const struct selection *a, struct rng rng, struct effects *e)
{
    e->iqm = rliable_iqm(a->test, a->n);
    e->iqm_ends = rliable_iqm_interval(a->test, a->n, rng_derive(rng, "iqm"), 0.95);
}

struct effects effects_of(const struct selection *a, const struct selection *b, double rope, int stream)
{
    struct effects e = {.bca = {NAN, NAN}, .improvement = NAN, .improvement_ends = {NAN, NAN},
                        .bayes = {NAN, NAN, NAN, 0}};
    struct rng rng = rng_index(rng_seed(0), (uint64_t)stream);
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *y);
    double *d = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *d);
    int n = b ? select_pairs(a, b, x, y) : 0;
    struct test_input in = {x, y, n, n, rng};
    struct bootstrap bootstrap;

    describe(a, rng, &e);
    if (b) {
        test_differences(&in, d);
        bootstrap_mean(d, n, rng, 0.95, &bootstrap);
        e.bca = bootstrap.bca;
        e.bayes = bayes_signed_rank(&in, rope);
        e.improvement = probability_of_improvement(a->test, a->n, b->test, b->n);
        e.improvement_ends = rliable_improvement_interval(a->test, a->n, b->test, b->n,
                                                          rng_derive(rng, "improvement"), 0.95);
    }
    arena_release(&arena);
    return e;
}

void effects_caption(struct text *t, const struct selections *s, double rope)
{
    const struct measure *m = &s->measure;
    const char *baseline = s->plan.baseline;

    text_printf(t, " BCa: 95%% bootstrap interval of the difference%s (%d draws; too narrow with "
                   "few seeds). g: Hedges' g of the paired differences. P(%s%s): probability that a run "
                   "is %s one of %s (unpaired, ties half), IQM: interquartile mean%s, each with "
                   "its 95%% percentile interval, for which runs are drawn anew by method. Posterior: "
                   "Bayesian signed-rank test (a pair at either end of the rope is equal: ours), "
                   "probability that %s is better / that they differ by at most %g%s / that the "
                   "method is better. None of these is corrected.",
                m->type->is_share ? " in points" : "", BOOTSTRAP_DRAWS, m->sign < 0 ? "<" : ">", baseline,
                m->sign < 0 ? "below" : "above", baseline, m->in_percent, baseline, m->unit * rope,
                m->points);
}
