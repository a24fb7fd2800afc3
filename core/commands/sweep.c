/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/command.h"
#include "commands/launch.h"
#include "commands/project.h"
#include "commands/sweep.h"
#include "os/clock.h"
#include "os/machine.h"
#include "os/process.h"
#include "os/say.h"
#include "table/table.h"
#include "work/needs.h"
#include "work/sweep.h"
#include "work/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_end(const struct store_counts *c, const char *word, const char *again, int signal,
                     double seconds)
{
    const char *program = project_is_store(word) ? "rgdbench" : "make";
    const char *prefix = project_is_store(word) ? "" : "EXP=";
    char duration[32];

    clock_duration(seconds, duration);
    say(stderr, "%d finished", c->finished);
    if (c->diverged)
        say(stderr, ", %d diverged", c->diverged);
    if (c->failed)
        say(stderr, ", %d failed", c->failed);
    if (c->planned + c->running)
        say(stderr, ", %d left", c->planned + c->running);
    say(stderr, "; %s\n", duration);
    if (signal)
        say(stderr, "the same command goes on: %s\n", again);
    if (c->failed)
        say(stderr, "the same command tries the failed ones again; why they failed: "
                    "%s status %s%s\n", program, prefix, word);
}

/* --shard=I/N: the I-th of n shares, from 1. */
static int read_shard(const char *shard, int *ret_i, int *ret_n, struct error *err)
{
    enum { MOST = 9999 };
    int i = 0, n = 0, end = 0;

    if (sscanf(shard, "%4d/%4d%n", &i, &n, &end) != 2 || shard[end] || i < 1 || n < i || n > MOST)
        return error_set(err, "--shard=%s: not I/N with 1 <= I <= N <= %d, as in --shard=2/4", shard,
                         MOST);
    *ret_i = i;
    *ret_n = n;
    return 0;
}

/* The table, so that a sweep ends in an answer. */
static int print_table(struct arena *arena, struct store *store, struct error *err)
{
    const struct table_options options = {.format = sheet_find_format(NULL, err), .store = store};
    struct selections s;
    struct text t = {0};

    if (select_points(store, &(struct select_options){0}, arena, &s, err) < 0 || table_methods(&s, &options, &t, err) < 0)
        return -1;
    say(stdout, "\n");
    say_page(stdout, t.s);
    text_release(&t);
    return 0;
}

static enum exit_status status_of(int signal, const struct store_counts *counts)
{
    return signal == SIGINT    ? EXIT_INTERRUPTED
           : signal == SIGTERM ? EXIT_TERMINATED
           : signal == SIGHUP  ? EXIT_HUNG_UP
           : signal == SIGQUIT ? EXIT_QUIT
           : signal            ? EXIT_LATER
           : counts->failed    ? EXIT_RUNS_FAILED
                               : EXIT_OK;
}

int sweep_jobs(const struct invocation *in)
{
    struct machine machine;

    if (in->n_jobs)
        return in->n_jobs;
    machine_read("", &machine);
    return machine.n_cores > in->n_threads ? machine.n_cores / in->n_threads : 1;
}

/* Workers that have a run to do: of more jobs than runs, most end at once. */
static int n_at_work(const struct invocation *in, int n_runs)
{
    const int n_jobs = sweep_jobs(in);

    return n_jobs < n_runs ? n_jobs : n_runs;
}

/* A worker's share of what there is, and room for what is set aside and not used: buffers, stacks. */
static double worker_memory(const struct invocation *in, int n_runs)
{
    const int n_jobs = n_at_work(in, n_runs);
    const double ASIDE = 1e9;
    struct machine machine;

    machine_read("", &machine);
    return machine.memory / (n_jobs > 0 ? n_jobs : 1) + ASIDE + in->n_threads * 2e8;
}

/* Before it starts: the runs that need most, all at once. */
static int check_memory(const struct invocation *in, const struct run_needs *needs, int n_runs,
                        struct error *err)
{
    const int n_jobs = n_at_work(in, n_runs);
    const double each = run_needs_bytes(needs, in->n_threads);
    struct machine machine;

