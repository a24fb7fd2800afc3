/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies of the store of an ended sweep, damaged in six ways: reports give an error, or what they
 * give of the undamaged one. usage: [DAMAGES=2000] [SEED=1] stores PROGRAM */
#include "faults/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const sweep[] = {"sweep", "small", "--jobs=2", "--quiet", NULL};

static size_t flip(struct harness *h, unsigned char *b, size_t size)
{
    b[harness_draw(h, size)] ^= (unsigned char)(1 << harness_draw(h, 8));
    return size;
}

static size_t change_one(struct harness *h, unsigned char *b, size_t size)
{
    b[harness_draw(h, size)] = (unsigned char)harness_draw(h, 256);
    return size;
}

static size_t change_eight(struct harness *h, unsigned char *b, size_t size)
{
    for (int i = 0; i < 8; i++)
        b[harness_draw(h, size)] = (unsigned char)harness_draw(h, 256);
    return size;
}

static size_t cut(struct harness *h, unsigned char *b, size_t size)
{
    (void)b;
    return harness_draw(h, 2) ? harness_draw(h, size) : harness_draw(h, size / 4096) * 4096;
}

static size_t zero(struct harness *h, unsigned char *b, size_t size)
{
    size_t at = harness_draw(h, size), n = 1 + harness_draw(h, 4096);

    memset(b + at, 0, n < size - at ? n : size - at);
    return size;
}

/* A block that went to the place of another. */
static size_t misplace(struct harness *h, unsigned char *b, size_t size)
{
    memmove(b + harness_draw(h, size / 512) * 512, b + harness_draw(h, size / 512) * 512, 512);
    return size;
}

static size_t (*const damages[])(struct harness *h, unsigned char *b, size_t size) = {flip,  change_one, change_eight,
                                                                    cut, zero,       misplace};
enum { N_DAMAGES = sizeof damages / sizeof *damages };

/* Reports of a store: all that it says, by words. */
static const char *const reports[][4] = {
    {"table", "small", "--format=jsonl"}, {"digest", "small"}, {"export", "small"}};
enum { N_REPORTS = sizeof reports / sizeof *reports };

int main(int argc, char **argv)
{
    struct harness h;
    struct harness_outcome o, right[N_REPORTS];
    char path[200], other[210], name[40];
    unsigned char *whole, *damaged;
    size_t size, n;
    long n_copies = harness_count("DAMAGES", 2000), n_refused = 0, n_same = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2) {
        fprintf(stderr, "usage: stores PROGRAM\n");
        return 2;
    }
    harness_start(&h, "damaged-stores", argv[1]);
    harness_folder(&h, "store", harness_medium);
    harness_run(&h, sweep, NULL, &o);
    for (int r = 0; r < N_REPORTS; r++) {
        harness_run(&h, reports[r], NULL, &right[r]);
        if (right[r].status != 0 || !right[r].out[0])
            harness_violation(&h, "no %s of a sound store: %s", reports[r][0], right[r].err);
    }
    snprintf(path, sizeof path, "%s/results/small.db", h.folder);
    whole = harness_get(path, &size);
    damaged = malloc(size);
    for (long i = 0; i < n_copies && h.n_violations < 10; i++) {
        int r = (int)(i / N_DAMAGES % N_REPORTS);

        if (!h.folder[0]) { /* a violation keeps it: make it anew */
            snprintf(name, sizeof name, "again-%ld", i);
            harness_folder(&h, name, harness_medium);
            harness_run(&h, (const char *[]){"sweep", "small", "seeds=1", "--quiet", NULL}, NULL, &o);
            snprintf(path, sizeof path, "%s/results/small.db", h.folder);
        }
        memcpy(damaged, whole, size);
        n = damages[i % N_DAMAGES](&h, damaged, size);
        snprintf(other, sizeof other, "%s-wal", path);
        unlink(other);
        harness_put(path, damaged, n);
        harness_run(&h, reports[r], NULL, &o);
        if (o.is_hanging || !WIFEXITED(o.status))
            harness_violation(&h, "copy %ld: %s %s", i, reports[r][0], o.is_hanging ? "hangs" : "was ended by a signal");
        else if (o.status == 0 && strcmp(o.out, right[r].out) != 0)
            harness_violation(&h, "copy %ld: %s is wrong", i, reports[r][0]);
        else if (o.status != 0 && !strchr(o.err, '\n'))
            harness_violation(&h, "copy %ld: %s fails without a word", i, reports[r][0]);
        else
            o.status ? n_refused++ : n_same++;
    }
    free(whole);
    free(damaged);
    return harness_end(&h, "seed %ld, %ld copies of %zu bytes, %ld refused, %ld right",
                       h.seed, n_copies, size, n_refused, n_same);
}
