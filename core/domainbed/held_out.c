/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/held_out.h"

#include "base/settings.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one run ---- */

/* A run's looks, from its metrics, which come by step. */
static void read_looks(const struct store_metric *metrics, int n, struct arena *arena,
                       struct held_out_run *run)
{
    int n_values = 0, most = n + 1;
    long *steps = arena_alloc(arena, (size_t)most * sizeof *steps);
    double *values;

    for (int i = 0; i < n; i++) {
        int e, end = 0;

        if (strcmp(metrics[i].name, "accuracy") != 0 ||
            sscanf(metrics[i].part, "env%2d_%n", &e, &end) != 1 || !end || e < 0 ||
            e >= DOMAINBED_MAX_ENVIRONMENTS)
            continue;
        run->n_environments = e >= run->n_environments ? e + 1 : run->n_environments;
        if (run->n_looks == 0 || steps[run->n_looks - 1] != metrics[i].step)
            steps[run->n_looks++] = metrics[i].step;
    }
    n_values = run->n_looks * run->n_environments;
    values = arena_alloc(arena, 2 * ((size_t)n_values + 1) * sizeof *values);
    for (int i = 0; i < 2 * n_values; i++)
        values[i] = NAN;
    for (int i = 0, look = 0; i < n && n_values; i++) {
        int e, end = 0;

        if (strcmp(metrics[i].name, "accuracy") != 0 ||
            sscanf(metrics[i].part, "env%2d_%n", &e, &end) != 1 || !end || e < 0 ||
            e >= run->n_environments)
            continue;
        while (steps[look] != metrics[i].step)
            look++;
        values[(strcmp(metrics[i].part + end, "in") == 0 ? 0 : n_values) +
               look * run->n_environments + e] = metrics[i].value;
    }
    run->steps = steps;
    run->in = values;
    run->out = values + n_values;
}

/* False where it holds nothing out. */
static bool read_test_envs(const struct settings *spec, struct held_out_run *run)
{
    const struct value *v = settings_find(spec, "data.test_envs");

    const struct value *data = settings_find(spec, "data");

    if (!data || data->kind != VALUE_STRING || !v || v->kind != VALUE_LIST || v->n_items < 1 ||
        v->n_items > DOMAINBED_MAX_ENVIRONMENTS)
        return false;
    for (int i = 0; i < v->n_items; i++) {
        if (v->items[i].kind != VALUE_NUMBER || !(v->items[i].number >= 0) ||
            v->items[i].number >= DOMAINBED_MAX_ENVIRONMENTS)
            return false;
        run->test_envs[run->n_test_envs++] = (int)v->items[i].number;
    }
    return true;
}

/* What else than the environments varies of the data, behind its name. */
static const char *make_label(const char *name, const struct label *condition, struct arena *arena)
{
    struct label rest = *condition;
    const struct label_part *part;
    const char *others;

    while ((part = label_find(&rest, "data.test_envs")) || (part = label_find(&rest, "data")))
        rest = label_without(&rest, part, arena);
    others = label_short(&rest, arena);
    return arena_printf(arena, "%s%s%s", name, *others ? " " : "", others);
}

/* ---- the lists ---- */

static int find_point(struct held_out *h, const char *point, struct arena *arena)
{
    int i = h->n_points;

    while (i > 0 && strcmp(h->points[i - 1], point) != 0)
        i--;
    if (i > 0)
        return i - 1;
    h->points = arena_grow(arena, h->points, h->n_points, sizeof *h->points);
    h->points[h->n_points] = point;
    return h->n_points++;
}

/* Their names as the store has them, NULL where it has none. */
static const char *const *read_environments(const struct settings *description, struct arena *arena)
{
    const char **names = arena_alloc(arena, DOMAINBED_MAX_ENVIRONMENTS * sizeof *names);
    const struct value *v = settings_find(description, "environments");

    for (int e = 0; v && v->kind == VALUE_LIST && e < v->n_items && e < DOMAINBED_MAX_ENVIRONMENTS;
         e++)
        names[e] = v->items[e].kind == VALUE_STRING ? v->items[e].string : NULL;
    return names;
}

