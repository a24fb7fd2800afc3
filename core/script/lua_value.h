/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lua_value: what a script gives, as values. For the files of script/.
 */
#ifndef SCRIPT_LUA_VALUE_H
#define SCRIPT_LUA_VALUE_H

#include "base/value.h"

#include <lua.h>

/* The number, truth value, text or list of those at `index`, in `arena`. Where it is
 * something else, -1, and *ret_what says what it is: "a function". */
int lua_value_read(lua_State *L, int index, struct arena *arena, struct value *ret_value,
                   const char **ret_what);

/* The same where a grid { ... } may stand: its values, or one. *ret_n of them. */
int lua_value_read_choices(lua_State *L, int index, struct arena *arena,
                           struct value **ret_values, int *ret_n, const char **ret_what);

/* Pushes the list of a grid { ... } at `index` and gives how many it has. Nothing is pushed where that
 * is none, 0, or has none, -1. */
int lua_value_open_grid(lua_State *L, int index);

/* grid { a, b, c }: the constructor. */
int lua_value_grid(lua_State *L);

/* one_of { a, b, c }, uniform(low, high), log_uniform(low, high): the constructors;
 * sandbox_data is the law's name. */
int lua_value_law(lua_State *L);

/* The keys of the table at `index`, sorted, NULL-ended, in `arena`. Keys that are
 * not texts are left out; *ret_n_other counts them. */
const char *const *lua_value_keys(lua_State *L, int index, struct arena *arena, int *ret_n_other);

#endif
