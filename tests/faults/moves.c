/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stores that are removed, moved or replaced under a sweep. usage: moves PROGRAM
 *
 * Either nothing is lost, with exit status 0 and the digest of a sweep that was not disturbed; or the
 * sweep ends soon, with status 4 and a line that names a store which has all that had been told as
 * finished, is sound, and goes on to that digest once it was merged into a new one. */
#include "faults/harness.h"

#include "store/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum end { KEPT, SAVED, ANY };

/* Lines for the shell in the project's folder; before the sweep, during, and before it is looked at. */
static const struct way {
    const char *name;
    enum end end;
    const char *go, *before, *after;
} ways[] = {
    {"removed", SAVED, .go = "rm results/small.db"},
    {"renamed", SAVED, .go = "mv results/small.db results/other.db"},
    {"moved out", SAVED, .go = "mv results/small.db ."},
    {"all removed", SAVED, .go = "rm -r results"},
    {"all renamed", SAVED, .go = "mv results results2"},
    {"all renamed, new folder", SAVED, .go = "mv results results2; mkdir results"},
    {"logs removed", SAVED, .go = "rm results/small.db-wal results/small.db-shm"},
    {"log removed", SAVED, .go = "rm results/small.db-wal"},
    {"index removed", SAVED, .go = "rm results/small.db-shm"},
    {"log renamed", SAVED, .go = "mv results/small.db-wal x"},
    {"log replaced", SAVED, .go = "cp results/small.db-wal x; mv x results/small.db-wal"},
    {"store and logs removed", SAVED, .go = "rm results/small.db*"},
    {"replaced by its copy", SAVED, .go = "cp results/small.db x; mv x results/small.db"},
    {"replaced by an empty file", SAVED, .go = ": > x; mv x results/small.db"},
    {"replaced by a text", SAVED, .go = "echo no store > x; mv x results/small.db"},
    {"replaced by an older one", SAVED, .go = "rm results/small.db*; cp old/* results/",
     .before = "mkdir results; \"$RGDBENCH\" sweep small methods=erm seeds=1 --quiet; cp -r results old"},
    {"replaced by a folder", SAVED, .go = "rm results/small.db; mkdir results/small.db"},
    {"removed and linked", SAVED, .go = "ln results/small.db results/x.db; rm results/small.db"},
    {"behind a link by itself", SAVED,
     .go = "mv results/small.db x.db; ln -s ../x.db results/small.db"},
    {"a link to another folder", SAVED, .go = "mkdir other; ln -sfn other results",
     .before = "mkdir there; ln -s there results"},
    {"a link to another file", SAVED, .go = "ln -sf ../y.db results/small.db",
     .before = "mkdir results; ln -s ../x.db results/small.db; : > x.db"},
    {"project removed", SAVED, .go = "rm -r \"$PWD\""},
    {"project moved", KEPT, .go = "mv \"$PWD\" \"$PWD-moved\"", .after = "mv \"$PWD-moved\" \"$PWD\""},
    {"project moved, a link there", KEPT,
     .go = "mv \"$PWD\" \"$PWD-moved\"; ln -s \"$PWD-moved\" \"$PWD\"",
     .after = "rm \"$PWD\"; mv \"$PWD-moved\" \"$PWD\""},
    {"all behind a link", KEPT, .go = "mv results results2; ln -s results2 results"},
    {"renamed and back", KEPT, .go = "mv results/small.db x; mv x results/small.db"},
    {"copied over", KEPT, .go = "cp results/small.db x; cat x > results/small.db"},
    {"a link from the start", KEPT, .go = ":", .before = "mkdir there; ln -s there results"},
    {"read by others", KEPT, .go = "for i in 1 2 3; do \"$RGDBENCH\" status small; done"},
    {"cut to nothing", ANY, .go = ": > results/small.db"},
};

enum { N_WAYS = sizeof ways / sizeof *ways, LATE = 30 /* seconds */ };

static const char *const sweep[] = {"sweep", "small", "--jobs=2", "--checkpoint=0.1", NULL};

