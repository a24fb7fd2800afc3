/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include "base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ALIGNMENT = 64,
    CHUNK_SIZE = 64 << 10,
    HUGE_SIZE = 2 << 20, /* a huge page: fewer TLB misses in large weights and batches */
    MOST_KEPT = 16 << 20,
};

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

static size_t round_up(size_t size, size_t to)
{
    if (size > SIZE_MAX - to)
        memory_lacks(size);
    return (size + to - 1) / to * to;
}

static struct arena_chunk *add_chunk(struct arena *arena, size_t payload)
{
    size_t size = round_up(payload + sizeof(struct arena_chunk), ALIGNMENT);
    size_t alignment = ALIGNMENT;
    struct arena_chunk *chunk;

    if (size >= HUGE_SIZE / 2) { /* a batch of CIFAR's pictures is 1.5 MiB */
        alignment = HUGE_SIZE;
        size = round_up(size, HUGE_SIZE);
    }
    if (arena->limit && size > arena->limit - arena->taken)
        memory_lacks(payload);
    chunk = aligned_alloc(alignment, size);
    if (!chunk)
        memory_lacks(payload);
    if (alignment == HUGE_SIZE)
        madvise(chunk, size, MADV_HUGEPAGE); /* a wish; refusal is harmless */
    memset(chunk, 0, size);
    chunk->size = size - sizeof *chunk;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->taken += size;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = arena->chunks;
    void *p;

    size = round_up(size ? size : 1, ALIGNMENT);
    if (!chunk || chunk->size - chunk->used < size)
        chunk = add_chunk(arena, size > CHUNK_SIZE ? size : CHUNK_SIZE);
    p = chunk->bytes + chunk->used;
    chunk->used += size;
    return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(arena_alloc(arena, size), s, size);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    int n;
    char *s;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    s = arena_alloc(arena, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(s, (size_t)n + 1, format, args);
    va_end(args);
    return s;
}

void *arena_grow(struct arena *arena, void *items, int n, size_t item_size)
{
    enum { LEAST = 8 };
    size_t room = n ? 2 * (size_t)n : LEAST;
    void *larger;

    if (n && (n < LEAST || (n & (n - 1))))
        return items;
    if (item_size > SIZE_MAX / room)
        memory_lacks(SIZE_MAX);
    larger = arena_alloc(arena, room * item_size);
    return n ? memcpy(larger, items, (size_t)n * item_size) : larger;
}

void arena_release(struct arena *arena)
{
    struct arena_chunk *next;

    for (struct arena_chunk *chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    arena->chunks = NULL;
    arena->taken = 0;
}

void arena_clear(struct arena *arena)
{
    struct arena_chunk *chunk = arena->chunks;
    size_t taken = arena->taken;

    assert(!arena->limit);
    if (!chunk)
        return;
    if (!chunk->next && taken <= MOST_KEPT) {
        memset(chunk->bytes, 0, chunk->used);
        chunk->used = 0;
        return;
    }
    arena_release(arena);
    if (taken <= MOST_KEPT)
        add_chunk(arena, taken); /* one for what took several */
}
