/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conflicts: which choices cannot go together, and why. Slots are independent but for
 * these; to add one, add its function to the table in conflicts.c.
 *
 * A setting that does nothing is refused too: it would make another spec of the same run, and
 * count as one more configuration that was tried. tests/test_settings.c looks for such.
 */
#ifndef LEARN_CONFIG_CONFLICTS_H
#define LEARN_CONFIG_CONFLICTS_H

#include "base/settings.h"

/* `s` has all defaults and each setting is valid by itself (config.h). The message
 * says what is in the way and what would do. */
int conflicts_check(const struct settings *s, struct error *err);

/* Where a grid varies a setting, and has come to the value at which others do nothing, as
 * data.noise_kind without data.label_noise: takes those others out of `s`, as they are for the
 * grid's other values. */
void conflicts_forget(struct settings *s, const char *varied);

#endif
