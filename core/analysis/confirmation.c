/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/confirmation.h"

#include "plan/spec.h"

#include <string.h>

/* The experiment of the store's plan, as far as a plan of fresh seeds needs one. */
static int read_experiment(struct store *store, const struct store_plan *plan, struct arena *arena,
                           struct experiment **ret_experiment, struct error *err)
{
    struct experiment *e = arena_alloc(arena, sizeof *e);
    struct store_provenance origin;

    if (store_read_provenance(store, plan, arena, &origin, err) < 0)
        return -1;
    *e = (struct experiment){.title = plan->title, .question = plan->question,
                             .baseline = plan->baseline, .source = origin.source,
                             .overrides = origin.overrides};
    *ret_experiment = e;
    return 0;
}

static int check_state(const struct store_plan *plan, struct error *err)
{
    int n_left = 0;

    for (int i = 0; i < plan->n_runs; i++)
        n_left += strcmp(plan->runs[i].state, "planned") == 0 ||
                  strcmp(plan->runs[i].state, "running") == 0 ||
                  strcmp(plan->runs[i].state, "elsewhere") == 0;
    return n_left == 0 ? 0
                       : error_set(err, "%d run%s of the sweep %s still to come, and may change what is "
                                        "selected: finish it first",
                                   n_left, n_left == 1 ? "" : "s", n_left == 1 ? "is" : "are");
}

/* The text of the settings with another seed; the caller releases it. */
static void write_spec(struct settings *spec, int seed, struct text *ret_text)
{
    settings_set(spec, "train.seed", value_number(seed));
    settings_write(ret_text, spec);
}

/* The settings that all seeds of a point share. */
static int read_spec(struct store *store, const struct store_plan *plan, const struct selection *r,
                     int point, struct settings *ret_spec, struct error *err)
{
    const struct board *b = r->board;
    struct text first = {0};
    int result = 0;

    for (int i = 0; i < b->n_seeds && result == 0; i++) {
        int place = b->places[(size_t)i * (size_t)b->n_points + (size_t)point];
        const struct store_run *run = place < 0 ? NULL : &plan->runs[place];
        struct settings spec;
        struct text t = {0};

        if (!run)
            continue;
        settings_init(&spec, ret_spec->arena);
        result = store_read_spec(store, run->run, &spec, err);
        if (result == 0 && !settings_find(&spec, "data.digest"))
            result = error_set(err, "these runs were imported; they cannot be trained here");
        if (result == 0)
            write_spec(&spec, 0, &t);
        if (result == 0)
            result = spec_check(t.s, err);
        if (result == 0 && !first.s) {
            first = t;
            *ret_spec = spec;
            continue;
        }
        if (result == 0 && strcmp(first.s, t.s) != 0)
            result = error_set(err, "method \"%s\": \"%s\" has other settings for each seed; that is no "
                                    "configuration that could be trained on fresh ones",
                               r->method, b->points[point]);
        text_release(&t);
    }
    text_release(&first);
    return result;
}

static int add_point(struct store *store, const struct store_plan *plan, const struct selection *r,
                     int point, int first_seed, int n, struct plan *ret_plan, struct error *err)
{
    struct arena arena = {0};
    struct settings spec;
    int result;

    settings_init(&spec, &arena);
    result = read_spec(store, plan, r, point, &spec, err);
    for (int seed = first_seed; result == 0 && seed < first_seed + n; seed++) {
        struct plan_run *run;
        struct text t = {0};

        ret_plan->runs = arena_grow(ret_plan->arena, ret_plan->runs, ret_plan->n_runs, sizeof *run);
        run = &ret_plan->runs[ret_plan->n_runs++];
        write_spec(&spec, seed, &t);
        *run = (struct plan_run){.method = r->method, .condition = r->condition,
                                 .point = r->board->points[point],
                                 .condition_label = r->condition_label,
                                 .point_label = r->board->labels[point], .seed = seed,
                                 .spec = arena_strdup(ret_plan->arena, t.s)};
        hash_block(t.s, t.size, run->id);
        text_release(&t);
    }
    arena_release(&arena);
    return result;
}

static int add_points(struct store *store, const struct selections *s, bool is_frozen, int n,
                      struct plan *plan, struct error *err)
{
    int first_seed = 0;

    for (int i = 0; i < s->plan.n_runs; i++)
        if (s->plan.runs[i].seed >= first_seed)
            first_seed = s->plan.runs[i].seed + 1;
    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];

        for (int p = 0; p < r->n_points; p++)
            if ((!is_frozen || p == r->best) &&
                add_point(store, &s->plan, r, p, first_seed, n, plan, err) < 0)
                return -1;
    }
    return 0;
}

int confirmation_plan(struct store *store, const struct selections *s, bool is_frozen, int n,
                      struct arena *arena, struct plan *ret_plan, struct error *err)
{
    struct plan plan = {.arena = arena, .confirms = s->plan.digest};
    struct experiment *e;
    long n_points = 0;

    for (int i = 0; i < s->n; i++)
        n_points += is_frozen ? 1 : s->items[i].n_points;
    if ((is_frozen && check_state(&s->plan, err) < 0) ||
        read_experiment(store, &s->plan, arena, &e, err) < 0)
        return -1;
    plan.experiment = e;
    if (n_points * n > PLAN_MAX_RUNS)
        return error_set(err, "n=%d: %ld runs are more than %d", n, n_points * n, PLAN_MAX_RUNS);
    if (add_points(store, s, is_frozen, n, &plan, err) < 0)
        return -1;
    if (plan.n_runs == 0)
        return error_set(err, "no run of the sweep has ended: nothing is selected");
    plan_set_id(&plan);
    *ret_plan = plan;
    return 0;
}
