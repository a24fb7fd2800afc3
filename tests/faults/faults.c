/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One fault at each call site of a sweep of three runs, one at a time, until no site is left
 * (sites.h says what a site is). usage:
 * [DEPTH=functions that tell two sites apart] [FIRST=n] [SITES=n] [V=1] faults PROGRAM SHIM [CLASS]
 *
 * After each: no process ended by a signal, none hangs; an exit status other than 0 comes with one
 * line that says why; and the same command without a fault then completes to the digest of a
 * sweep that was not disturbed. A PROGRAM that was built with SAN leaks nothing, either. */
#include "faults/harness.h"
#include "faults/sites.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIT(name) (UINT64_C(1) << FAULT_##name)
#define WRITES (BIT(write) | BIT(pwrite))
#define MEMORY (BIT(malloc) | BIT(calloc) | BIT(realloc) | BIT(aligned_alloc))

static const struct class {
    const char *name;
    uint64_t calls;
    int error, depth;
    bool is_absorbed; /* the sweep must succeed all the same */
} classes[] = {
    {"write", WRITES, EIO, 12, false},
    {"full", WRITES | BIT(ftruncate) | BIT(posix_fallocate) | BIT(mkdir) | BIT(open), ENOSPC, 12, false},
    {"short", WRITES, SITES_SHORT, 12, false},
    {"interrupted", WRITES | BIT(read) | BIT(pread) | BIT(open), EINTR, 12, true},
    {"sync", BIT(fsync) | BIT(fdatasync) | BIT(close), EIO, 12, false},
    {"name", BIT(rename) | BIT(unlink) | BIT(ftruncate) | BIT(mkdir) | BIT(opendir), EIO, 12, false},
    {"open", BIT(open) | BIT(fopen), EMFILE, 12, false},
    {"read", BIT(read) | BIT(pread) | BIT(fstat), EIO, 12, false},
    {"map", BIT(mmap), ENOMEM, 12, false},
    {"memory", MEMORY, ENOMEM, 4, false},
    {"process", BIT(fork) | BIT(posix_spawn) | BIT(pthread_create) | BIT(pipe2), EAGAIN, 12, false},
};

static const char *const sweep[] = {"sweep", "small", "--jobs=1", "--quiet", "--checkpoint=0", NULL};

struct faults {
    struct harness h;
    struct sites *sites;
    char table[80];
    const char *environment[4];
    char digest[65];
    int n_cases, n_statuses[256];
};

static void open_table(struct faults *f)
{
    int fd;

    snprintf(f->table, sizeof f->table, "%s.sites", f->h.root);
    fd = open(f->table, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *f->sites) < 0) {
        perror(f->table);
        exit(2);
    }
    f->sites = mmap(NULL, sizeof *f->sites, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
}

/* The first line that the program said. */
static const char *first_line(char *text)
{
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* What the disturbed sweep may do; NULL where it did. */
static const char *misbehaviour(struct faults *f, const struct class *c,
                                const struct harness_outcome *o)
{
    static char log[8192];

    harness_read(&f->h, "results/small.log", log, sizeof log);
    if (o->is_hanging)
        return "hangs";
    if (!WIFEXITED(o->status))
        return "was ended by a signal";
    if (strstr(o->err, "ended by signal") || strstr(o->out, "ended by signal"))
        return "a worker was ended by a signal";
    if (strstr(o->err, "Sanitizer") || strstr(log, "Sanitizer"))
        return "a sanitizer found something";
    if (WEXITSTATUS(o->status) != 0 && c->is_absorbed)
        return "does not go on";
    if (WEXITSTATUS(o->status) != 0 && !strchr(o->err, '\n'))
        return "fails without a word";
    if (WEXITSTATUS(o->status) > 4)
        return "has an exit status that nothing documents";
    return NULL;
}

static void one_case(struct faults *f, const struct class *c, int site)
{
    struct harness_outcome o;
    const char *bad;
    char name[40], digest[65];

    snprintf(name, sizeof name, "%s-%d", c->name, site);
    harness_folder(&f->h, name, harness_small);
    f->sites->picked = site < 0 ? 0 : f->sites->order[site];
    f->sites->n_hits = 0;
    harness_run(&f->h, sweep, f->environment, &o);
    if (site >= 0 && f->sites->n_hits == 0)
        return; /* this time the program did not come by */
    f->n_cases++;
    if (WIFEXITED(o.status))
        f->n_statuses[WEXITSTATUS(o.status)]++;
    bad = misbehaviour(f, c, &o);
    if (getenv("V"))
        printf("%s: status %d: %s\n", name, WEXITSTATUS(o.status), first_line(o.err));
    if (bad) {
        harness_violation(&f->h, "%s, site %d: the sweep %s: %s", c->name, site, bad,
                          first_line(o.err));
        return;
    }
    harness_run(&f->h, sweep, NULL, &o);
    if (o.is_hanging || o.status != 0) {
        harness_violation(&f->h, "%s, site %d: the next sweep does not succeed: %s", c->name, site,
                          first_line(o.err));
        return;
    }
    harness_digest(&f->h, &o, digest);
    if (strcmp(digest, f->digest) != 0)
        harness_violation(&f->h, "%s, site %d: another digest: \"%s\" %s", c->name, site, digest,
                          first_line(o.err));
}

static int run_class(const struct class *c, const char *program, const char *shim, long max)
{
    struct faults f = {.n_cases = 0};
    struct harness_outcome o;
    char name[40], preload[4200], sites[100], statuses[100] = "";
    int n, first = (int)harness_count("FIRST", 0);

    snprintf(name, sizeof name, "faults-%s", c->name);
    harness_start(&f.h, name, program);
    open_table(&f);
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", shim);
    snprintf(sites, sizeof sites, "FAULT_SITES=%s", f.table);
    f.environment[0] = preload;
    f.environment[1] = sites;
    /* Of a program built with SAN: that the shim comes first is meant, and an allocation may fail. */
    f.environment[2] = "ASAN_OPTIONS=verify_asan_link_order=0:allocator_may_return_null=1:detect_leaks=1";

    harness_folder(&f.h, "undisturbed", harness_small);
    harness_run(&f.h, sweep, NULL, &o);
    harness_digest(&f.h, &o, f.digest);
    if (!f.digest[0])
        harness_violation(&f.h, "the undisturbed sweep fails: %s", o.err);
    f.sites->calls = c->calls;
    f.sites->error = c->error;
    f.sites->depth = (int)harness_count("DEPTH", c->depth);
    one_case(&f, c, -1);
    if (f.sites->n == 0)
        harness_violation(&f.h, "the program meets no site: is \"%s\" loaded?", shim);
    for (n = first; n < f.sites->n && n < SITES_MAX && n - first < max; n++)
        one_case(&f, c, n);
    for (int i = 0; i < 256; i++)
        if (f.n_statuses[i])
            snprintf(statuses + strlen(statuses), sizeof statuses - strlen(statuses), " %d:%d", i,
                     f.n_statuses[i]);
    n = f.sites->n;
    unlink(f.table);
    return harness_end(&f.h, "%d sites, %d faults, exit statuses%s", n, f.n_cases, statuses);
}

int main(int argc, char **argv)
{
    char shim[4096];
    int status = 0, n = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 3 || !realpath(argv[2], shim)) {
        fprintf(stderr, "usage: faults PROGRAM SHIM [CLASS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (argc > 3 && strcmp(argv[3], classes[i].name) != 0)
            continue;
        status |= run_class(&classes[i], argv[1], shim, harness_count("SITES", SITES_MAX));
        n++;
    }
    return n ? status : 2;
}
