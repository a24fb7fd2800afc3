/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * component: what all entries of all tables have in common: a name, a line of
 * documentation, a source, and hyper-parameters with default and range.
 *
 * A kind (objective, loss, optimizer, model ...) embeds a component as the first
 * member of its type, and lists its types. Help, `rgdbench list`, the sandbox's
 * constructors and the checks of a spec are generated from these, so adding an
 * entry to a list is all it takes:
 *
 *     struct rgd { double clip; };
 *     static const struct hparam hparams[] = {
 *         {"clip", HPARAM_NUMBER, offsetof(struct rgd, clip), .fallback = "1",
 *          .low = 1e-6, .high = INFINITY, .doc = "losses above it weigh no more"},
 *         {0}};
 */
#ifndef BASE_COMPONENT_H
#define BASE_COMPONENT_H

#include "base/settings.h"

enum hparam_kind {
    HPARAM_NUMBER,   /* double */
    HPARAM_INTEGER,  /* int */
    HPARAM_BOOL,     /* bool */
    HPARAM_CHOICE,   /* int: index into choices */
    HPARAM_INTEGERS, /* struct hparam_integers */
    HPARAM_NUMBERS,  /* struct hparam_numbers */
    HPARAM_TEXT,     /* const char *, borrowed from the settings; `high`: bytes at most */
};

enum { HPARAM_MAX_ITEMS = 16 };

struct hparam_integers {
    int n;
    int at[HPARAM_MAX_ITEMS];
};

struct hparam_numbers {
    int n;
    double at[HPARAM_MAX_ITEMS];
};

struct hparam {
    const char *name;
    enum hparam_kind kind;
    size_t offset;              /* of the member in the type's configuration */
    const char *fallback;       /* the default, as canonical text of a value */
    double low, high;           /* range of numbers, both ends allowed */
    const char *const *choices; /* HPARAM_CHOICE: NULL-ended */
    bool is_later; /* it came when runs without it had been stored, whose specs must stay as they
                    * are: so the default is left out of a spec, and what is not there is it */
    bool takes_names; /* HPARAM_INTEGERS: who asks may write names, in whose place a plan puts numbers */
    const char *planned; /* a plan alone sets it, no script and no word can: what to say instead; (optional) */
    const char *doc;
};

struct component {
    const char *name;
    const char *doc;
    const char *formula;          /* what it computes, in a line; (optional) */
    const char *source;           /* paper and equation, or code; (optional) */
    const char *caveat;           /* what of it is our choice, as no source says it, for captions of
                                   * tables that have it; (optional) */
    const struct hparam *hparams; /* ends in a nameless one; (optional) */
    size_t config_size;           /* of the struct that hparams fill */
};

/* One kind: the list of its types. `at` gives NULL behind the last. */
struct component_kind {
    const char *name; /* "objective"; also the setting that chooses */
    const char *doc;
    const struct component *(*at)(int i);
};

/* NULL with an error that lists the known names and the nearest. */
const struct component *component_find(const struct component_kind *kind, const char *name,
                                       struct error *err);

const struct hparam *component_hparam(const struct component *c, const char *name);

/* Is `v` a value that `h` can take? The message shows value and valid ones. */
int hparam_check(const struct hparam *h, const struct value *v, struct error *err);

/* "a number from 0 to 1", for messages and help. */
void hparam_describe(struct text *t, const struct hparam *h);

/* The default, parsed. */
struct value hparam_fallback(const struct hparam *h, struct arena *arena);

/* Puts the defaults of c's hyper-parameters into `s` as `prefix.name`, where
 * they are not set yet; takes those of later ones out. */
void component_defaults(const struct component *c, const char *prefix, struct settings *s);

/* Makes the configuration of `c` from the settings `prefix.name`, all of which
 * but later ones must be there, and valid. Lives in `arena`. */
int component_configure(const struct component *c, const char *prefix, const struct settings *s,
                        struct arena *arena, void **ret_config, struct error *err);

#endif
