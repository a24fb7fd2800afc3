/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What holds for every objective of the table, with and without its filter:
 * finite weights whatever the losses are, weights that follow their examples,
 * weights that are the gradient of the value. Numbers: test_objective_numbers.c. */
#include "objective_bench.h"

#include "math/rng.h"

#include <math.h>

static void draw(double *x, int n, uint64_t seed)
{
    struct rng rng = rng_seed(seed);

    for (int i = 0; i < n; i++)
        x[i] = 5 * rng_uniform(&rng) * rng_uniform(&rng) + 0.001 * i;
}

/* Calls `check` for each objective with its defaults, alone and behind the filter. */
static void for_all(void (*check)(const char *text))
{
    const struct component *c;
    char text[100];

    for (int i = 0; (c = objective_kind.at(i)); i++) {
        check(c->name);
        snprintf(text, sizeof text, "%s trim=0.2", c->name);
        check(text);
    }
}

static void check_finite(const char *text, const double *losses, int n)
{
    struct objective_bench b;
    double w[MAX_N], sum = 0;

    bench_open(&b, text);
    bench_weigh(&b, losses, n, w);
    for (int i = 0; i < n; i++) {
        if (!isfinite(w[i]))
            fail_msg("%s: weight %d of %d is %g", text, i, n, w[i]);
        sum += fabs(w[i]);
    }
    assert_true(sum > 0);
    arena_release(&b.arena);
}

static void finite_weights(const char *text)
{
    static const double zero[4] = {0}, one[1] = {2.5}, equal[5] = {3, 3, 3, 3, 3},
                        huge[6] = {1e300, 0, 5, 1e300, 1e-300, 700},
                        tiny[4] = {1e-300, 0, 2e-300, 0}, below_zero[3] = {-3, -0.5, 2},
                        close[3] = {1, 1 + 1e-15, 0.5};
    double random[MAX_N];

    draw(random, MAX_N, 1);
    check_finite(text, zero, 4);
    check_finite(text, one, 1);
    check_finite(text, equal, 5);
    check_finite(text, huge, 6);
    check_finite(text, tiny, 4);
    check_finite(text, below_zero, 3);
    check_finite(text, close, 3);
    check_finite(text, random, MAX_N);
}

/* The same losses in another order get the same weights; classes are the same for
 * all, as N_CLASSES and N_ENVIRONMENTS divide the shift. */
static void weights_follow(const char *text)
{
    enum { N = 60, SHIFT = N_CLASSES * N_ENVIRONMENTS };
    struct objective_bench a, b;
    double x[N], y[N], wx[N], wy[N];

    draw(x, N, 2);
    x[7] = x[20] = x[31]; /* ties, of different groups */
    for (int i = 0; i < N; i++)
        y[(i + SHIFT) % N] = x[i];
    bench_open(&a, text);
    bench_open(&b, text);
    bench_weigh(&a, x, N, wx);
    bench_weigh(&b, y, N, wy);
    for (int i = 0; i < N; i++)
        if (fabs(wx[i] - wy[(i + SHIFT) % N]) > 1e-9 * fmax(1, fabs(wx[i])))
            fail_msg("%s: %g, moved %g", text, wx[i], wy[(i + SHIFT) % N]);
    arena_release(&a.arena);
    arena_release(&b.arena);
}

/* n d value / d loss_i by central differences. Truncation and rounding leave about
 * 1e-7 of the largest weight. */
static void weights_are_gradient(const char *text)
{
    enum { N = 24 };
    static const double STEP = 1e-5, TOLERANCE = 1e-5;
    struct objective_bench b;
    double x[N], w[N], got[N], largest = 0;

    draw(x, N, 3);
    bench_open(&b, text);
    if (isnan(bench_value(&b, x, N))) {
        assert_null(b.o.type->value);
        arena_release(&b.arena);
        return;
    }
    for (int i = 0; i < N; i++) {
        double keep = x[i], high, low;

        x[i] = keep + STEP;
        high = bench_value(&b, x, N);
        x[i] = keep - STEP;
        low = bench_value(&b, x, N);
        x[i] = keep;
        w[i] = N * (high - low) / (2 * STEP);
        largest = fmax(largest, fabs(w[i]));
    }
    bench_weigh(&b, x, N, got);
    for (int i = 0; i < N; i++)
        if (fabs(got[i] - w[i]) > TOLERANCE * largest)
            fail_msg("%s: weight %d is %.9g, differences give %.9g", text, i, got[i], w[i]);
    arena_release(&b.arena);
}

