/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a grid ends, what is missing beyond, what was drawn, and by how much the best
 * leads the next, on plans that are made here. */
#include "analysis/edges.h"
#include "measure_fixture.h"
#include "plan/search.h"
#include "table/caption.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_RUNS = 64 };

static const struct grid_range ANY = {-INFINITY, INFINITY, false};

/* ---- the missing neighbour ---- */

static double beyond(const double *values, int n, enum grid_end end, double low, double high,
                     bool is_whole)
{
    return grid_beyond(values, n, end, (struct grid_range){low, high, is_whole});
}

static void test_beyond(void **state)
{
    const double ratio[] = {.01, .02, .05, .1}, even[] = {1, 2, 3, 4}, two[] = {.02, .05};
    const double zero[] = {0, .5, 1}, negative[] = {-1, -.3, -.1}, across[] = {-1, 1};

    (void)state;
    assert_true(grid_beyond(ratio, 4, GRID_SMALLEST, ANY) == .005);
    assert_true(grid_beyond(ratio, 4, GRID_LARGEST, ANY) == .2);
    assert_true(grid_beyond(two, 2, GRID_SMALLEST, ANY) == .008);
    assert_true(fabs(grid_beyond(two, 2, GRID_LARGEST, ANY) - .125) < .006);
    assert_true(grid_beyond(even, 4, GRID_LARGEST, ANY) == 5);
    assert_true(grid_beyond(even, 4, GRID_SMALLEST, ANY) == .5); /* 0 is another thing */
    assert_true(grid_beyond(zero, 3, GRID_SMALLEST, ANY) == -.5);
    assert_true(grid_beyond(zero, 3, GRID_LARGEST, ANY) == 1.5);
    assert_true(grid_beyond(negative, 3, GRID_SMALLEST, ANY) == -3.3);
    assert_true(grid_beyond(negative, 3, GRID_LARGEST, ANY) == -.033);
    assert_true(grid_beyond(across, 2, GRID_LARGEST, ANY) == 3);
    assert_true(grid_beyond(across, 2, GRID_SMALLEST, ANY) == -3);
}

/* Where the setting can go no further nothing is missing; up to there, ever smaller steps. */
static void test_ends_of_a_setting(void **state)
{
    const double shares[] = {.5, .9, .99}, at_end[] = {0, .1, 1}, rates[] = {.1, .2, .3};
    const double near[] = {.25, .5}, coverage[] = {.4, .8};

    (void)state;
    assert_true(isnan(beyond(at_end, 3, GRID_SMALLEST, 0, 1, false)));
    assert_true(isnan(beyond(at_end, 3, GRID_LARGEST, 0, 1, false)));
    assert_true(beyond(at_end, 3, GRID_LARGEST, 0, 20, false) == 10);
    assert_true(beyond(shares, 3, GRID_LARGEST, 0, 1, false) == .999);
    assert_true(beyond(near, 2, GRID_LARGEST, 0, 1, false) == 1);
    assert_true(fabs(beyond(coverage, 2, GRID_LARGEST, 0, 1, false) - (1 - .04 / .6)) < .01);
    assert_true(fabs(beyond(rates, 3, GRID_SMALLEST, 1e-9, 1e3, false) - .05) < 1e-9);
}

static void test_whole_numbers(void **state)
{
    const double doubled[] = {5, 10}, small[] = {1, 2}, near[] = {10, 11};

    (void)state;
    assert_true(beyond(doubled, 2, GRID_LARGEST, 0, 1e6, true) == 20);
    assert_true(beyond(doubled, 2, GRID_SMALLEST, 0, 1e6, true) == 2 ||
                beyond(doubled, 2, GRID_SMALLEST, 0, 1e6, true) == 3);
    assert_true(beyond(small, 2, GRID_SMALLEST, 0, 1e6, true) == 0);
    assert_true(isnan(beyond(small, 2, GRID_SMALLEST, 1, 1e6, true)));
    assert_true(beyond(near, 2, GRID_LARGEST, 0, 1e6, true) == 12);
    assert_true(beyond(near, 2, GRID_SMALLEST, 0, 1e6, true) == 9);
    assert_true(isnan(beyond(near, 2, GRID_LARGEST, 0, 11, true)));
}

