/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * levels: the different texts of a column, each with a code, in the order in which they come; and then in
 * an order that does not depend on the rows'.
 *
 *     struct levels levels = {.arena = &arena};
 *     code = levels_add(&levels, text, size, place);     each row
 *     order = levels_sort(&levels, by_value);            old code -> new code
 */
#ifndef DATA_TABLE_LEVELS_H
#define DATA_TABLE_LEVELS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a level came first. */
struct level_place {
    const char *file;
    int line;
    int part; /* of the table: train, validation, test */
};

struct level {
    const char *text;
    size_t size;
    struct level_place place;
    uint32_t hash;
};

struct levels {
    struct arena *arena; /* the texts' and the lists' */
    struct level *items;
    int n;
    int32_t *slots; /* [n_slots], open addressing: code + 1, 0: free */
    uint32_t n_slots;
    char *room; /* for the next texts */
    size_t room_size;
};

/* The code of a text, which is copied where it is new. */
int levels_add(struct levels *l, const char *text, size_t size, struct level_place place);

/* The code of a text, or -1. */
int levels_find(const struct levels *l, const char *text, size_t size);

/* Brings the levels into the order of their bytes, or, `by_value`, where all are numbers, of those. Gives
 * the new code of each old one, in the levels' arena. Nothing can be added or found any more. */
const int32_t *levels_sort(struct levels *l, bool by_value);

/* Two levels that differ in blanks or in the case of letters alone, or are one number ("1", "1.0", "01"), most likely
 * one: as many as there are in all, and the codes of the first two. */
int levels_alike(const struct levels *l, int *ret_one, int *ret_other);

/* Is it a number, and short enough that no other one is equal? */
bool levels_is_number(const struct level *level);

#endif