    machine_read("", &machine);
    if (n_jobs * each <= machine.memory)
        return 0;
    return error_set_status(err, EXIT_STORAGE,
                            "memory: %d run%s at once would take about %.1f GB (%.1f each), and there "
                            "are %.1f GB: a smaller model or micro-batch, fewer --jobs or --threads "
                            "take less", n_jobs, n_jobs == 1 ? "" : "s", 1e-9 * n_jobs * each, 1e-9 * each,
                            1e-9 * machine.memory);
}

int sweep_check_memory(const struct invocation *in, struct store *store, struct error *err)
{
    const struct listener *listener = in->is_quiet ? NULL : &project_listener;
    struct store_counts counts;
    struct run_needs needs;

    return store_count(store, &counts, err) < 0 ||
                   needs_read(store, in->data_root, listener, &needs, err) < 0
               ? -1
               : check_memory(in, &needs, counts.planned + counts.running, err);
}

int sweep_work(const struct invocation *in, const char *word, struct store *store, const char *again,
               const char *shown, enum exit_status *ret_status, struct error *err)
{
    const char *path = project_store_path(in->arena, word);
    struct sweep_options options = {
        .store_path = path,
        .log_path = project_log_path(in->arena, path),
        .data_root = in->data_root,
        .n_jobs = sweep_jobs(in),
        .n_threads = in->n_threads,
        .max_failures = in->is_fail_fast ? 1 : in->max_failures,
        .checkpoint_interval = in->checkpoint_interval,
        .lease = in->lease,
        .is_quiet = in->is_quiet,
    };
    char digest[HASH_HEX_SIZE];
    struct store_counts counts;
    double start = clock_now();
    int signal = 0;

    if (store_count(store, &counts, err) < 0)
        return -1;
    options.worker_memory = worker_memory(in, counts.planned + counts.running);
    if (sweep_run(store, &options, &counts, &signal, err) < 0)
        return -1;
    if (!in->is_quiet)
        tell_end(&counts, word, again, signal, clock_now() - start);
    *ret_status = status_of(signal, &counts);
    if (counts.elsewhere) {
        if (!in->is_quiet)
            say(stderr, "%d runs are in other shares of the plan; to join them: "
                        "rgdbench merge NAME STORE ...\n", counts.elsewhere);
        return 0;
    }
    if (signal || in->is_quiet)
        return 0;
    return shown && store_bind_plan(store, shown, digest, err) < 0 ? -1
                                                                   : print_table(in->arena, store, err);
}

static void add_word(struct text *t, const char *word)
{
    text_add(t, " ", t->size > 0);
    text_add_quoted(t, word);
}

const char *sweep_again(const struct invocation *in, const char *verb, const char *const *words)
{
    static const char data[] = "--data=";
    bool has_data = !in->data_root;
    struct text t = {0};
    const char *again;

    add_word(&t, in->argv[0]);
    add_word(&t, verb);
    for (; *words; words++)
        add_word(&t, *words);
    for (char **word = in->argv + 2; *word; word++)
        if (**word == '-') {
            add_word(&t, *word);
            has_data |= strncmp(*word, data, strlen(data)) == 0;
        }
    if (!has_data)
        add_word(&t, arena_printf(in->arena, "%s%s", data, in->data_root));
    again = arena_strdup(in->arena, t.s);
    text_release(&t);
    return again;
}

/* Goes on with the plan that a store has; its experiment's script is not read. */
static int sweep_store(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *store = NULL;
    int result = -1;

    if (in->n_words > 1 || in->shard || in->launcher || in->is_dry)
        return error_set(err, "\"%s\" is a store and has its plan: words, --shard, --launcher and "
                              "--dry-run are for planning", in->words[0]);
    if (store_open(in->words[0], STORE_WRITE, &store, err) == 0 &&
        project_retry_failed(in, store, err) == 0 && sweep_check_memory(in, store, err) == 0)
        result = sweep_work(in, in->words[0], store, sweep_again(in, "sweep", in->words), NULL,
                            ret_status, err);
    return store_leave(store, result, err);
}

