/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objectives against weights and values that tests/reference/objectives.py computes from each
 * source's formula, and what they must be by their definition: all groups alike, ends of settings. */
#include "objective_bench.h"

#include <math.h>

enum { N_V = 8 };

static const double losses[N_V] = {0.7, 4, 0.05, 1.6, 0.2, 2.3, 0.4, 1.1};
static const int classes[N_V] = {0, 0, 1, 1, 1, 1, 1, 1}, environments[N_V] = {0, 1, 0, 0, 0, 1, 1, 1};
static const int counts_of_class[] = {40, 60}, counts_of_environment[] = {15, 85},
                 counts_of_both[] = {10, 30, 5, 55};
static const struct objective_data two_by_two = {
    .n_classes = 2,
    .n_environments = 2,
    .class_counts = counts_of_class,
    .environment_counts = counts_of_environment,
    .both_counts = counts_of_both,
};

#include "reference/objectives.h"

static void open_vector(struct objective_bench *b, const char *text)
{
    bench_open_for(b, text, &two_by_two);
    memcpy(b->classes, classes, sizeof classes);
    memcpy(b->environments, environments, sizeof environments);
}

static void check_near(const char *text, const char *what, int i, double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
        fail_msg("%s: %s %d is %.12g, not %.12g", text, what, i, got, want);
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) {
        struct objective_bench b;
        double value, w[N_V];

        open_vector(&b, vectors[k].text);
        value = bench_value(&b, losses, N_V);
        bench_weigh(&b, losses, N_V, w);
        for (int i = 0; i < N_V; i++)
            check_near(vectors[k].text, "weight", i, w[i], vectors[k].weights[i]);
        if (isnan(value) != isnan(vectors[k].value))
            fail_msg("%s: value %g", vectors[k].text, value);
        if (!isnan(value))
            check_near(vectors[k].text, "value", 0, value, vectors[k].value);
        arena_release(&b.arena);
    }
}

/* The same weights of both, whatever the losses. */
static void check_same(const char *one, const char *other)
{
    struct objective_bench a, b;
    double v[N_V], w[N_V];

    open_vector(&a, one);
    open_vector(&b, other);
    bench_weigh(&a, losses, N_V, v);
    bench_weigh(&b, losses, N_V, w);
    for (int i = 0; i < N_V; i++)
        check_near(one, other, i, v[i], w[i]);
    arena_release(&a.arena);
    arena_release(&b.arena);
}

static void test_identities(void **state)
{
    (void)state;
    check_same("term t=0 by=both", "erm");
    check_same("self_paced share=1", "erm");
    check_same("self_paced lambda=1e6", "erm");
    check_same("superloss", "superloss tau=0.6931471805599453");
    check_same("sce alpha=1 beta=0", "erm");
    check_same("sce alpha=1 a=0", "erm");
    check_same("sce alpha=0 a=-1", "gce q=1");
    check_same("reweight power=0 by=both", "erm");
    check_same("reweight", "class_balanced beta=1");
}

/* It takes the batch in behind the batch: at the second tau is 0.75 log 2 + 0.25 mean v. */
static void test_superloss_moves(void **state)
{
    double mean = 0, w[N_V], want[N_V];
    struct objective_bench b, fixed;
    char text[60];

    (void)state;
    for (int i = 0; i < N_V; i++)
        mean += losses[i] / N_V;
    snprintf(text, sizeof text, "superloss tau=%.17g", 0.75 * log(2) + 0.25 * mean);
    open_vector(&b, "superloss gamma=0.25");
    open_vector(&fixed, text);
    bench_weigh(&b, losses, N_V, w);
    bench_weigh(&b, losses, N_V, w);
    bench_weigh(&fixed, losses, N_V, want);
    for (int i = 0; i < N_V; i++)
        check_near(text, "weight", i, w[i], want[i]);
    arena_release(&b.arena);
    arena_release(&fixed.arena);
}

/* The weight minimises (v - tau) w + lambda log^2 w, beside the branch point and far from it. */
static void test_superloss_branch(void **state)
{
    static const double around[] = {-1, -0.7357588823428847, -0.735758882342, -0.7357, -0.73, -0.5, -1e-9,
                                    0, 1e-9, 0.5, 2, 3, 100, 1e10, 1e300};
    enum { N = sizeof around / sizeof *around };
    struct objective_bench b;
    double x[N], w[N];

    (void)state;
    open_vector(&b, "superloss tau=1");
    for (int i = 0; i < N; i++)
        x[i] = 1 + around[i];
    bench_weigh(&b, x, N, w);
    for (int i = 0; i < N; i++) { /* the derivative: v - tau + 2 lambda log(w) / w = 0, times w */
        double slope = (x[i] - 1) * w[i] + 2 * log(w[i]);

        assert_true(w[i] > 0 && w[i] < exp(1) + 1e-12);
        if (x[i] - 1 > -2 / exp(1) && !(fabs(slope) < 1e-9))
            fail_msg("loss %g weighs %.17g: slope %g", x[i], w[i], slope);
    }
    assert_true(fabs(w[0] - exp(1)) < 1e-12 && w[7] == 1);
    arena_release(&b.arena);
}

/* Its threshold grows by half every two steps: 1 1 1.5 1.5 2.25 2.25. */
static void test_self_paced_grows(void **state)
{
    static const double thresholds[] = {1, 1, 1.5, 1.5, 2.25, 2.25};
    struct objective_bench b;
    double w[N_V];

    (void)state;
    open_vector(&b, "self_paced share=0 grow=1.5 every=2");
    for (int step = 0; step < 6; step++) {
        bench_weigh(&b, losses, N_V, w);
        for (int i = 0; i < N_V; i++)
            assert_true(w[i] == (losses[i] < thresholds[step]));
    }
    arena_release(&b.arena);
}

/* Steps of ERM, then what there would have been from the first. */
static void test_burn_in(void **state)
{
    struct objective_bench b, at_once;
    double w[N_V], want[N_V];

    (void)state;
    open_vector(&b, "quadratic burn_in=2");
    open_vector(&at_once, "quadratic");
    bench_weigh(&at_once, losses, N_V, want);
    for (int step = 0; step < 4; step++) {
        bench_weigh(&b, losses, N_V, w);
        for (int i = 0; i < N_V; i++)
            check_near("quadratic burn_in=2", "weight", i, w[i], step < 2 ? 1 : want[i]);
    }
    arena_release(&b.arena);
    arena_release(&at_once.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_burn_in),
        cmocka_unit_test(test_self_paced_grows),
        cmocka_unit_test(test_superloss_moves),
        cmocka_unit_test(test_superloss_branch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
