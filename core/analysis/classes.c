/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/classes.h"

#include <math.h>

static double worst_of(const struct store_series *s)
{
    double worst = INFINITY;

    for (int i = 0; i < s->n; i++)
        worst = s->values[i] < worst ? s->values[i] : worst;
    return worst;
}

static double tail_of(const struct store_series *s, int n_tail)
{
    double sum = 0;

    for (int i = s->n - n_tail; i < s->n; i++)
        sum += s->values[i];
    return sum / n_tail;
}

int classes_read(struct store *store, const struct selection *r, struct arena *arena,
                 struct classes *ret_classes, struct error *err)
{
    double *worst = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *worst);
    double *tail = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *tail);
    struct classes c = {0};

    for (int i = 0; i < r->n; i++) {
        struct store_series series;

        if (r->has_diverged[i]) /* 0, as the arrays are */
            continue;
        if (store_read_classes(store, r->runs[i], "test", arena, &series, err) < 0)
            return -1;
        if (series.n == 0) {
            worst[i] = tail[i] = NAN;
            continue;
        }
        c.n_classes = series.n;
        c.n_tail = series.n / 3 ? series.n / 3 : 1;
        worst[i] = worst_of(&series);
        tail[i] = tail_of(&series, c.n_tail);
    }
    c.worst = summary_of(worst, c.n_classes ? r->n : 0);
    c.tail = summary_of(tail, c.n_classes ? r->n : 0);
    *ret_classes = c;
    return 0;
}
