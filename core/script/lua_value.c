/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/lua_value.h"

#include "script/sandbox.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ITEMS = 100000 };

/* The field in which grid{} keeps its values; no name that a script can mistype. */
static const char GRID_FIELD[] = "(grid)";

static int read_list(lua_State *L, int index, struct arena *arena, struct value *ret_value)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    struct value *items;
    int n_keys = 0;

    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        n_keys++;
    }
    if (n_keys != n || n > MAX_ITEMS)
        return -1; /* it has names, or holes */
    items = arena_alloc(arena, (size_t)(n + 1) * sizeof *items);
    for (lua_Integer i = 1; i <= n; i++) {
        int type = lua_rawgeti(L, index, i);
        int got = type == LUA_TTABLE ? -1 : lua_value_read(L, -1, arena, &items[i - 1]);

        lua_pop(L, 1);
        if (got < 0)
            return -1;
    }
    *ret_value = (struct value){.kind = VALUE_LIST, .n_items = (int)n, .items = items};
    return 0;
}

int lua_value_read(lua_State *L, int index, struct arena *arena, struct value *ret_value)
{
    size_t size;
    const char *s;

    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        *ret_value = value_number(lua_tonumber(L, index) + 0.0);
        return ret_value->number == ret_value->number ? 0 : -1;
    case LUA_TBOOLEAN:
        *ret_value = value_bool(lua_toboolean(L, index));
        return 0;
    case LUA_TSTRING:
        s = lua_tolstring(L, index, &size);
        if (strlen(s) != size)
            return -1; /* a zero byte inside */
        *ret_value = value_string(arena_strdup(arena, s));
        return 0;
    case LUA_TTABLE:
        return read_list(L, index, arena, ret_value);
    default:
        return -1;
    }
}

int lua_value_grid(lua_State *L)
{
    if (!lua_istable(L, 1) || lua_rawlen(L, 1) == 0)
        return sandbox_raise(L, NULL, "grid takes a list of values, as in grid { 0.1, 0.01 }");
    lua_newtable(L);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, GRID_FIELD);
    return 1;
}

int lua_value_read_choices(lua_State *L, int index, struct arena *arena,
                           struct value **ret_values, int *ret_n)
{
    struct value *values;
    lua_Integer n;

    index = lua_absindex(L, index);
    if (!lua_istable(L, index) || lua_getfield(L, index, GRID_FIELD) != LUA_TTABLE) {
        if (lua_istable(L, index))
            lua_pop(L, 1);
        values = arena_alloc(arena, sizeof *values);
        *ret_values = values;
        *ret_n = 1;
        return lua_value_read(L, index, arena, values);
    }
    n = (lua_Integer)lua_rawlen(L, -1);
    if (n > MAX_ITEMS)
        n = MAX_ITEMS;
    values = arena_alloc(arena, (size_t)n * sizeof *values);
    for (lua_Integer i = 1; i <= n; i++) {
        int got;

        lua_rawgeti(L, -1, i);
        got = lua_value_read(L, -1, arena, &values[i - 1]);
        lua_pop(L, 1);
        if (got < 0) {
            lua_pop(L, 1);
            return -1;
        }
    }
    lua_pop(L, 1);
    *ret_values = values;
    *ret_n = (int)n;
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *lua_value_keys(lua_State *L, int index, struct arena *arena, int *ret_n_other)
{
    const char **keys;
    int n = 0, n_other = 0;

    index = lua_absindex(L, index);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        n++;
    keys = arena_alloc(arena, (size_t)(n + 1) * sizeof *keys);
    n = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            keys[n++] = arena_strdup(arena, lua_tostring(L, -2));
        else
            n_other++;
    }
    qsort(keys, (size_t)n, sizeof *keys, by_text);
    keys[n] = NULL;
    if (ret_n_other)
        *ret_n_other = n_other;
    return keys;
}
