/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * caveats: what of a plan's methods is our choice, as their components say. */
#ifndef LAB_CAVEATS_H
#define LAB_CAVEATS_H

#include "lab/store.h"

/* From the spec of each method's first run, in `arena`, "" where there is nothing to say; of two
 * methods, or, where a is NULL, of all. */
int caveats_read(struct store *store, const struct store_plan *plan, const char *a, const char *b,
                 struct arena *arena, const char **ret_caveats, struct error *err);

#endif
