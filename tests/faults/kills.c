/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SIGKILL at random moments of a launcher, of a worker or of all, over sweeps of real training
 * runs that are started again each time, often while workers of the one before are still leaving, at
 * times two launchers at once; and over their confirmation on fresh seeds, likewise.
 * usage: [KILLS=500] [SEED=1] [V=1] kills PROGRAM
 *
 * After each kill: what had finished is there, as it was. When a sweep and when its confirmation has come
 * to its end: each run once, the digest of a sweep that was not disturbed, no checkpoint and no process left, and no
 * checkpoint that a kill damaged. */
#include "faults/harness.h"

#include "os/clock.h"
#include "store/store.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 64, TARGETS = 3, STAGES = 2, MAX_LAUNCHERS = 2, IDLE_SECONDS = 2 };

static const char *const stages[STAGES][7] = {
    {"sweep", "small", "--jobs=2", "--quiet", "--checkpoint=0.03", NULL},
    {"confirm", "small", "n=1", "--jobs=2", "--quiet", "--checkpoint=0.03", NULL},
};
static const char *const targets[TARGETS] = {"launcher", "worker", "all"};

struct kills {
    struct harness h;
    char digests[STAGES][65];
    int stage;
    double pace; /* 1 on a machine that does nothing else */
    int n_runs, n_rounds, n_kills[TARGETS], n_resumed, n_pairs;
    int n_all; /* runs of the sweep and of fresh seeds at the last look */
    /* of the runs that had ended at the last look */
    int n_ended;
    struct {
        char spec_id[65];
        long ended;
        double seconds;
    } ended[MAX_RUNS];
};

/* NULL, or what is wrong with what had ended before. */
static const char *compare_ended(struct kills *k, const struct store_plan *plan, struct arena *arena)
{
    for (int i = 0; i < k->n_ended; i++) {
        const struct store_run *found = NULL;

        for (int j = 0; j < plan->n_runs; j++)
            if (strcmp(plan->runs[j].spec_id, k->ended[i].spec_id) == 0) {
                if (found)
                    return arena_printf(arena, "run %.12s is there twice", found->spec_id);
                found = &plan->runs[j];
            }
        if (!found || strcmp(found->state, "finished") != 0)
            return arena_printf(arena, "run %.12s had finished and is lost", k->ended[i].spec_id);
        if (found->ended != k->ended[i].ended || found->seconds != k->ended[i].seconds)
            return arena_printf(arena, "run %.12s had finished and is another", k->ended[i].spec_id);
    }
    return NULL;
}

static void keep_ended(struct kills *k, const struct store_plan *plan)
{
    k->n_ended = 0;
    for (int i = 0; i < plan->n_runs && k->n_ended < MAX_RUNS; i++)
        if (strcmp(plan->runs[i].state, "finished") == 0) {
            snprintf(k->ended[k->n_ended].spec_id, 65, "%s", plan->runs[i].spec_id);
            k->ended[k->n_ended].ended = plan->runs[i].ended;
            k->ended[k->n_ended++].seconds = plan->runs[i].seconds;
        }
}

/* The runs of the sweep, and those of fresh seeds. */
static int read_runs(struct store *store, struct arena *arena, struct store_plan *ret_plan,
                     struct store_plan *ret_all, struct error *err)
{
    struct store_plan fresh;
    struct store_run *runs;

    if (store_read_plan(store, arena, ret_plan, err) < 0 ||
        store_read_fresh(store, ret_plan, arena, &fresh, err) < 0)
        return -1;
    *ret_all = *ret_plan;
    ret_all->n_runs = ret_plan->n_runs + fresh.n_runs;
    runs = arena_alloc(arena, (size_t)ret_all->n_runs * sizeof *runs);
    memcpy(runs, ret_plan->runs, (size_t)ret_plan->n_runs * sizeof *runs);
    if (fresh.n_runs)
        memcpy(runs + ret_plan->n_runs, fresh.runs, (size_t)fresh.n_runs * sizeof *runs);
    ret_all->runs = runs;
    return 0;
}

