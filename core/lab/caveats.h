/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * caveats: what of a plan's methods is our choice, as their components say. */
#ifndef LAB_CAVEATS_H
#define LAB_CAVEATS_H

#include "lab/store.h"

/* Sets plan->caveats from the spec of each method's first run. */
int caveats_read(struct store *store, struct store_plan *plan, struct arena *arena,
                 struct error *err);

#endif
