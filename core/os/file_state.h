/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_state: is a file still what it was when it was read? Told by device, inode, size and times,
 * of change too, which no program can set back.
 *
 *     file_state_read(path, &state, &err);
 *     ... read or map the file ...
 *     file_state_check(&state, &err);
 *
 * Of a file that stays mapped the bytes are what counts: with file_state_take_sum they are summed, and the file
 * may be touched, linked, moved, removed or replaced by another. What writes other bytes into it fails, and
 * what makes it longer or shorter; not what was set back before it is looked at. What is written through a
 * mapping of another process moves the times only now and then, and not at all on a file system in memory:
 * file_state_check_bytes finds that, too.
 */
#ifndef OS_FILE_STATE_H
#define OS_FILE_STATE_H

#include "base/checksum.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct file_state {
    const char *path; /* borrowed */
    uint64_t device, inode;
    int64_t size, modified, changed; /* times in nanoseconds */
    const void *bytes; /* [n_bytes] its first ones, mapped, borrowed; NULL: nothing is known of them */
    size_t n_bytes;
    char sum[HASH_HEX_SIZE]; /* base/checksum.h */
};

/* Where the file was changed within this tick of the clock, waits for the next one: another change
 * could not be told from it. */
int file_state_read(const char *path, struct file_state *ret_state, struct error *err);

/* Of the file, mapped right behind file_state_read: a second for 3 GB. */
void file_state_take_sum(struct file_state *state, const void *bytes, size_t size);

/* Fails as "data changed while it was used: FILE" where it is not, with EXIT_STORAGE. */
int file_state_check(const struct file_state *state, struct error *err);

/* The same, and sums the bytes again, where they are known. */
int file_state_check_bytes(const struct file_state *state, struct error *err);

#endif
