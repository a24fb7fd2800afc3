/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arena: memory whose lifetime is chosen once, when the arena is.
 *
 * Everything taken from an arena lives until the arena is released; nothing is
 * freed alone. Blocks are zeroed and aligned to 64 bytes (a cache line and a
 * vector). Out of memory, or over its limit, it ends the process with one line: what
 * was finished is in the store, and the run starts again.
 *
 *     struct arena arena = {0};
 *     float *w = arena_alloc(&arena, n * sizeof *w);
 *     arena_release(&arena);
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    size_t taken, limit;        /* bytes of its chunks; how many they may be, 0: no bound */
};

void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *s);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for an item behind the n that `items` holds (none: NULL): gives `items`, or,
 * where n is 0 or a power of two from 8 on, a copy with room for twice as many. So
 * a list that grows by one at a time needs no capacity beside its length:
 *
 *     list = arena_grow(&arena, list, n, sizeof *list);
 *     list[n++] = item;
 */
void *arena_grow(struct arena *arena, void *items, int n, size_t item_size);

/* Frees everything; the arena is then empty and usable. */
void arena_release(struct arena *arena);

/* The same, and keeps the memory (up to 16 MiB) for what comes: for a loop that needs about as much
 * for each of many small things. Of an arena without a limit, since what is kept is rounded up. */
void arena_clear(struct arena *arena);

#endif
