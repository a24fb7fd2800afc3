/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/worker.h"

#include "os/bus_error.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/say.h"
#include "work/checkpoints.h"
#include "work/environment.h"
#include "work/heartbeat.h"
#include "work/job.h"
#include "work/journal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { STORAGE_PATIENCE = 600 }; /* seconds that a result waits for room on the disk */

static volatile sig_atomic_t is_told_to_stop;

static void on_signal(int signal)
{
    (void)signal;
    is_told_to_stop = 1;
}

struct worker {
    struct store *store;
    struct data_cache data;
    const char *data_root, *numeric;
    int n_threads;
    char owner[PROCESS_OWNER_SIZE];
    struct settings environment;
    const char *environment_text;
    const char *store_path;
    double checkpoint_interval, lease;
    struct heartbeat *heartbeat;
    /* of the run at work */
    struct arena arena;
    struct job job;
    struct journal journal;
    double start; /* clock_now() when it was begun, or gone on with */
};

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    struct worker *w = context;

    (void)err;
    journal_add(&w->journal, point);
    return 0;
}

static bool should_stop(void *context, long step, long n_steps)
{
    struct worker *w = context;

    (void)step, (void)n_steps;
    return is_told_to_stop || heartbeat_is_lost(w->heartbeat);
}

static double seconds_so_far(const struct worker *w)
{
    return w->journal.seconds + clock_now() - w->start;
}

static void save(void *context, struct text *t)
{
    struct worker *w = context;

    journal_write(&w->journal, seconds_so_far(w), t);
}

static int restore(void *context, const char *journal, struct error *err)
{
    struct worker *w = context;

    return journal_read(&w->journal, journal, err);
}

/* Into the sweep's log, which is where our standard error goes. */
static void tell(void *context, const char *line)
{
    struct worker *w = context;

    say(stderr, "worker %d: run %.12s: %s\n", (int)getpid(), w->job.spec_id, line);
}

/* What opening the data says. */
static void hear(void *context, const char *line, bool is_last)
{
    if (is_last)
        tell(context, line);
}

/* Trains one run. *ret_result is set where it gives 0. */
static int train(struct worker *w, const struct store_claim *claim, struct run_result *ret_result,
                 struct error *err)
{
    const struct run_observer observer = {.context = w,
                                          .evaluated = evaluated,
                                          .should_stop = should_stop,
                                          .save = save,
                                          .restore = restore,
                                          .tell = tell};
    char key[HASH_HEX_SIZE];
    struct checkpoint checkpoint = {.key = key, .interval = w->checkpoint_interval};

    if (job_open(&w->job, w->store, claim->spec, w->data_root, &w->data, &w->arena, err) < 0)
        return -1;
    if (strcmp(settings_string(&w->job.spec, "train.numeric"), w->numeric) != 0)
        return error_set(err, "the store has it as a run in the profile %s, which it is not", w->numeric);
    checkpoints_key(w->job.spec_id, &w->environment, key);
    checkpoint.path = checkpoints_path(&w->arena, w->store_path, w->job.spec_id);
    w->job.input.n_threads = w->n_threads;
    w->job.input.checkpoint = &checkpoint;
    return run_train(&w->job.input, &observer, ret_result, err);
}

/* store_finish. The disk may have room again later: what has been computed waits for that; a store that
 * is not in its place any more has no later. */
static int put_result(struct worker *w, const struct store_claim *claim,
                      const struct store_outcome *outcome, struct error *err)
{
    double until = clock_now() + STORAGE_PATIENCE;
    struct error gone;
    int result, n_tries = 0;

    while ((result = store_finish(w->store, claim, outcome, err)) < 0 &&
           err->status == EXIT_STORAGE && store_check_place(w->store, &gone) == 0 && !heartbeat_is_lost(w->heartbeat) && !is_told_to_stop &&
           clock_now() < until) {
        if (n_tries++ == 0)
            tell(w, arena_printf(&w->arena, "waits for storage: %s", err->text));
        sleep(n_tries < 10 ? 1 : 10);
    }
    return result;
}

