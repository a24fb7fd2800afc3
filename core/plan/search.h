/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search: random search over settings. A setting may have a law in place of values:
 *
 *     lr = log_uniform(0.001, 0.1)    uniform(0, 1)    one_of { 1, 3, 9 }
 *
 * Draw k of a setting depends on k, the setting's name and the experiment's draws_seed alone: so a new
 * setting moves no other, more draws begin with the same ones, and methods that draw the
 * same setting draw the same values of it.
 *
 * The draws of a setting cover its range: of the first 2^m one lies in each of the 2^m equal parts of it
 * (of its logarithm, for log_uniform), at a random place there. Of several settings they are a Latin hypercube
 * (McKay, Beckman and Conover 1979) that grows: each doubling keeps what is there, as in Owen 1995.
 */
#ifndef PLAN_SEARCH_H
#define PLAN_SEARCH_H

#include "base/component.h"

/* Is `v` a value that `h` can take, or a law all of whose draws are? */
int search_check(const struct hparam *h, const struct value *v, struct error *err);

/* The value of draw k, to six digits; that of choices as they are. */
struct value search_draw(const struct value *law, const char *setting, int seed, int k);

/* Do the n values look as if uniform or log_uniform had given them: six digits, more than people type and
 * fewer than a script computes? For stores, whose plans have no laws. */
bool search_looks_drawn(const double *values, int n);

#endif