static bool shell(const struct harness *h, const char *script)
{
    char command[1024];

    snprintf(command, sizeof command,
             "cd '%s' 2>/dev/null || cd /; PWD='%s'; { %s; } > /dev/null 2>&1", h->folder, h->folder,
             script);
    return system(command) == 0;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void nap(long milliseconds)
{
    nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

/* The last line "3/6  rgd ...". */
static int told(const char *said)
{
    int n = 0, k, all;

    for (const char *line = said; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (sscanf(line, "%d/%d ", &k, &all) == 2)
            n = k;
        if (!*line)
            break;
    }
    return n;
}

static int finished_in(const char *path)
{
    struct store_counts counts = {0};
    struct store *store;
    struct error err;

    if (store_open(path, STORE_READ, &store, &err) < 0)
        return -1;
    if (store_count(store, &counts, &err) < 0)
        counts.finished = -1;
    store_close(store);
    return counts.finished;
}

static void check_kept(struct harness *h, const struct way *way, const char *digest)
{
    struct harness_outcome o;
    char got[65];

    harness_digest(h, &o, got);
    if (strcmp(got, digest) != 0)
        harness_violation(h, "%s: status 0, and lost: %s", way->name, o.err);
}

/* The store that the error names. */
static void check_saved(struct harness *h, const struct way *way, const char *said,
                        const char *digest)
{
    const char *at = strstr(said, "are in \"");
    char name[200] = "", path[400], kept[100], got[65];
    struct harness_outcome o;
    int n;

    if (!at || sscanf(at, "are in \"%199[^\"]", name) != 1) {
        harness_violation(h, "%s: no store is named: %s", way->name, said);
        return;
    }
    snprintf(path, sizeof path, "%s%s%s", *name == '/' ? "" : h->folder, *name == '/' ? "" : "/",
             name);
    n = finished_in(path);
    if (n < told(said)) {
        harness_violation(h, "%s: %d were told, %d are in \"%s\"", way->name, told(said), n, path);
        return;
    }
    snprintf(kept, sizeof kept, "%s/kept.db", h->root);
    rename(path, kept);
    harness_folder(h, "after", harness_medium);
    harness_run(h, (const char *[]){"fsck", kept, NULL}, NULL, &o);
    if (o.status != 0)
        harness_violation(h, "%s: it is not sound: %s", way->name, o.out);
    shell(h, "mkdir results");
    harness_run(h, (const char *[]){"merge", "small", kept, NULL}, NULL, &o);
    if (o.status == 0)
        harness_run(h, (const char *[]){"sweep", "small", "--quiet", NULL}, NULL, &o);
    if (o.status == 0)
        harness_digest(h, &o, got);
    if (o.status != 0 || strcmp(got, digest) != 0)
        harness_violation(h, "%s: what was saved does not go on: %s", way->name, o.err);
    unlink(kept);
}

/* What it says, through a descriptor: the file itself may go where the store goes. */
static int open_said(const struct harness *h)
{
    char path[200];
    int fd;

    snprintf(path, sizeof path, "%s/err", h->folder);
    for (int i = 0; (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 && i < 1000; i++)
        nap(5);
    return fd;
}

static const char *read_said(int fd)
{
    static char said[1 << 16];
    ssize_t n = pread(fd, said, sizeof said - 1, 0);

    said[n > 0 ? n : 0] = '\0';
    return said;
}

/* The status of its end; -1 where it has none within the time. */
static int end_of(pid_t pid, double seconds)
{
    double start = now();
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now() - start > seconds) {
            kill(-pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
        nap(5);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void disturb(struct harness *h, const struct way *way, const char *digest, int n_ended[3])
{
    double start = now();
    const char *said;
    char name[40];
    int fd, status;
    pid_t pid;

    snprintf(name, sizeof name, "way-%d", (int)(way - ways));
    harness_folder(h, name, harness_medium);
    if (way->before && !shell(h, way->before))
        harness_violation(h, "%s: could not be set up", way->name);
    pid = harness_launch(h, sweep, NULL);
    fd = open_said(h);
    while (told(read_said(fd)) < 2 && now() - start < LATE)
        nap(5);
    shell(h, way->go);
    status = end_of(pid, LATE);
    said = read_said(fd);
    close(fd);
    if (way->after && !shell(h, way->after))
        harness_violation(h, "%s: could not be undone", way->name);
    if (status < 0)
        harness_violation(h, "%s: no end within %d s: %s", way->name, LATE, said);
    else if (kill(-pid, 0) == 0)
        harness_violation(h, "%s: workers are left", way->name);
    else if (status == 0 && way->end != SAVED)
        check_kept(h, way, digest), n_ended[KEPT]++;
    else if (status == EXIT_STORAGE && way->end == SAVED)
        check_saved(h, way, said, digest), n_ended[SAVED]++;
    else if (way->end == ANY && (status == EXIT_MISMATCH || status == EXIT_STORAGE))
        n_ended[ANY]++;
    else
        harness_violation(h, "%s: status %d: %s", way->name, status, said);
}

int main(int argc, char **argv)
{
    int n_ended[3] = {0};
    struct harness_outcome o;
    struct harness h;
    char digest[65], program[4096];

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2 || !realpath(argv[1], program)) {
        fprintf(stderr, "usage: moves PROGRAM\n");
        return 2;
    }
    harness_start(&h, "moved-stores", program);
    setenv("RGDBENCH", program, 1);
    setenv("TMPDIR", h.root, 1);
    harness_folder(&h, "undisturbed", harness_medium);
    harness_run(&h, sweep, NULL, &o);
    harness_digest(&h, &o, digest);
    if (!digest[0])
        harness_violation(&h, "the undisturbed sweep fails: %s", o.err);
    for (int i = 0; i < N_WAYS && h.n_violations < 10; i++)
        disturb(&h, &ways[i], digest, n_ended);
    return harness_end(&h, "%d ways, %d without a loss, %d saved elsewhere, %d named as damaged",
                       N_WAYS, n_ended[KEPT], n_ended[SAVED], n_ended[ANY]);
}
