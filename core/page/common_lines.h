/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * common_lines: texts of settings side by side: what all share, what one has for itself. The
 * lines of each text are sorted, as settings_write leaves them.
 */
#ifndef PAGE_COMMON_LINES_H
#define PAGE_COMMON_LINES_H

#include "base/arena.h"

/* Lines that are in all n texts; those of `text` that are not in `common`. In `arena`. */
const char *common_lines_common(const char *const *texts, int n, struct arena *arena);
const char *common_lines_own(const char *text, const char *common, struct arena *arena);

#endif