/* Over many grids: beyond, near where the step leads, within the range. */
static void test_any_grid(void **state)
{
    const double lows[] = {-INFINITY, 0, 1e-6}, highs[] = {INFINITY, 1e3, 2};

    (void)state;
    for (int base = -40; base <= 2; base++)
        for (int step = 1; step <= 20; step++)
            for (int i = 0; i < 9; i++) {
                double first = pow(10, .1 * base), values[] = {first, first * pow(10, .1 * step)};
                struct grid_range range = {lows[i / 3], highs[i % 3], false};
                double x = grid_beyond(values, 2, GRID_SMALLEST, range);
                double y = grid_beyond(values, 2, GRID_LARGEST, range);

                if (values[0] < range.low || values[1] > range.high)
                    continue;
                assert_true(values[0] == range.low ? isnan(x) : x < values[0] && x >= range.low);
                assert_true(values[1] == range.high ? isnan(y) : y > values[1] && y <= range.high);
            }
}

static void test_range(void **state)
{
    struct arena arena = {0};
    struct settings spec;
    struct grid_range lr;

    (void)state;
    settings_init(&spec, &arena);
    settings_set(&spec, "objective", value_string("rgd"));
    lr = grid_range_of(&spec, "train.lr");
    assert_true(lr.low > 0 && lr.low < 1e-6 && isfinite(lr.high) && !lr.is_whole);
    assert_true(grid_range_of(&spec, "train.epochs").is_whole);
    assert_true(grid_range_of(&spec, "objective.clip").low > 0);
    assert_true(isinf(grid_range_of(&spec, "objective.lambda").low)); /* rgd has none */
    assert_true(isinf(grid_range_of(&spec, "nonsense").low));
    assert_true(isinf(grid_range_of(&spec, "no.sense").low));
    assert_true(isinf(grid_range_of(NULL, "train.lr").low));
    arena_release(&arena);
}

/* ---- draws ---- */

static void test_drawn(void **state)
{
    const double typed[] = {.01, .02, .05, .1, .2, .5};
    const double log_space[] = {.001, .00316228, .01, .0316228, .1};
    struct arena arena = {0};
    struct error err;
    const char *laws[] = {"log_uniform(0.001,0.1)", "uniform(0,1)", "uniform(-3,5)",
                          "log_uniform(0.01,0.011)"};

    (void)state;
    for (int i = 0; i < 4; i++)
        for (int n = 2; n <= 50; n++) {
            double values[50];
            struct value law;

            assert_int_equal(value_parse(laws[i], &arena, &law, &err), 0);
            for (int k = 0; k < n; k++)
                values[k] = search_draw(&law, "train.lr", 0, k).number;
            assert_true(search_looks_drawn(values, n));
        }
    for (int n = 2; n <= 6; n++)
        assert_false(search_looks_drawn(typed, n));
    for (int n = 3; n <= 5; n++)
        assert_false(search_looks_drawn(log_space, n));
    arena_release(&arena);
}

/* ---- edges ---- */

/* A plan of one method and three seeds; of point i and seed k validation[3 * i + k]. */
struct sample {
    struct arena arena;
    struct store_run runs[MAX_RUNS];
    double validation[MAX_RUNS];
    struct selections s;
};

enum { N_SEEDS = 3 };

static void make(struct sample *x, enum select_in in, const char *const *points, int n_points,
                 const double *validation)
{
    memset(x, 0, sizeof *x);
    for (int i = 0; i < n_points * N_SEEDS; i++) {
        x->runs[i] = (struct store_run){.method = "rgd", .condition = "", .state = "finished",
                                        .point = points[i / N_SEEDS], .seed = i % N_SEEDS};
        x->validation[i] = validation[i];
    }
    x->s = (struct selections){.in = in, .validation = x->validation, .test = x->validation};
    x->s.plan = (struct store_plan){.runs = x->runs, .n_runs = n_points * N_SEEDS};
    x->s.measure = x->s.select_by = measure_fixture("accuracy", &x->arena);
    select_runs(&x->s, &x->arena);
}

/* The text of its edges where the best is `best`, better than all others in all seeds. */
static void check(const char *const *points, int n_points, int best, const char *expected)
{
    double validation[MAX_RUNS];
    struct sample x;
    struct edges edges;

    for (int i = 0; i < n_points * N_SEEDS; i++)
        validation[i] = i / N_SEEDS == best ? .9 : .5;
    make(&x, SELECT_IN_SEED, points, n_points, validation);
    edges = edges_find(&x.s.items[0], &x.arena);
    assert_string_equal(edges_text(&edges, &x.arena), expected);
    if (edges.n > 0)
        assert_true(edges.share == (*expected ? 1 : 0));
    else
        assert_true(isnan(edges.share));
    arena_release(&x.arena);
}

