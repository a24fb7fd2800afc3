/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * archive: takes named files out of a tar or zip, and bytes out of a gzip file. A
 * confined process reads (data/source/archive_reader.h), this one writes.
 *
 * Only regular files that were asked for by their exact path are written, under
 * temporary names until all of them are there and sound; links, devices and everything
 * else are passed over, so that nothing can lead out of the folder.
 */
#ifndef DATA_SOURCE_ARCHIVE_H
#define DATA_SOURCE_ARCHIVE_H

#include "base/arena.h"
#include "base/error.h"

/* Puts the members `wanted` (NULL-ended paths, relative, without "..") below
 * `directory`. Fails where one is missing, is no regular file, or is damaged; a packed tar is
 * checked as a whole before anything is written. What fails leaves nothing. */
int archive_unpack(const char *path, const char *directory, const char *const *wanted,
                   struct error *err);

/* What the gzip file holds, at most max_size bytes of it, in `arena`. It is checked to its end: the
 * sum and the size of each member, and that nothing stands behind the last. */
int archive_read_gzip(const char *path, size_t max_size, struct arena *arena,
                      unsigned char **ret_bytes, size_t *ret_size, struct error *err);

#endif
