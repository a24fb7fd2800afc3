/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/select.h"

#include "base/settings.h"
#include "stats/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Runs by what they are of, so that each group lies together. */
static int by_group(const void *a, const void *b, void *context)
{
    const struct store_run *runs = context;
    const struct store_run *x = &runs[*(const int *)a], *y = &runs[*(const int *)b];
    int order = strcmp(x->method, y->method);

    if (order == 0)
        order = strcmp(x->condition, y->condition);
    if (order == 0)
        order = strcmp(x->point, y->point);
    if (order == 0)
        order = (x->seed > y->seed) - (x->seed < y->seed);
    return order ? order : *(const int *)a - *(const int *)b;
}

/* How many of the n runs order[0 ..] are of the first one's method and condition
 * (and point). */
static int group_size(const struct store_run *runs, const int *order, int n, bool with_point)
{
    const struct store_run *first = &runs[order[0]];
    int size = 1;

    while (size < n && strcmp(runs[order[size]].method, first->method) == 0 &&
           strcmp(runs[order[size]].condition, first->condition) == 0 &&
           (!with_point || strcmp(runs[order[size]].point, first->point) == 0))
        size++;
    return size;
}

/* The place in the plan where a group begins. */
static int first_place(const int *order, int n)
{
    int first = order[0];

    for (int i = 1; i < n; i++)
        if (order[i] < first)
            first = order[i];
    return first;
}

/* Mean validation measure of a point's runs that ended, or NaN. */
static double point_score(const struct selections *s, const int *order, int n)
{
    double sum = 0;
    int n_ended = 0;

    for (int i = 0; i < n; i++) {
        if (!isfinite(s->validation[order[i]]))
            continue;
        sum += s->validation[order[i]];
        n_ended++;
    }
    return n_ended ? sum / n_ended : NAN;
}

static void read_point(const struct selections *s, const int *order, int n, struct arena *arena,
                       struct selection *ret_selection)
{
    int *seeds = arena_alloc(arena, (size_t)n * sizeof *seeds);
    double *validation = arena_alloc(arena, (size_t)n * sizeof *validation);
    double *values = arena_alloc(arena, (size_t)n * sizeof *values);
    bool *has_diverged = arena_alloc(arena, (size_t)n * sizeof *has_diverged);
    long *runs = arena_alloc(arena, (size_t)n * sizeof *runs);
    struct selection *r = ret_selection;

    for (int i = 0; i < n; i++) {
        int k = order[i];

        if (!isfinite(s->test[k]))
            continue;
        seeds[r->n] = s->plan.runs[k].seed;
        validation[r->n] = s->validation[k];
        values[r->n] = s->test[k];
        has_diverged[r->n] = strcmp(s->plan.runs[k].state, "diverged") == 0;
        r->n_diverged_here += has_diverged[r->n];
        runs[r->n++] = s->plan.runs[k].run;
    }
    r->n_seeds = n;
    r->point = s->plan.runs[order[0]].point;
    r->seeds = seeds;
    r->validation = validation;
    r->test = values;
    r->has_diverged = has_diverged;
    r->runs = runs;
}

static void count_states(const struct selections *s, const int *order, int n,
                         struct selection *ret_selection)
{
    struct selection *r = ret_selection;

    r->n_planned = n;
    for (int i = 0; i < n; i++) {
        const char *state = s->plan.runs[order[i]].state;

        r->n_finished += strcmp(state, "finished") == 0;
        r->n_diverged += strcmp(state, "diverged") == 0;
        r->n_failed += strcmp(state, "failed") == 0;
    }
}

/* From the n runs of one method under one condition. */
static struct selection select_one(const struct selections *s, const int *order, int n,
                                   struct arena *arena)
{
    const struct store_run *runs = s->plan.runs;
    struct selection r = {
        .method = runs[order[0]].method,
        .condition = runs[order[0]].condition,
        .place = first_place(order, n),
    };
    double best_score = -INFINITY;
    int best = -1, best_place = 0, best_size = 0, size;

    for (int at = 0; at < n; at += size) {
        double score;
        int place;

        size = group_size(runs, order + at, n - at, true);
        score = point_score(s, order + at, size);
        place = first_place(order + at, size);
        r.n_points++;
        if (!(score > best_score) && !(score == best_score && place < best_place))
            continue;
        best_score = score;
        best_place = place;
        best = at;
        best_size = size;
    }
    count_states(s, order, n, &r);
    if (best >= 0)
        read_point(s, order + best, best_size, arena, &r);
    return r;
}

static int by_place(const void *a, const void *b)
{
    return ((const struct selection *)a)->place - ((const struct selection *)b)->place;
}

static int by_condition(const void *a, const void *b)
{
    const struct selection *x = *(struct selection *const *)a, *y = *(struct selection *const *)b;
    int order = strcmp(x->condition, y->condition);

    return order ? order : x->place - y->place;
}

static int by_index(const void *a, const void *b)
{
    const struct selection *x = *(struct selection *const *)a, *y = *(struct selection *const *)b;

    return x->condition_index != y->condition_index ? x->condition_index - y->condition_index
                                                    : x->place - y->place;
}

