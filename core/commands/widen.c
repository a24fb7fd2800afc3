/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep --widen: the sweep again, with the value beyond each edge of a grid where the selection
 * fell.
 *
 * 1. The store's plan says where it fell, the experiment with the same words what it is planned
 *    from: the two must have the same values.
 * 2. A method's grid stays whole: a new value is tried with all values of its other settings. */
#include "analysis/edges.h"
#include "commands/project.h"
#include "commands/sweep.h"
#include "learn/config/config.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A method's setting with what is added to its values. */
struct widened {
    const char *method, *setting;
    double *values; /* as the experiment has them, the new ones outside */
    int n;
};

struct widening {
    const struct invocation *in;
    struct store *store;
    struct selections s;
    const char *const *words; /* what the experiment is changed by; NULL-ended */
    int n_words;
    struct experiment e;
    struct widened *items;
    int n;
};

/* ---- the sweep that was ---- */

static int check_store(const struct widening *w, struct error *err)
{
    const struct store_plan *plan = &w->s.plan;
    struct settings spec;
    int n_left = 0;

    for (int i = 0; i < plan->n_runs; i++)
        n_left += strcmp(plan->runs[i].state, "finished") != 0 &&
                  strcmp(plan->runs[i].state, "diverged") != 0;
    if (n_left > 0)
        return error_set(err, "--widen: %d of the %d runs of \"%s\" have not ended, and may change "
                              "what is selected: finish the sweep first",
                         n_left, plan->n_runs, w->in->words[0]);
    settings_init(&spec, w->in->arena);
    if (plan->n_runs > 0 && store_read_spec(w->store, plan->runs[0].run, &spec, err) < 0)
        return -1;
    return settings_find(&spec, "data.digest")
               ? 0
               : error_set(err, "--widen: the runs of \"%s\" were imported; they cannot be trained "
                                "here", w->in->words[0]);
}

/* The given words; where there are none those of the plan. */
static int read_words(struct widening *w, struct error *err)
{
    struct arena *arena = w->in->arena;
    struct store_provenance origin;
    const char **words = NULL;
    char *rest;

    w->words = w->in->words + 1;
    w->n_words = w->in->n_words - 1;
    if (w->n_words > 0)
        return 0;
    if (store_read_provenance(w->store, &w->s.plan, arena, &origin, err) < 0)
        return -1;
    rest = arena_strdup(arena, origin.overrides);
    for (char *word; (word = strsep(&rest, "\n"));)
        if (*word) {
            words = arena_grow(arena, words, w->n_words, sizeof *words);
            words[w->n_words++] = word;
        }
    w->words = words;
    return 0;
}

/* ---- the values beyond ---- */

static int place_of(const double *values, int n, double value)
{
    int i = 0;

    while (i < n && values[i] != value)
        i++;
    return i;
}

/* The values in the experiment's order, which must be the edge's; *ret_values stays NULL where they
 * are drawn. */
static int read_axis(const struct widening *w, const struct experiment_method *m,
                     const struct edge *e, double **ret_values, struct error *err)
{
    const struct axis *axis = grid_find(&m->grid, e->setting);
    double *values;
    bool is_same;

    if (!axis)
        axis = grid_find(&w->e.grid, e->setting);
    if (axis && axis->values[0].kind == VALUE_LAW)
        return 0;
    if (axis && axis->type)
        return error_set(err, "--widen: %s of \"%s\" has values for \"%s\" alone, which no word can "
                              "set; its script can", e->setting, m->label, axis->type);
    is_same = axis && axis->n_values == e->n_values;
    values = arena_alloc(w->in->arena, ((size_t)e->n_values + 2) * sizeof *values);
    for (int i = 0; is_same && i < e->n_values; i++) {
        values[i] = axis->values[i].number;
        is_same = axis->values[i].kind == VALUE_NUMBER &&
                  place_of(e->values, e->n_values, values[i]) < e->n_values;
    }
    if (!is_same)
        return error_set(err, "--widen: \"%s\" with these words has other values of %s.%s than its "
                              "store: run this sweep first", w->in->words[0], m->label, e->setting);
    *ret_values = values;
    return 0;
}

