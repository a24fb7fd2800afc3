/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/sweep.h"

#include "os/clock.h"
#include "os/machine.h"
#include "os/process.h"
#include "os/say.h"
#include "work/checkpoints.h"
#include "work/environment.h"
#include "work/progress.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_JOBS = 1024,
    POLL_MILLISECONDS = 200,
    STOP_SECONDS = 4,   /* that a worker has for its checkpoint when it is told to stop */
    LEAVE_SECONDS = 10, /* that a worker has for leaving when no run is left */
};

static volatile sig_atomic_t stop_signal, is_impatient;

static void on_signal(int signal)
{
    if (stop_signal && signal == SIGINT)
        is_impatient = 1;
    stop_signal = signal;
}

static void on_child(int signal)
{
    (void)signal; /* only to end the nap */
}

struct sweep {
    struct store *store;
    const struct sweep_options *options;
    struct {
        pid_t pid; /* 0: free place */
        char owner[PROCESS_OWNER_SIZE];
        double stopped; /* clock_now() when it was (SIGSTOP); 0: it is not */
    } workers[MAX_JOBS];
    int n_workers;
    int n_fruitless; /* workers that ended badly without a run, in a row */
    char plan[HASH_HEX_SIZE];
    long revision; /* of the store, when it was looked into */
    struct store_counts counts;
    double looked;  /* clock_now() at the last look for runs of the dead */
    double told;      /* clock_now() when workers were told to stop; 0: they were not */
    double all_ended; /* clock_now() when no run was left; 0: some are */
    struct progress progress;
};

static int start_worker(struct sweep *s, int place, const char *numeric, struct error *err)
{
    const struct sweep_options *o = s->options;
    char threads[16], parent[16], checkpoint[64], lease[64];
    const char *argv[] = {"rgdbench", "worker", checkpoint, lease, o->store_path, s->plan, numeric,
                          threads, parent, o->data_root, NULL};
    pid_t pid;

    snprintf(threads, sizeof threads, "%d", o->n_threads);
    snprintf(parent, sizeof parent, "%d", (int)getpid());
    snprintf(checkpoint, sizeof checkpoint, "--checkpoint=%.17g", o->checkpoint_interval);
    snprintf(lease, sizeof lease, "--lease=%.17g", o->lease);
    pid = process_start(argv, o->log_path, err);
    if (pid < 0)
        return -1;
    process_limit_memory(pid, o->worker_memory);
    s->workers[place].pid = pid;
    s->workers[place].stopped = 0;
    process_owner(pid, s->workers[place].owner);
    s->n_workers++;
    return 0;
}

/* Where it has changed, which most of the time it has not. */
static int look_into_store(struct sweep *s, struct error *err)
{
    long revision;

    if (store_revision(s->store, &revision, err) < 0)
        return -1;
    if (revision == s->revision)
        return 0;
    s->revision = revision;
    return store_count(s->store, &s->counts, err) < 0
               ? -1
               : progress_tell(&s->progress, s->store, &s->counts, err);
}

static int fill_places(struct sweep *s, struct error *err)
{
    char numeric[16];
    int n_waiting, got = 1;

    if (s->told)
        return 0;
    n_waiting = s->counts.planned;
    for (int i = 0; i < s->options->n_jobs && n_waiting > 0; i++) {
        if (s->workers[i].pid)
            continue;
        got = store_next_numeric(s->store, numeric, err);
        if (got <= 0)
            return got;
        if (start_worker(s, i, numeric, err) < 0)
            return -1;
        n_waiting--;
    }
    return 0;
}

/* What ended badly: the text for the run's record. */
static void describe_end(int status, const char *log, char ret_text[300])
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
        snprintf(ret_text, 300, "its worker was ended by signal %d: a file of data became shorter, "
                                "or could not be read, while it was used", SIGBUS);
    else if (WIFSIGNALED(status))
        snprintf(ret_text, 300, "its worker was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(ret_text, 300, "its worker ended with status %d; see %.200s",
                 WEXITSTATUS(status), log);
}

