/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/conditions.h"

#include "plan/choices.h"

#include <stdlib.h>
#include <string.h>

bool conditions_varies(const struct axis *axis)
{
    return axis->n_values > 1 || choices_is_drawn(axis);
}

enum variation conditions_variation(const struct experiment *e, const char *setting)
{
    enum variation result = VARIATION_NONE;

    for (int i = 0; i < e->n_methods && result != VARIATION_DRAWN; i++) {
        struct arena arena = {0};
        struct grid grid;

        grid_init(&grid, &arena);
        choices_join(e, &e->methods[i], &grid);
        if (!setting && choices_algorithm(&grid))
            result = VARIATION_DRAWN;
        for (int k = 0; k < grid.n_axes && result != VARIATION_DRAWN; k++)
            if ((!setting || strcmp(grid.axes[k].name, setting) == 0) && conditions_varies(&grid.axes[k]))
                result = choices_is_drawn(&grid.axes[k]) ? VARIATION_DRAWN : VARIATION_GRID;
        arena_release(&arena);
    }
    return result;
}

int conditions_find(const struct experiment *e, bool *ret_varies, struct text *warnings,
                    struct error *err)
{
    for (int i = 0; i < e->n_conditions; i++) {
        enum variation variation = conditions_variation(e, e->conditions[i]);

        if (variation == VARIATION_DRAWN)
            return error_set(err, "conditions: %s is drawn, to be tuned over; a condition has the values of a "
                                  "grid", e->conditions[i]);
        ret_varies[i] = variation == VARIATION_GRID;
        if (!ret_varies[i])
            text_printf(warnings, "%sconditions: %s does not vary, so that it is none",
                        warnings->size ? "; " : "", e->conditions[i]);
    }
    return 0;
}

struct placed {
    struct plan_run run;
    int place, first; /* first: the place of its condition's first run */
};

static int by_condition(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = strcmp(x->run.condition, y->run.condition);

    return order ? order : x->place - y->place;
}

static int by_first(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    return x->first != y->first ? x->first - y->first : x->place - y->place;
}

void conditions_arrange(struct plan_run *runs, int n)
{
    struct arena arena = {0};
    struct placed *placed = arena_alloc(&arena, ((size_t)n + 1) * sizeof *placed);

    for (int i = 0; i < n; i++)
        placed[i] = (struct placed){runs[i], i, 0};
    qsort(placed, (size_t)n, sizeof *placed, by_condition);
    for (int i = 0, first = 0; i < n; i++) {
        if (strcmp(placed[i].run.condition, placed[first].run.condition) != 0)
            first = i;
        placed[i].first = placed[first].place;
    }
    qsort(placed, (size_t)n, sizeof *placed, by_first);
    for (int i = 0; i < n; i++)
        runs[i] = placed[i].run;
    arena_release(&arena);
}