/* Looks into the store; false: a violation. Before the plan is in, there is nothing to see. */
static bool look(struct kills *k, const char *when)
{
    struct arena arena = {0};
    struct error err;
    struct store *store;
    struct store_plan plan, all;
    const char *path = arena_printf(&arena, "%s/results/small.db", k->h.folder), *bad = NULL;

    if (access(path, F_OK) < 0)
        return true;
    if (store_open(path, STORE_READ, &store, &err) < 0) {
        bad = strstr(err.text, "is empty") ? NULL : err.text;
    } else {
        if (store_freeze(store, &err) < 0 || read_runs(store, &arena, &plan, &all, &err) < 0) {
            bad = strstr(err.text, "holds no plan") ? NULL : err.text;
        } else {
            bad = compare_ended(k, &all, &arena);
            if (!bad && plan.n_runs != k->n_runs && k->n_runs)
                bad = "another number of runs";
            keep_ended(k, &all);
            k->n_runs = plan.n_runs;
            k->n_all = all.n_runs;
        }
        store_close(store);
    }
    if (bad)
        harness_violation(&k->h, "%s: %s", when, bad);
    arena_release(&arena);
    return !bad;
}

static void nap(unsigned milliseconds)
{
    nanosleep(&(struct timespec){milliseconds / 1000, (long)(milliseconds % 1000) * 1000000}, NULL);
}

/* A child of `pid`, which may be the one that reads a script, or 0. */
static pid_t worker_of(struct kills *k, pid_t pid)
{
    char path[64];
    int pids[8], n = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    f = fopen(path, "r");
    while (f && n < 8 && fscanf(f, "%d", &pids[n]) == 1)
        n++;
    if (f)
        fclose(f);
    return n ? pids[harness_draw(&k->h, (size_t)n)] : 0;
}

struct launchers {
    pid_t pids[MAX_LAUNCHERS]; /* 0: it has ended */
    int status[MAX_LAUNCHERS], n;
};

/* How many of them are still there. */
static int reap(struct launchers *l, int options)
{
    int n = 0;

    for (int i = 0; i < l->n; i++) {
        if (l->pids[i] && waitpid(l->pids[i], &l->status[i], options) > 0)
            l->pids[i] = 0;
        n += l->pids[i] != 0;
    }
    return n;
}

static void kill_all(const struct launchers *l)
{
    for (int i = 0; i < l->n; i++)
        if (l->pids[i])
            kill(-l->pids[i], SIGKILL);
}

/* A sweep by one launcher or two, and kills until they have ended; false: a violation. */
static bool disturb(struct kills *k, struct launchers *l)
{
    char when[80];

    *l = (struct launchers){.n = harness_draw(&k->h, 4) == 0 ? 2 : 1};
    k->n_pairs += l->n == 2;
    for (int i = 0; i < l->n; i++)
        l->pids[i] = harness_launch(&k->h, stages[k->stage], NULL);
    while (reap(l, WNOHANG) > 0) {
        size_t target = harness_draw(&k->h, TARGETS), which = harness_draw(&k->h, (size_t)l->n);
        double drawn = (double)(harness_draw(&k->h, 30) * harness_draw(&k->h, 30));
        unsigned delay = (unsigned)(k->pace * drawn);
        pid_t victim;

        nap(target == 1 ? delay / 3 : delay);
        if (reap(l, WNOHANG) == 0)
            break;
        victim = l->pids[which] ? l->pids[which] : l->pids[!which];
        if (target == 1 && (victim = worker_of(k, victim)) == 0)
            continue;
        if (target == 2)
            kill_all(l);
        else
            kill(victim, SIGKILL);
        k->n_kills[target]++;
        snprintf(when, sizeof when, "round %d, after a kill of %s at %u ms", k->n_rounds,
                 targets[target], delay);
        if (target == 2)
            reap(l, 0);
        if (!look(k, when)) {
            kill_all(l);
            reap(l, 0);
            return false;
        }
    }
    return true;
}

static void count_resumed(struct kills *k)
{
    static char log[1 << 20];

    harness_read(&k->h, "results/small.log", log, sizeof log);
    for (char *p = log; (p = strstr(p, "goes on at step ")); p++)
        k->n_resumed++;
    if (strstr(log, "starts anew"))
        harness_violation(&k->h, "round %d: a kill damaged a checkpoint", k->n_rounds);
}

