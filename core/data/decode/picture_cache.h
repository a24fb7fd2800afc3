/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * picture_cache: decoded pictures of one size in one file under cache/, mapped and shared by
 * all workers.
 *
 * 1. The file's name is the SHA-256 of the paths and contents of all pictures and of the
 *    decoding settings: anything else is another file, and none is ever changed.
 * 2. It is built under a lock in NAME.part and renamed when it is whole and on the disk. A picture
 *    that changes meanwhile is an error.
 * 3. It is sealed (data/decode/cache_file.h): one that was damaged is made anew, and the listener told.
 * 4. What the contents hash to is remembered under a hash of sizes, inodes and times (of
 *    change too, which no program can set back), so that an unchanged folder is not read.
 *
 * cache/ may be removed at any time that no sweep runs.
 */
#ifndef DATA_DECODE_PICTURE_CACHE_H
#define DATA_DECODE_PICTURE_CACHE_H

#include "base/listener.h"
#include "data/decode/picture.h"
#include "data/format/folders.h"
#include "os/file.h"
#include "os/file_state.h"

struct picture_cache {
    struct file_map map;         /* the holder's */
    struct file_state state;     /* of the file, before it was read; its path in the arena */
    const unsigned char *pixels; /* [n_kept][3][side][side], in `map` */
    const unsigned char *kept;   /* [n_files] 1, or 0 where it was left out; likewise */
    int n_kept, n_turned; /* of those kept: whose EXIF says that the camera was not held upright */
    const char *left_out; /* a line for each file left out, and why; ""; in the arena */
};

/* Decodes with all cores where there is no such file yet. Files that are damaged, too large or
 * no pictures are an error that names them, unless skips_bad. listener: NULL, or is told
 * the expected size and time, and progress. */
int picture_cache_open(const struct folders *folders, const struct picture_form *form,
                       bool skips_bad, const struct listener *listener, struct arena *arena,
                       struct picture_cache *ret_cache, struct error *err);

/* The reading alone: is the file at `path` the cache of as many pictures? As cache_file_open: 1; or 0 where
 * it has to be made, and err->text says why; or -1. */
int picture_cache_read(const struct folders *folders, int side, const char *path, struct arena *arena,
                       struct picture_cache *ret_cache, struct error *err);

#endif
