/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/vocabulary.h"

#include "text/unicode.h"

#include <string.h>

enum { INNER_SIZE = sizeof VOCABULARY_INNER - 1 };

struct vocabulary_piece {
    const char *text; /* not ended */
    size_t size;
};

struct vocabulary_slot {
    uint32_t tag; /* of the hash; tells most of what is not wanted */
    int32_t place; /* number + 1; 0: it is free */
};

static uint64_t hash_bytes(const char *s, size_t size)
{
    uint64_t hash = VOCABULARY_HASH;

    for (size_t i = 0; i < size; i++)
        hash = vocabulary_hash(hash, s[i]);
    return hash;
}

static uint32_t make_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

int vocabulary_find(const struct vocabulary *v, uint64_t hash, bool is_inner, const char *s, size_t size)
{
    size_t skipped = is_inner ? INNER_SIZE : 0;

    for (uint64_t at = hash & v->mask; v->slots[at].place; at = (at + 1) & v->mask) {
        const struct vocabulary_piece *p = &v->pieces[v->slots[at].place - 1];

        if (v->slots[at].tag == make_tag(hash) && p->size == size + skipped &&
            memcmp(p->text, VOCABULARY_INNER, skipped) == 0 && memcmp(p->text + skipped, s, size) == 0)
            return v->slots[at].place - 1;
    }
    return -1;
}

int vocabulary_find_string(const struct vocabulary *v, const char *s)
{
    return vocabulary_find(v, hash_bytes(s, strlen(s)), false, s, strlen(s));
}

/* The lines, without their ends. */
static const struct vocabulary_piece *split_lines(const char *bytes, size_t size, struct arena *arena,
                                                  int *ret_n)
{
    struct vocabulary_piece *pieces;
    const char *end = bytes + size;
    size_t n_lines = 1;
    int n = 0;

    for (size_t i = 0; i < size; i++)
        n_lines += bytes[i] == '\n';
    pieces = arena_alloc(arena, n_lines * sizeof *pieces);
    for (const char *at = bytes, *next; at < end; at = next) {
        const char *feed = memchr(at, '\n', (size_t)(end - at)), *stop = feed ? feed : end;

        next = feed ? feed + 1 : end;
        stop -= stop > at && stop[-1] == '\r';
        pieces[n++] = (struct vocabulary_piece){at, (size_t)(stop - at)};
    }
    *ret_n = n;
    return pieces;
}

int vocabulary_read(const char *name, const char *bytes, size_t size, struct arena *arena,
                    struct vocabulary *ret_vocabulary, struct error *err)
{
    struct vocabulary v = {.name = name};
    struct vocabulary_slot *slots;
    size_t n_slots = 16;

    if (size > VOCABULARY_MAX_SIZE)
        return error_set(err, "\"%s\" has %zu bytes; a vocabulary has %d at most", name, size,
                         VOCABULARY_MAX_SIZE);
    v.pieces = split_lines(bytes, size, arena, &v.n);
    while (n_slots < 2 * (size_t)v.n)
        n_slots *= 2;
    v.slots = slots = arena_alloc(arena, n_slots * sizeof *slots);
    v.mask = n_slots - 1;
    for (int i = 0; i < v.n; i++) {
        const struct vocabulary_piece *p = &v.pieces[i];
        uint64_t hash = hash_bytes(p->text, p->size), at = hash & v.mask;
        size_t bad = unicode_find_bad(p->text, p->size);
        int other;

        if (p->size == 0)
            continue;
        if (bad < p->size)
            return error_set(err, "%s:%d: byte %zu, 0x%02x, is not UTF-8", name, i + 1, bad + 1,
                             (unsigned char)p->text[bad]);
        other = vocabulary_find(&v, hash, false, p->text, p->size);
        if (other >= 0)
            return error_set(err, "%s:%d: \"%.*s\" is in line %d already", name, i + 1,
                             p->size < 60 ? (int)p->size : 60, p->text, other + 1);
        while (slots[at].place)
            at = (at + 1) & v.mask;
        slots[at] = (struct vocabulary_slot){make_tag(hash), i + 1};
        v.longest = p->size > v.longest ? p->size : v.longest;
    }
    *ret_vocabulary = v;
    return 0;
}
