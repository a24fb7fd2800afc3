/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/prepare/categories.h"

#include <assert.h>

/* known[l] is 0 for levels that were seen, and -1, so far. */
static void number_levels(struct category_column *column, struct arena *arena)
{
    column->levels = arena_alloc(arena, (size_t)column->n_all * sizeof *column->levels);
    for (int32_t level = 0; level < column->n_all; level++) {
        if (column->known[level] < 0)
            continue;
        column->levels[column->n] = level;
        column->known[level] = column->n++;
    }
}

const struct categories *categories_fit(const int32_t *codes, int n_columns, const int *n_levels,
                                        const uint32_t *rows, int n, struct arena *arena)
{
    struct categories *k = arena_alloc(arena, sizeof *k);

    k->n_columns = n_columns;
    k->columns = arena_alloc(arena, (size_t)n_columns * sizeof *k->columns);
    for (int c = 0; c < n_columns; c++) {
        struct category_column *column = &k->columns[c];

        column->n_all = n_levels[c];
        column->known = arena_alloc(arena, (size_t)n_levels[c] * sizeof *column->known);
        for (int level = 0; level < n_levels[c]; level++)
            column->known[level] = -1;
        for (int i = 0; i < n; i++) {
            int32_t code = codes[rows[i] * (size_t)n_columns + (size_t)c];

            assert(code >= -1 && code < n_levels[c]);
            if (code >= 0)
                column->known[code] = 0;
        }
        number_levels(column, arena);
    }
    return k;
}

void categories_apply(const struct categories *k, const int32_t *codes, size_t n,
                      int32_t *ret_known)
{
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < k->n_columns; c++, codes++, ret_known++)
            *ret_known = *codes < 0 ? -1 : k->columns[c].known[*codes];
}
