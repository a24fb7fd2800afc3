/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/select.h"

#include <stdlib.h>

/* A configuration and how many seeds chose it. */
struct choice {
    int point, count;
};

/* The most frequent first; of equals the first in the plan. */
static int by_count(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;

    return x->count != y->count ? y->count - x->count : x->point - y->point;
}

const char *select_choices(struct arena *arena, const struct selection *r, enum select_in in, int most)
{
    struct choice *choices;
    struct text t = {0};
    const char *out;
    int n_left = r->n;

    if (!r->point || !r->board)
        return "-";
    if (in == SELECT_IN_ALL || r->board->n_points == 1)
        return label_short(&r->point_label, arena);
    choices = arena_alloc(arena, (size_t)r->board->n_points * sizeof *choices);
    for (int p = 0; p < r->board->n_points; p++)
        choices[p].point = p;
    for (int i = 0; i < r->n; i++)
        choices[r->chosen[i]].count++;
    qsort(choices, (size_t)r->board->n_points, sizeof *choices, by_count);
    for (int p = 0; p < r->board->n_points && p < most && choices[p].count > 0; p++) {
        text_printf(&t, "%s%s", p ? ", " : "", label_short(&r->board->labels[choices[p].point], arena));
        text_printf(&t, p ? " (%d)" : " (%d of %d)", choices[p].count, r->n);
        n_left -= choices[p].count;
    }
    if (n_left > 0)
        text_printf(&t, ", others (%d)", n_left);
    out = arena_strdup(arena, t.s);
    text_release(&t);
    return out;
}
