/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * functions: what a script gets in place of those functions of Lua whose results
 * depend on addresses or the clock. With these, the same text describes the same
 * experiment each time:
 *
 *   pairs          goes through keys in order: numbers, texts, false, true
 *   table.sort     a merge sort: equal items keep their order
 *   tostring,      show a table or function as its type, not as its address;
 *   string.format  the latter takes neither, nor %p
 */
#ifndef SCRIPT_FUNCTIONS_H
#define SCRIPT_FUNCTIONS_H

#include <lua.h>

int functions_pairs(lua_State *L);
int functions_sort(lua_State *L);
int functions_tostring(lua_State *L);
int functions_format(lua_State *L); /* upvalue 1: Lua's own */

#endif
