/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cache_file: files under cache/, which can be made anew at any time. What is read there is data,
 * so each ends in a seal: a line with the checksum of all bytes before it and of the file's name.
 * A file that was damaged, cut off, added to, renamed, or never sealed is not used.
 *
 *     got = cache_file_open(path, &map, &size, &err);
 *     if (got == 0)
 *         make it anew;
 */
#ifndef DATA_DECODE_CACHE_FILE_H
#define DATA_DECODE_CACHE_FILE_H

#include "base/hash.h"
#include "base/listener.h"
#include "os/file.h"
#include "os/file_state.h"

extern const char CACHE_FOLDER[]; /* "cache", in the folder that we stand in */

/* Maps the file and reads all of it; the first *ret_size bytes are what was sealed, with the checksum ret_sum
 * (base/checksum.h). 1; or 0 where it has to be made, and err->text says why ("" where there is none); or -1
 * where it cannot be told. */
int cache_file_open(const char *path, struct file_map *ret_map, size_t *ret_size,
                    char ret_sum[HASH_HEX_SIZE], struct error *err);

/* The same, with the state that tells later whether it has changed (os/file_state.h): its bytes are those that were sealed,
 * state->n_bytes of them. */
int cache_file_open_watched(const char *path, struct file_map *ret_map, struct file_state *ret_state, struct error *err);

/* Tells a listener, if there is one, why a file is made anew, if that has a reason. */
void cache_file_tell_damage(const struct listener *listener, const struct error *why);

/* The error of a file that was made and cannot be opened at once. Gives -1. */
int cache_file_fail_made(const char *path, struct error *err);

/* Seals the file behind fd, which will be renamed to `path`, and syncs it. */
int cache_file_seal(int fd, const char *path, struct error *err);

/* Writes and seals a small one, in one step for readers; and its folder. */
int cache_file_write(const char *path, const void *bytes, size_t size, struct error *err);

#endif
