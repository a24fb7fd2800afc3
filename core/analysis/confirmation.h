/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * confirmation: a sweep's methods again, on seeds that nobody has looked at.
 *
 * Whoever makes an experiment looks at its seeds, and one configuration that was selected over them did
 * best partly because they were kind to it. Fresh seeds train the whole grid, and each selects by itself:
 * what they say is of the methods. Frozen, they train only what was selected over all of the sweep's
 * seeds, which is cheaper and free of flattery, but keeps the choice's luck: with equal methods a
 * frozen choice is "significant" in 9 to 32% of simulated sweeps (docs/STATISTICS.md).
 *
 * Such runs are a plan of their own, which confirms the sweep's: they are in no selection of its
 * (select.h), and tables show them apart.
 */
#ifndef ANALYSIS_CONFIRMATION_H
#define ANALYSIS_CONFIRMATION_H

#include "analysis/select.h"

/* For each method and condition all configurations, or where `is_frozen` the one with the best mean over
 * the sweep's seeds, on n seeds: those behind the sweep's last one, so that more of them later add to
 * those of before. All in `arena`.
 *
 * Refused: where it is frozen, runs of the sweep that are still to come, since they may change what is
 * selected; runs that were not trained here; configurations that are others for each seed (DomainBed's
 * draws). */
int confirmation_plan(struct store *store, const struct selections *s, bool is_frozen, int n,
                      struct arena *arena, struct plan *ret_plan, struct error *err);

#endif
