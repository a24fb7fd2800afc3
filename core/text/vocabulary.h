/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * vocabulary: the pieces that a model knows, a line each, as vocab.txt of a BERT has them: a piece's number
 * is its line's, from 0. Pieces that go on inside a word begin with "##".
 *
 * Refused, with file and line: the same piece twice, and what is not UTF-8. An empty line has a number, and
 * no piece.
 *
 * Look-ups take a hash that the caller makes byte by byte, so that all beginnings of a word cost one pass:
 *
 *     uint64_t hash = VOCABULARY_HASH;
 *     for (size_t i = 0; i < size; i++)
 *         hash = vocabulary_hash(hash, s[i]);
 *     id = vocabulary_find(v, hash, false, s, size);
 */
#ifndef TEXT_VOCABULARY_H
#define TEXT_VOCABULARY_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { VOCABULARY_MAX_SIZE = 64 << 20 }; /* bytes of its file */

#define VOCABULARY_INNER "##"
#define VOCABULARY_HASH UINT64_C(0xcbf29ce484222325) /* FNV-1a */

struct vocabulary {
    const char *name; /* of its file, for errors */
    int n;
    size_t longest; /* bytes of a piece, at most */

    /* The rest is its own. */
    const struct vocabulary_piece *pieces; /* [n] */
    const struct vocabulary_slot *slots;   /* [mask + 1], open addressing */
    uint64_t mask;
};

/* Borrows `name` and `bytes` for as long as it is used; the rest is in `arena`. */
int vocabulary_read(const char *name, const char *bytes, size_t size, struct arena *arena,
                    struct vocabulary *ret_vocabulary, struct error *err);

static inline uint64_t vocabulary_hash(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

/* The number of the piece, or -1. is_inner: of VOCABULARY_INNER and these bytes, and so is the hash. */
int vocabulary_find(const struct vocabulary *v, uint64_t hash, bool is_inner, const char *s, size_t size);

/* The number of the piece that is this string, or -1. */
int vocabulary_find_string(const struct vocabulary *v, const char *s);

#endif