static void test_edges(void **state)
{
    const char *const lr[] = {"train.lr=0.1", "train.lr=0.02", "train.lr=0.05"};
    const char *const two[] = {"objective.clip=1 train.lr=0.1", "objective.clip=1 train.lr=0.2",
                               "objective.clip=1 train.lr=0.4", "objective.clip=3 train.lr=0.1",
                               "objective.clip=3 train.lr=0.2", "objective.clip=3 train.lr=0.4"};
    const char *const texts[] = {"loss=\"a b=1 train.lr=7\" train.lr=1",
                                 "loss=\"a b=1 train.lr=7\" train.lr=2",
                                 "loss=\"c\" train.lr=1", "loss=\"c\" train.lr=2"};
    const char *const mixed[] = {"model.hidden=[256] optimizer.nesterov=true",
                                 "model.hidden=[256,256] optimizer.nesterov=false"};
    const char *const one[] = {"train.lr=0.1"};

    (void)state;
    check(lr, 3, 0, "train.lr largest");
    check(lr, 3, 1, "train.lr smallest");
    check(lr, 3, 2, "");
    check(two, 6, 1, "objective.clip smallest");
    check(two, 6, 3, "objective.clip largest; train.lr smallest");
    check(two, 6, 5, "objective.clip largest; train.lr largest");
    check(texts, 4, 0, "train.lr smallest");
    check(texts, 4, 3, "train.lr largest");
    check(mixed, 2, 0, "");
    check(one, 1, 0, "");
}

/* Of what was drawn nothing is said: values that go together, DomainBed's draws, and one law's. */
static void test_no_grid(void **state)
{
    const char *const together[] = {"objective.clip=1.2 train.lr=0.03",
                                    "objective.clip=1.7 train.lr=0.01",
                                    "objective.clip=2.2 train.lr=0.06"};
    const char *const both[] = {"model.width=1 objective.clip=1.2 train.lr=0.03",
                                "model.width=1 objective.clip=1.7 train.lr=0.01",
                                "model.width=2 objective.clip=1.2 train.lr=0.03",
                                "model.width=2 objective.clip=1.7 train.lr=0.01"};
    const char *const domainbed[] = {"draw=0", "draw=1", "draw=2"};
    const char *const law[] = {"train.lr=0.0441051", "train.lr=0.0472688", "train.lr=0.0394387"};

    (void)state;
    check(together, 3, 1, "");
    check(both, 4, 3, "model.width largest");
    check(domainbed, 3, 2, "");
    check(law, 3, 2, "");
}

/* A setting's own end is no edge: it is known from a run's spec. */
static void test_natural_end(void **state)
{
    const char *const smoothing[] = {"loss.smoothing=0", "loss.smoothing=0.1",
                                     "loss.smoothing=0.2"};
    const double first[] = {.9, .9, .5, .1, .1, .1, .1, .1, .9};
    struct settings spec;
    struct selection r;
    struct edges edges;
    struct sample x;

    (void)state;
    make(&x, SELECT_IN_SEED, smoothing, 3, first);
    r = x.s.items[0];
    edges = edges_find(&r, &x.arena);
    assert_string_equal(edges_text(&edges, &x.arena), "loss.smoothing smallest");
    assert_true(edges.share == 1);
    settings_init(&spec, &x.arena);
    settings_set(&spec, "loss", value_string("cross_entropy"));
    r.spec = &spec;
    edges = edges_find(&r, &x.arena);
    assert_int_equal(edges.n, 1);
    assert_string_equal(edges_text(&edges, &x.arena), "");
    assert_true(fabs(edges.share - 1.0 / 3) < 1e-12); /* the third seed chose 0.2 */
    arena_release(&x.arena);
}

