/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decoders: the pictures of a folder, by confined processes (os/servant.h), one for each core.
 *
 * This process reads the files and takes the pixels; what lies between, libjpeg, libpng and libwebp in the
 * hands of a stranger's bytes, can do no more than give wrong pixels, for which a stranger needs no break-in.
 * A decoder that ends itself makes its one picture a damaged one.
 */
#ifndef DATA_DECODE_DECODERS_H
#define DATA_DECODE_DECODERS_H

#include "base/listener.h"
#include "data/decode/picture.h"
#include "data/format/folders.h"

#include <sys/types.h>

enum { DECODERS_MAX_FILE = 1 << 30 };

/* No bytes are read of what is no picture by its name, or larger than DECODERS_MAX_FILE. */
bool decoders_may_read(const struct folder_file *file);

/* What became of a file. */
struct decoded {
    const char *reason; /* why it could not be decoded; or NULL */
    int orientation;    /* picture_orientation; 0 where it could not */
};

/* All files, as [n_files][3][side][side] bytes from `start` on in the file `fd` (to write is cheaper than
 * to map, which takes a page fault for each 4096 bytes); ret_decoded[n_files], with texts in `arena`.
 * -1: not for what is in a file. listener: NULL, or is told the time expected, and progress. */
int decoders_run(const struct folders *f, const struct picture_form *form,
                 const struct listener *listener, int fd, off_t start, struct decoded *ret_decoded,
                 struct arena *arena, struct error *err);

#endif
