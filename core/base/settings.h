/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * settings: a map from dotted names to values, always in sorted order.
 *
 * Its text has one line per setting and is canonical: two equal maps have equal
 * texts, whatever order they were filled in.
 *
 *     objective = "rgd"
 *     objective.clip = 1
 *     train.lr = 0.05
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/value.h"

struct setting {
    const char *name;
    struct value value;
};

struct settings {
    struct arena *arena; /* owns names and values */
    struct setting *items;
    int n_items;
};

void settings_init(struct settings *s, struct arena *arena);

/* Copies name and value; replaces what was there. */
void settings_set(struct settings *s, const char *name, struct value value);
void settings_remove(struct settings *s, const char *name);
void settings_copy(struct settings *to, const struct settings *from);

/* NULL where there is none. */
const struct value *settings_find(const struct settings *s, const char *name);

/* For names that the caller knows are there with that kind; asserts it. */
double settings_number(const struct settings *s, const char *name);
const char *settings_string(const struct settings *s, const char *name);

void settings_write(struct text *t, const struct settings *s);

int settings_parse(struct settings *ret_settings, const char *text, struct error *err);

#endif
