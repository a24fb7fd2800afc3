/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranking.h"

#include "stats/adjust.h"
#include "stats/summary.h"
#include "stats/test.h"

#include <math.h>
#include <string.h>

static const double LEVEL = 0.05;

static struct test_result test_pair(const struct selection *a, const struct selection *b)
{
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *y);
    int n = select_pairs(a, b, x, y);
    struct test_result result = test_paired_t.run(&(struct test_input){.a = x, .b = y, .n_a = n, .n_b = n});

    arena_release(&arena);
    return result;
}

/* Of each against the best, corrected over all pairs: which one is best was seen in the same values, so
 * that corrected over n - 1 of them, equal methods would differ from it far too often (check-stats). */
static void test_best(const struct selection *const *rows, int n, int best, double *ret_p)
{
    struct arena arena = {0};
    double *p = arena_alloc(&arena, ((size_t)n * (size_t)n + 1) * sizeof *p);
    int n_pairs = 0;

    for (int i = 0; i < n; i++)
        if (i != best)
            p[n_pairs++] = test_pair(rows[i], rows[best]).p;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            if (i != best && k != best)
                p[n_pairs++] = test_pair(rows[i], rows[k]).p;
    adjust_holm.run(p, n_pairs, p);
    for (int i = 0, at = 0; i < n; i++)
        ret_p[i] = i == best ? NAN : p[at++];
    arena_release(&arena);
}

/* Is it worse than the best without a test that could say so? One that diverged always, and one that is worse by
 * the same in all seeds. */
static bool is_plainly_worse(const struct selection *r, const struct selection *best)
{
    enum test_reason reason = test_pair(r, best).reason;

    return r->n_diverged_here == r->n ||
           (reason == TEST_NO_SPREAD && board_exceeds(summary_of(best->test, best->n).mean, summary_of(r->test, r->n).mean));
}

void ranking_mark(const struct selection *const *rows, int n, enum emphasis *ret_emphases,
                  double *ret_p)
{
    double p[EXPERIMENT_MAX_METHODS] = {0}, best_mean = -INFINITY;
    int best = -1, n_there = 0, most = 0;

    for (int i = 0; i < n; i++)
        most = rows[i]->n > most ? rows[i]->n : most;
    for (int i = 0; i < n; i++) {
        double mean = summary_of(rows[i]->test, rows[i]->n).mean;

        p[i] = NAN;
        ret_emphases[i] = EMPHASIS_NONE;
        n_there += rows[i]->n > 0;
        if (rows[i]->n == most && board_exceeds(mean, best_mean)) { /* of equals, but for rounding, the first */
            best_mean = mean;
            best = i;
        }
    }
    if (best >= 0)
        test_best(rows, n, best, p);
    for (int i = 0; i < n && n_there > 1; i++) {
        bool has_mean = isfinite(summary_of(rows[i]->test, rows[i]->n).mean);

        if (i == best)
            ret_emphases[i] = EMPHASIS_BEST;
        else if (has_mean && best >= 0 && !(p[i] <= LEVEL) && !is_plainly_worse(rows[i], rows[best]))
            ret_emphases[i] = EMPHASIS_CLOSE;
    }
    if (ret_p)
        memcpy(ret_p, p, (size_t)n * sizeof *p);
}

int ranking_condition(const struct selections *s, int i, const struct selection **ret_rows)
{
    int n = i < s->n_conditions ? s->starts[i + 1] - s->starts[i] : 0;

    n = n < EXPERIMENT_MAX_METHODS ? n : EXPERIMENT_MAX_METHODS;
    memcpy(ret_rows, s->by_condition + (n ? s->starts[i] : 0), (size_t)n * sizeof *ret_rows);
    return n;
}
