/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/test.h"

#include <stddef.h>

const struct test_type *const test_types[] = {
    &test_paired_t, &test_signed_rank, &test_sign_flip, &test_sign, &test_welch, &test_mcnemar,
    NULL,
};

const char *test_way_name(enum test_way way)
{
    static const char *const names[] = {
        [TEST_THEORY] = "t distribution",
        [TEST_EXACT] = "exact",
        [TEST_NORMAL] = "normal approximation",
        [TEST_DRAWN] = "100000 draws",
        [TEST_FEW_DRAWN] = "10000 draws",
    };

    _Static_assert(SIGN_FLIP_DRAWS == 100000 && SIGN_FLIP_FEW == 10000, "the names say how many");
    return names[way];
}

const char *test_reason_name(enum test_reason reason)
{
    static const char *const names[] = {
        [TEST_SOUND] = "",
        [TEST_NO_PAIR] = "no pair in common",
        [TEST_ONE_PAIR] = "one pair",
        [TEST_TOO_FEW] = "fewer than two values",
        [TEST_NO_SPREAD] = "equal differences",
        [TEST_DIVERGED] = "a run diverged",
        [TEST_NOT_A_NUMBER] = "a value is not a number",
        [TEST_NOT_SHARES] = "values are not all 0 or 1",
        [TEST_NO_MARGIN] = "no margin",
    };

    return names[reason];
}
