/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * harness: what the campaigns of this folder share. A campaign starts the program many times in
 * folders of its own under /tmp, disturbs it, and checks after each time what must hold; at its
 * end it prints its counts, and its exit status is the verdict.
 *
 *     struct harness h;
 *     harness_start(&h, "kills", argv[1]);
 *     harness_folder(&h, "one", small);
 *     harness_run(&h, (const char *[]){"sweep", "small", NULL}, NULL, &outcome);
 *     ...
 *     harness_violation(&h, "seed 3: another digest");
 *     return harness_end(&h, "%d kills", n);
 *
 * A folder of a violation is kept, so that it can be looked at.
 */
#ifndef TESTS_FAULTS_HARNESS_H
#define TESTS_FAULTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct harness {
    const char *name;
    int program; /* open, so that a build meanwhile changes nothing */
    char root[64], folder[128];
    double started;
    long seed; /* of harness_draw: SEED, or 1 */
    uint64_t random;
    int n_violations;
};

/* An experiment of three runs that takes a fifth of a second, of which the disk has most. */
extern const char harness_small[];

/* One of eight runs of about two seconds in all. */
extern const char harness_medium[];

/* As small, of nets with batch norm, whose running statistics are among what a checkpoint keeps; about a second. */
extern const char harness_residual[];

void harness_start(struct harness *h, const char *name, const char *program);

/* A folder with the experiment "small" in it; the one that was current before is removed. */
void harness_folder(struct harness *h, const char *name, const char *script);

struct harness_outcome {
    int status;      /* waitpid's */
    bool is_hanging; /* did not end within the limit, and was killed with all it had started */
    char out[1 << 18], err[8192];
};

enum { HARNESS_SECONDS = 60 };

/* Starts rgdbench with these words in the current folder, in a group of processes of its own. */
pid_t harness_launch(struct harness *h, const char *const *words, const char *const *environment);

/* The same, and waits for its end. `environment`: "NAME=VALUE", NULL at the end, or NULL. */
void harness_run(struct harness *h, const char *const *words, const char *const *environment,
                 struct harness_outcome *ret_outcome);

/* The digest of the experiment's store, or "" with what was said instead in ret_outcome->err. */
void harness_digest(struct harness *h, struct harness_outcome *ret_outcome, char ret_digest[65]);

/* A text file of the current folder: its first bytes; "" where there is none. */
void harness_read(struct harness *h, const char *name, char *ret_text, size_t size);

void harness_violation(struct harness *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints one line; gives the exit status. */
int harness_end(struct harness *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From 0 to n - 1. */
size_t harness_draw(struct harness *h, size_t n);

/* A whole file; get's bytes are the caller's to free. Neither fails: the campaign ends. */
unsigned char *harness_get(const char *path, size_t *ret_size);
void harness_put(const char *path, const void *bytes, size_t size);

/* A number of the environment, such as KILLS=500. */
long harness_count(const char *name, long otherwise);

#endif