int command_sweep(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *name = in->words[0], *word = name;
    struct experiment e;
    struct plan plan;
    struct store *store = NULL;
    int result = -1, i = 0, n_shards = 0;

    if (in->is_widening)
        return sweep_widen(in, ret_status, err);
    if (project_is_store(name))
        return sweep_store(in, ret_status, err);
    if (in->launcher)
        return launch(in, err);
    if (in->slurm)
        return error_set(err, "--slurm is for --launcher=slurm");
    if ((in->shard && read_shard(in->shard, &i, &n_shards, err) < 0) ||
        project_load(in->arena, name, in->words + 1, in->n_words - 1, &e, err) < 0 ||
        plan_make(&e, in->data_root, in->is_quiet ? NULL : &project_listener, in->arena, &plan, err) < 0 ||
        check_memory(in, &plan.needs, plan.n_runs, err) < 0)
        return -1;
    if (n_shards)
        word = arena_printf(in->arena, "results/%s.shards/%d-of-%d.db", name, i, n_shards);
    if (in->is_dry) {
        project_tell_plan(&plan, stdout);
        say(stdout, "memory: about %.0f MB for a run\n", 1e-6 * run_needs_bytes(&plan.needs, in->n_threads));
        project_print_runs(&plan);
        return 0;
    }
    if (project_put_plan(in, &plan, project_store_path(in->arena, word), &store, err) == 0 &&
        (!n_shards || store_take_share(store, i - 1, n_shards, false, err) == 0)) {
        if (!in->is_quiet)
            project_tell_plan(&plan, stderr);
        result = sweep_work(in, word, store, sweep_again(in, "sweep", in->words), NULL, ret_status, err);
    }
    return store_leave(store, result, err);
}

/* The runs that retry and cancel are to change: all, or one by the beginning of its spec's id. */
static int open_runs(const struct invocation *in, struct store **ret_store, const char **ret_prefix,
                     struct error *err)
{
    *ret_store = NULL;
    *ret_prefix = in->n_words > 1 ? in->words[1] : "";
    if ((*ret_prefix)[strspn(*ret_prefix, "0123456789abcdef")])
        return error_set(err, "\"%s\" is not the beginning of a spec's id, which has the digits "
                              "0-9a-f", *ret_prefix);
    return project_open_store(in->arena, in->words[0], STORE_WRITE, ret_store, err);
}

int command_retry(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    /* Not `retry`, for which nothing may be left. */
    const char *path = project_store_path(in->arena, in->words[0]);
    const char *again = sweep_again(in, "sweep", (const char *[]){path, NULL});
    struct store *store;
    const char *prefix;
    int n, result = -1;

    if (open_runs(in, &store, &prefix, err) == 0 &&
        (n = store_retry(store, prefix, true, err)) >= 0) {
        if (n == 0 && *prefix)
            error_set(err, "no failed or cancelled run's spec has an id that begins with \"%s\"",
                      prefix);
        else {
            if (!in->is_quiet)
                say(stderr, "%d failed or cancelled runs are planned again\n", n);
            result = sweep_check_memory(in, store, err) < 0
                         ? -1
                         : sweep_work(in, in->words[0], store, again, NULL, ret_status, err);
        }
    }
    return store_leave(store, result, err);
}

int command_cancel(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store_counts c;
    struct store *store;
    const char *prefix;
    int n, result = -1;

    (void)ret_status;
    if (open_runs(in, &store, &prefix, err) == 0 && (n = store_cancel(store, prefix, err)) >= 0 &&
        store_count(store, &c, err) == 0) {
        if (n == 0 && *prefix) {
            error_set(err, "no planned run's spec has an id that begins with \"%s\"%s", prefix,
                      c.running ? "; what is being worked on ends with its sweep" : "");
        } else {
            say(stdout, "%d planned runs are cancelled; %d are being worked on and go on\n", n,
                c.running);
            result = 0;
        }
    }
    return store_leave(store, result, err);
}
