/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file: whole files, in and out, with errors that name the file.
 */
#ifndef OS_FILE_H
#define OS_FILE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A file's bytes, mapped read-only and shared between processes. */
struct file_map {
    const unsigned char *bytes; /* never NULL, though the file be empty */
    size_t size;
};

int file_map_open(const char *path, struct file_map *ret_map, struct error *err);
void file_map_close(struct file_map *map);

/* The text of a file of at most `max_size` bytes, with a zero byte behind it. */
int file_read(const char *path, size_t max_size, struct arena *arena, char **ret_text,
              size_t *ret_size, struct error *err);

/* The bytes of a file of at most `room`, to `to`. */
int file_read_into(const char *path, void *to, size_t room, size_t *ret_size, struct error *err);

enum { FILE_PATH_SIZE = 4096, FILE_FOLDER_SIZE = 4096 };

/* Makes a file beside `path`, from the open folder (or AT_FDCWD) on, for what shall be there: it is
 * PATH.RANDOM.PID.tmp, so that nobody can have put a file or a link in its place, and neither is
 * opened. Gives a descriptor for reading and writing, or -1 with errno. */
int file_open_temporary(int folder, const char *path, char ret_path[FILE_PATH_SIZE]);

/* Makes what was renamed or made in a folder last: it holds the names. -1 with errno. */
int file_sync_folder(const char *folder);

/* "could not WHAT "PATH": ", and errno's text. A disk that is full or broken is no fault of what we were given: then the
 * status is EXIT_STORAGE. Gives -1. */
int file_fail(struct error *err, const char *what, const char *path);

/* Replaces the file in one step, and returns when it is on the disk: whoever reads
 * it, also after a crash, sees the old bytes or the new. Until then they are in a
 * temporary file beside it. */
int file_write(const char *path, const void *bytes, size_t size, struct error *err);

/* The same for several blocks, written one behind the other. */
struct file_part {
    const void *bytes;
    size_t size;
};

int file_write_parts(const char *path, const struct file_part *parts, int n, struct error *err);

/* For what others write, a library or a program: makes PATH.RANDOM.PID.tmp, empty and ours alone, and later gives
 * it the name `path` in one step, which fails where there is such a file by then. The name is in
 * `arena`. */
int file_begin(const char *path, struct arena *arena, const char **ret_temporary, struct error *err);
int file_publish(const char *temporary, const char *path, struct error *err);

/* The same, over the file of that name. */
int file_replace(const char *temporary, const char *path, struct error *err);

/* Can a folder take some more? Else an error as file_write's: what another program failed to write, and
 * does not say why. */
int file_check_room(const char *folder, struct error *err);

/* Removes the files PATH.RANDOM.PID.tmp (and ...tmp-wal, ...tmp.svg) in a folder that processes which are
 * gone left half written, a minute ago or longer. */
void file_remove_leftovers(const char *folder);

/* The folder that `path` is in. */
void file_folder(const char *path, char ret_folder[FILE_FOLDER_SIZE]);

/* Waits until nobody else holds the folder of `path`, and holds it until file_unlock of what
 * it gives: -1 where the folder cannot be opened. */
int file_lock_folder(const char *path);
void file_unlock(int lock);

/* Does a path that is put behind a folder's name lead to what is below that folder? It is relative and has
 * no "..". (A link in there leads where whoever made it wants.) */
bool file_stays_below(const char *path);

bool file_exists(const char *path);
bool file_is_directory(const char *path);

/* Makes the directory and those above it. */
int file_make_directory(const char *path, struct error *err);

/* The names in a directory that end in `suffix`, sorted, without the suffix; NULL-ended, in `arena`. A missing
 * directory has none; NULL: it cannot be read. file_names: what text_is_name takes; file_foreign_names: what it
 * does not, but for "." and ".."; file_list: anything that does not begin with a dot. */
const char *const *file_names(const char *directory, const char *suffix, struct arena *arena,
                              struct error *err);
const char *const *file_foreign_names(const char *directory, const char *suffix,
                                      struct arena *arena, struct error *err);
const char *const *file_list(const char *directory, const char *suffix, struct arena *arena,
                             struct error *err);

#endif
