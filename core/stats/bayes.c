/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/bayes.h"

#include "base/arena.h"
#include "stats/summary.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* As `sorted` ascends, partners that bring the mean of a pair below a limit become
 * fewer: one pass in either direction sees all pairs. */
struct bayes bayes_weigh(const double *sorted, const double *weights, int n, double rope)
{
    struct bayes r = {0};
    double above = 0, below = 0;
    int i_above = n, i_below = 0; /* above: weight of [i_above, n); below: of [0, i_below) */

    for (int i = 0; i < n; i++) {
        while (i_above > 0 && sorted[i] + sorted[i_above - 1] > 2 * rope)
            above += weights[--i_above];
        r.right += weights[i] * above;
    }
    for (int i = n - 1; i >= 0; i--) {
        while (i_below < n && sorted[i] + sorted[i_below] < -2 * rope)
            below += weights[i_below++];
        r.left += weights[i] * below;
    }
    r.rope = fmax(0, 1 - r.left - r.right);
    return r;
}

/* The differences that are not alike, in rising order, and how much each weighs before any
 * draw: how often it occurs, and the prior's half at 0. Weights of a Dirichlet distribution
 * are gamma variables over their sum, and those of equal differences add up to one. */
struct sample {
    double *values, *shapes, *weights; /* [n] each */
    int n;
};

static const double PRIOR = 0.5;

static struct sample group(const double *d, int n, struct arena *arena)
{
    struct sample s = {arena_alloc(arena, ((size_t)n + 1) * sizeof *s.values),
                       arena_alloc(arena, ((size_t)n + 1) * sizeof *s.shapes),
                       arena_alloc(arena, ((size_t)n + 1) * sizeof *s.weights), 0};
    double *sorted = arena_alloc(arena, ((size_t)n + 1) * sizeof *sorted);
    bool has_prior = false;

    memcpy(sorted, d, (size_t)n * sizeof *d); /* sorted[n] is the prior's 0 */
    qsort(sorted, (size_t)n + 1, sizeof *sorted, summary_ascending);
    for (int i = 0; i <= n; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1])
            s.values[s.n++] = sorted[i];
        s.shapes[s.n - 1] += sorted[i] != 0 || has_prior ? 1 : PRIOR;
        has_prior |= sorted[i] == 0;
    }
    return s;
}

/* Is it -1, 0 or 1 when read from its other end? 0: it is its own mirror image. */
static int side(const struct sample *s)
{
    for (int i = 0, k = s->n - 1; i < k; i++, k--) {
        if (s->values[k] != -s->values[i])
            return s->values[k] > -s->values[i] ? 1 : -1;
        if (s->shapes[k] != s->shapes[i])
            return s->shapes[k] > s->shapes[i] ? 1 : -1;
    }
    return 0;
}

static void mirror(struct sample *s)
{
    for (int i = 0, k = s->n - 1; i <= k; i++, k--) {
        double value = s->values[i], shape = s->shapes[i];

        s->values[i] = -s->values[k];
        s->shapes[i] = s->shapes[k];
        s->values[k] = -value;
        s->shapes[k] = shape;
    }
}

/* On (0, 1]: its logarithm is finite. */
static double uniform(struct rng *rng)
{
    return 1 - rng_uniform(rng);
}

/* A gamma variable of a shape that is a whole number of at least 1: Marsaglia and Tsang 2000, a
 * cube of a normal one that is taken or not; the sum of few exponentials is quicker. */
static double draw_gamma(double shape, struct rng *rng)
{
    enum { FEW = 8 };
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d), product = 1;

    if (shape <= FEW) {
        for (int i = 0; i < shape; i++)
            product *= uniform(rng);
        return -log(product);
    }
    for (;;) {
        double z = sqrt(-2 * log(uniform(rng))) * cos(2 * M_PI * rng_uniform(rng));
        double v = 1 + c * z;

        v *= v * v;
        if (v > 0 && log(uniform(rng)) < z * z / 2 + d - d * v + d * log(v))
            return d * v;
    }
}

static void draw_weights(struct sample *s, struct rng *rng)
{
    double sum = 0;

    for (int i = 0; i < s->n; i++) {
        double whole = floor(s->shapes[i]);

        s->weights[i] = whole > 0 ? draw_gamma(whole, rng) : 0;
        if (s->shapes[i] > whole) { /* gamma(1/2): half the square of a normal variable */
            double c = cos(2 * M_PI * rng_uniform(rng));

            s->weights[i] -= log(uniform(rng)) * c * c;
        }
        sum += s->weights[i];
    }
    for (int i = 0; i < s->n; i++)
        s->weights[i] /= sum;
}

static int draws_for(int n)
{
    int n_draws = BAYES_WORK / n;

    return n_draws > BAYES_DRAWS         ? BAYES_DRAWS
           : n_draws < BAYES_LEAST_DRAWS ? BAYES_LEAST_DRAWS
                                         : n_draws;
}

/* How often each of the three has most weight. */
static struct bayes sample_posterior(struct sample *s, double rope, struct rng rng)
{
    struct bayes wins = {.n_draws = draws_for(s->n)};

    for (int k = 0; k < wins.n_draws; k++) {
        struct bayes r;

        draw_weights(s, &rng);
        r = bayes_weigh(s->values, s->weights, s->n, rope);
        if (r.rope >= r.left && r.rope >= r.right)
            wins.rope++;
        else if (r.right > r.left)
            wins.right++;
        else
            wins.left++;
    }
    wins.left /= wins.n_draws;
    wins.rope /= wins.n_draws;
    wins.right /= wins.n_draws;
    return wins;
}

/* What a difference may be off by at most, and twice the rope with them: a sum of two within
 * it is at the rope. */
static double widen(double rope, const struct test_input *in)
{
    double most = rope * 0x1p-50;

    for (int i = 0; i < in->n_a; i++)
        most = fmax(most, test_error(&(struct test_input){&in->a[i], &in->b[i], 1, 1, in->rng}));
    return rope + most;
}

struct bayes bayes_signed_rank(const struct test_input *in, double rope)
{
    struct arena arena = {0};
    double *d = arena_alloc(&arena, (size_t)in->n_a * sizeof *d);
    struct bayes r = {.left = NAN, .rope = NAN, .right = NAN};

    assert(in->n_a == in->n_b);
    if (test_differences(in, d) == TEST_SOUND && rope >= 0) {
        struct sample s = group(d, in->n_a, &arena);
        int seen = side(&s);

        /* Seen from one side whatever a and b are called. */
        if (seen < 0)
            mirror(&s);
        r = sample_posterior(&s, widen(rope, in), rng_derive(in->rng, "bayes"));
        if (seen < 0)
            r = (struct bayes){r.right, r.rope, r.left, r.n_draws};
        else if (seen == 0)
            r.left = r.right = (r.left + r.right) / 2;
    }
    arena_release(&arena);
    return r;
}
