/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fresh: what was selected, to be trained again on seeds that the selection has not seen.
 *
 * A configuration is selected because it did best on some seeds, and partly because these seeds
 * were kind to it. Its mean on other seeds is free of that. Such runs are a plan of their own,
 * which confirms the sweep's: they are in no selection (select.h), and tables show them apart.
 */
#ifndef REPORT_FRESH_H
#define REPORT_FRESH_H

#include "report/select.h"

/* For each method and condition the selected configuration on n seeds: those behind the sweep's
 * last one, so that more of them later add to those of before. All in `arena`.
 *
 * Refused: runs of the sweep that are still to come, since they may change what is selected; runs
 * that were not trained here; configurations that are others for each seed (DomainBed's draws). */
int fresh_plan(struct store *store, const struct selections *s, int n, struct arena *arena,
               struct plan *ret_plan, struct error *err);

#endif