/* A word of the command line must reach the method's own setting. */
static int check_name(const char *method, const char *setting, struct error *err)
{
    if (!strchr(method, '.') && !config_find_slot(method))
        return 0;
    return error_set(err, "--widen: no word can set the %s of a method that is called \"%s\"; its "
                          "script can", setting, method);
}

/* The new value stands beside the end that it is beyond; two conditions may miss the same. */
static void insert(struct widened *item, const struct edge *e)
{
    double edge = e->values[e->end == GRID_LARGEST ? e->n_values - 1 : 0];
    bool is_first = place_of(item->values, item->n, edge) == 0;

    if (place_of(item->values, item->n, e->beyond) < item->n)
        return;
    memmove(item->values + is_first, item->values, (size_t)item->n * sizeof *item->values);
    item->values[is_first ? 0 : item->n] = e->beyond;
    item->n++;
}

static int widen_edge(struct widening *w, const char *method, const struct edge *e,
                      struct error *err)
{
    const struct experiment_method *m = experiment_find_method(&w->e, method);
    double *values = NULL;
    int i = 0;

    if (!m)
        return error_set(err, "--widen: \"%s\" with these words has no method \"%s\", which its "
                              "store has: run this sweep first", w->in->words[0], method);
    while (i < w->n && !(strcmp(w->items[i].method, method) == 0 &&
                         strcmp(w->items[i].setting, e->setting) == 0))
        i++;
    if (i == w->n) {
        if (check_name(method, e->setting, err) < 0 || read_axis(w, m, e, &values, err) < 0)
            return -1;
        if (!values)
            return 0;
        w->items = arena_grow(w->in->arena, w->items, w->n, sizeof *w->items);
        w->items[w->n++] = (struct widened){method, e->setting, values, e->n_values};
    }
    insert(&w->items[i], e);
    return 0;
}

static int widen_edges(struct widening *w, struct error *err)
{
    for (int i = 0; i < w->s.n; i++) {
        const struct selection *r = &w->s.items[i];
        struct edges edges = edges_find(r, w->in->arena);

        for (int k = 0; k < edges.n; k++)
            if (edges.items[k].end != GRID_INSIDE &&
                widen_edge(w, r->method, &edges.items[k], err) < 0)
                return -1;
    }
    return 0;
}

/* ---- the sweep that is to be ---- */

/* "rgd.train.lr=" */
static const char *key_of(const struct widened *item, struct arena *arena)
{
    return arena_printf(arena, "%s.%s=", item->method, item->setting);
}

static const char *word_of(const struct widened *item, struct arena *arena)
{
    const char *word = key_of(item, arena);
    char number[TEXT_NUMBER_SIZE];

    for (int i = 0; i < item->n; i++) {
        text_number(item->values[i], number);
        word = arena_printf(arena, "%s%s%s", word, i ? "," : "", number);
    }
    return word;
}

static bool is_replaced(const struct widening *w, const char *word)
{
    for (int i = 0; i < w->n; i++) {
        const char *key = key_of(&w->items[i], w->in->arena);

        if (strncmp(word, key, strlen(key)) == 0)
            return true;
    }
    return false;
}

/* The command with the new words in place of --widen. */
static struct invocation make_command(const struct widening *w)
{
    struct invocation in = *w->in;
    const char **words = arena_alloc(in.arena, (size_t)(w->n_words + w->n + 2) * sizeof *words);
    char **argv = NULL;
    int n = 0;

    words[n++] = in.words[0];
    for (int i = 0; i < w->n_words; i++)
        if (!is_replaced(w, w->words[i]))
            words[n++] = w->words[i];
    for (int i = 0; i < w->n; i++)
        words[n++] = word_of(&w->items[i], in.arena);
    in.words = words;
    in.n_words = n;
    n = 0;
    for (char **word = in.argv; *word; word++)
        if (strcmp(*word, "--widen") != 0) {
            argv = arena_grow(in.arena, argv, n, sizeof *argv);
            argv[n++] = *word;
        }
    argv = arena_grow(in.arena, argv, n, sizeof *argv);
    argv[n] = NULL;
    in.argv = argv;
    in.is_widening = false;
    return in;
}

