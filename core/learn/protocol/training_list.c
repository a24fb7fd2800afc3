/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/protocol/training_list.h"

#include <string.h>

/* As many of each cell: of a large one a part without repetition, a small one again and again, each time all of it
 * before any of it comes once more. */
static void draw_balanced(const struct training_list *stage, struct rng *rng, uint32_t *ret_order)
{
    int n_each = stage->n / stage->n_cells;

    for (int c = 0; c < stage->n_cells; c++) {
        int size = stage->cells[c + 1] - stage->cells[c];

        for (int made = 0; made < n_each; made += size) {
            uint32_t *at = ret_order + c * n_each + made;

            memcpy(at, stage->list + stage->cells[c], (size_t)size * sizeof *at);
            rng_shuffle(rng, at, (uint32_t)size);
        }
    }
}

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
    if (stage->cells)
        draw_balanced(stage, &rng, stage->order);
    else
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

int training_list_group(struct training_list *stage, const uint32_t *indices, const int *cells, int n, int n_cells,
                        struct arena *arena)
{
    uint32_t *list = arena_alloc(arena, (size_t)n * sizeof *list);
    int *starts = arena_alloc(arena, ((size_t)n_cells + 1) * sizeof *starts), at = 0, smallest = n;

    stage->n_cells = 0;
    for (int c = 0; c < n_cells; c++) {
        int start = at;

        for (int i = 0; i < n; i++)
            if (cells[i] == c)
                list[at++] = indices[i];
        if (at == start)
            continue;
        starts[++stage->n_cells] = at;
        smallest = at - start < smallest ? at - start : smallest;
    }
    stage->list = list;
    stage->cells = starts;
    return smallest;
}
