/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/stats/world.h"

#include "measure_fixture.h"
#include "plan/experiment.h"
#include "stats/distribution.h"

#include <math.h>

enum { N_CLASSES = 10, N_TEST = 10000, NOISE_AT = 500 };

double draw_normal(struct rng *rng)
{
    double u = rng_uniform(rng);

    return normal_quantile(u > 0 ? u : 0x1p-54);
}

const char *sweep_method(int i)
{
    static char names[EXPERIMENT_MAX_METHODS][8];

    names[i][0] = 'm';
    names[i][1] = (char)('0' + i / 10);
    names[i][2] = (char)('0' + i % 10);
    return names[i];
}

struct sweep sweep_make(const struct candidates *a, const struct candidates *b, int n_methods, int first_seed,
                        int n_seeds, double shift, struct arena *arena)
{
    static const char *const points[GRID_MAX] = {"lr=1", "lr=2", "lr=3", "lr=4", "lr=5",
                                                 "lr=6", "lr=7", "lr=8", "lr=9"};
    size_t most = (size_t)n_methods * GRID_MAX * (size_t)n_seeds;
    struct store_run *runs = arena_alloc(arena, most * sizeof *runs);
    const char **methods = arena_alloc(arena, (size_t)n_methods * sizeof *methods);
    struct sweep s = {.plan = {.title = "simulated", .question = "", .baseline = sweep_method(0), .digest = "",
                               .runs = runs, .methods = methods, .n_methods = n_methods,
                               .caveats = {"", "", ""}}};

    s.truth = arena_alloc(arena, most * sizeof *s.truth);
    s.validation = arena_alloc(arena, most * sizeof *s.validation);
    s.test = arena_alloc(arena, most * sizeof *s.test);
    for (int m = 0; m < n_methods; m++) {
        const struct candidates *grid = m && b ? b : a;

        methods[m] = sweep_method(m);
        for (int p = 0; p < grid->n; p++)
            for (int i = 0; i < n_seeds; i++) {
                s.truth[s.plan.n_runs] = grid->accuracy[p] + (m ? shift : 0);
                runs[s.plan.n_runs] = (struct store_run){
                    .run = s.plan.n_runs + 1, .method = methods[m], .condition = "", .point = points[p],
                    .seed = first_seed + i, .state = "finished", .error = "", .spec_id = "", .ended = 1};
                s.plan.n_runs++;
            }
    }
    return s;
}

/* Percent as the share of n pictures that is next to it. */
static double round_to(double percent, int n)
{
    return rint(fmin(fmax(percent / 100, 0), 1) * n) / n;
}

void sweep_draw(struct sweep *sweep, const struct world *world, struct rng *rng)
{
    enum { MAX_SEEDS = 64 };
    double of_seed[MAX_SEEDS];
    int first = sweep->plan.runs[0].seed, n_pictures = N_CLASSES * world->n_pictures;
    double noise = world->noise * sqrt((double)NOISE_AT / n_pictures);

    for (int i = 0; i < MAX_SEEDS; i++)
        of_seed[i] = world->seed * draw_normal(rng);
    for (int i = 0; i < sweep->plan.n_runs; i++) {
        double worth = sweep->truth[i] + of_seed[sweep->plan.runs[i].seed - first] +
                       world->own * draw_normal(rng);

        sweep->test[i] = round_to(worth, N_TEST);
        sweep->validation[i] = round_to(worth + noise * draw_normal(rng), n_pictures);
    }
}

struct selections sweep_select(const struct sweep *sweep, const struct selections *fresh,
                               enum select_in in, struct arena *arena)
{
    struct selections s = {.plan = sweep->plan, .in = in, .validation = sweep->validation,
                           .test = sweep->test, .fresh = fresh};

    s.measure = s.select_by = measure_fixture("accuracy", arena);

    select_runs(&s, arena);
    return s;
}