/* Mean time of the method's runs. */
static double mean_seconds(const struct store_plan *plan, const char *method)
{
    double sum = 0;
    int n = 0;

    for (int i = 0; i < plan->n_runs; i++)
        if (strcmp(plan->runs[i].method, method) == 0) {
            sum += plan->runs[i].seconds;
            n++;
        }
    return n ? sum / n : 0;
}

/* The runs of the command that have not ended, and the time they take one after the other. */
static int estimate(const struct widening *w, const struct invocation *command, int *ret_n,
                    double *ret_seconds, struct error *err)
{
    const struct listener *listener = command->is_quiet ? NULL : &project_listener;
    const char *method = "";
    struct experiment e;
    struct plan plan;
    double each = 0;

    *ret_n = 0;
    *ret_seconds = 0;
    if (project_load(command->arena, command->words[0], command->words + 1, command->n_words - 1,
                     &e, err) < 0 ||
        plan_make(&e, command->data_root, listener, command->arena, &plan, err) < 0)
        return -1;
    for (int i = 0; i < plan.n_runs; i++) {
        bool has_ended;

        if (store_has_ended(w->store, plan.runs[i].id, &has_ended, err) < 0)
            return -1;
        if (strcmp(plan.runs[i].method, method) != 0)
            each = mean_seconds(&w->s.plan, method = plan.runs[i].method);
        *ret_n += !has_ended;
        *ret_seconds += has_ended ? 0 : each;
    }
    return 0;
}

static int tell(const struct widening *w, const struct invocation *command, struct error *err)
{
    FILE *out = command->is_dry ? stdout : stderr;
    int n_jobs = sweep_jobs(command), n;
    char duration[32];
    double seconds;

    if (estimate(w, command, &n, &seconds, err) < 0)
        return -1;
    if (command->is_quiet && !command->is_dry)
        return 0;
    clock_duration(seconds / n_jobs, duration);
    say(out, "beyond the edges that were selected:");
    for (int i = 0; i < w->n; i++)
        say(out, " %s", word_of(&w->items[i], command->arena));
    say(out, "\n%d new run%s: about %s with %d job%s\n", n, n == 1 ? "" : "s", duration, n_jobs,
        n_jobs == 1 ? "" : "s");
    say(out, "to keep them, put these values into experiments/%s.lua, or the words behind "
             "`sweep %s`, which plans the script again\n",
        command->words[0], command->words[0]);
    return 0;
}

int sweep_widen(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct widening w = {.in = in};
    struct invocation command;
    int result = -1;

    if (project_is_store(in->words[0]))
        return error_set(err, "\"%s\" is a store and has its plan: --widen is for planning",
                         in->words[0]);
    if (in->shard)
        return error_set(err, "--widen does not go with --shard: take its words from --widen "
                              "--dry-run, and give them to each share");
    if (project_open_store(in->arena, in->words[0], STORE_READ, &w.store, err) == 0 &&
        select_points(w.store, &(struct select_options){0}, in->arena, &w.s, err) == 0 &&
        check_store(&w, err) == 0 && read_words(&w, err) == 0 &&
        project_load(in->arena, in->words[0], w.words, w.n_words, &w.e, err) == 0 &&
        widen_edges(&w, err) == 0) {
        command = make_command(&w);
        result = w.n > 0 ? tell(&w, &command, err) : 0;
    }
    store_close(w.store);
    if (result == 0 && w.n == 0)
        say(stdout, "no selection is at an edge of its grid: nothing to widen\n");
    else if (result == 0 && !in->is_dry)
        result = command_sweep(&command, ret_status, err);
    return result;
}
