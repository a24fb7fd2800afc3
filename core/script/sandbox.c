/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/sandbox.h"

#include "base/text.h"
#include "script/functions.h"

#include <ctype.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_MEMORY = 64 << 20,
    MAX_STEPS = 2000000, /* a twentieth of a second */
    HOOK_STEP = 100,     /* instructions between looks */
    STEP_BYTES = 64,     /* memory taken that counts as one instruction */
};

static void *allocate(void *context, void *block, size_t old_size, size_t new_size)
{
    struct sandbox *s = context;
    size_t old = block ? old_size : 0;
    void *p;

    if (new_size == 0) {
        s->memory -= old;
        free(block);
        return NULL;
    }
    if (new_size > old && s->memory + (new_size - old) > MAX_MEMORY)
        return NULL;
    p = realloc(block, new_size);
    if (p)
        s->memory += new_size - old;
    s->steps += (long)(new_size / STEP_BYTES);
    return p;
}

static struct sandbox *owner(lua_State *L)
{
    void *context;

    lua_getallocf(L, &context);
    return context;
}

static void on_count(lua_State *L, lua_Debug *debug)
{
    (void)debug;
    sandbox_count(L, HOOK_STEP);
}

/* Once over the limit the hook fires at each instruction and raises again, so that a
 * loop of pcalls ends too. */
void sandbox_count(lua_State *L, long n_steps)
{
    struct sandbox *s = owner(L);

    s->steps += n_steps;
    if (s->steps < MAX_STEPS)
        return;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    lua_pushfstring(L, "%s: it takes too long: more than %d steps", s->path, MAX_STEPS);
    lua_error(L);
}

/* What is left of each library. */
static const char *const kept_globals[] = {"assert", "error",    "ipairs",   "pairs", "pcall",
                                           "select", "tonumber", "tostring", "type",  NULL};
static const char *const kept_math[] = {"abs",  "ceil", "exp", "floor", "fmod", "huge",  "log",
                                        "max",  "min",  "pi",  "sqrt",  "tointeger", "type",
                                        NULL};
static const char *const kept_string[] = {"format", "len", "lower", "rep", "sub", "upper", NULL};
static const char *const kept_table[] = {"concat", "insert", "remove", "sort", "unpack", NULL};

static const char *const libraries[] = {LUA_MATHLIBNAME, LUA_STRLIBNAME, LUA_TABLIBNAME, NULL};
static const char *const words[] = {"and",   "break", "do",  "else", "elseif", "end",    "false", "for",
                                    "function", "goto", "if", "in",   "local",  "nil",    "not",   "or",
                                    "repeat", "return", "then", "true", "until", "while", "_G", "_ENV", NULL};

bool sandbox_has(const char *name)
{
    const char *const *const lists[] = {kept_globals, libraries, words};

    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (int i = 0; lists[l][i]; i++)
            if (strcmp(lists[l][i], name) == 0)
                return true;
    return false;
}

/* Replaces the table on the stack's top by one with the kept names only. */
static void keep_only(lua_State *L, const char *const *names)
{
    lua_newtable(L);
    for (; *names; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

static void add_library(lua_State *L, const char *name, lua_CFunction open,
                        const char *const *names)
{
    luaL_requiref(L, name, open, 0);
    keep_only(L, names);
    lua_setfield(L, 1, name); /* the new globals */
}

/* Puts `function` in place of Lua's own, which it gets as its upvalue, into the table on
 * the stack's top. */
static void replace(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of the globals table: a name that is not there. */
static int raise_unknown(lua_State *L)
{
    enum { MAX_NAMES = 255 };
    const char *names[MAX_NAMES + 1] = {0};
    struct error err;
    int n = 0;

    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && n < MAX_NAMES)
            names[n++] = lua_tostring(L, -2);
    qsort(names, (size_t)n, sizeof *names, by_text);
    text_unknown(&err, "name", lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "", names);
    return sandbox_raise(L, NULL, err.text);
}

static int build(lua_State *L)
{
    lua_settop(L, 0);
    luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
    keep_only(L, kept_globals);
    replace(L, "pairs", functions_pairs);
    replace(L, "tostring", functions_tostring);
    add_library(L, LUA_MATHLIBNAME, luaopen_math, kept_math);
    add_library(L, LUA_STRLIBNAME, luaopen_string, kept_string);
    add_library(L, LUA_TABLIBNAME, luaopen_table, kept_table);
    lua_getfield(L, 1, LUA_STRLIBNAME);
    replace(L, "format", functions_format);
    lua_getfield(L, 1, LUA_TABLIBNAME);
    replace(L, "sort", functions_sort);
    lua_settop(L, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1); /* of all strings: ("x"):rep(3) finds the kept ones */
    lua_getfield(L, 1, LUA_STRLIBNAME);
    lua_setfield(L, -2, "__index");
    lua_settop(L, 1);
    lua_newtable(L);
    lua_pushcfunction(L, raise_unknown);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, 1);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE); /* forget the full libraries */
    return 0;
}

