/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conditions: which of an experiment's conditions vary, and the place of their runs in a plan.
 *
 * A condition is what is never tuned over: what varies of the data, and the settings that the experiment
 * names where they vary for any of its methods.
 */
#ifndef PLAN_CONDITIONS_H
#define PLAN_CONDITIONS_H

#include "plan/plan.h"

enum variation { VARIATION_NONE, VARIATION_GRID, VARIATION_DRAWN };

bool conditions_varies(const struct axis *axis);

/* How the setting varies for any of the methods; NULL: any setting, DomainBed's draws too. */
enum variation conditions_variation(const struct experiment *e, const char *setting);

/* ret_varies [e->n_conditions]. A warning for each that does not; one that is drawn is an error. */
int conditions_find(const struct experiment *e, bool *ret_varies, struct text *warnings,
                    struct error *err);

/* Puts the n runs of one method in order by condition, in that of their first appearance. */
void conditions_arrange(struct plan_run *runs, int n);

#endif
