/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * value: one setting's value: a number, a truth value, a text or a list of those.
 *
 * The text form is canonical (one value, one spelling) and reads back exactly:
 *
 *     0.1    100    true    "cifar10"    [256,256]
 *
 * On the command line a text needs no quotes: cifar10.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>

enum value_kind { VALUE_NUMBER, VALUE_BOOL, VALUE_STRING, VALUE_LIST };

struct value {
    enum value_kind kind;
    bool truth;
    double number;
    const char *string; /* in the caller's arena */
    int n_items;
    const struct value *items; /* in the caller's arena; never lists themselves */
};

struct value value_number(double number);
struct value value_bool(bool truth);
struct value value_string(const char *string); /* borrows */

bool value_equal(const struct value *a, const struct value *b);

/* Are the n values all different? -1 names the one that is there twice. */
int value_check_distinct(const struct value *values, int n, struct error *err);

/* Adds the canonical text. */
void value_write(struct text *t, const struct value *v);
const char *value_text(struct arena *arena, const struct value *v);

/* Reads all of `s`. Memory of the value comes from `arena`. */
int value_parse(const char *s, struct arena *arena, struct value *ret_value, struct error *err);

#endif