int sandbox_open(struct sandbox *s, struct error *err)
{
    *s = (struct sandbox){0};
    s->L = lua_newstate(allocate, s);
    if (!s->L)
        return error_set_status(err, EXIT_STORAGE, "out of memory for a script");
    lua_pushcfunction(s->L, build);
    if (lua_pcall(s->L, 0, 0, 0) != LUA_OK)
        return error_set(err, "script: %s", lua_tostring(s->L, -1));
    return 0;
}

void sandbox_close(struct sandbox *s)
{
    if (s->L)
        lua_close(s->L);
    s->L = NULL;
}

void sandbox_function(struct sandbox *s, const char *name, lua_CFunction function, void *data)
{
    lua_pushlightuserdata(s->L, data);
    lua_pushcclosure(s->L, function, 1);
    lua_setglobal(s->L, name);
}

void *sandbox_data(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

int sandbox_run(struct sandbox *s, const char *path, const char *source, size_t size,
                struct error *err)
{
    char chunk[4200];
    const char *message;
    int code;

    s->path = path;
    s->source = source;
    s->steps = 0;
    snprintf(chunk, sizeof chunk, "@%s", path);
    code = luaL_loadbufferx(s->L, source, size, chunk, "t");
    if (code == LUA_OK) {
        lua_sethook(s->L, on_count, LUA_MASKCOUNT, HOOK_STEP);
        code = lua_pcall(s->L, 0, 1, 0);
        lua_sethook(s->L, NULL, 0, 0);
    }
    if (code == LUA_OK)
        return 0;
    if (code == LUA_ERRMEM)
        return error_set(err, "%s: it needs more than %d MiB of memory", path, MAX_MEMORY >> 20);
    message = lua_isstring(s->L, -1) ? lua_tostring(s->L, -1) : "";
    if (!*message)
        message = "it raised no message";
    if (strncmp(message, path, strlen(path)) == 0)
        return error_set(err, "%s", message);
    return error_set(err, "%s: %s", path, message);
}

/* The line, from `line` on, on which `key` is assigned; `line` where none is. */
static int find_key(const char *source, int line, const char *key)
{
    size_t length = strlen(key);
    int at = 1;

    for (const char *p = source; *p; p++) {
        if (*p == '\n') {
            at++;
            continue;
        }
        if (at < line || strncmp(p, key, length) != 0)
            continue;
        if (p > source && (isalnum((unsigned char)p[-1]) || p[-1] == '_'))
            continue;
        if (p[length + strspn(p + length, " \t\"']")] == '=')
            return at;
    }
    return line;
}

int sandbox_raise(lua_State *L, const char *key, const char *message)
{
    struct sandbox *s = owner(L);
    lua_Debug debug;
    int line = 1;

    if (lua_getstack(L, 1, &debug)) {
        lua_getinfo(L, "l", &debug);
        line = debug.currentline;
    }
    if (key)
        line = find_key(s->source, line, key);
    lua_pushfstring(L, "%s:%d: %s", s->path, line, message);
    return lua_error(L);
}