static void check_end(struct kills *k)
{
    struct harness_outcome o;
    char digest[65], checkpoints[160];

    harness_run(&k->h, stages[k->stage], NULL, &o); /* nobody disturbs this one */
    if (o.is_hanging || o.status != 0) {
        harness_violation(&k->h, "round %d: the last %s fails: %s", k->n_rounds, stages[k->stage][0],
                          o.err);
        return;
    }
    harness_digest(&k->h, &o, digest);
    snprintf(checkpoints, sizeof checkpoints, "%s/results/small.ckpt", k->h.folder);
    if (strcmp(digest, k->digests[k->stage]) != 0)
        harness_violation(&k->h, "round %d: another digest after %s", k->n_rounds,
                          stages[k->stage][0]);
    else if (access(checkpoints, F_OK) == 0)
        harness_violation(&k->h, "round %d: checkpoints are left", k->n_rounds);
    else if (look(k, "at the end") && k->n_ended != k->n_all)
        harness_violation(&k->h, "round %d: %d of %d runs", k->n_rounds, k->n_ended, k->n_all);
    else
        count_resumed(k);
}

static int n_kills(const struct kills *k)
{
    int n = 0;

    for (int i = 0; i < TARGETS; i++)
        n += k->n_kills[i];
    return n;
}

/* The process that reads a script was hit, or one worker after the other before it had a run. */
static bool is_due_to_kills(const char *said)
{
    return strstr(said, "it was ended: Killed") || strstr(said, "workers do not start");
}

/* 1: one of them has come to the end of all runs; 0: start again; -1: a violation. */
static int judge(struct kills *k, const struct launchers *l)
{
    char said[2000];
    int result = 0;

    harness_read(&k->h, "err", said, sizeof said);
    for (int i = 0; i < l->n; i++) {
        int status = l->status[i];

        if (WIFEXITED(status) && WEXITSTATUS(status) > 1 && !is_due_to_kills(said)) {
            harness_violation(&k->h, "round %d: %s ends with status %d: %s", k->n_rounds,
                              stages[k->stage][0], WEXITSTATUS(status), said);
            return -1;
        }
        result |= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return result;
}

/* A sweep and its confirmation, each killed and started again until it has ended. */
static void one_round(struct kills *k)
{
    struct launchers l;
    char name[40];
    int n_violations = k->h.n_violations;

    snprintf(name, sizeof name, "round-%d", k->n_rounds);
    harness_folder(&k->h, name, harness_medium);
    k->n_ended = 0;
    for (k->stage = 0; k->stage < STAGES && k->h.n_violations == n_violations; k->stage++) {
        int end = 0;

        while (end == 0 && disturb(k, &l))
            end = judge(k, &l);
        if (end > 0)
            check_end(k);
    }
}

int main(int argc, char **argv)
{
    struct kills k = {.n_rounds = 0};
    long wanted = harness_count("KILLS", 500);
    struct harness_outcome o;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2) {
        fprintf(stderr, "usage: kills PROGRAM\n");
        return 2;
    }
    harness_start(&k.h, "kills", argv[1]);
    harness_folder(&k.h, "undisturbed", harness_medium);
    for (k.stage = 0; k.stage < STAGES; k.stage++) {
        double start = clock_now();

        harness_run(&k.h, stages[k.stage], NULL, &o);
        if (k.stage == 0)
            k.pace = fmax(1, (clock_now() - start) / IDLE_SECONDS);
        harness_digest(&k.h, &o, k.digests[k.stage]);
        if (!k.digests[k.stage][0] || !look(&k, "undisturbed"))
            harness_violation(&k.h, "the undisturbed %s fails: %s", stages[k.stage][0], o.err);
    }
    for (; n_kills(&k) < wanted && k.h.n_violations < 10; k.n_rounds++)
        one_round(&k);
    return harness_end(&k.h, "seed %ld, %d rounds of %d runs, two launchers %d times, %d kills "
                       "(launcher %d, worker %d, all %d), %d runs gone on with",
                       k.h.seed, k.n_rounds, k.n_all, k.n_pairs, n_kills(&k), k.n_kills[0],
                       k.n_kills[1], k.n_kills[2], k.n_resumed);
}