/* The seeds' own choices; one choice over all seeds is all of theirs. */
static void test_share(void **state)
{
    const char *const lr[] = {"train.lr=0.02", "train.lr=0.05", "train.lr=0.1"};
    const double v[] = {.9, .2, .2, /* */ .8, .8, .8, /* */ .1, .1, .85};
    struct edges edges;
    struct sample x;

    (void)state;
    make(&x, SELECT_IN_SEED, lr, 3, v);
    edges = edges_find(&x.s.items[0], &x.arena);
    assert_int_equal(edges.items[0].end, GRID_INSIDE);
    assert_true(isnan(edges.items[0].beyond));
    assert_true(fabs(edges.share - 2.0 / 3) < 1e-12);
    arena_release(&x.arena);
    make(&x, SELECT_IN_ALL, lr, 3, v);
    edges = edges_find(&x.s.items[0], &x.arena);
    assert_true(edges.share == 0);
    arena_release(&x.arena);
}

/* ---- the lead ---- */

static void test_lead(void **state)
{
    const char *const lr[] = {"train.lr=0.02", "train.lr=0.05", "train.lr=0.1"};
    /* differences of the first two: .1, .0, .2: mean .1, sd .1 */
    const double v[] = {.5, .5, .6, /* */ .4, .5, .4, /* */ .1, .1, .1};
    const double none[] = {.5, NAN, NAN, /* */ NAN, NAN, NAN, /* */ NAN, NAN, NAN};
    const double diverged[] = {.5, .5, .5, /* */ -INFINITY, -INFINITY, -INFINITY};
    struct board_lead lead;
    struct text t = {0};
    struct sample x;

    (void)state;
    make(&x, SELECT_IN_SEED, lr, 3, v);
    lead = board_lead_of(x.s.items[0].board);
    assert_true(fabs(lead.mean - .1) < 1e-12);
    assert_true(fabs(lead.standard_error - .1 / sqrt(3)) < 1e-12);
    caption_lead(&t, &x.s);
    assert_non_null(strstr(t.s, "by 10.00 points, standard error 5.77; for 1 of 1 method by less"));
    text_release(&t);
    caption_edges(&t, &x.s);
    assert_string_equal(t.s, " GRID EDGES, beyond which better values may lie: lr is the smallest "
                             "of its grid for 1 of 1 method (rgd).");
    text_release(&t);
    arena_release(&x.arena);
    make(&x, SELECT_IN_SEED, lr, 3, none);
    lead = board_lead_of(x.s.items[0].board);
    assert_true(isnan(lead.mean) && isnan(lead.standard_error));
    arena_release(&x.arena);
    make(&x, SELECT_IN_SEED, lr, 2, diverged);
    lead = board_lead_of(x.s.items[0].board);
    assert_true(isnan(lead.mean) && isnan(lead.standard_error));
    arena_release(&x.arena);
    make(&x, SELECT_IN_SEED, lr, 1, v);
    lead = board_lead_of(x.s.items[0].board);
    assert_true(isnan(lead.mean));
    caption_lead(&t, &x.s);
    caption_edges(&t, &x.s);
    assert_null(t.s);
    arena_release(&x.arena);
}

/* What a plan would refuse is not beyond an edge: warm-up as long as the run, and a first stage of no
 * epochs where its weight is set, be it that of the best or not. */
static void test_refused(void **state)
{
    static const struct {
        const char *setting, *other;
        double x;
        bool is_accepted;
    } cases[] = {
        {"train.warmup", "train.jtt_weight = 5", 9, true}, {"train.warmup", "train.jtt_weight = 5", 10, false},
        {"train.jtt_epochs", "train.jtt_weight = 5", 0, true}, {"train.jtt_epochs", "train.jtt_weight = 2", 0, false},
        {"train.jtt_epochs", "train.jtt_weight = 2", 1, true}, {"train.batch", "train.jtt_weight = 2", 8, true},
        {"train.warmup", "hparams.lr = 3", 10, true}, /* none of ours */
    };
    struct arena arena = {0};
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s;

        settings_init(&s, &arena);
        if (settings_parse(&s, arena_printf(&arena, "data = \"shapes\"\ndata.format = \"shapes\"\ntrain.epochs = 10\n"
                                                    "train.jtt_epochs = 2\ntrain.batch = 64\n"
                                                    "train.micro_batch = 64\n%s\n", cases[i].other), &err) < 0)
            fail_msg("%s", err.text);
        if (grid_accepts(&s, cases[i].setting, cases[i].x) != cases[i].is_accepted)
            fail_msg("case %zu", i);
    }
    assert_true(grid_accepts(NULL, "train.warmup", 10));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beyond),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_ends_of_a_setting),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_any_grid),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_no_grid),
        cmocka_unit_test(test_natural_end),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_lead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
