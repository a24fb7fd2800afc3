/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rules: which choices cannot go together, and why. Slots are independent but for
 * these; to add a rule, add its function to the table in rules.c.
 */
#ifndef LEARN_RULES_H
#define LEARN_RULES_H

#include "base/settings.h"

/* `s` has all defaults and each setting is valid by itself (config.h). The message
 * says what is in the way and what would do. */
int rules_check(const struct settings *s, struct error *err);

#endif
