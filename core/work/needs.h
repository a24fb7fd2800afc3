/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * needs: the memory that the runs take which a store still has to do. A plan knows it of its own
 * (plan/plan.h); a store is gone on with on other machines, and long after.
 *
 * The data sets are opened, as the plan did, and each kind of run is tried up to its first step. What cannot be
 * opened needs nothing: who works on it says why.
 */
#ifndef WORK_NEEDS_H
#define WORK_NEEDS_H

#include "base/listener.h"
#include "store/store.h"

/* Of the run that needs most, among those of the store's plan that are planned or running. listener: NULL, or is
 * told how opening goes on. */
int needs_read(struct store *store, const char *data_root, const struct listener *listener,
               struct run_needs *ret_needs, struct error *err);

#endif
