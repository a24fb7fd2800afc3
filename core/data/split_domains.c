/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/split_domains.h"

#include "math/randomstate.h"

#include <stdio.h>

void domain_split_make(const struct dataset *d, int environment, int trial, double holdout,
                       struct arena *arena, struct domain_split *ret_split)
{
    int n, first = dataset_environment(d, environment, &n);
    uint32_t *keys = arena_alloc(arena, (size_t)n * sizeof *keys);
    struct randomstate r;
    char tuple[64];
    int n_out = (int)(n * holdout);

    for (int i = 0; i < n; i++)
        keys[i] = (uint32_t)(first + i);
    snprintf(tuple, sizeof tuple, "(%d, %d)", trial, environment);
    randomstate_init(&r, randomstate_hash(tuple));
    randomstate_shuffle(&r, keys, (uint32_t)n);
    *ret_split = (struct domain_split){n_out, n - n_out, keys, keys + n_out};
}
