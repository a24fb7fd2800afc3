/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/select.h"

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

/* How many of the n runs order[0 ..] are of the first one's method and condition. */
static int group_size(const struct store_run *runs, const int *order, int n)
{
    const struct store_run *first = &runs[order[0]];
    int size = 1;

    while (size < n && strcmp(runs[order[size]].method, first->method) == 0 &&
           strcmp(runs[order[size]].condition, first->condition) == 0)
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

/* Which configuration each seed takes, -1 where it takes none, into r. */
static void read_chosen(const struct selections *s, const struct board *b, const int *choices,
                        struct arena *arena, struct selection *r)
{
    size_t n = (size_t)b->n_seeds + 1;
    int *seeds = arena_alloc(arena, n * sizeof *seeds);
    int *chosen = arena_alloc(arena, n * sizeof *chosen);
    double *validation = arena_alloc(arena, n * sizeof *validation);
    double *test = arena_alloc(arena, n * sizeof *test);
    bool *has_diverged = arena_alloc(arena, n * sizeof *has_diverged);
    long *runs = arena_alloc(arena, n * sizeof *runs);

    for (int i = 0; i < b->n_seeds; i++) {
        const struct store_run *run;
        size_t at;

        if (choices[i] < 0 || !board_has_ended(b, i, choices[i]))
            continue;
        at = (size_t)i * (size_t)b->n_points + (size_t)choices[i];
        run = &s->plan.runs[b->places[at]];
        seeds[r->n] = b->seeds[i];
        chosen[r->n] = choices[i];
        validation[r->n] = b->validation[at];
        test[r->n] = b->test[at];
        has_diverged[r->n] = strcmp(run->state, "diverged") == 0;
        r->n_diverged_here += has_diverged[r->n];
        runs[r->n++] = run->run;
    }
    r->seeds = seeds;
    r->chosen = chosen;
    r->validation = validation;
    r->test = test;
    r->has_diverged = has_diverged;
    r->runs = runs;
}

/* How many configurations are in the plan for a seed. */
static int count_planned(const struct board *b, int seed)
{
    int n = 0;

    for (int p = 0; p < b->n_points; p++)
        n += b->places[(size_t)seed * (size_t)b->n_points + (size_t)p] >= 0;
    return n;
}

static bool is_partial(const struct board *b, int seed)
{
    int n_ended = 0;

    for (int p = 0; p < b->n_points; p++)
        n_ended += board_has_ended(b, seed, p);
    return n_ended > 0 && n_ended < count_planned(b, seed);
}

/* The one that most of the n seeds have chosen; of equals the first in the plan. */
static void find_most_chosen(struct selection *r, struct arena *arena)
{
    int *counts = arena_alloc(arena, (size_t)r->board->n_points * sizeof *counts);

    for (int i = 0; i < r->n; i++)
        counts[r->chosen[i]]++;
    for (int p = 0; p < r->board->n_points; p++) {
        if (counts[p] <= r->n_chose)
            continue;
        r->n_chose = counts[p];
        r->point = r->board->points[p];
        r->point_label = r->board->labels[p];
    }
}

/* Each seed by itself; those only that have `n_whole` configurations in the plan. */
static void choose_in_seeds(const struct selections *s, int n_whole, struct arena *arena,
                            struct selection *r)
{
    const struct board *b = r->board;
    int *choices = arena_alloc(arena, ((size_t)b->n_seeds + 1) * sizeof *choices);

    for (int i = 0; i < b->n_seeds; i++) {
        bool is_whole = count_planned(b, i) >= n_whole;

        choices[i] = is_whole ? board_choose(b, i) : -1;
        r->n_seeds += is_whole;
        r->n_partial += is_whole && is_partial(b, i);
    }
    read_chosen(s, b, choices, arena, r);
    find_most_chosen(r, arena);
}

/* The same configuration in all seeds. */
static void choose_one(const struct selections *s, int point, struct arena *arena, struct selection *r)
{
    const struct board *b = r->board;
    int *choices = arena_alloc(arena, ((size_t)b->n_seeds + 1) * sizeof *choices);

    for (int i = 0; i < b->n_seeds; i++) {
        choices[i] = point;
        r->n_seeds += b->places[(size_t)i * (size_t)b->n_points + (size_t)point] >= 0;
    }
    read_chosen(s, b, choices, arena, r);
    r->point = b->points[point];
    r->point_label = b->labels[point];
    r->n_chose = r->n;
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
    struct board *board = arena_alloc(arena, sizeof *board);
    struct selection r = {
        .method = runs[order[0]].method,
        .condition = runs[order[0]].condition,
        .condition_label = label_of(runs[order[0]].condition_label, runs[order[0]].condition, arena),
        .place = first_place(order, n),
        .board = board,
    };

    *board = board_fill(&s->plan, s->validation, s->test, order, n, arena);
    r.n_points = board->n_points;
    r.best = board_choose_over_all(board);
    count_states(s, order, n, &r);
    if (s->in == SELECT_IN_SEED)
        choose_in_seeds(s, 1, arena, &r);
    else if (r.best >= 0)
        choose_one(s, r.best, arena, &r);
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

/* What a measure of s->plan's runs is on `part`, higher being better. NULL with an error. */
static const double *read_values(struct store *store, const struct store_plan *plan, const char *part,
                                 const struct measure *m, struct arena *arena, struct error *err)
{
    double *values = arena_alloc(arena, ((size_t)plan->n_runs + 1) * sizeof *values);

    if (store_read_last(store, plan, part, m, values, err) < 0)
        return NULL;
    for (int i = 0; i < plan->n_runs; i++)
        values[i] = strcmp(plan->runs[i].state, "diverged") == 0 ? m->worst : m->sign * values[i];
    return values;
}

/* The values of s->plan's runs. */
static int read_all_values(struct store *store, struct arena *arena, struct selections *s, struct error *err)
{
    s->validation = read_values(store, &s->plan, "validation", &s->select_by, arena, err);
    s->test = s->validation ? read_values(store, &s->plan, "test", &s->measure, arena, err) : NULL;
    return s->test ? 0 : -1;
}

/* What the caller wants, or what the plan says: what judges selects, too, where nobody says otherwise. */
static int find_measures(const struct select_options *o, struct arena *arena, struct selections *s,
                         struct error *err)
{
    const char *select_by = o->select_by ? o->select_by : o->measure;

    s->measure = s->plan.measure;
    s->select_by = s->plan.select_by;
    if (o->measure && store_find_measure(&s->plan, o->measure, arena, &s->measure, err) < 0)
        return -1;
    return select_by ? store_find_measure(&s->plan, select_by, arena, &s->select_by, err) : 0;
}

/* A plan's runs by group. */
static int *order_runs(const struct store_plan *plan, struct arena *arena)
{
    int *order = arena_alloc(arena, ((size_t)plan->n_runs + 1) * sizeof *order);

    for (int i = 0; i < plan->n_runs; i++)
        order[i] = i;
    qsort_r(order, (size_t)plan->n_runs, sizeof *order, by_group, (void *)plan->runs);
    return order;
}

/* The most configurations that a seed has in the plan. */
static int most_planned(const struct board *b)
{
    int most = 0;

    for (int i = 0; i < b->n_seeds; i++)
        most = count_planned(b, i) > most ? count_planned(b, i) : most;
    return most;
}

static int find_point(const struct board *b, const char *point)
{
    for (int p = 0; point && p < b->n_points; p++)
        if (strcmp(b->points[p], point) == 0)
            return p;
    return -1;
}

/* The n runs on fresh seeds of what r is of. Where they have the whole grid, each seed that has it selects
 * by itself; else they are of configurations that were selected over all seeds of the sweep, of which
 * the one that would be now counts. NULL where that is none of them. */
static const struct selection *select_fresh(const struct selections *f, const struct selection *r,
                                            const int *order, int n, struct arena *arena)
{
    struct board *board = arena_alloc(arena, sizeof *board);
    struct selection *fresh = arena_alloc(arena, sizeof *fresh);
    int point;

    *board = board_fill(&f->plan, f->validation, f->test, order, n, arena);
    *fresh = (struct selection){.method = r->method, .condition = r->condition,
                                .condition_label = r->condition_label, .place = r->place,
                                .board = board, .n_points = board->n_points, .best = -1};
    count_states(f, order, n, fresh);
    fresh->is_frozen = most_planned(board) < r->n_points;
    if (f->in == SELECT_IN_SEED && !fresh->is_frozen) {
        choose_in_seeds(f, r->n_points, arena, fresh);
        return fresh;
    }
    point = find_point(board, r->best < 0 ? NULL : r->board->points[r->best]);
    if (point < 0)
        return NULL;
    choose_one(f, point, arena, fresh);
    return fresh;
}

/* Gives each of the items its runs of s->fresh. */
static void select_all_fresh(const struct selections *s, struct selection *items, struct arena *arena)
{
    const struct selections *f = s->fresh;
    int *order = order_runs(&f->plan, arena);

    for (int at = 0, size; at < f->plan.n_runs; at += size) {
        const struct store_run *run = &f->plan.runs[order[at]];
        struct selection *r = items;

        size = group_size(f->plan.runs, order + at, f->plan.n_runs - at);
        while (r < items + s->n &&
               !(strcmp(r->method, run->method) == 0 && strcmp(r->condition, run->condition) == 0))
            r++;
        if (r < items + s->n)
            r->fresh = select_fresh(f, r, order + at, size, arena);
    }
}

/* Makes the setting `by`, which is of points, one of conditions. */
static void regroup(struct store_plan *plan, const char *by, struct arena *arena)
{
    struct store_run *runs = arena_alloc(arena, ((size_t)plan->n_runs + 1) * sizeof *runs);

    for (int i = 0; i < plan->n_runs; i++) {
        struct store_run *run = &runs[i];
        const struct label_part *part;

        *run = plan->runs[i];
        part = label_find(&run->condition_label, by) ? NULL : label_find(&run->point_label, by);
        if (!part)
            continue;
        run->condition_label = label_with(&run->condition_label, *part, arena);
        run->point_label = label_without(&run->point_label, part, arena);
        run->condition = label_text(&run->condition_label, arena);
        run->point = label_text(&run->point_label, arena);
    }
    plan->runs = runs;
}

/* Sets s->fresh where there are any. */
static int read_fresh(struct store *store, const char *by, struct arena *arena, struct selections *s,
                      struct error *err)
{
    struct selections *f = arena_alloc(arena, sizeof *f);

    *f = (struct selections){.in = s->in, .measure = s->measure, .select_by = s->select_by};
    if (store_read_fresh(store, &s->plan, arena, &f->plan, err) < 0 || read_all_values(store, arena, f, err) < 0)
        return -1;
    if (by)
        regroup(&f->plan, by, arena);
    if (f->plan.n_runs > 0)
        s->fresh = f;
    return 0;
}

/* By method, condition, as they lie; gives the items of s, in the plan's order. */
static struct selection *select_all(struct selections *s, struct arena *arena)
{
    const struct store_plan *plan = &s->plan;
    int *order = order_runs(plan, arena);
    struct selection *items;

    for (int at = 0; at < plan->n_runs; at += group_size(plan->runs, order + at, plan->n_runs - at))
        s->n++;
    items = arena_alloc(arena, ((size_t)s->n + 1) * sizeof *items);
    s->n = 0;
    for (int at = 0, size; at < plan->n_runs; at += size) {
        size = group_size(plan->runs, order + at, plan->n_runs - at);
        items[s->n++] = select_one(s, order + at, size, arena);
    }
    qsort(items, (size_t)s->n, sizeof *items, by_place);
    return items;
}

/* Gives each selection among several the settings of a run of its best. */
static int read_specs(struct store *store, const struct selections *s, struct selection *items,
                      struct arena *arena, struct error *err)
{
    for (int i = 0; i < s->n; i++) {
        struct selection *r = &items[i];
        const int *place = r->board->places + r->best; /* of the best in each seed, a row on */
        struct settings *spec;

        if (r->best < 0 || r->n_points < 2)
            continue;
        while (*place < 0)
            place += r->n_points;
        spec = arena_alloc(arena, sizeof *spec);
        settings_init(spec, arena);
        if (store_read_spec(store, s->plan.runs[*place].run, spec, err) < 0)
            return -1;
        r->spec = spec;
    }
    return 0;
}

static int read_epochs(struct store *store, struct arena *arena, struct selections *s, struct error *err)
{
    struct settings spec;

    settings_init(&spec, arena);
    if (s->plan.n_runs > 0 && store_read_spec(store, s->plan.runs[0].run, &spec, err) < 0)
        return -1;
    s->has_epochs = settings_find(&spec, "train.epochs") && !settings_find(&spec, "data.test_envs");
    return 0;
}

/* A plan's runs that are judged by their best are so by one measure. */
static int read_judge(struct store *store, struct arena *arena, struct selections *s, struct error *err)
{
    const struct store_run *first = NULL;
    const struct value *by;
    struct settings spec;
    const char *name;
    int n = 0;

    for (int i = 0; i < s->plan.n_runs; i++) {
        if (s->plan.runs[i].is_judged_best && n++ == 0)
            first = &s->plan.runs[i];
    }
    if (!first)
        return 0;
    settings_init(&spec, arena);
    if (store_read_spec(store, first->run, &spec, err) < 0)
        return -1;
    by = settings_find(&spec, "train.judge_by");
    name = by && by->kind == VALUE_STRING ? by->string : "value";
    s->judged_at = arena_printf(arena, "%sat the evaluation with the best validation %s",
                                n == s->plan.n_runs ? "" : "at the last evaluation or, with train.judge = best, ",
                                strcmp(name, s->plan.select_by.name) == 0 ? s->plan.select_by.title : name);
    return 0;
}

/* What select_runs gives, from what select_all gave. */
static void complete(struct selections *s, struct selection *items, struct arena *arena)
{
    if (s->fresh)
        select_all_fresh(s, items, arena);
    select_list_conditions(s, items, arena);
}

int select_points(struct store *store, const struct select_options *options, struct arena *arena,
                  struct selections *ret_selections, struct error *err)
{
    struct selections s = {.in = options->in};
    struct selection *items;

    if (store_read_plan(store, arena, &s.plan, err) < 0 ||
        find_measures(options, arena, &s, err) < 0 || read_all_values(store, arena, &s, err) < 0 ||
        read_fresh(store, options->by, arena, &s, err) < 0)
        return -1;
    if (options->by)
        regroup(&s.plan, options->by, arena);
    items = select_all(&s, arena);
    if (read_epochs(store, arena, &s, err) < 0 || read_judge(store, arena, &s, err) < 0 ||
        read_specs(store, &s, items, arena, err) < 0)
        return -1;
    complete(&s, items, arena);
    *ret_selections = s;
    return 0;
}

void select_runs(struct selections *s, struct arena *arena)
{
    complete(s, select_all(s, arena), arena);
}

const struct selection *select_beside(const struct selections *s, const struct selection *r,
                                      const char *method)
{
    for (int i = s->starts[r->condition_index]; i < s->starts[r->condition_index + 1]; i++)
        if (strcmp(s->by_condition[i]->method, method) == 0)
            return s->by_condition[i];
    return NULL;
}

int select_read_value(struct store *store, const struct selection *r, int i, const struct measure *m,
                      double *ret_value, struct error *err)
{
    const struct store_run run = {.run = r->runs[i], .state = "finished", .spec_id = ""};
    const struct store_plan plan = {.runs = &run, .n_runs = 1};

    if (r->has_diverged[i]) {
        *ret_value = m->worst;
        return 0;
    }
    if (store_read_last(store, &plan, "test", m, ret_value, err) < 0)
        return -1;
    *ret_value *= m->sign;
    return 0;
}

/* Which of two runs stands first: by seed, then by environment. */
static int compare_places(const struct selection *a, int i, const struct selection *b, int k)
{
    if (a->seeds[i] != b->seeds[k])
        return a->seeds[i] < b->seeds[k] ? -1 : 1;
    if (!a->environments || !b->environments)
        return 0;
    return (a->environments[i] > b->environments[k]) - (a->environments[i] < b->environments[k]);
}

int select_count_environments(const struct selection *a, const struct selection *b)
{
    int n = 0;

    if (!a->environments || !b->environments)
        return 1;
    for (int i = 0; i < a->n; i++) {
        int first = 0, k = 0;

        while (a->environments[first] != a->environments[i])
            first++;
        while (k < b->n && b->environments[k] != a->environments[i])
            k++;
        n += first == i && k < b->n;
    }
    return n;
}

int select_pairs(const struct selection *a, const struct selection *b, double *ret_x, double *ret_y)
{
    long double x = 0, y = 0; /* sums over the environments of a seed; long, to be rounded once */
    int n_common = select_count_environments(a, b), n = 0, n_here = 0, seed = 0;

    for (int i = 0, k = 0; i < a->n; i++) {
        while (k < b->n && compare_places(b, k, a, i) < 0)
            k++;
        if (k == b->n || compare_places(b, k, a, i) != 0)
            continue;
        if (n_here == 0 || a->seeds[i] != seed)
            x = y = n_here = 0;
        seed = a->seeds[i];
        n_here++;
        x += a->test[i];
        y += b->test[k];
        if (n_here < n_common)
            continue;
        ret_x[n] = (double)(x / n_here);
        ret_y[n++] = (double)(y / n_here);
    }
    return n;
}

struct paired select_compare(const struct selection *a, const struct selection *b)
{
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)(a->n + 1) * sizeof *y);
    struct paired p = paired_compare(x, y, select_pairs(a, b, x, y));

    arena_release(&arena);
    return p;
}
