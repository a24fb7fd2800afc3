/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/protocol/training_list.h"

#include <string.h>

void training_list_draw(struct training_list *stage, int epoch)
{
    struct rng rng = rng_index(rng_derive(stage->rng, "order"), (uint64_t)epoch);

    if (stage->order_epoch == epoch)
        return;
    stage->order_epoch = epoch;
    if (stage->groups) {
        stage->sampler->draw(stage->groups, stage->n, rng, stage->order);
        return;
    }
    memcpy(stage->order, stage->list, (size_t)stage->n * sizeof *stage->order);
    rng_shuffle(&rng, stage->order, (uint32_t)stage->n);
}

int training_list_repeat(const uint32_t *indices, int n, const unsigned char *errors, int weight,
                         struct arena *arena, const uint32_t **ret_list)
{
    uint32_t *list;
    int n_list = 0, at = 0;

    for (int i = 0; i < n; i++)
        n_list += errors[i] ? weight : 1;
    list = arena_alloc(arena, (size_t)n_list * sizeof *list);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < (errors[i] ? weight : 1); k++)
            list[at++] = indices[i];
    *ret_list = list;
    return n_list;
}
