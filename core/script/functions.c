/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/functions.h"

#include "script/sandbox.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

/* ---- pairs ---- */

/* Where a key's type stands in the order. */
static int rank(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    default:
        return 2;
    }
}

/* Like all such: of the items at a and b, counted from the stack's top. */
static bool key_is_less(lua_State *L, int a, int b)
{
    size_t na, nb;
    const char *x, *y;
    int order;

    if (rank(L, a) != rank(L, b))
        return rank(L, a) < rank(L, b);
    if (rank(L, a) == 0)
        return lua_compare(L, a, b, LUA_OPLT);
    if (rank(L, a) == 2)
        return lua_toboolean(L, a) < lua_toboolean(L, b);
    x = lua_tolstring(L, a, &na);
    y = lua_tolstring(L, b, &nb);
    order = memcmp(x, y, na < nb ? na : nb);
    return order ? order < 0 : na < nb;
}

static bool item_is_less(lua_State *L, int a, int b)
{
    bool is_less;

    if (lua_isnoneornil(L, 2))
        return lua_compare(L, a, b, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a - 1);
    lua_pushvalue(L, b - 2);
    lua_call(L, 2, 1);
    is_less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is_less;
}

/* Merges the runs [low, middle) and [middle, high) of the list at `from` into `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle,
                  lua_Integer high, bool (*is_less)(lua_State *L, int a, int b))
{
    lua_Integer i = low, k = middle;

    for (lua_Integer at = low; at < high; at++) {
        bool takes_second = i == middle;

        if (!takes_second && k < high) {
            lua_rawgeti(L, from, i);
            lua_rawgeti(L, from, k);
            takes_second = is_less(L, -1, -2);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, takes_second ? k++ : i++);
        lua_rawseti(L, to, at);
    }
}

/* Sorts the n items of the list at `list`; `spare` is an empty one. */
static void sort(lua_State *L, int list, int spare, lua_Integer n,
                 bool (*is_less)(lua_State *L, int a, int b))
{
    int from = list, to = spare;

    for (lua_Integer width = 1; width < n; width *= 2) {
        int other = from;

        sandbox_count(L, n);

        for (lua_Integer low = 1; low <= n; low += 2 * width) {
            lua_Integer middle = low + width < n + 1 ? low + width : n + 1;
            lua_Integer high = low + 2 * width < n + 1 ? low + 2 * width : n + 1;

            merge(L, from, to, low, middle, high, is_less);
        }
        from = to;
        to = other;
    }
    for (lua_Integer i = 1; i <= n && from != list; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, list, i);
    }
}

/* Upvalues: the sorted keys, how many were given. */
static int next_pair(lua_State *L)
{
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));

    lua_settop(L, 1);
    do {
        lua_settop(L, 1);
        if (lua_rawgeti(L, lua_upvalueindex(1), ++i) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
    } while (lua_rawget(L, 1) == LUA_TNIL); /* it was removed meanwhile */
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

int functions_pairs(lua_State *L)
{
    lua_Integer n = 0;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        int type = lua_type(L, -2);

        if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TBOOLEAN)
            return luaL_error(L, "pairs: a %s as a key has no place in an order",
                              lua_typename(L, type));
        lua_pushvalue(L, -2);
        lua_rawseti(L, 2, ++n);
    }
    sort(L, 2, 3, n, key_is_less);
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

int functions_sort(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_newtable(L);
    sort(L, 1, 3, (lua_Integer)lua_rawlen(L, 1), item_is_less);
    return 0;
}

/* ---- texts ---- */

static bool has_text(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
        return true;
    default:
        return false;
    }
}

int functions_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    if (has_text(L, 1))
        luaL_tolstring(L, 1, NULL);
    else
        lua_pushstring(L, luaL_typename(L, 1));
    return 1;
}

int functions_format(lua_State *L)
{
    const char *format = luaL_checkstring(L, 1);
    int n = lua_gettop(L);

    for (int i = 2; i <= n; i++)
        if (!has_text(L, i))
            return luaL_argerror(L, i, "a number, text or truth value expected");
    for (const char *p = strchr(format, '%'); p; p = strchr(p + 1, '%')) {
        p += 1 + strspn(p + 1, "-+ #0123456789.");
        if (*p == 'p')
            return luaL_argerror(L, 1, "%p would show an address");
        if (!*p)
            break;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, n, 1);
    return 1;
}
