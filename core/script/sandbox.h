/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sandbox: runs a Lua text that can describe things and nothing else.
 *
 * The environment is built from nothing: no files, no processes, no clock, no
 * random numbers, no addresses, no bytecode, no load, no metatables, no patterns
 * (whose matching no limit could stop). 64 MiB of memory, a bounded number of
 * instructions; a limit once hit stays hit, so that no pcall outlives it. A name
 * that is not there is an error that lists what is. This is the inner wall; the
 * outer one is os/confine.
 */
#ifndef SCRIPT_SANDBOX_H
#define SCRIPT_SANDBOX_H

#include "base/error.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct sandbox {
    lua_State *L;
    const char *path, *source; /* of the text at work; borrowed */
    size_t memory;
    long steps; /* instructions, and what counts as such */
};

int sandbox_open(struct sandbox *s, struct error *err);
void sandbox_close(struct sandbox *s);

/* Adds a global function; `data` comes back through sandbox_data. */
void sandbox_function(struct sandbox *s, const char *name, lua_CFunction function, void *data);
void *sandbox_data(lua_State *L);

/* For C functions that work long: counts as so many instructions. Raises where those
 * are too many. */
void sandbox_count(lua_State *L, long n_steps);

/* Is that a name of the language, or one of its functions that are kept? */
bool sandbox_has(const char *name);

/* Runs the text; its one result is left on the stack of s->L. Errors name path
 * and line. */
int sandbox_run(struct sandbox *s, const char *path, const char *source, size_t size,
                struct error *err);

/* Raises a Lua error with `message`, at the line where `key = ` stands, looking
 * from the line of the running call on; without a key, at that line. For use in
 * C functions called from Lua; does not come back, so release everything first. */
int sandbox_raise(lua_State *L, const char *key, const char *message);

#endif
