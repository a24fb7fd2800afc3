/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * numpy's legacy generator and DomainBed's seeds, against recorded numbers. */
#include "math/randomstate.h"
#include "reference/randomstate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_seed_hash(void **state)
{
    static const struct {
        const char *tuple;
        uint32_t seed;
    } known[] = {
        {"(0, 0)", 894182419},
        {"(0, 1)", 1514274641},
        {"(1, 0)", 785910682},
        {"(0, 'lr')", 1017368932},
        {"('VLCS', 'ERM', [0], 0, 0)", 1721972278},
        {"('VLCS', 'ERM', [0, 1], 3, 2)", 1486100215},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(randomstate_hash(known[i].tuple), known[i].seed);
}

static void check_shuffle(uint32_t seed, const uint32_t *wanted, uint32_t n)
{
    struct randomstate r;
    uint32_t items[32];

    for (uint32_t i = 0; i < n; i++)
        items[i] = i;
    randomstate_init(&r, seed);
    randomstate_shuffle(&r, items, n);
    assert_memory_equal(items, wanted, n * sizeof *items);
}

static void test_shuffles(void **state)
{
    static const uint32_t ten[] = {2, 8, 4, 9, 1, 6, 7, 3, 0, 5};
    static const uint32_t twenty[] = {7, 6, 10, 17, 2, 11, 13, 16, 15, 1,
                                      8, 9, 0,  3,  4, 5,  18, 19, 14, 12};

    (void)state;
    check_shuffle(0, ten, 10);
    check_shuffle(randomstate_hash("(0, 0)"), twenty, 20);
}

static void test_numpy_cases(void **state)
{
    uint32_t *items = malloc(20000 * sizeof *items);

    (void)state;
    for (size_t i = 0; i < sizeof reference_splits / sizeof *reference_splits; i++) {
        uint32_t n = reference_splits[i].n, seed;
        uint64_t sum = 0;
        struct randomstate r;
        char tuple[40];

        snprintf(tuple, sizeof tuple, "(%d, %d)", reference_splits[i].trial,
                 reference_splits[i].environment);
        seed = randomstate_hash(tuple);
        assert_int_equal(seed, reference_splits[i].seed);
        for (uint32_t k = 0; k < n; k++)
            items[k] = k;
        randomstate_init(&r, seed);
        randomstate_shuffle(&r, items, n);
        for (uint32_t k = 0; k < n; k++)
            sum += (uint64_t)items[k] * (k + 1);
        assert_true(sum == reference_splits[i].sum && items[n - 1] == reference_splits[i].last);
        randomstate_init(&r, seed);
        assert_true(randomstate_uniform(&r, -5, -3.5) == reference_splits[i].uniform);
        randomstate_init(&r, seed);
        assert_int_equal(randomstate_below(&r, n), reference_splits[i].choice);
    }
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_hash),
        cmocka_unit_test(test_shuffles),
        cmocka_unit_test(test_numpy_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
