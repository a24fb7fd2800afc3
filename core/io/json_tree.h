/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_tree: a JSON text, read into a tree. The only door to jansson.
 *
 * Reading believes nothing: what is longer or deeper than the bounds, and a table that has a
 * name twice, is refused with one line that says where. Writing JSON is table/sheet/json.h.
 *
 *     if (json_tree_read(bytes, size, 0, &arena, &tree, err) == 0)
 *         lr = json_tree_find(json_tree_find(tree, "hparams"), "lr");
 *
 * A table that is too long to be a tree is walked, a member at a time:
 *
 *     struct json_walk walk = {.at = bytes, .end = bytes + size};
 *
 *     while (json_walk_next(&walk, &member, err) > 0)
 *         json_tree_read(member.value, member.value_size, 0, &arena, &tree, err);
 */
#ifndef IO_JSON_TREE_H
#define IO_JSON_TREE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { JSON_TREE_MAX_DEPTH = 32, JSON_TREE_MAX_SIZE = 1 << 20 /* bytes of text */ };

enum json_tree_kind {
    JSON_TREE_NULL,
    JSON_TREE_TRUTH,
    JSON_TREE_INTEGER, /* written without point and exponent, and fits; has `number` too */
    JSON_TREE_NUMBER,
    JSON_TREE_TEXT,
    JSON_TREE_LIST,
    JSON_TREE_TABLE,
};

struct json_tree {
    enum json_tree_kind kind;
    const char *name; /* in its table; else NULL */
    bool truth;
    int64_t integer;
    double number;
    const char *text;               /* UTF-8 without a zero byte */
    const struct json_tree *items;  /* [n_items] of a list or table, in their order */
    int n_items;
};

/* Python writes NaN, Infinity and -Infinity, which are no JSON: with this flag these words,
 * in quotes or not, are numbers. */
enum { JSON_TREE_NOT_FINITE = 1 };

/* Everything in `arena`. A text alone, as "abc", may be longer than JSON_TREE_MAX_SIZE. */
int json_tree_read(const char *text, size_t size, int flags, struct arena *arena,
                   const struct json_tree **ret_tree, struct error *err);

/* The entry of a table, or NULL; NULL and what is no table have none. */
const struct json_tree *json_tree_find(const struct json_tree *table, const char *name);

struct json_walk {
    const char *at, *end;
    bool is_inside;
};

/* Where a member stands, its name in quotes; both are JSON where json_tree_read can read them. */
struct json_member {
    const char *name, *value;
    size_t name_size, value_size;
};

/* 1: *ret_member is the next one; 0: there is none, and nothing but blanks behind the table; -1.
 * Takes no memory, and time as the table is long. That no name is there twice is not seen. */
int json_walk_next(struct json_walk *walk, struct json_member *ret_member, struct error *err);

#endif
