/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * detectable: what an experiment can find, said before any time is spent on it.
 */
#ifndef PLAN_DETECTABLE_H
#define PLAN_DETECTABLE_H

#include "plan/plan.h"

/* Lines of text: runs; the smallest p-value and the difference found with 80% power at
 * 5%, for one comparison and corrected for all; tuning budgets where they differ;
 * learning rates of which any is at an edge. */
void detectable_describe(const struct plan *plan, struct text *t);

#endif
