/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often tables of held-out environments (rule=) print p < 0.05 for two equal methods. */
#include "analysis/comparisons.h"
#include "bench/stats/check.h"
#include "domainbed/held_out.h"

#include <math.h>

enum { N_ENVIRONMENTS = 4, N_DRAWS = 5, N_METHODS = 2 };

static const double LEVEL = 0.05;

/* What a method gives in a trial and environment: the trial's part of its variance is `correlation`. */
static void draw_cells(double correlation, struct rng *rng, double cells[N_ENVIRONMENTS])
{
    double of_trial = draw_normal(rng);

    for (int e = 0; e < N_ENVIRONMENTS; e++)
        cells[e] = sqrt(correlation) * of_trial + sqrt(1 - correlation) * draw_normal(rng);
}

/* A run with one look, which holds one environment out. Hyper-parameters are worth half a point, kept
 * back pictures show it with an error of one. */
static struct held_out_run make_run(int method, int trial, int point, int environment, const double *cells,
                                    double of_draw, struct rng *rng, struct arena *arena)
{
    static const long step = 1;
    double *in = arena_alloc(arena, 2 * N_ENVIRONMENTS * sizeof *in), *out = in + N_ENVIRONMENTS;

    for (int e = 0; e < N_ENVIRONMENTS; e++) {
        in[e] = (70 + cells[environment] + of_draw + .35 * draw_normal(rng)) / 100;
        out[e] = in[e] + draw_normal(rng) / 100;
    }
    return (struct held_out_run){.method = method, .point = point, .trial = trial,
                                 .test_envs = {environment}, .n_test_envs = 1,
                                 .n_environments = N_ENVIRONMENTS, .n_looks = 1, .steps = &step, .in = in,
                                 .out = out};
}

static struct held_out make(const struct job *job, struct rng *rng, struct arena *arena)
{
    static const char *methods[N_METHODS], *points[N_DRAWS] = {"draw=0", "draw=1", "draw=2", "draw=3",
                                                               "draw=4"};
    static struct held_out_data data = {.label = "simulated", .domainbed = "",
                                        .n_environments = N_ENVIRONMENTS};
    struct held_out_run *runs = arena_alloc(arena, sizeof *runs * (size_t)job->n_seeds * N_METHODS *
                                                       N_DRAWS * N_ENVIRONMENTS);
    struct held_out h = {.plan = {.baseline = sweep_method(0), .methods = methods, .n_methods = N_METHODS},
                         .points = points, .n_points = N_DRAWS, .data = &data, .n_data = 1, .runs = runs};

    for (int m = 0; m < N_METHODS; m++)
        methods[m] = sweep_method(m);
    for (int m = 0; m < N_METHODS; m++)
        for (int trial = 0; trial < job->n_seeds; trial++) {
            double cells[N_ENVIRONMENTS];

            draw_cells(job->correlation, rng, cells);
            for (int p = 0; p < N_DRAWS; p++) {
                double of_draw = .5 * draw_normal(rng);

                for (int e = 0; e < N_ENVIRONMENTS; e++)
                    runs[h.n_runs++] = make_run(m, trial, p, e, cells, of_draw, rng, arena);
            }
        }
    return h;
}

static void run(const struct job *job, struct rng rng, double *ret_shares)
{
    const struct held_out_rule *rule = held_out_rules[0];
    struct arena arena = {0};
    int n_t = 0, n_w = 0, n_flips = 0;

    for (int k = 0; k < job->n_times; k++) {
        struct held_out h = make(job, &rng, &arena);
        int n;
        const struct held_out_cell *cells = held_out_select(&h, rule, &arena, &n);
        struct held_out_rows rows = held_out_rows(&h, cells, n, &arena);
        const struct contrast *c = &comparisons_make(&rows.s, NULL, 0, &arena).items[1].on[ON_TUNED];

        n_t += c->p_t <= LEVEL;
        n_w += c->p_signed_rank <= LEVEL;
        n_flips += c->against.sign_flip.p <= LEVEL;
        arena_clear(&arena);
    }
    ret_shares[0] = (double)n_t / job->n_times;
    ret_shares[1] = (double)n_w / job->n_times;
    ret_shares[2] = (double)n_flips / job->n_times;
    arena_release(&arena);
}

enum { N_TIMES = 6000 };

#define HELD_OUT(n, correlation) {{"domains", .35, 0, 1, 0}, NULL, NULL, N_METHODS, n, correlation, N_TIMES}

static const struct job jobs[] = {
    HELD_OUT(3, .1),  HELD_OUT(3, .2),  HELD_OUT(3, .4),  HELD_OUT(4, .1),  HELD_OUT(4, .2), HELD_OUT(4, .4),
    HELD_OUT(10, .1), HELD_OUT(10, .2), HELD_OUT(10, .4), {.n_times = 0},
};

const struct check_table check_held_out = {
    .name = "held_out",
    .title = "Two equal methods on four held-out environments, n trials: how often p <= 0.05 (table "
             "rule=training)",
    .note = "corr.: of a method's environments within a trial.",
    .columns = {{"t", 0, 6}, {"W", 0, 6}, {"flips", 0, 6}, {.head = NULL}},
    .run = run,
    .jobs = jobs,
};