/* A part of a batch at a time gives what the whole gives, up to the scale. */
static void parts_are_whole(const char *text)
{
    enum { N = 10 };
    struct objective_bench b;
    double x[N], whole[N], parts[N];
    struct objective_batch batch, part;

    draw(x, N, 4);
    bench_open(&b, text);
    if (objective_reach(&b.o) == REACH_BATCH) {
        arena_release(&b.arena);
        return;
    }
    bench_weigh(&b, x, N, whole);
    objective_restart(&b.o);
    part = batch = bench_batch(&b, x, N);
    for (int first = 0; first < N; first += 4) {
        part.n = N - first < 4 ? N - first : 4;
        part.losses = batch.losses + first;
        part.classes = batch.classes + first;
        part.environments = batch.environments + first;
        objective_weigh_part(&b.o, &part, parts + first);
    }
    for (int i = 0; i < N; i++)
        assert_true(fabs(parts[i] / parts[0] - whole[i] / whole[0]) < 1e-12 * parts[i] / parts[0]);
    if (b.o.type->reach == REACH_EXAMPLE)
        assert_memory_equal(parts, whole, sizeof whole);
    arena_release(&b.arena);
}

static void test_finite(void **state)
{
    (void)state;
    for_all(finite_weights);
}

static void test_order(void **state)
{
    (void)state;
    for_all(weights_follow);
}

static void test_gradient(void **state)
{
    static const char *const more[] = {
        "term by=both",
        "vrex anneal=0 by=both",
        "self_paced form=linear lambda=20",
        "self_paced lambda=0.1",
        "superloss lambda=0.05 tau=1",
        "superloss gamma=0.5",
        "gce q=0.001",
        "gce q=1",
        "reweight by=both",
        NULL,
    };

    (void)state;
    for_all(weights_are_gradient);
    for (int i = 0; more[i]; i++)
        weights_are_gradient(more[i]);
}

static void test_parts(void **state)
{
    (void)state;
    for_all(parts_are_whole);
}

/* The floor(trim n) highest weigh nothing, of equals the first; the others are a
 * batch of their own, as a mean over those that stay. */
static void test_trim(void **state)
{
    const double x[] = {0.5, 9, 1, 2, 9, 0.1, 3}, kept[] = {0.5, 1, 2, 9, 0.1, 3};
    const int from[] = {0, 2, 3, 4, 5, 6};
    struct objective_bench b;
    double w[7], want[6];

    (void)state;
    bench_open(&b, "kl_dro lambda=2");
    bench_weigh(&b, kept, 6, want);
    arena_release(&b.arena);
    bench_open(&b, "kl_dro lambda=2 trim=0.2"); /* floor(1.4) */
    bench_weigh(&b, x, 7, w);
    arena_release(&b.arena);
    assert_true(w[1] == 0);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(w[from[i]] - want[i] * 7 / 6) < 1e-12 * w[from[i]]);
    bench_open(&b, "erm trim=0.3"); /* floor(2.1) */
    bench_weigh(&b, x, 7, w);
    arena_release(&b.arena);
    for (int i = 0; i < 7; i++)
        assert_true(w[i] == (x[i] == 9 ? 0 : 7.0 / 5));
}

static void test_groups_must_be_known(void **state)
{
    static const struct {
        const char *by;
        struct objective_data data;
        const char *says;
    } cases[] = {
        {"class", {0}, "needs the class of each example, which these data do not have"},
        {"both", {.n_environments = 2}, "needs the class of each example, which these data do not have"},
        {"both", {.n_classes = 2}, "needs the environment of each example, which these data do not have"},
        {"environment", {.n_classes = 2}, "needs the environment of each example, which these data do not have"},
        {"both", {.n_classes = 501, .n_environments = 2}, "1002 groups are more than 1000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct component *c;
        struct objective_filter filter = {0};
        struct objective o;
        struct arena arena = {0};
        struct settings s;
        struct error err;
        void *config;

        settings_init(&s, &arena);
        c = component_find(&objective_kind, "group_dro", &err);
        settings_set(&s, "objective.by", value_string(cases[i].by));
        component_defaults(c, "objective", &s);
        assert_int_equal(component_configure(c, "objective", &s, &arena, &config, &err), 0);
        assert_int_equal(objective_init(&o, &arena, (const struct objective_type *)c, config, &filter,
                                        &cases[i].data, 8, &err),
                         -1);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].by, err.text);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finite),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_groups_must_be_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
