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

static double tail_of(const struct store_series *s, const struct class_order *order, int n_tail)
{
    double sum = 0;

    for (int i = s->n - n_tail; i < s->n; i++)
        sum += s->values[order->at[i]];
    return sum / n_tail;
}

/* Insertion keeps the order of equals. */
static void sort_classes(int *at, const double *counts, int n)
{
    for (int i = 1; i < n; i++) {
        int c = at[i], k = i;

        for (; k > 0 && counts[at[k - 1]] < counts[c]; k--)
            at[k] = at[k - 1];
        at[k] = c;
    }
}

int classes_order(struct store *store, const struct selection *r, int n_classes, struct arena *arena,
                  struct class_order *ret_order, struct error *err)
{
    int *at = arena_alloc(arena, ((size_t)n_classes + 1) * sizeof *at), n_runs = 0;
    double *counts = arena_alloc(arena, ((size_t)n_classes + 1) * sizeof *counts);

    for (int c = 0; c < n_classes; c++)
        at[c] = c;
    for (int i = 0; i < r->n; i++) {
        struct store_array record;

        if (store_read_last_array(store, r->runs[i], "train_counts", arena, &record, err) < 0)
            return -1;
        if (record.n != n_classes)
            continue;
        n_runs++;
        for (int c = 0; c < n_classes; c++)
            counts[c] += (double)record.numbers[c];
    }
    for (int c = 0; c < n_classes && n_runs > 0; c++)
        counts[c] /= n_runs;
    sort_classes(at, counts, n_classes);
    *ret_order = (struct class_order){n_classes, at, n_runs > 0 ? counts : NULL};
    return 0;
}

int classes_read(struct store *store, const struct selection *r, struct arena *arena,
                 struct classes *ret_classes, struct error *err)
{
    double *worst = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *worst);
    double *tail = arena_alloc(arena, ((size_t)r->n + 1) * sizeof *tail);
    struct class_order order = {0};
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
        if (series.n != order.n && classes_order(store, r, series.n, arena, &order, err) < 0)
            return -1;
        c.n_classes = series.n;
        c.n_tail = series.n / 3 ? series.n / 3 : 1;
        worst[i] = worst_of(&series);
        tail[i] = tail_of(&series, &order, c.n_tail);
    }
    c.worst = summary_of(worst, c.n_classes ? r->n : 0);
    c.tail = summary_of(tail, c.n_classes ? r->n : 0);
    *ret_classes = c;
    return 0;
}
