/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * alias: names under which papers and people know what a type of ours is, with a setting or without.
 * A script and a word of the command line may say `ir_dro` for `kl_dro`; from there on the name is
 * ours, so that a spec, and with it a run, is the same under either. `list` and captions name them.
 *
 * To add one, add a row to the table in alias.c; tests/test_alias.c walks it.
 */
#ifndef LEARN_CONFIG_ALIAS_H
#define LEARN_CONFIG_ALIAS_H

#include "base/component.h"

struct alias {
    const struct component_kind *kind;
    const char *name;  /* as one writes it: "ir_dro" */
    const char *title; /* as its source does: "IR-DRO" */
    const char *type;  /* what it is */
    const char *setting; /* (optional) without which it is not that: "trim" */
    double value;        /* that has where nothing is said of it */
    const char *doc;     /* whence the name, how its settings are ours */
};

/* Ends in a nameless one. */
extern const struct alias aliases[];

/* NULL where a kind (NULL: no kind) has no such alias. */
const struct alias *alias_find(const struct component_kind *kind, const char *name);

/* Adds "itlm { trim = 0.1 }", as a script has it. */
void alias_add_call(struct text *t, const struct alias *a);

/* Adds "IR-DRO, ...", those of the type that `slot` is in a spec, as it is set there; nothing where there are none. */
void alias_add_titles(struct text *t, const struct settings *spec, const char *slot);

#endif
