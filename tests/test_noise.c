/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/noise.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { N = 40000, C = 5 };

static uint16_t clean[N], noisy[N];
static uint32_t indices[N];

static int fill(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        indices[i] = i;
        clean[i] = (uint16_t)(i % C);
    }
    return 0;
}

/* The shares with which the labels of class `from` are now `to`. */
static void corrupt(double rate, enum noise_kind kind, uint64_t seed, double shares[C][C])
{
    const struct noise_config config = {.rate = rate, .kind = kind};
    struct error err;

    memcpy(noisy, clean, sizeof noisy);
    assert_int_equal(noise_apply(&config, rng_seed(seed), indices, N, C, noisy, &err), 0);
    memset(shares, 0, C * C * sizeof(double));
    for (int i = 0; i < N; i++)
        shares[clean[i]][noisy[i]] += (double)C / N;
}

/* Within 5 standard errors of a share of N/C examples. */
static bool is_near(double share, double p)
{
    return fabs(share - p) <= 5 * sqrt(p * (1 - p) * C / N);
}

static void test_uniform(void **state)
{
    double shares[C][C];

    (void)state;
    corrupt(0.4, NOISE_UNIFORM, 1, shares);
    for (int a = 0; a < C; a++)
        for (int b = 0; b < C; b++)
            assert_true(is_near(shares[a][b], 0.4 / C + (a == b ? 0.6 : 0)));
}

/* How many classes a class goes to, each with share p; none is itself. */
static int count_targets(double shares[C][C], int from, double p)
{
    int n = 0;

    for (int to = 0; to < C; to++) {
        if (to == from || shares[from][to] == 0)
            continue;
        assert_true(is_near(shares[from][to], p));
        n++;
    }
    return n;
}

static void test_flip(void **state)
{
    double shares[C][C];
    int targets[C] = {0};

    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        corrupt(0.4, NOISE_FLIP, seed, shares);
        for (int a = 0; a < C; a++) {
            assert_true(is_near(shares[a][a], 0.6));
            assert_int_equal(count_targets(shares, a, 0.4), 1);
            targets[a] |= shares[a][(a + 1) % C] > 0 ? 1 : 2;
        }
        corrupt(0.4, NOISE_FLIP2, seed, shares);
        for (int a = 0; a < C; a++) {
            assert_true(is_near(shares[a][a], 0.6));
            assert_int_equal(count_targets(shares, a, 0.2), 2);
        }
    }
    for (int a = 0; a < C; a++)
        assert_int_equal(targets[a], 3); /* seeds differ in where it goes */
}

/* A picture's label is the same whatever else is trained on; others stay as they are. */
static void test_each_for_itself(void **state)
{
    const struct noise_config config = {.rate = 0.5, .kind = NOISE_UNIFORM};
    uint16_t part[N];
    double shares[C][C];
    struct error err;

    (void)state;
    corrupt(0.5, NOISE_UNIFORM, 3, shares);
    memcpy(part, clean, sizeof part);
    assert_int_equal(noise_apply(&config, rng_seed(3), indices + 1000, 500, C, part, &err), 0);
    assert_memory_equal(part + 1000, noisy + 1000, 500 * sizeof *part);
    assert_memory_equal(part, clean, 1000 * sizeof *part);
    assert_memory_equal(part + 1500, clean + 1500, (N - 1500) * sizeof *part);
}

static void test_too_few_classes(void **state)
{
    const struct noise_config config = {.rate = 0.5, .kind = NOISE_FLIP2};
    uint16_t labels[2] = {0, 1};
    struct error err;

    (void)state;
    assert_int_equal(noise_apply(&config, rng_seed(1), indices, 2, 2, labels, &err), -1);
    assert_string_equal(err.text, "data.noise_kind flip2 needs 3 classes; there are 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_flip),
        cmocka_unit_test(test_each_for_itself),
        cmocka_unit_test(test_too_few_classes),
    };

    return cmocka_run_group_tests(tests, fill, NULL);
}
