/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/table/levels.h"

#include "base/fold.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *text, size_t size) /* FNV-1a */
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < size; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h ^ h >> 15;
}

/* The slot where the text is, or would be. */
static uint32_t find_slot(const struct levels *l, const char *text, size_t size, uint32_t hash)
{
    uint32_t at = hash & (l->n_slots - 1);

    for (; l->slots[at]; at = (at + 1) & (l->n_slots - 1)) {
        const struct level *level = &l->items[l->slots[at] - 1];

        if (level->hash == hash && level->size == size && memcmp(level->text, text, size) == 0)
            break;
    }
    return at;
}

static void grow_slots(struct levels *l)
{
    l->n_slots = l->n_slots ? 4 * l->n_slots : 64;
    l->slots = arena_alloc(l->arena, l->n_slots * sizeof *l->slots);
    for (int i = 0; i < l->n; i++)
        l->slots[find_slot(l, l->items[i].text, l->items[i].size, l->items[i].hash)] = i + 1;
}

/* Of short texts many fit into what an arena would take for each. */
static const char *keep(struct levels *l, const char *text, size_t size)
{
    enum { ROOM = 4096 };
    char *kept;

    if (size + 1 > l->room_size) {
        l->room_size = size + 1 > ROOM ? size + 1 : ROOM;
        l->room = arena_alloc(l->arena, l->room_size);
    }
    kept = memcpy(l->room, text, size);
    kept[size] = '\0';
    l->room += size + 1;
    l->room_size -= size + 1;
    return kept;
}

int levels_add(struct levels *l, const char *text, size_t size, struct level_place place)
{
    uint32_t hash = hash_of(text, size), at;

    if ((uint32_t)l->n >= l->n_slots / 2)
        grow_slots(l);
    at = find_slot(l, text, size, hash);
    if (l->slots[at])
        return l->slots[at] - 1;
    l->items = arena_grow(l->arena, l->items, l->n, sizeof *l->items);
    l->items[l->n] = (struct level){keep(l, text, size), size, place, hash};
    l->slots[at] = ++l->n;
    return l->n - 1;
}

int levels_find(const struct levels *l, const char *text, size_t size)
{
    return l->n_slots ? l->slots[find_slot(l, text, size, hash_of(text, size))] - 1 : -1;
}

/* What is sorted: a level, where it was, and what it is sorted by. */
struct entry {
    struct level level;
    int code;
    double value;
    const char *key;
};

static int by_value_then_text(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return x->value != y->value ? (x->value > y->value) - (x->value < y->value) : strcmp(x->key, y->key);
}

const int32_t *levels_sort(struct levels *l, bool by_value)
{
    struct entry *entries = memory_alloc(((size_t)l->n + 1) * sizeof *entries);
    int32_t *order = arena_alloc(l->arena, ((size_t)l->n + 1) * sizeof *order);

    for (int i = 0; i < l->n; i++) {
        entries[i] = (struct entry){.level = l->items[i], .code = i, .key = l->items[i].text};
        by_value = by_value && number_parse(entries[i].key, l->items[i].size, &entries[i].value) == 0;
    }
    for (int i = 0; i < l->n && !by_value; i++)
        entries[i].value = 0;
    qsort(entries, (size_t)l->n, sizeof *entries, by_value_then_text);
    for (int i = 0; i < l->n; i++) {
        l->items[i] = entries[i].level;
        order[entries[i].code] = i;
    }
    free(entries);
    l->slots = NULL;
    l->n_slots = 0;
    return order;
}

bool levels_is_number(const struct level *level)
{
    enum { DIGITS = 15 }; /* that a double tells apart */
    double x;

    return level->size <= DIGITS && number_parse(level->text, level->size, &x) == 0;
}

/* What levels that are most likely one have in common. */
static const char *key_of(const struct level *level, char *to)
{
    double x;

    if (!levels_is_number(level))
        return fold_name(level->text, to);
    number_parse(level->text, level->size, &x);
    snprintf(to, TEXT_NUMBER_SIZE, "%.15g", x == 0 ? 0 : x);
    return to;
}

static int by_key_then_code(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->key, y->key);

    return order ? order : (x->code > y->code) - (x->code < y->code);
}

int levels_alike(const struct levels *l, int *ret_one, int *ret_other)
{
    struct entry *entries = memory_alloc(((size_t)l->n + 1) * sizeof *entries);
    size_t size = 1;
    char *keys, *to;
    int n = 0;

    for (int i = 0; i < l->n; i++)
        size += l->items[i].size + 1 + TEXT_NUMBER_SIZE;
    to = keys = memory_alloc(size);
    for (int i = 0; i < l->n; i++, to += strlen(to) + 1)
        entries[i] = (struct entry){.code = i, .key = key_of(&l->items[i], to)};
    qsort(entries, (size_t)l->n, sizeof *entries, by_key_then_code);
    for (int i = 1; i < l->n; i++) {
        if (strcmp(entries[i].key, entries[i - 1].key) != 0)
            continue;
        if (n++ == 0) {
            *ret_one = entries[i - 1].code;
            *ret_other = entries[i].code;
        }
    }
    free(keys);
    free(entries);
    return n;
}
