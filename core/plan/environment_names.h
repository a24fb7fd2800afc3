/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * environment_names: environments that an experiment calls by name. Specs and labels have their numbers alone. */
#ifndef PLAN_ENVIRONMENT_NAMES_H
#define PLAN_ENVIRONMENT_NAMES_H

#include "data/dataset.h"
#include "plan/grid.h"

/* Are environments called by name there? */
bool environment_names_are_in(const struct axis *axis);

/* The value with the numbers of d's environments in place of their names; in `arena`. */
int environment_names_number(const struct dataset *d, const struct value *v, struct arena *arena,
                             struct value *ret_value, struct error *err);

#endif
