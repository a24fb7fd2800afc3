/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * archive_reader: what an archive or a gzip file holds, in pieces. The only door to libarchive.
 *
 * It is a servant's work (os/servant.h): it reads bytes in memory and opens no file. What a piece says
 * is a stranger's word; data/source/archive.c, which writes, checks it.
 */
#ifndef DATA_SOURCE_ARCHIVE_READER_H
#define DATA_SOURCE_ARCHIVE_READER_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { ARCHIVE_PIECE_SIZE = 2 << 20 }; /* a huge page: so much at once, and the kernel may keep it in one */

enum archive_piece_kind {
    ARCHIVE_MEMBER, /* wanted[member] begins */
    ARCHIVE_BYTES,  /* `size` bytes more of it */
    ARCHIVE_END,    /* nothing is left, and all is sound */
    ARCHIVE_BAD,    /* `reason` says why */
};

struct archive_head {
    uint32_t kind, member;
    uint64_t size, total; /* total: of a gzip file, from its first piece on */
    char reason[sizeof((struct error *)0)->text];
};

struct archive_piece {
    struct archive_head head;
    unsigned char bytes[ARCHIVE_PIECE_SIZE];
};

struct archive_reader {
    const unsigned char *bytes; /* of the file */
    size_t size;
    const char *const *wanted;  /* NULL-ended; NULL: it is a gzip file, of which all is */
    size_t max_size;            /* that a gzip file may hold */
    /* its own */
    bool is_begun;
    struct archive *archive;
    const char *member; /* at which it is; NULL: none */
    struct text content;
    size_t at;
};

/* So that libarchive needs no files: tables of characters are read now, and the time zone is none. */
void archive_reader_prepare(void);

/* Writes the next piece, a struct archive_piece, into `room`; `reader` is a struct archive_reader. */
void archive_reader_next(void *reader, void *room);

void archive_reader_release(struct archive_reader *r);

/* What a gzip file's bytes hold, at most max_size bytes, added to *t, which may be NULL. Checks its
 * members to their ends, and that nothing stands behind the last. */
int archive_inflate(const unsigned char *bytes, size_t size, size_t max_size, struct text *t,
                    struct error *err);

#endif
