/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/lua_value.h"

#include "plan/experiment.h"
#include "script/sandbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITEMS = 10000, MAX_TEXT = 1 << 16 };

/* The field in which grid{} keeps its values; no name that a script can mistype. */
static const char GRID_FIELD[] = "(grid)", LAW_FIELD[] = "(law)";

static int read_text(lua_State *L, int index, struct arena *arena, struct value *ret_value,
                     const char **ret_what)
{
    size_t size;
    const char *s = lua_tolstring(L, index, &size);

    *ret_what = size > MAX_TEXT ? "a text of more than 65536 bytes"
                : strlen(s) != size || !text_is_plain(s)
                    ? "a text with control characters, or not in UTF-8"
                    : NULL;
    if (*ret_what)
        return -1;
    *ret_value = value_string(arena_strdup(arena, s));
    return 0;
}

static int read_list(lua_State *L, int index, struct arena *arena, struct value *ret_value,
                     const char **ret_what)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    struct value *items;
    lua_Integer n_keys = 0;

    bool is_grid = lua_getfield(L, index, GRID_FIELD) != LUA_TNIL;

    lua_pop(L, 1);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        n_keys++;
    *ret_what = is_grid         ? "a grid"
                : n_keys != n   ? "a table with names, or with holes"
                : n > MAX_ITEMS ? "a list of more than 10000 items"
                                : NULL;
    if (*ret_what)
        return -1;
    items = arena_alloc(arena, (size_t)(n + 1) * sizeof *items);
    for (lua_Integer i = 1; i <= n; i++) {
        bool is_list = lua_rawgeti(L, index, i) == LUA_TTABLE;
        int got = is_list ? -1 : lua_value_read(L, -1, arena, &items[i - 1], ret_what);

        if (is_list)
            *ret_what = "a list in a list";
        lua_pop(L, 1);
        if (got < 0)
            return -1;
    }
    *ret_value = (struct value){.kind = VALUE_LIST, .n_items = (int)n, .items = items};
    return 0;
}

/* The law of a table that lua_value_law made, or -1. Leaves the stack as it was. */
static int find_law(lua_State *L, int index)
{
    int law = -1;

    if (lua_getfield(L, index, LAW_FIELD) == LUA_TNUMBER)
        law = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return law >= LAW_ONE_OF && law <= LAW_LOG_UNIFORM ? law : -1;
}

/* Its items are the list in the table's first field. */
static int read_law(lua_State *L, int index, int law, struct arena *arena,
                    struct value *ret_value, const char **ret_what)
{
    int got = -1;

    *ret_what = "a law without its values";
    if (lua_rawgeti(L, index, 1) == LUA_TTABLE)
        got = read_list(L, lua_gettop(L), arena, ret_value, ret_what);
    lua_pop(L, 1);
    if (got < 0)
        return -1;
    ret_value->kind = VALUE_LAW;
    ret_value->law = (enum value_law)law;
    return 0;
}

int lua_value_read(lua_State *L, int index, struct arena *arena, struct value *ret_value,
                   const char **ret_what)
{
    int law;

    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        *ret_value = value_number(lua_tonumber(L, index) + 0.0);
        *ret_what = "a nan";
        return isnan(ret_value->number) ? -1 : 0;
    case LUA_TBOOLEAN:
        *ret_value = value_bool(lua_toboolean(L, index));
        return 0;
    case LUA_TSTRING:
        return read_text(L, index, arena, ret_value, ret_what);
    case LUA_TTABLE:
        law = find_law(L, index);
        return law < 0 ? read_list(L, index, arena, ret_value, ret_what)
                       : read_law(L, index, law, arena, ret_value, ret_what);
    default:
        *ret_what = lua_isnil(L, index)        ? "nil"
                    : lua_isfunction(L, index) ? "a function"
                                               : "no value";
        return -1;
    }
}

int lua_value_grid(lua_State *L)
{
    if (!lua_istable(L, 1) || lua_rawlen(L, 1) == 0)
        return sandbox_raise(L, NULL, "grid takes a list of values, as in grid { 0.1, 0.01 }");
    if (lua_rawlen(L, 1) > EXPERIMENT_MAX_VALUES) {
        lua_pushfstring(L, "grid takes at most %d values", EXPERIMENT_MAX_VALUES);
        return sandbox_raise(L, NULL, lua_tostring(L, -1));
    }
    lua_newtable(L);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, GRID_FIELD);
    return 1;
}

int lua_value_law(lua_State *L)
{
    const char *name = sandbox_data(L);
    int law = 0;

    while (strcmp(value_laws[law], name) != 0)
        law++;
    if (law == LAW_ONE_OF ? lua_gettop(L) != 1 || !lua_istable(L, 1) : lua_gettop(L) != 2) {
        lua_pushfstring(L, law == LAW_ONE_OF
                               ? "%s takes a list of values, as in one_of { 1, 3 }"
                               : "%s takes two numbers, as in uniform(0, 1)",
                        name);
        return sandbox_raise(L, NULL, lua_tostring(L, -1));
    }
    lua_newtable(L); /* { [1] = items, (law) = law } */
    if (law == LAW_ONE_OF) {
        lua_pushvalue(L, 1);
    } else {
        lua_newtable(L);
        for (int i = 1; i <= 2; i++) {
            lua_pushvalue(L, i);
            lua_rawseti(L, -2, i);
        }
    }
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, law);
    lua_setfield(L, -2, LAW_FIELD);
    return 1;
}

int lua_value_open_grid(lua_State *L, int index)
{
    int n = 0;

    if (!lua_istable(L, index))
        return 0;
    if (lua_getfield(L, index, GRID_FIELD) == LUA_TTABLE && (n = (int)lua_rawlen(L, -1)) == 0)
        n = -1; /* it may have changed after grid{} looked */
    if (n <= 0)
        lua_pop(L, 1);
    return n < EXPERIMENT_MAX_VALUES ? n : EXPERIMENT_MAX_VALUES;
}

int lua_value_read_choices(lua_State *L, int index, struct arena *arena,
                           struct value **ret_values, int *ret_n, const char **ret_what)
{
    struct value *values;
    int n, got = 0;

    index = lua_absindex(L, index);
    n = lua_value_open_grid(L, index);
    values = arena_alloc(arena, (size_t)(n > 0 ? n : 1) * sizeof *values);
    if (n < 0) {
        *ret_what = "an empty grid";
        got = -1;
    } else if (n == 0) {
        n = 1;
        got = lua_value_read(L, index, arena, values, ret_what);
    } else {
        for (int i = 0; i < n && got == 0; i++) {
            lua_rawgeti(L, -1, i + 1);
            got = lua_value_read(L, -1, arena, &values[i], ret_what);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    *ret_values = values;
    *ret_n = n;
    return got;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *lua_value_keys(lua_State *L, int index, struct arena *arena, int *ret_n_other)
{
    const char **keys = NULL;
    int n = 0, n_other = 0;

    index = lua_absindex(L, index);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            n_other++;
            continue;
        }
        keys = arena_grow(arena, keys, n, sizeof *keys);
        keys[n++] = arena_strdup(arena, lua_tostring(L, -2));
    }
    keys = arena_grow(arena, keys, n, sizeof *keys);
    keys[n] = NULL;
    qsort(keys, (size_t)n, sizeof *keys, by_text);
    if (ret_n_other)
        *ret_n_other = n_other;
    return keys;
}