static int bury(struct sweep *s, int place, int status, struct error *err)
{
    char why[300];
    int n_lost = 0;

    s->workers[place].pid = 0;
    s->n_workers--;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        s->n_fruitless = 0;
        return 0;
    }
    describe_end(status, s->options->log_path, why);
    if (s->told) /* we may have ended it ourselves: its run was not at fault */
        return store_reclaim(s->store, process_is_alive, err);
    if (store_fail_owner(s->store, s->workers[place].owner, why, &n_lost, err) < 0)
        return -1;
    s->n_fruitless = n_lost ? 0 : s->n_fruitless + 1;
    if (s->n_fruitless > s->options->n_jobs)
        return error_set_status(err, EXIT_STORAGE, "workers do not start; see the end of \"%s\"",
                                s->options->log_path);
    return 0;
}

static void signal_workers(struct sweep *s, int signal)
{
    for (int i = 0; i < s->options->n_jobs; i++)
        if (s->workers[i].pid)
            kill(s->workers[i].pid, signal);
}

/* A worker that is stopped for longer than its lease has lost its run, and may have stopped
 * for ever: another takes its place. */
static int end_stopped(struct sweep *s, int place, struct error *err)
{
    if (store_reclaim(s->store, process_is_alive, err) < 0)
        return -1;
    kill(s->workers[place].pid, SIGKILL);
    while (waitpid(s->workers[place].pid, NULL, 0) < 0 && errno == EINTR)
        ;
    s->workers[place].pid = 0;
    s->n_workers--;
    return 0;
}

