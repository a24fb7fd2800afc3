/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/test.h"

#include <math.h>
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
    };

    _Static_assert(SIGN_FLIP_DRAWS == 100000, "the name says how many");
    return names[way];
}

bool test_differences(const struct test_input *in, double *ret_differences)
{
    bool has_nan = false;

    for (int i = 0; i < in->n_a; i++) {
        ret_differences[i] = in->a[i] - in->b[i];
        has_nan |= isnan(ret_differences[i]);
    }
    return has_nan;
}
