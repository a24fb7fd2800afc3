/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spec: a stored spec read back.
 *
 * A spec is what somebody's store says: it is checked as a script is, so that what trains it meets
 * no setting that is missing, of another type or out of range, and nothing that this program does not
 * know is left out without a word.
 */
#ifndef PLAN_SPEC_H
#define PLAN_SPEC_H

#include "base/settings.h"

/* The settings of a stored spec, checked; ret_settings has been given its arena. */
int spec_read(const char *spec, struct settings *ret_settings, struct error *err);

/* The same for one that is not to be trained here and now. */
int spec_check(const char *spec, struct error *err);

#endif