static int find_data(struct held_out *h, struct store *store, const struct settings *spec,
                     const char *label, struct arena *arena, struct error *err)
{
    const struct value *digest = settings_find(spec, "data.digest"), *known;
    const char *name = settings_string(spec, "data");
    struct settings description;

    settings_init(&description, arena);
    for (int i = 0; i < h->n_data; i++)
        if (strcmp(h->data[i].label, label) == 0)
            return i;
    if (digest && digest->kind == VALUE_STRING) { /* a run of ours */
        if (store_data_description(store, digest->string, &description, err) < 0)
            return -1;
        known = settings_find(&description, "domainbed");
        name = known && known->kind == VALUE_STRING ? known->string : "";
    }
    h->data = arena_grow(arena, h->data, h->n_data, sizeof *h->data);
    h->data[h->n_data] = (struct held_out_data){
        .label = label,
        .domainbed = name,
        .environments = read_environments(&description, arena),
    };
    return h->n_data++;
}

/* As DomainBed does, else as the data do, else by their numbers. */
static void name_environments(struct held_out_data *data, struct arena *arena)
{
    const char **names = arena_alloc(arena, ((size_t)data->n_environments + 1) * sizeof *names);

    for (int e = 0; e < data->n_environments; e++) {
        names[e] = domainbed_environment(data->domainbed, e);
        if (!names[e])
            names[e] = data->environments[e];
        if (!names[e])
            names[e] = arena_printf(arena, "%d", e);
    }
    data->environments = names;
}

int held_out_draw(const char *point)
{
    int draw, end = 0;

    return sscanf(point, "draw=%9d%n", &draw, &end) == 1 && !point[end] ? draw : -1;
}

static int by_draw(const void *a, const void *b, void *context)
{
    const struct held_out *h = context;
    int i = *(const int *)a, k = *(const int *)b;
    int x = held_out_draw(h->points[i]), y = held_out_draw(h->points[k]);

    return x != y ? (x > y) - (x < y) : i - k;
}

static int by_place(const void *a, const void *b, void *context)
{
    const struct held_out *h = context;
    int i = *(const int *)a, k = *(const int *)b;
    int x = domainbed_dataset_place(h->data[i].domainbed);
    int y = domainbed_dataset_place(h->data[k].domainbed);

    return x != y ? (x > y) - (x < y) : i - k;
}

/* ret_places[old] is the new place of each of n things in the order of `compare`. */
static int *sort_places(struct held_out *h, int n,
                        int (*compare)(const void *, const void *, void *), struct arena *arena,
                        int **ret_order)
{
    int *order = arena_alloc(arena, ((size_t)n + 1) * sizeof *order);
    int *places = arena_alloc(arena, ((size_t)n + 1) * sizeof *places);

    for (int i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, (size_t)n, sizeof *order, compare, h);
    for (int i = 0; i < n; i++)
        places[order[i]] = i;
    *ret_order = order;
    return places;
}

static int by_group(const void *a, const void *b)
{
    const struct held_out_run *x = a, *y = b;
    const int keys[][2] = {{x->data, y->data},   {x->method, y->method},
                           {x->trial, y->trial}, {x->point, y->point},
                           {x->n_test_envs, y->n_test_envs}};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    for (int i = 0; i < x->n_test_envs; i++)
        if (x->test_envs[i] != y->test_envs[i])
            return x->test_envs[i] < y->test_envs[i] ? -1 : 1;
    return 0;
}

static void sort_all(struct held_out *h, struct held_out_run *runs, struct arena *arena)
{
    int *order, *places = sort_places(h, h->n_points, by_draw, arena, &order);
    const char **points = arena_alloc(arena, ((size_t)h->n_points + 1) * sizeof *points);
    struct held_out_data *data = arena_alloc(arena, (size_t)h->n_data * sizeof *data);

    for (int i = 0; i < h->n_points; i++)
        points[i] = h->points[order[i]];
    for (int i = 0; i < h->n_runs; i++)
        runs[i].point = places[runs[i].point];
    places = sort_places(h, h->n_data, by_place, arena, &order);
    for (int i = 0; i < h->n_data; i++)
        data[i] = h->data[order[i]];
    for (int i = 0; i < h->n_runs; i++)
        runs[i].data = places[runs[i].data];
    h->points = points;
    h->data = data;
    qsort(runs, (size_t)h->n_runs, sizeof *runs, by_group);
}

static int find_method(const struct store_plan *plan, const char *label)
{
    int i = 0;

    while (i < plan->n_methods - 1 && strcmp(plan->methods[i], label) != 0)
        i++;
    return i;
}

/* 1: it counts; 0: it does not; -1. */
static int read_run(struct held_out *h, struct store *store, const struct store_run *from,
                    struct arena *arena, struct held_out_run *run, struct error *err)
{
    struct store_metric *metrics;
    struct arena scratch = {0};
    struct settings spec;
    int n, result = -1;

