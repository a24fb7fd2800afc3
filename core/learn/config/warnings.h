/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * warnings: settings within their ranges that hardly anybody means. A run takes them
 * (what none can take is refused by rules.h); who reads of the run must know. To add
 * one, add a row to the table in warnings.c; tests/test_warnings.c walks it.
 */
#ifndef LEARN_CONFIG_WARNINGS_H
#define LEARN_CONFIG_WARNINGS_H

#include "base/settings.h"

#include <stdbool.h>

struct warning_facts {
    const struct settings *spec; /* complete; a stranger's may have any values */
    long steps_per_epoch;        /* 0: not known, or there are no epochs */
    bool has_equal_classes;      /* false: not, or not known */
};

/* Adds those that hold to `t`, with "; " between, each once. */
void warnings_add(struct text *t, const struct warning_facts *facts);

/* All of them, NULL-ended, in the table's order. */
const char *const *warnings_list(struct arena *arena);

#endif
