/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * changed_data: data sets of a plan that were other data when the store last had a plan with them.
 * The plan's runs are new ones then, as their specs have the digest, and no table mixes the two;
 * but who did not mean to change the data must hear of it.
 */
#ifndef STORE_CHANGED_DATA_H
#define STORE_CHANGED_DATA_H

#include "store/store.h"

/* Adds a line for each data set of the plan whose digest is not that of the latest plan in the store
 * which has runs of a data set of that name with the same settings. To be asked before
 * store_put_plan. */
int changed_data_find(struct store *store, const struct plan *plan, struct text *ret_lines,
                      struct error *err);

#endif
