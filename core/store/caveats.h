/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * caveats: what a reader of a plan's results must know of its runs: what of their methods is
 * our choice, as their components say; what their settings do not mean (learn/config/warnings.h);
 * which methods are the same; and what others call them. */
#ifndef STORE_CAVEATS_H
#define STORE_CAVEATS_H

#include "store/store.h"

/* From the specs of the configurations' first runs, in `arena`; of two methods, or, where a is
 * NULL, of all. */
int caveats_read(struct store *store, const struct store_plan *plan, const char *a, const char *b,
                 struct arena *arena, struct store_caveats *ret_caveats, struct error *err);

#endif
