/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * experiment { ... } of a script. */
#include "plan/measure.h"
#include "script/lua_value.h"
#include "script/reader.h"

#include <math.h>
#include <string.h>

/* { "label", objective = ... } on the stack's top. */
static void read_method(lua_State *L, struct reader *r)
{
    static const char *const known[] = {NULL};
    struct experiment *e = r->experiment;
    struct experiment_method *m;
    struct error err;
    int index = lua_gettop(L);
    struct value label = {.kind = VALUE_BOOL};
    const char *what;

    if (!lua_istable(L, index)) {
        error_set(&err, "a method must be a table, as in { \"erm\", objective = erm {} }");
        reader_raise(L, "methods", &err);
    }
    lua_rawgeti(L, index, 1);
    if (lua_value_read(L, -1, r->arena, &label, &what) < 0 || label.kind != VALUE_STRING ||
        !text_is_name(label.string)) {
        error_set(&err, "a method begins with its name, as in { \"erm\", objective = erm {} }; a "
                        "name has letters, digits, _ and -");
        reader_raise(L, "methods", &err);
    }
    lua_pop(L, 1);
    reader_check_keys(L, r, index, arena_printf(r->arena, "method \"%s\"", label.string), known,
                      true, 1);
    if (experiment_find_method(e, label.string)) {
        error_set(&err, "two methods are called \"%s\"", label.string);
        reader_raise(L, "methods", &err);
    }
    if (e->n_methods == EXPERIMENT_MAX_METHODS) {
        error_set(&err, "more than %d methods", EXPERIMENT_MAX_METHODS);
        reader_raise(L, "methods", &err);
    }
    m = &e->methods[e->n_methods++];
    m->label = label.string;
    grid_init(&m->grid, r->arena);
    reader_slots(L, r, index, &m->grid);
}

static void read_methods(lua_State *L, struct reader *r, int index)
{
    struct error err;
    lua_Integer n = 0;

    if (lua_getfield(L, index, "methods") == LUA_TTABLE)
        n = (lua_Integer)lua_rawlen(L, -1);
    if (n == 0) {
        error_set(&err, "methods must be a list of methods, as in "
                        "methods = { { \"erm\", objective = erm {} } }");
        reader_raise(L, "methods", &err);
    }
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, -1, i);
        read_method(L, r);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static int read_count(lua_State *L, int index, const char *key, int least, int most, int otherwise)
{
    struct error err;
    double n = lua_getfield(L, index, key) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    bool is_absent = lua_isnil(L, -1);

    lua_pop(L, 1);
    if (is_absent)
        return otherwise;
    if (!(n >= least && n <= most) || n != floor(n)) {
        error_set(&err, "%s must be a whole number from %d to %d", key, least, most);
        reader_raise(L, key, &err);
    }
    return (int)n;
}

/* A name of a measure; "" where none is given. */
static const char *read_measure(lua_State *L, struct reader *r, const char *key)
{
    const char *name = reader_text(L, r, 1, key, "");
    struct error err;

    if (*name && measure_check(name, &err) < 0)
        reader_raise(L, key, &err);
    return name;
}

static void read_conditions(lua_State *L, struct reader *r, int index)
{
    struct value list = {.kind = VALUE_LIST};
    const char **names, *what;
    struct error err;
    bool is_list;

    is_list = lua_getfield(L, index, "conditions") == LUA_TNIL ||
              (lua_value_read(L, -1, r->arena, &list, &what) == 0 && list.kind == VALUE_LIST);
    names = arena_alloc(r->arena, ((size_t)list.n_items + 1) * sizeof *names);
    for (int i = 0; i < list.n_items && is_list; i++) {
        is_list = list.items[i].kind == VALUE_STRING;
        names[i] = list.items[i].string;
    }
    if (!is_list) {
        error_set(&err, "conditions must be a list of settings' names, as in conditions = { \"model\" }");
        reader_raise(L, "conditions", &err);
    }
    if (experiment_set_conditions(r->experiment, names, list.n_items, &err) < 0)
        reader_raise(L, "conditions", &err);
    lua_pop(L, 1);
}

int reader_experiment(lua_State *L)
{
    static const char *const known[] = {"title", "question", "methods", "baseline", "seeds",
                                        "draws", "draws_seed", "smoke", "default_methods", "conditions",
                                        "measure", "select", NULL};
    struct reader *r = sandbox_data(L);
    struct experiment *e = r->experiment;
    bool is_named[EXPERIMENT_MAX_METHODS];
    struct error err;

    if (!e || e->title) {
        error_set(&err, e ? "an experiment file has one experiment"
                          : "experiment {} belongs into a file of experiments/");
        return reader_raise(L, NULL, &err);
    }
    if (!lua_istable(L, 1)) {
        error_set(&err, "experiment takes a table, as in experiment { ... }");
        return reader_raise(L, NULL, &err);
    }
    reader_check_keys(L, r, 1, "experiment", known, true, 0);
    e->title = reader_text(L, r, 1, "title", NULL);
    e->question = reader_text(L, r, 1, "question", "");
    reader_slots(L, r, 1, &e->grid);
    read_methods(L, r, 1);
    /* 6: the fewest with which an exact two-sided rank test can reach 5% */
    e->n_seeds = read_count(L, 1, "seeds", 1, EXPERIMENT_MAX_SEEDS, 6);
    e->n_draws = read_count(L, 1, "draws", 1, EXPERIMENT_MAX_DRAWS, 0);
    e->draws_seed = read_count(L, 1, "draws_seed", 0, EXPERIMENT_MAX_DRAWS_SEED, 0);
    read_conditions(L, r, 1);
    e->smoke = reader_text(L, r, 1, "smoke", "");
    e->baseline = reader_text(L, r, 1, "baseline", e->methods[0].label);
    if (!experiment_find_method(e, e->baseline)) {
        error_set(&err, "baseline \"%s\" is none of the methods", e->baseline);
        return reader_raise(L, "baseline", &err);
    }
    e->measure = read_measure(L, r, "measure");
    e->select = read_measure(L, r, "select");
    e->default_methods = reader_text(L, r, 1, "default_methods", "");
    if (experiment_match_methods(e, e->default_methods, is_named, &err) < 0) {
        error_context(&err, "default_methods");
        return reader_raise(L, "default_methods", &err);
    }
    lua_settop(L, 1);
    return 1;
}
