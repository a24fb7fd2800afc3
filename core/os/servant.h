/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * servant: a confined child process that answers calls, for a stranger's bytes of which
 * there are many, or whose answer is long: a decoder.
 *
 * It has the walls of os/confine: from its first call on it can compute, and read and
 * write one socket, by which calls come and go without content. What is asked and answered
 * is in `room` bytes of memory that both processes see, and no third one: other memory that
 * this process shares with any is not in it. So the caller never trusts what stands there: it
 * copies a number before it checks it.
 *
 * A call ends with an answer or with an error, whatever the servant does: also where it
 * crashes, falls silent, or computes for more than SERVANT_CPU_SECONDS. Then it is gone;
 * servant_open makes another.
 *
 *     struct servant_task task = {"the decoder", decode, &context, .room = 1 << 20,
 *                                 .memory = 1 << 28};
 *     if (servant_open(&task, &s, err) < 0) ...
 *     memcpy(servant_room(s), bytes, n);
 *     if (servant_call(s, err) < 0) ...
 *     servant_close(s);
 */
#ifndef OS_SERVANT_H
#define OS_SERVANT_H

#include "base/error.h"

#include <stddef.h>

enum { SERVANT_CPU_SECONDS = 60, SERVANT_SILENT_SECONDS = 60 };

struct servant_task {
    const char *name; /* for messages: who it is */
    /* One call. What `context` points to is as it was at servant_open, and then the child's own. */
    void (*work)(void *context, void *room);
    void *context;
    void (*prepare)(void); /* NULL, or what libraries need files for, before the walls are up */
    size_t room, memory; /* bytes: that both see; that it may take for itself */
};

struct servant;

/* Costs a fork, some milliseconds. Any thread may; the others are not in the child. */
int servant_open(const struct servant_task *task, struct servant **ret_servant, struct error *err);

void *servant_room(struct servant *s);

/* One call of `work`. -1 with EXIT_BAD_INPUT: the servant ended by its own doing, and *err says
 * how; with EXIT_STORAGE: it was killed, or there was no memory. Either way it is only to be
 * closed. */
int servant_call(struct servant *s, struct error *err);

/* May be NULL. */
void servant_close(struct servant *s);

#endif
