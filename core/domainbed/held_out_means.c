/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/held_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double held_out_sum(const double *x, int n)
{
    enum { LANES = 8, BLOCK = 128 };
    double lanes[LANES], sum = 0;
    int i = 0;

    if (n > BLOCK) {
        int half = n / 2 - n / 2 % LANES;

        return held_out_sum(x, half) + held_out_sum(x + half, n - half);
    }
    if (n >= LANES) {
        memcpy(lanes, x, sizeof lanes);
        for (i = LANES; i < n - n % LANES; i++)
            lanes[i % LANES] += x[i];
        sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
              ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    }
    for (; i < n; i++)
        sum += x[i];
    return sum;
}

/* numpy's mean and std(x / sqrt(n)), in percent; spoils x. */
static struct held_out_mean mean_of(double *x, int n)
{
    double mean = held_out_sum(x, n) / n, mean_share;

    if (n == 0)
        return (struct held_out_mean){0, NAN, NAN};
    for (int i = 0; i < n; i++)
        x[i] /= sqrt(n);
    mean_share = held_out_sum(x, n) / n;
    for (int i = 0; i < n; i++)
        x[i] = (x[i] - mean_share) * (x[i] - mean_share);
    return (struct held_out_mean){n, 100 * mean, 100 * sqrt(held_out_sum(x, n) / n)};
}

struct held_out_mean held_out_mean_environment(const struct held_out_cell *cells, int n,
                                               int method, int data, int environment)
{
    struct arena arena = {0};
    double *tests = arena_alloc(&arena, ((size_t)n + 1) * sizeof *tests);
    struct held_out_mean result;
    int n_tests = 0;

    for (int i = 0; i < n; i++)
        if (cells[i].method == method && cells[i].data == data &&
            cells[i].environment == environment)
            tests[n_tests++] = cells[i].selected->test;
    result = mean_of(tests, n_tests);
    arena_release(&arena);
    return result;
}

/* How many of the n cells are of the first one's method, data set and trial. */
static int trial_size(const struct held_out_cell *cells, int n)
{
    int size = 1;

    while (size < n && cells[size].method == cells->method && cells[size].data == cells->data &&
           cells[size].trial == cells->trial)
        size++;
    return size;
}

struct held_out_mean held_out_mean_data(const struct held_out_cell *cells, int n, int method,
                                        int data)
{
    struct arena arena = {0};
    double *means = arena_alloc(&arena, ((size_t)n + 1) * sizeof *means);
    struct held_out_mean result;
    int n_means = 0;

    for (int i = 0, size; i < n; i += size) {
        double tests[DOMAINBED_MAX_ENVIRONMENTS];

        size = trial_size(cells + i, n - i);
        for (int k = 0; k < size; k++)
            tests[k] = cells[i + k].selected->test;
        if (cells[i].method == method && cells[i].data == data)
            means[n_means++] = held_out_sum(tests, size) / size;
    }
    result = mean_of(means, n_means);
    arena_release(&arena);
    return result;
}

/* ---- the bootstrap ---- */

/* One trial's cells, and the random points among their candidates. */
struct trial {
    const struct held_out_cell *cells;
    int n_cells, n_random;
    int *random; /* [n_random] */
};

static struct trial make_trial(const struct held_out *h, const struct held_out_cell *cells, int n,
                               struct arena *arena)
{
    struct trial t = {.cells = cells, .n_cells = n};
    bool *is_there = arena_alloc(arena, ((size_t)h->n_points + 1) * sizeof *is_there);

    t.random = arena_alloc(arena, ((size_t)h->n_points + 1) * sizeof *t.random);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < cells[i].n_candidates; k++)
            is_there[cells[i].candidates[k].point] = true;
    for (int p = 0; p < h->n_points; p++)
        if (is_there[p] && held_out_draw(h->points[p]) > 0)
            t.random[t.n_random++] = p;
    return t;
}

/* The trial's mean test accuracy with its random draws drawn anew; is_out [n_points] says
 * which do not take part, and is left all false. NaN where nothing was drawn. */
static double redraw(const struct trial *t, bool *is_out, struct rng *rng)
{
    double sum = 0;
    int n = 0;

    for (int i = 0; i < t->n_random; i++)
        is_out[t->random[i]] = true;
    for (int i = 0; i < t->n_random; i++)
        is_out[t->random[rng_below(rng, (uint32_t)t->n_random)]] = false;
    for (int i = 0; i < t->n_cells; i++) {
        const struct held_out_candidate *best = NULL;

        for (int k = 0; k < t->cells[i].n_candidates; k++) {
            const struct held_out_candidate *c = &t->cells[i].candidates[k];

            if (!is_out[c->point] && (!best || c->validation >= best->validation))
                best = c;
        }
        if (best) {
            sum += best->test;
            n++;
        }
    }
    for (int i = 0; i < t->n_random; i++)
        is_out[t->random[i]] = false;
    return n ? sum / n : NAN;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

struct bootstrap_interval held_out_bootstrap(const struct held_out *h,
                                             const struct held_out_cell *cells, int n)
{
    struct bootstrap_interval result = {NAN, NAN};
    struct rng rng = rng_derive(rng_seed(0), "held_out");
    struct arena arena = {0};
    struct trial *trials = arena_alloc(&arena, ((size_t)n + 1) * sizeof *trials);
    double *means = arena_alloc(&arena, BOOTSTRAP_DRAWS * sizeof *means);
    bool *is_out = arena_alloc(&arena, ((size_t)h->n_points + 1) * sizeof *is_out);
    int n_trials = 0, n_means = 0;

    for (int i = 0, size; i < n; i += size) {
        size = trial_size(cells + i, n - i);
        trials[n_trials++] = make_trial(h, cells + i, size, &arena);
    }
    for (int k = 0; k < BOOTSTRAP_DRAWS && n_trials > 1; k++) {
        double sum = 0;

        for (int i = 0; i < n_trials; i++)
            sum += redraw(&trials[rng_below(&rng, (uint32_t)n_trials)], is_out, &rng);
        if (isfinite(sum))
            means[n_means++] = 100 * sum / n_trials;
    }
    if (n_means > 0) {
        qsort(means, (size_t)n_means, sizeof *means, by_value);
        result.low = bootstrap_quantile(means, n_means, 0.025);
        result.high = bootstrap_quantile(means, n_means, 0.975);
    }
    arena_release(&arena);
    return result;
}
