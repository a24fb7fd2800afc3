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
        (n_retried = store_retry_failed(*ret_store, err)) < 0)
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

int command_sweep(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *name = in->words[0];
    const char *path = project_path(in->arena, "results", name, ".db");
    struct sweep_options options = {
        .store_path = path,
        .log_path = project_path(in->arena, "results", name, ".log"),
        .data_root = in->data_root,
        .n_jobs = in->n_jobs ? in->n_jobs : process_cores(),
        .n_threads = in->n_threads,
        .checkpoint_interval = in->checkpoint_interval,
        .lease = in->lease,
        .is_quiet = in->is_quiet,
    };
    struct experiment e;
    struct plan plan;
    struct store *store = NULL;
    struct store_counts counts;
    double start = clock_now();
    int signal = 0, result = -1;

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
    if (put_plan(&plan, path, &store, err) < 0)
        goto out;
    if (!in->is_quiet)
        tell_plan(&plan, stderr);
    if (sweep_run(store, &options, &counts, &signal, err) < 0)
        goto out;
    if (!in->is_quiet)
        tell_end(&counts, name, signal, clock_now() - start);
    if (!signal && !in->is_quiet && print_table(in->arena, store, err) < 0)
        goto out;
    *ret_status = signal == SIGINT ? EXIT_INTERRUPTED
                  : signal         ? EXIT_TERMINATED
                  : counts.failed  ? EXIT_RUNS_FAILED
                                   : EXIT_OK;
    result = 0;
out:
    store_close(store);
    return result;
}
