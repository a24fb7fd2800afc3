/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * description: an experiment as text, on its way out of the confined child.
 *
 *     title "Long-tailed shapes"
 *     question "Does it help?"
 *     seeds 6
 *     axis data
 *     value "shapes"
 *     axis train.lr
 *     value 0.02
 *     value 0.05
 *     method rgd
 *     axis objective
 *     ...
 *     baseline "erm"
 *
 * Reading trusts nothing: every name and value passes the checks that a word of the
 * command line passes.
 */
#ifndef SCRIPT_DESCRIPTION_H
#define SCRIPT_DESCRIPTION_H

#include "plan/experiment.h"

void description_write(struct text *t, const struct experiment *e);

/* Fills *e, whose arena and data are set, and which has nothing else. */
int description_read(const char *text, struct experiment *e, struct error *err);

#endif