    settings_init(&spec, arena);
    if (store_read_spec(store, from->run, &spec, err) < 0)
        return -1;
    if (!read_test_envs(&spec, run))
        return 0;
    if (!from->ended) {
        h->n_unended++;
        return 0;
    }
    *run = (struct held_out_run){.method = find_method(&h->plan, from->method), .trial = from->seed,
                                 .point = find_point(h, from->point, arena),
                                 .has_diverged = strcmp(from->state, "diverged") == 0};
    read_test_envs(&spec, run);
    h->n_diverged += run->has_diverged;
    run->data = find_data(h, store, &spec,
                          make_label(settings_string(&spec, "data"), &from->condition_label, arena), arena,
                          err);
    if (run->data >= 0 &&
        store_read_metrics(store, from->run, &scratch, &metrics, &n, err) == 0) {
        read_looks(metrics, n, arena, run);
        if (run->has_diverged) { /* at() needs no more */
            run->steps = memcpy(arena_alloc(arena, sizeof(long)), &from->last_step, sizeof(long));
            run->n_looks = 1;
        }
        if (run->n_environments > h->data[run->data].n_environments)
            h->data[run->data].n_environments = run->n_environments;
        h->n_records += run->n_looks;
        result = run->n_looks > 0;
    }
    arena_release(&scratch);
    return result;
}

int held_out_read(struct store *store, struct arena *arena, struct held_out *ret_held_out,
                  struct error *err)
{
    struct held_out h = {0};
    struct held_out_run *runs;

    if (store_read_plan(store, arena, &h.plan, err) < 0)
        return -1;
    runs = arena_alloc(arena, ((size_t)h.plan.n_runs + 1) * sizeof *runs);
    for (int i = 0; i < h.plan.n_runs; i++) {
        int got;

        runs[h.n_runs] = (struct held_out_run){0};
        got = read_run(&h, store, &h.plan.runs[i], arena, &runs[h.n_runs], err);
        if (got < 0)
            return -1;
        h.n_runs += got;
    }
    if (h.n_runs == 0)
        return error_set(err, h.n_unended ? "no run has ended yet"
                                          : "no run holds an environment out (data.test_envs), "
                                            "which is what this table is of");
    sort_all(&h, runs, arena);
    for (int i = 0; i < h.n_data; i++)
        name_environments(&h.data[i], arena);
    for (int i = 0; i < h.n_runs; i++)
        if (runs[i].has_diverged)
            runs[i].n_environments = h.data[runs[i].data].n_environments;
    h.runs = runs;
    *ret_held_out = h;
    return 0;
}

/* ---- selection ---- */

static bool is_of_draw(const struct held_out_run *a, const struct held_out_run *b)
{
    return a->data == b->data && a->method == b->method && a->trial == b->trial &&
           a->point == b->point;
}

/* One cell from the n runs of its method, data set and trial. False where it has none. */
static bool select_cell(const struct held_out_run *runs, int n, int environment,
                        const struct held_out_rule *rule, struct arena *arena,
                        struct held_out_cell *ret_cell)
{
    struct held_out_candidate *candidates = NULL, c;
    struct held_out_cell cell = {runs[0].method, runs[0].data, environment, runs[0].trial,
                                 NULL, NULL, 0};

    for (int i = 0, size; i < n; i += size) {
        for (size = 1; i + size < n && is_of_draw(&runs[i], &runs[i + size]);)
            size++;
        if (!rule->score(runs + i, size, environment, &c))
            continue;
        candidates = arena_grow(arena, candidates, cell.n_candidates, sizeof *candidates);
        candidates[cell.n_candidates++] = c;
    }
    for (int i = 0; i < cell.n_candidates; i++)
        if (!cell.selected || candidates[i].validation >= cell.selected->validation)
            cell.selected = &candidates[i];
    cell.candidates = candidates;
    *ret_cell = cell;
    return cell.n_candidates > 0;
}

const struct held_out_cell *held_out_select(const struct held_out *h,
                                            const struct held_out_rule *rule, struct arena *arena,
                                            int *ret_n)
{
    struct held_out_cell *cells = NULL, cell;
    int n = 0;

    for (int i = 0, size; i < h->n_runs; i += size) {
        const struct held_out_run *first = &h->runs[i];

        for (size = 1; i + size < h->n_runs && first[size].data == first->data &&
                       first[size].method == first->method && first[size].trial == first->trial;)
            size++;
        for (int e = 0; e < h->data[first->data].n_environments; e++) {
            if (!select_cell(first, size, e, rule, arena, &cell))
                continue;
            cells = arena_grow(arena, cells, n, sizeof *cells);
            cells[n++] = cell;
        }
    }
    *ret_n = n;
    return cells;
}
