/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search: random search over settings. A setting may have a law in place of values:
 *
 *     lr = log_uniform(0.001, 0.1)    uniform(0, 1)    one_of { 1, 3, 9 }
 *
 * Draw k of a setting depends on k and the setting's name alone: so a new setting
 * moves no other, more draws begin with the same ones, and methods that draw the
 * same setting draw the same values of it.
 */
#ifndef LAB_SEARCH_H
#define LAB_SEARCH_H

#include "base/component.h"

/* Is `v` a value that `h` can take, or a law all of whose draws are? */
int search_check(const struct hparam *h, const struct value *v, struct error *err);

/* The value of draw k, to six digits; that of choices as they are. */
struct value search_draw(const struct value *law, const char *setting, int k);

/* Are the n values the first draws of one of uniform's or log_uniform's? Of two it is their digits
 * that tell. For stores, whose plans have no laws. */
bool search_looks_drawn(const char *setting, const double *values, int n);

#endif
