/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_state: is a file still what it was when it was read? Told by device, inode, size and times,
 * of change too, which no program can set back; the bytes are not looked at.
 *
 *     file_state_read(path, &state, &err);
 *     ... read or map the file ...
 *     file_state_check(&state, &err);
 *
 * What is written through a mapping of another process moves the times only now and then, and not
 * at all on a file system in memory.
 */
#ifndef BASE_FILE_STATE_H
#define BASE_FILE_STATE_H

#include "base/error.h"

#include <stdint.h>

struct file_state {
    const char *path; /* borrowed */
    uint64_t device, inode;
    int64_t size, modified, changed; /* times in nanoseconds */
};

/* Where the file was changed within this tick of the clock, waits for the next one: another change
 * could not be told from it. */
int file_state_read(const char *path, struct file_state *ret_state, struct error *err);

/* Fails as "data changed while it was used: FILE" where it is not, with EXIT_STORAGE. */
int file_state_check(const struct file_state *state, struct error *err);

#endif
