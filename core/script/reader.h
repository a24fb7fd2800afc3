/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reader: what a script says, from Lua's tables into our structures. Private to
 * script/: runs inside the confined child.
 *
 * A constructor (rgd { clip = 1 }) checks its table and marks it with its slot and
 * name; experiment {} and data_set {} read what they are given. What is wrong is
 * raised as a Lua error that names file, line and key, and does not come back: so
 * all memory is the arena's.
 */
#ifndef SCRIPT_READER_H
#define SCRIPT_READER_H

#include "learn/config/config.h"
#include "plan/experiment.h"
#include "script/sandbox.h"

struct reader {
    struct sandbox sandbox;
    struct arena *arena;
    const struct data_description *data; /* sets that a constructor is made for */
    int n_data;
    struct experiment *experiment; /* to be filled by experiment{}; or NULL */
    struct settings *description;  /* to be filled by data_set{}; or NULL */
};

/* A sandbox with a constructor for each type of each slot and for each data set. */
int reader_open(struct reader *r, struct error *err);
void reader_close(struct reader *r);

/* Raises err, at the line where `key` (or NULL) is set. */
int reader_raise(lua_State *L, const char *key, const struct error *err);

/* Raises where the table at `index` has a key that is neither in `known` nor, with
 * `with_slots`, a slot; or more than n_positional keys that are not names. */
void reader_check_keys(lua_State *L, struct reader *r, int index, const char *what,
                       const char *const *known, bool with_slots, int n_positional);

/* The text t[key] of the table t at `index`; `otherwise` (NULL: raises) where it is nil. */
const char *reader_text(lua_State *L, struct reader *r, int index, const char *key,
                        const char *otherwise);

/* All slots of the table at `index`, into `grid`. */
void reader_slots(lua_State *L, struct reader *r, int index, struct grid *grid);

/* The constructed component on the stack's top as settings SLOT = NAME, SLOT.KEY = VALUE. */
int reader_component(struct reader *r, const struct config_slot *slot,
                     struct settings *ret_settings, struct error *err);

/* May a data set be called so, or is that something else already? */
int reader_check_name(const char *name, struct error *err);

/* The functions experiment and data_set of scripts. */
int reader_experiment(lua_State *L);
int reader_data_set(lua_State *L);

#endif