static int finish(struct worker *w, const struct store_claim *claim,
                  const struct run_result *result, double started, struct error *err)
{
    int status = put_result(w, claim,
                            &(struct store_outcome){
                                .has_diverged = result->outcome == RUN_DIVERGED,
                                .where = *result->diverged ? result->diverged : NULL,
                                .n_steps = result->n_steps,
                                .last_step = result->last_step,
                                .weights_hash = result->weights_hash,
                                .metrics = w->journal.metrics,
                                .n_metrics = w->journal.n_metrics,
                                .answers = w->journal.answers,
                                .arrays = w->journal.arrays,
                                .n_arrays = w->journal.n_arrays,
                                .environment = w->environment_text,
                                .host = process_host(),
                                .started = started,
                                .seconds = seconds_so_far(w),
                                .peak_memory = process_peak_memory(),
                            },
                            err);

    if (status == 0)
        unlink(checkpoints_path(&w->arena, w->store_path, w->job.spec_id));
    return status;
}

static int work_on(struct worker *w, const struct store_claim *claim, struct error *err)
{
    struct run_result result;
    struct error run_err;
    double wall = clock_wall();
    int status;

    w->start = clock_now();
    journal_init(&w->journal, &w->arena);
    if (train(w, claim, &result, &run_err) < 0)
        status = store_fail(w->store, claim, run_err.text, err);
    else if (result.outcome == RUN_STOPPED)
        status = store_release(w->store, claim, err);
    else
        status = finish(w, claim, &result, wall, err);
    if (status > 0)
        tell(w, "was taken over by another worker; nothing is written");
    return status < 0 ? -1 : 0;
}

static void set_signals(int parent)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGUSR1, &stop, NULL);
    sigaction(SIGXCPU, &stop, NULL);
    sigaction(SIGINT, &ignore, NULL); /* a terminal sends them to all; the sweep says what is to be done */
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGQUIT, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    bus_error_leave(); /* the sweep says it of the run */
    prctl(PR_SET_NAME, "rgdbench"); /* not "exe", as executed through /proc */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        is_told_to_stop = 1; /* the sweep was gone before we asked */
}

int worker_run(const struct worker_options *options, struct error *err)
{
    struct worker w = {.data_root = options->data_root,
                       .numeric = options->numeric,
                       .n_threads = options->n_threads,
                       .store_path = options->store_path,
                       .checkpoint_interval = options->checkpoint_interval,
                       .lease = options->lease};
    const struct listener listener = {&w, hear};
    struct arena arena = {0};
    struct text text = {0};
    char plan[HASH_HEX_SIZE];
    int got = -1;

    w.data.listener = &listener;
    set_signals(options->parent);
    process_owner(getpid(), w.owner);
    settings_init(&w.environment, &arena);
    environment_read(&w.environment);
    settings_write(&text, &w.environment);
    w.environment_text = text.s;
    if (store_open(options->store_path, STORE_WRITE, &w.store, err) < 0 ||
        store_bind_plan(w.store, options->plan, plan, err) < 0 ||
        heartbeat_start(options->store_path, w.lease, &w.heartbeat, err) < 0)
        goto out;
    do {
        struct store_claim claim;

        got = is_told_to_stop
                  ? 0
                  : store_claim(w.store, w.owner, options->numeric, w.lease, &w.arena, &claim, err);
        if (got > 0) {
            heartbeat_watch(w.heartbeat, claim.run, claim.fence);
            if (work_on(&w, &claim, err) < 0)
                got = -1;
            heartbeat_watch(w.heartbeat, 0, 0);
        }
        arena_release(&w.arena);
    } while (got > 0);
out:
    heartbeat_stop(w.heartbeat);
    data_cache_close(&w.data);
    store_close(w.store);
    text_release(&text);
    arena_release(&arena);
    return got;
}
