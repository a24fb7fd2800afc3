/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * value: one setting's value: a number, a truth value, a text, a list of those,
 * or a law by which one is drawn.
 *
 * The text form is canonical (one value, one spelling) and reads back exactly:
 *
 *     0.1    100    true    "cifar10"    [256,256]    log_uniform(0.001,0.1)
 *
 * On the command line a text needs no quotes: cifar10.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>

enum value_kind { VALUE_NUMBER, VALUE_BOOL, VALUE_STRING, VALUE_LIST, VALUE_LAW };

/* How a value is drawn (plan/search.h): the items are the choices, or the two ends. */
enum value_law { LAW_ONE_OF, LAW_UNIFORM, LAW_LOG_UNIFORM };
extern const char *const value_laws[]; /* their names, NULL-ended */

struct value {
    enum value_kind kind;
    bool truth;
    double number;
    const char *string; /* in the caller's arena */
    int n_items;
    const struct value *items; /* in the caller's arena; never lists themselves */
    enum value_law law;
};

struct value value_number(double number);
struct value value_bool(bool truth);
struct value value_string(const char *string); /* borrows */

bool value_equal(const struct value *a, const struct value *b);

/* Are the n values all different? -1 names the one that is there twice. */
int value_check_distinct(const struct value *values, int n, struct error *err);

/* x to so many digits: as a person would have typed it, free of the last bits of
 * arithmetic. */
struct value value_tidy(double x, int digits);

/* Adds the canonical text. */
void value_write(struct text *t, const struct value *v);
const char *value_text(struct arena *arena, const struct value *v);

/* Reads all of `s`. Memory of the value comes from `arena`. */
int value_parse(const char *s, struct arena *arena, struct value *ret_value, struct error *err);

#endif
