/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page_runs: the part of a page with every run: its settings, environment and curve.
 */
#ifndef PAGE_PAGE_RUNS_H
#define PAGE_PAGE_RUNS_H

#include "analysis/select.h"

int page_runs_write(struct store *store, const struct selections *s,
                    const struct store_provenance *p, struct text *t, struct error *err);

#endif
