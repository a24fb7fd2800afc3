/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/select.h"

#include "report/stats.h"

#include <math.h>
#include <string.h>

static bool is_of(const struct store_run *run, const struct store_run *like, bool with_point)
{
    return strcmp(run->method, like->method) == 0 &&
           strcmp(run->condition, like->condition) == 0 &&
           (!with_point || strcmp(run->point, like->point) == 0);
}

/* Is runs[i] the first of its method and condition (and point)? */
static bool is_first(const struct store_plan *plan, int i, bool with_point)
{
    for (int k = i - 1; k >= 0; k--)
        if (is_of(&plan->runs[k], &plan->runs[i], with_point))
            return false;
    return true;
}

/* Mean validation accuracy of the point of runs[i] over ended runs, or NaN. */
static double point_score(const struct selections *s, int i)
{
    const struct store_plan *plan = &s->plan;
    double sum = 0;
    int n = 0;

    for (int k = i; k < plan->n_runs; k++) {
        const struct store_run *run = &plan->runs[k];

        if (!is_of(run, &plan->runs[i], true))
            continue;
        if (strcmp(run->state, "diverged") == 0) {
            n++;
        } else if (isfinite(s->validation[k])) {
            sum += s->validation[k];
            n++;
        }
    }
    return n ? sum / n : NAN;
}

static void read_point(const struct selections *s, int best, const double *test,
                       struct arena *arena, struct selection *ret_selection)
{
    const struct store_plan *plan = &s->plan;
    size_t n = (size_t)plan->n_runs;
    int *seeds = arena_alloc(arena, n * sizeof *seeds);
    double *validation = arena_alloc(arena, n * sizeof *validation);
    double *values = arena_alloc(arena, n * sizeof *values);
    long *runs = arena_alloc(arena, n * sizeof *runs);
    struct selection *r = ret_selection;

    for (int k = best; k < plan->n_runs; k++) {
        if (!is_of(&plan->runs[k], &plan->runs[best], true) || !isfinite(test[k]))
            continue;
        seeds[r->n] = plan->runs[k].seed;
        validation[r->n] = s->validation[k];
        values[r->n] = test[k];
        runs[r->n++] = plan->runs[k].run;
    }
    r->point = plan->runs[best].point;
    r->seeds = seeds;
    r->validation = validation;
    r->test = values;
    r->runs = runs;
}

static struct selection select_one(const struct selections *s, int first, const double *test,
                                   struct arena *arena)
{
    const struct store_plan *plan = &s->plan;
    struct selection r = {.method = plan->runs[first].method,
                          .condition = plan->runs[first].condition};
    double best_score = -1;
    int best = -1;

    for (int k = first; k < plan->n_runs; k++) {
        const struct store_run *run = &plan->runs[k];
        double score;

        if (!is_of(run, &plan->runs[first], false))
            continue;
        r.n_planned++;
        r.n_finished += strcmp(run->state, "finished") == 0;
        r.n_diverged += strcmp(run->state, "diverged") == 0;
        r.n_failed += strcmp(run->state, "failed") == 0;
        if (!is_first(plan, k, true))
            continue;
        r.n_points++;
        score = point_score(s, k);
        if (score > best_score) {
            best_score = score;
            best = k;
        }
    }
    if (best >= 0)
        read_point(s, best, test, arena, &r);
    return r;
}

int select_points(struct store *store, struct arena *arena, struct selections *ret_selections,
                  struct error *err)
{
    struct selections s = {0};
    struct selection *items;
    double *validation, *test;

    if (store_read_plan(store, arena, &s.plan, err) < 0)
        return -1;
    validation = arena_alloc(arena, (size_t)s.plan.n_runs * sizeof *validation);
    test = arena_alloc(arena, (size_t)s.plan.n_runs * sizeof *test);
    items = arena_alloc(arena, (size_t)s.plan.n_runs * sizeof *items);
    if (store_read_last(store, &s.plan, "validation", "accuracy", validation, err) < 0 ||
        store_read_last(store, &s.plan, "test", "accuracy", test, err) < 0)
        return -1;
    s.validation = validation;
    for (int i = 0; i < s.plan.n_runs; i++)
        if (is_first(&s.plan, i, false))
            items[s.n++] = select_one(&s, i, test, arena);
    s.items = items;
    *ret_selections = s;
    return 0;
}

const struct selection *select_find(const struct selections *s, const char *method,
                                    const char *condition)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->items[i].method, method) == 0 &&
            strcmp(s->items[i].condition, condition) == 0)
            return &s->items[i];
    return NULL;
}

struct stats_paired select_compare(const struct selection *a, const struct selection *b)
{
    /* Shares k/n as whole numbers of billionths: equal differences are then
     * equal in bits, and ties are ties. */
    static const double UNIT = 1e9;
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *y);
    struct stats_paired p;
    int n = 0;

    for (int i = 0; i < a->n; i++) {
        for (int k = 0; k < b->n; k++) {
            if (a->seeds[i] != b->seeds[k])
                continue;
            x[n] = round(a->test[i] * UNIT);
            y[n++] = round(b->test[k] * UNIT);
            break;
        }
    }
    p = stats_compare(x, y, n);
    p.difference.mean /= UNIT;
    p.difference.sd /= UNIT;
    p.difference.half_width /= UNIT;
    arena_release(&arena);
    return p;
}

const char *select_short_point(struct arena *arena, const char *point)
{
    char *out = arena_alloc(arena, strlen(point) + 1), *o = out;

    while (*point) {
        size_t word = strcspn(point, " ");
        const char *dot = memchr(point, '.', strcspn(point, "="));
        const char *from = dot ? dot + 1 : point;

        memcpy(o, from, (size_t)(point + word - from));
        o += point + word - from;
        point += word;
        if (*point)
            *o++ = *point++;
    }
    return out;
}