void select_list_conditions(struct selections *s, struct selection *items, struct arena *arena)
{
    struct selection **sorted = arena_alloc(arena, ((size_t)s->n + 1) * sizeof *sorted);
    int *starts = arena_alloc(arena, ((size_t)s->n + 1) * sizeof *starts);

    for (int i = 0; i < s->n; i++)
        sorted[i] = &items[i];
    qsort(sorted, (size_t)s->n, sizeof *sorted, by_condition);
    for (int i = 0, first = 0; i < s->n; i++) { /* for now: the place of its first selection */
        if (strcmp(sorted[i]->condition, sorted[first]->condition) != 0)
            first = i;
        sorted[i]->condition_index = (int)(sorted[first] - items);
    }
    qsort(sorted, (size_t)s->n, sizeof *sorted, by_index);
    for (int i = 0, index = -1; i < s->n; i++) {
        if (sorted[i]->condition_index != index)
            starts[s->n_conditions++] = i;
        index = sorted[i]->condition_index;
        sorted[i]->condition_index = s->n_conditions - 1;
    }
    starts[s->n_conditions] = s->n;
    s->items = items;
    s->by_condition = (const struct selection *const *)sorted;
    s->starts = starts;
}

/* The values of s->plan's runs, and its runs by group. */
static int read_values(struct store *store, struct arena *arena, struct selections *s,
                       int **ret_order, struct error *err)
{
    size_t n = (size_t)s->plan.n_runs + 1;
    double *validation = arena_alloc(arena, n * sizeof *validation);
    double *test = arena_alloc(arena, n * sizeof *test);
    int *order = arena_alloc(arena, n * sizeof *order);

    if (store_read_last(store, &s->plan, "validation", s->plan.measure->metric, validation, err) < 0 ||
        store_read_last(store, &s->plan, "test", s->plan.measure->metric, test, err) < 0)
        return -1;
    for (int i = 0; i < s->plan.n_runs; i++) {
        order[i] = i;
        if (strcmp(s->plan.runs[i].state, "diverged") == 0)
            validation[i] = test[i] = 0;
    }
    qsort_r(order, (size_t)s->plan.n_runs, sizeof *order, by_group, (void *)s->plan.runs);
    s->validation = validation;
    s->test = test;
    *ret_order = order;
    return 0;
}

/* Gives each selection its runs on fresh seeds: those of the point that is selected now. */
static int read_fresh(struct store *store, struct arena *arena, struct selections *s,
                      struct selection *items, struct error *err)
{
    struct selections *f = arena_alloc(arena, sizeof *f);
    int *order;

    *f = (struct selections){0};
    if (store_read_fresh(store, &s->plan, arena, &f->plan, err) < 0 ||
        read_values(store, arena, f, &order, err) < 0)
        return -1;
    if (f->plan.n_runs > 0)
        s->fresh = f;
    for (int at = 0, size; at < f->plan.n_runs; at += size) {
        const struct store_run *run = &f->plan.runs[order[at]];
        struct selection *fresh = arena_alloc(arena, sizeof *fresh), *r = items;

        size = group_size(f->plan.runs, order + at, f->plan.n_runs - at, true);
        while (r < items + s->n && !(r->point && strcmp(r->method, run->method) == 0 &&
                                     strcmp(r->condition, run->condition) == 0 &&
                                     strcmp(r->point, run->point) == 0))
            r++;
        if (r == items + s->n) /* another was selected then */
            continue;
        *fresh = (struct selection){.method = r->method, .condition = r->condition,
                                    .place = r->place, .n_points = 1};
        count_states(f, order + at, size, fresh);
        read_point(f, order + at, size, arena, fresh);
        r->fresh = fresh;
    }
    return 0;
}

int select_points(struct store *store, struct arena *arena, struct selections *ret_selections,
                  struct error *err)
{
    struct selections s = {0};
    struct selection *items;
    int *order, n, size;

    if (store_read_plan(store, arena, &s.plan, err) < 0 ||
        read_values(store, arena, &s, &order, err) < 0)
        return -1;
    n = s.plan.n_runs;
    for (int at = 0; at < n; at += group_size(s.plan.runs, order + at, n - at, false))
        s.n++;
    items = arena_alloc(arena, (size_t)s.n * sizeof *items);
    s.n = 0;
    for (int at = 0; at < n; at += size) {
        size = group_size(s.plan.runs, order + at, n - at, false);
        items[s.n++] = select_one(&s, order + at, size, arena);
    }
    qsort(items, (size_t)s.n, sizeof *items, by_place);
    if (read_fresh(store, arena, &s, items, err) < 0)
        return -1;
    select_list_conditions(&s, items, arena);
    *ret_selections = s;
    return 0;
}

const struct selection *select_beside(const struct selections *s, const struct selection *r,
                                      const char *method)
{
    for (int i = s->starts[r->condition_index]; i < s->starts[r->condition_index + 1]; i++)
        if (strcmp(s->by_condition[i]->method, method) == 0)
            return s->by_condition[i];
    return NULL;
}

int select_pairs(const struct selection *a, const struct selection *b, double *ret_x, double *ret_y)
{
    int n = 0;

    for (int i = 0, k = 0; i < a->n; i++) {
        while (k < b->n && b->seeds[k] < a->seeds[i])
            k++;
        if (k == b->n || b->seeds[k] != a->seeds[i])
            continue;
        ret_x[n] = round(a->test[i] * SELECT_UNIT);
        ret_y[n++] = round(b->test[k] * SELECT_UNIT);
    }
    return n;
}

struct paired select_compare(const struct selection *a, const struct selection *b)
{
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *y);
    struct paired p = paired_compare(x, y, select_pairs(a, b, x, y));

    p.difference.mean /= SELECT_UNIT;
    p.difference.sd /= SELECT_UNIT;
    p.difference.half_width /= SELECT_UNIT;
    arena_release(&arena);
    return p;
}

const char *select_short_point(struct arena *arena, const char *point)
{
    struct text t = {0};
    const char *out;

    settings_shorten(&t, point);
    out = arena_strdup(arena, t.s ? t.s : "");
    text_release(&t);
    return out;
}
