/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SIGKILL at random moments of the launcher, of a worker or of all, over sweeps of real training
 * runs that are started again each time, often while workers of the one before are still leaving.
 * usage: [KILLS=500] [SEED=1] [V=1] kills PROGRAM
 *
 * After each kill: what had finished is there, as it was. When a sweep has come to its end: each run
 * once, the digest of a sweep that was not disturbed, no checkpoint and no process left, and no
 * checkpoint that a kill damaged. */
#include "faults/harness.h"

#include "lab/store.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 64, TARGETS = 3 };

static const char *const sweep[] = {"sweep", "small", "--jobs=2", "--quiet", "--checkpoint=0.03", NULL};
static const char *const targets[TARGETS] = {"launcher", "worker", "all"};

struct kills {
    struct harness h;
    char digest[65];
    int n_runs, n_rounds, n_kills[TARGETS], n_resumed;
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

/* Looks into the store; false: a violation. Before the plan is in, there is nothing to see. */
static bool look(struct kills *k, const char *when)
{
    struct arena arena = {0};
    struct error err;
    struct store *store;
    struct store_plan plan;
    const char *path = arena_printf(&arena, "%s/results/small.db", k->h.folder), *bad = NULL;

    if (access(path, F_OK) < 0)
        return true;
    if (store_open(path, STORE_READ, &store, &err) < 0) {
        bad = strstr(err.text, "is empty") ? NULL : err.text;
    } else {
        if (store_freeze(store, &err) < 0 || store_read_plan(store, &arena, &plan, &err) < 0) {
            bad = strstr(err.text, "holds no plan") ? NULL : err.text;
        } else {
            bad = compare_ended(k, &plan, &arena);
            if (!bad && plan.n_runs != k->n_runs && k->n_runs)
                bad = "another number of runs";
            keep_ended(k, &plan);
            k->n_runs = plan.n_runs;
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

/* One sweep, and kills until it has ended; false: a violation. */
static bool disturb(struct kills *k, int *ret_status)
{
    pid_t pid = harness_launch(&k->h, sweep, NULL);
    char when[80];

    for (;;) {
        size_t target = harness_draw(&k->h, TARGETS);
        unsigned delay = (unsigned)(harness_draw(&k->h, 30) * harness_draw(&k->h, 30));
        pid_t victim = pid;

        nap(target == 1 ? delay / 3 : delay);
        if (waitpid(pid, ret_status, WNOHANG) > 0)
            return true;
        if (target == 1 && (victim = worker_of(k, pid)) == 0)
            continue;
        kill(target == 2 ? -pid : victim, SIGKILL);
        k->n_kills[target]++;
        snprintf(when, sizeof when, "round %d, after a kill of %s at %u ms", k->n_rounds,
                 targets[target], delay);
        if (target != 1)
            waitpid(pid, ret_status, 0);
        if (!look(k, when))
            return false;
        if (target != 1)
            return true;
    }
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

    harness_run(&k->h, sweep, NULL, &o); /* nobody disturbs this one */
    if (o.is_hanging || o.status != 0) {
        harness_violation(&k->h, "round %d: the last sweep fails: %s", k->n_rounds, o.err);
        return;
    }
    harness_digest(&k->h, &o, digest);
    snprintf(checkpoints, sizeof checkpoints, "%s/results/small.ckpt", k->h.folder);
    if (strcmp(digest, k->digest) != 0)
        harness_violation(&k->h, "round %d: another digest", k->n_rounds);
    else if (access(checkpoints, F_OK) == 0)
        harness_violation(&k->h, "round %d: checkpoints are left", k->n_rounds);
    else if (look(k, "at the end") && k->n_ended != k->n_runs)
        harness_violation(&k->h, "round %d: %d of %d runs", k->n_rounds, k->n_ended, k->n_runs);
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

/* A sweep, killed and started again until it has ended. */
static void one_round(struct kills *k)
{
    char name[40], said[2000];
    int status = SIGKILL; /* as waitpid gives it: there is a sweep to start */

    snprintf(name, sizeof name, "round-%d", k->n_rounds);
    harness_folder(&k->h, name, harness_medium);
    k->n_ended = 0;
    while (!WIFEXITED(status) || status != 0) {
        harness_read(&k->h, "err", said, sizeof said);
        if (WIFEXITED(status) && WEXITSTATUS(status) != 1 && !is_due_to_kills(said)) {
            harness_violation(&k->h, "round %d: a sweep ends with status %d: %s", k->n_rounds,
                              WEXITSTATUS(status), said);
            return;
        }
        if (!disturb(k, &status))
            return;
    }
    check_end(k);
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
    harness_run(&k.h, sweep, NULL, &o);
    harness_digest(&k.h, &o, k.digest);
    if (!k.digest[0] || !look(&k, "undisturbed"))
        harness_violation(&k.h, "the undisturbed sweep fails: %s", o.err);
    for (; n_kills(&k) < wanted && k.h.n_violations < 10; k.n_rounds++)
        one_round(&k);
    return harness_end(&k.h, "seed %ld, %d rounds of %d runs, %d kills (launcher %d, worker %d, all %d), %d runs gone on with",
                       k.h.seed, k.n_rounds, k.n_runs, n_kills(&k), k.n_kills[0],
                       k.n_kills[1], k.n_kills[2], k.n_resumed);
}
