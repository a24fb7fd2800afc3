/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * confine: a piece of work in a child process that can compute, write one answer,
 * and nothing else. The door to libseccomp.
 *
 * The child is a copy of this process (fork) that keeps one file, the pipe for its
 * answer, and gives up, for good:
 *   1. system calls: all but memory for itself, that pipe, and its end;
 *   2. new files, file growth, processes, core dumps (resource limits of 0);
 *   3. more than CONFINE_CPU_SECONDS of computing, CONFINE_SECONDS of time and
 *      CONFINE_MEMORY bytes beyond what it began with.
 *
 * Whatever it does, the caller gets an answer or one line that names the work. The
 * answer is text of the child's making: the caller checks it as it would a file.
 *
 *     struct confine_task task = {"experiments/x.lua", describe, &context};
 *     if (confine_run(&task, &arena, &answer, err) < 0) ...
 */
#ifndef OS_CONFINE_H
#define OS_CONFINE_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
#ifdef __SANITIZE_ADDRESS__ /* which makes work up to fifteen times as long */
    CONFINE_CPU_SECONDS = 3,
#else
    CONFINE_CPU_SECONDS = 1,
#endif
    CONFINE_SECONDS = 4,
    CONFINE_MEMORY = 160 << 20,
    CONFINE_MAX_ANSWER = 4 << 20,
};

struct confine_task {
    const char *name; /* for messages: whose work it is */
    /* Adds its answer to `answer`, or gives -1 with an error, which becomes the
     * caller's. Memory it takes is gone with the child. */
    int (*work)(void *context, struct text *answer, struct error *err);
    void *context;
};

/* *ret_answer lives in `arena`, and has no zero byte but its last. */
int confine_run(const struct confine_task *task, struct arena *arena, char **ret_answer,
                struct error *err);

/* ---- for os/servant.c: a child with other bounds ---- */

struct confine_bounds {
    int fd;          /* the only one it keeps */
    bool may_read;   /* from it, too */
    pid_t parent;    /* with whom it ends */
    unsigned cpu_seconds; /* 0: as many as it likes */
    size_t memory;   /* bytes beyond what it has */
};

/* What the child does first. -1: it is not confined, and must not go on. */
int confine_enter(const struct confine_bounds *bounds);

#endif
