/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/sampler/sampler.h"

#include <string.h>

static enum objective_by by(const void *config)
{
    return *(const enum objective_by *)config;
}

/* As many of each group: of a large one a part without repetition, a small one again and again, each time all of it
 * before any of it comes once more. */
static void draw(const struct sampler_groups *groups, int n, struct rng rng, uint32_t *ret_examples)
{
    int n_each = n / groups->n;

    for (int g = 0; g < groups->n; g++) {
        int first = g ? groups->ends[g - 1] : 0, size = groups->ends[g] - first;

        for (int made = 0; made < n_each; made += size) {
            uint32_t *at = ret_examples + g * n_each + made;

            memcpy(at, groups->examples + first, (size_t)size * sizeof *at);
            rng_shuffle(&rng, at, (uint32_t)size);
        }
    }
    rng_shuffle(&rng, ret_examples, (uint32_t)n);
}

const struct sampler_type sampler_each = {
    .component = {.name = "each"},
    .by = by,
    .draw = draw,
};
