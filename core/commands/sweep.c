/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/file.h"
#include "commands/command.h"
#include "commands/project.h"
#include "lab/process.h"
#include "lab/sweep.h"
#include "lab/worker.h"
#include "report/design.h"
#include "report/table.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_plan(const struct plan *plan, FILE *out)
{
    struct text t = {0};

    design_describe(plan, &t);
    fputs(t.s, out);
    text_release(&t);
}

static void tell_end(const struct store_counts *c, const char *name, int signal, double seconds)
{
    char duration[32];

    clock_duration(seconds, duration);
    fprintf(stderr, "%d finished", c->finished);
    if (c->diverged)
        fprintf(stderr, ", %d diverged", c->diverged);
    if (c->failed)
        fprintf(stderr, ", %d failed", c->failed);
    if (c->planned + c->running)
        fprintf(stderr, ", %d left", c->planned + c->running);
    fprintf(stderr, "; %s\n", duration);
    if (signal)
        fprintf(stderr, "the same command goes on: make sweep EXP=%s\n", name);
    if (c->failed)
        fprintf(stderr, "the same command tries the failed ones again; why they failed: make "
                        "status EXP=%s\n", name);
}

static int put_plan(const struct plan *plan, const char *path, struct store **ret_store,
                    struct error *err)
{
    int n_retried;

    if (file_make_directory("results", err) < 0 ||
        store_open(path, STORE_CREATE, ret_store, err) < 0)
        return -1;
    if (store_put_plan(*ret_store, plan, err) < 0 ||
        (n_retried = store_retry(*ret_store, "", false, err)) < 0)
        return -1;
    if (n_retried)
        fprintf(stderr, "trying %d failed runs again\n", n_retried);
    return 0;
}

/* The table, so that a sweep ends in an answer. */
static int print_table(struct arena *arena, struct store *store, struct error *err)
{
    const struct table_options options = {.format = sheet_find_format(NULL, err)};
    struct selections s;
    struct text t = {0};

    if (select_points(store, arena, &s, err) < 0 || table_methods(&s, &options, &t, err) < 0)
        return -1;
    printf("\n%s", t.s);
    text_release(&t);
    return 0;
}

static enum exit_status status_of(int signal, const struct store_counts *counts)
{
    return signal == SIGINT    ? EXIT_INTERRUPTED
           : signal == SIGTERM ? EXIT_TERMINATED
           : signal            ? EXIT_LATER
           : counts->failed    ? EXIT_RUNS_FAILED
                               : EXIT_OK;
}

/* Works on the store's current plan, says how it went, prints the table. */
static int work(const struct invocation *in, struct store *store, enum exit_status *ret_status,
                struct error *err)
{
    const char *name = in->words[0];
    const struct sweep_options options = {
        .store_path = project_path(in->arena, "results", name, ".db"),
        .log_path = project_path(in->arena, "results", name, ".log"),
        .data_root = in->data_root,
        .n_jobs = in->n_jobs ? in->n_jobs : process_cores(),
        .n_threads = in->n_threads,
        .max_failures = in->is_fail_fast ? 1 : in->max_failures,
        .checkpoint_interval = in->checkpoint_interval,
        .lease = in->lease,
        .is_quiet = in->is_quiet,
    };
    struct store_counts counts;
    double start = clock_now();
    int signal = 0;

    if (sweep_run(store, &options, &counts, &signal, err) < 0)
        return -1;
    if (!in->is_quiet)
        tell_end(&counts, name, signal, clock_now() - start);
    *ret_status = status_of(signal, &counts);
    return signal || in->is_quiet ? 0 : print_table(in->arena, store, err);
}

int command_sweep(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *name = in->words[0];
    struct experiment e;
    struct plan plan;
    struct store *store = NULL;
    int result = -1;

    if (project_load(in->arena, name, in->words + 1, in->n_words - 1, &e, err) < 0 ||
        plan_make(&e, in->data_root, in->is_quiet ? NULL : &project_listener, in->arena, &plan, err) < 0)
        return -1;
    if (in->is_dry) {
        tell_plan(&plan, stdout);
        for (int i = 0; i < plan.n_runs; i++)
            printf("%.12s  %s  %s%s%s  seed %d\n", plan.runs[i].id, plan.runs[i].method,
                   plan.runs[i].condition, plan.runs[i].condition[0] ? " " : "",
                   plan.runs[i].point, plan.runs[i].seed);
        return 0;
    }
    if (put_plan(&plan, project_path(in->arena, "results", name, ".db"), &store, err) == 0) {
        if (!in->is_quiet)
            tell_plan(&plan, stderr);
        result = work(in, store, ret_status, err);
    }
    store_close(store);
    return result;
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
    struct store *store;
    const char *prefix;
    int n, result = -1;

    if (open_runs(in, &store, &prefix, err) == 0 &&
        (n = store_retry(store, prefix, true, err)) >= 0) {
        if (n == 0 && *prefix)
            error_set(err, "no failed or cancelled run's spec has an id that begins with \"%s\"",
                      prefix);
        else {
            fprintf(stderr, "%d failed or cancelled runs are planned again\n", n);
            result = work(in, store, ret_status, err);
        }
    }
    store_close(store);
    return result;
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
            printf("%d planned runs are cancelled; %d are being worked on and go on\n", n, c.running);
            result = 0;
        }
    }
    store_close(store);
    return result;
}
