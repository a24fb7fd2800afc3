/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_tree: a JSON text, read into a tree. The only door to jansson.
 *
 * Reading believes nothing: what is longer or deeper than the bounds, and a table that has a
 * name twice, is refused with one line that says where. Writing JSON is report/json.h.
 *
 *     if (json_tree_read(bytes, size, 0, &arena, &tree, err) == 0)
 *         lr = json_tree_find(json_tree_find(tree, "hparams"), "lr");
 */
#ifndef BASE_JSON_TREE_H
#define BASE_JSON_TREE_H

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

/* Everything in `arena`. */
int json_tree_read(const char *text, size_t size, int flags, struct arena *arena,
                   const struct json_tree **ret_tree, struct error *err);

/* The entry of a table, or NULL; NULL and what is no table have none. */
const struct json_tree *json_tree_find(const struct json_tree *table, const char *name);

#endif
