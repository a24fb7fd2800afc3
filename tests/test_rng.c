/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* The known answers published with Random123 for philox4x32, 10 rounds. */
static void test_known_answers(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], block[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint32_t block[4];

        rng_philox(cases[i].counter, cases[i].key, block);
        assert_memory_equal(block, cases[i].block, sizeof block);
    }
}

static void test_streams_are_independent_of_order(void **state)
{
    struct rng root = rng_seed(7);
    struct rng a = rng_derive(root, "order"), b = rng_derive(root, "augment");
    uint32_t first;

    (void)state;
    first = rng_next(&a);
    rng_next(&b);
    a = rng_derive(root, "order");
    assert_int_equal(rng_next(&a), first);
    assert_int_not_equal(rng_next(&b), first);
    a = rng_index(rng_derive(root, "order"), 1);
    assert_int_not_equal(rng_next(&a), first);
}

static void test_below_is_uniform(void **state)
{
    struct rng rng = rng_seed(1);
    int counts[7] = {0};
    double chi2 = 0;

    (void)state;
    for (int i = 0; i < 70000; i++)
        counts[rng_below(&rng, 7)]++;
    for (int i = 0; i < 7; i++)
        chi2 += (counts[i] - 10000.0) * (counts[i] - 10000.0) / 10000;
    assert_true(chi2 < 22.5); /* p = 0.001 at 6 degrees of freedom */
    for (int i = 0; i < 1000; i++) {
        double u = rng_uniform(&rng);

        assert_true(u >= 0 && u < 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_streams_are_independent_of_order),
        cmocka_unit_test(test_below_is_uniform),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