static int reap(struct sweep *s, struct error *err)
{
    for (int i = 0; i < s->options->n_jobs; i++) {
        double *stopped = &s->workers[i].stopped;
        int status;

        if (!s->workers[i].pid)
            continue;
        if (waitpid(s->workers[i].pid, &status, WNOHANG | WUNTRACED | WCONTINUED) > 0) {
            if (WIFSTOPPED(status))
                *stopped = clock_now();
            else if (WIFCONTINUED(status))
                *stopped = 0;
            else if (bury(s, i, status, err) < 0)
                return -1;
        } else if (*stopped > 0 && clock_now() - *stopped > s->options->lease + 1 &&
                   end_stopped(s, i, err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Once a second, where a place is free: runs of workers of other sweeps that are gone, or silent for
 * longer than their lease, are planned again. */
static int look_for_dead(struct sweep *s, struct error *err)
{
    double now = clock_now();

    if (s->n_workers == s->options->n_jobs || now - s->looked < 1)
        return 0;
    s->looked = now;
    return store_reclaim(s->store, process_is_alive, err);
}

/* Nothing is left, and yet a worker does not leave: it is stopped, or hangs. */
static void end_idle(struct sweep *s)
{
    double now = clock_now();

    if (s->counts.planned + s->counts.running > 0)
        s->all_ended = 0;
    else if (s->all_ended == 0)
        s->all_ended = now;
    else if (now - s->all_ended > LEAVE_SECONDS)
        signal_workers(s, SIGKILL);
}

/* Looking into a store of 100,000 runs takes as long as the nap: then longer ones. A signal, and a
 * worker that ends, wakes us up. */
static void nap(double seconds_looked)
{
    double seconds = fmin(fmax(1e-3 * POLL_MILLISECONDS, 10 * seconds_looked), 2);
    struct timespec t = {.tv_sec = (time_t)seconds,
                         .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

    nanosleep(&t, NULL);
}

static void stop_workers(struct sweep *s, const char *why)
{
    s->told = clock_now();
    signal_workers(s, SIGTERM);
    progress_end(&s->progress);
    say(stderr, "stopping%s; runs at work write a checkpoint and are given back\n", why);
}

/* Signals, and too many failures. */
static void look_for_reasons_to_stop(struct sweep *s)
{
    int most = s->options->max_failures;
    char why[60];

    if (s->told == 0 && stop_signal) {
        stop_workers(s, "");
    } else if (s->told == 0 && most && s->progress.n_failed >= most) {
        snprintf(why, sizeof why, " because %d run%s failed", s->progress.n_failed,
                 s->progress.n_failed == 1 ? "" : "s");
        stop_workers(s, why);
    } else if (s->told > 0 && (is_impatient || clock_now() - s->told > STOP_SECONDS)) {
        signal_workers(s, SIGKILL);
    }
}

static int work(struct sweep *s, struct error *err)
{
    for (;;) {
        double start = clock_now();

        look_for_reasons_to_stop(s);
        if (store_check_place(s->store, err) < 0 || reap(s, err) < 0 || look_for_dead(s, err) < 0 || look_into_store(s, err) < 0 ||
            fill_places(s, err) < 0)
            return -1;
        progress_show(&s->progress, &s->counts);
        if (s->n_workers == 0 && (s->told || s->counts.planned + s->counts.running == 0))
            return 0;
        end_idle(s);
        nap(clock_now() - start);
    }
}

/* How long a thread that waits for the others of its step looks for them before it sleeps (read by libgomp
 * when a worker starts). Where there are more threads than cores not at all: it would keep from its core the
 * one that it waits for. Otherwise some microseconds, as other programs may be there as well. */
static void set_patience(const struct sweep_options *o)
{
    struct machine machine;

    machine_read("", &machine);
    setenv("GOMP_SPINCOUNT", o->n_jobs * o->n_threads > machine.n_cores ? "0" : "1000", 1);
    unsetenv("OMP_WAIT_POLICY");
}

static void set_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction child = {.sa_handler = on_child}, hangup;

    stop_signal = is_impatient = 0;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* not under nohup */
        sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGQUIT, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGUSR1, &stop, NULL);
    sigaction(SIGXCPU, &stop, NULL);
    sigaction(SIGCHLD, &child, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int sweep_run(struct store *store, const struct sweep_options *options,
              struct store_counts *ret_counts, int *ret_signal, struct error *err)
{
    struct sweep *s;
    struct arena arena = {0};
    struct store_ended *ended;
    struct measure measure, select_by;
    char plan[HASH_HEX_SIZE];
    int n_ended, result;

    if (options->n_jobs < 1 || options->n_jobs > MAX_JOBS)
        return error_set(err, "%d jobs; must be from 1 to %d", options->n_jobs, MAX_JOBS);
    if (options->lease < 1)
        return error_set(err, "a lease of %g seconds; must be at least 1", options->lease);
    if (store_bind_plan(store, NULL, plan, err) < 0 ||
        (*environment_patch() && store_put_patch(store, environment_patch(), err) < 0) ||
        store_reclaim(store, process_is_alive, err) < 0 ||
        store_read_measures(store, &arena, &measure, &select_by, err) < 0 ||
        store_read_ended(store, 0, &select_by, &arena, &ended, &n_ended, err) < 0) {
        arena_release(&arena);
        return -1;
    }
    s = arena_alloc(&arena, sizeof *s);
    s->store = store;
    s->options = options;
    s->revision = -1;
    memcpy(s->plan, plan, sizeof plan);
    progress_start(&s->progress, options->n_jobs, options->is_quiet, &select_by,
                   n_ended ? ended[n_ended - 1].run.ended : 0);
    set_signals();
    set_patience(options);
    result = work(s, err);
    if (result < 0) { /* leave no orphans */
        signal_workers(s, SIGTERM);
        while (wait(NULL) > 0 || errno == EINTR)
            ;
    }
    progress_end(&s->progress);
    if (result == 0)
        result = checkpoints_clean(store, options->store_path, err);
    if (result == 0)
        result = store_count(store, ret_counts, err);
    if (result == 0)
        result = store_check_place(store, err);
    *ret_signal = stop_signal;
    arena_release(&arena);
    return result;
}
