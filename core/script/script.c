/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/script.h"

#include "base/file.h"
#include "learn/config.h"
#include "script/lua_value.h"
#include "script/sandbox.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the constructors work with while a script runs. */
struct reader {
    struct sandbox sandbox;
    struct arena *arena;
    const struct data_description *data;
    int n_data;
    struct experiment *experiment;
    struct settings *description; /* of data_set{} */
};

/* One constructor: makes a table {slot, type, name, values}. */
struct maker {
    struct reader *reader;
    const struct config_slot *slot;
    const struct component *type;
    const char *name; /* what the script calls; a data set's is not its type's */
};

static const char SLOT[] = "(slot)", NAME[] = "(name)";

static int raise_key(lua_State *L, const char *key, const struct error *err)
{
    char message[sizeof err->text];

    snprintf(message, sizeof message, "%s", err->text);
    return sandbox_raise(L, key, message);
}

/* Reads and checks t[key], which stands on the stack's top, against `h`. */
static int read_setting(lua_State *L, struct arena *arena, const char *label,
                        const struct hparam *h, struct value **ret_values, int *ret_n,
                        struct error *err)
{
    if (lua_value_read_choices(L, -1, arena, ret_values, ret_n) < 0) {
        struct text t = {0};

        hparam_describe(&t, h);
        error_set(err, "%s.%s: a %s is not %s", label, h->name, luaL_typename(L, -1), t.s);
        text_release(&t);
        return -1;
    }
    for (int i = 0; i < *ret_n; i++)
        if (hparam_check(h, &(*ret_values)[i], err) < 0)
            return error_context(err, "%s.%s", label, h->name);
    return 0;
}

/* Checks the table at `index` as settings of a slot; puts them into `grid` as
 * slot.KEY unless that is NULL. Raises. */
static void read_slot_table(lua_State *L, int index, struct arena *arena,
                            const struct config_slot *slot, const struct component *type,
                            struct grid *grid)
{
    struct error err;
    int n_other;
    const char *const *keys = lua_value_keys(L, index, arena, &n_other);

    if (n_other) {
        error_set(&err, "%s takes NAME = VALUE pairs", slot->name);
        raise_key(L, NULL, &err);
    }
    for (; *keys; keys++) {
        const struct hparam *h;
        struct value *values;
        int n;

        if (**keys == '(')
            continue; /* ours */
        h = config_hparam(slot, type, *keys, &err);
        lua_getfield(L, index, *keys);
        if (!h || read_setting(L, arena, slot->name, h, &values, &n, &err) < 0)
            raise_key(L, *keys, &err);
        lua_pop(L, 1);
        if (grid)
            grid_set(grid, arena_printf(arena, "%s.%s", slot->name, *keys), values, n);
    }
}

static int construct(lua_State *L)
{
    const struct maker *maker = sandbox_data(L);
    struct error err;

    if (lua_gettop(L) == 0)
        lua_newtable(L);
    if (!lua_istable(L, 1)) {
        error_set(&err, "%s takes a table, as in %s {}", maker->name, maker->name);
        return raise_key(L, NULL, &err);
    }
    read_slot_table(L, 1, maker->reader->arena, maker->slot, maker->type, NULL);
    lua_pushstring(L, maker->slot->name);
    lua_setfield(L, 1, SLOT);
    lua_pushstring(L, maker->name);
    lua_setfield(L, 1, NAME);
    lua_settop(L, 1);
    return 1;
}

/* The type that `name` means in a slot: for data, the data set's format. */
static const struct component *find_type(const struct reader *r, const struct config_slot *slot,
                                         const char *name, struct error *err)
{
    if (strcmp(slot->name, "data") != 0)
        return component_find(slot->kind, name, err);
    for (int i = 0; i < r->n_data; i++)
        if (strcmp(r->data[i].name, name) == 0)
            return component_find(slot->kind, settings_string(&r->data[i].settings, "format"),
                                  err);
    error_set(err, "unknown data set \"%s\"", name);
    return NULL;
}

/* The slot `slot` of the table at `index`, where it has one, into `grid`. */
static void read_slot(lua_State *L, struct reader *r, int index, const struct config_slot *slot,
                      struct grid *grid)
{
    struct error err;
    const struct component *type;
    struct value name;

    if (lua_getfield(L, index, slot->name) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    if (!slot->kind) {
        if (!lua_istable(L, -1)) {
            error_set(&err, "%s must be a table, as in %s = { ... }", slot->name, slot->name);
            raise_key(L, slot->name, &err);
        }
        read_slot_table(L, lua_gettop(L), r->arena, slot, NULL, grid);
        lua_pop(L, 1);
        return;
    }
    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, SLOT);
        if (!lua_isstring(L, -1) || strcmp(lua_tostring(L, -1), slot->name) != 0) {
            if (lua_isstring(L, -1))
                error_set(&err, "%s is a %s, not a %s", slot->name, lua_tostring(L, -1),
                          slot->name);
            else
                error_set(&err, "%s must come from a constructor, as in %s = %s {}", slot->name,
                          slot->name, slot->fallback ? slot->fallback : "shapes");
            raise_key(L, slot->name, &err);
        }
        lua_pop(L, 1);
        lua_getfield(L, -1, NAME);
    } else {
        lua_pushvalue(L, -1);
    }
    if (lua_type(L, -1) != LUA_TSTRING || lua_value_read(L, -1, r->arena, &name) < 0) {
        error_set(&err, "%s must be made by a constructor or be a name", slot->name);
        raise_key(L, slot->name, &err);
    }
    lua_pop(L, 1);
    type = find_type(r, slot, name.string, &err);
    if (!type)
        raise_key(L, slot->name, &err);
    grid_set(grid, slot->name, &name, 1);
    if (lua_istable(L, -1))
        read_slot_table(L, lua_gettop(L), r->arena, slot, type, grid);
    lua_pop(L, 1);
}

/* Raises where the table has a key that is neither in `known` nor a slot. */
static void check_keys(lua_State *L, struct reader *r, int index, const char *what,
                       const char *const *known, int n_positional)
{
    const char *names[32] = {0};
    int n = 0, n_other;
    const char *const *keys = lua_value_keys(L, index, r->arena, &n_other);
    struct error err;

    while (known[n])
        names[n] = known[n], n++;
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        names[n++] = slot->name;
    if (n_other > n_positional) {
        error_set(&err, "%s takes NAME = VALUE pairs", what);
        raise_key(L, NULL, &err);
    }
    for (; *keys; keys++) {
        int i = 0;

        while (names[i] && strcmp(names[i], *keys) != 0)
            i++;
        if (names[i])
            continue;
        text_lacks(&err, what, "key", *keys, names);
        raise_key(L, *keys, &err);
    }
}

static const char *read_text(lua_State *L, struct reader *r, int index, const char *key,
                             const char *otherwise)
{
    struct error err;
    struct value v;
    int type = lua_getfield(L, index, key);

    if (type == LUA_TNIL && otherwise) {
        lua_pop(L, 1);
        return otherwise;
    }
    if (type != LUA_TSTRING || lua_value_read(L, -1, r->arena, &v) < 0) {
        error_set(&err, type == LUA_TNIL ? "%s is missing" : "%s must be a text", key);
        raise_key(L, key, &err);
    }
    lua_pop(L, 1);
    return v.string;
}

/* { "label", objective = ... } on the stack's top. */
static void read_method(lua_State *L, struct reader *r)
{
    static const char *const known[] = {NULL};
    struct experiment *e = r->experiment;
    struct experiment_method *m;
    struct error err;
    int index = lua_gettop(L);
    struct value label;

    if (!lua_istable(L, index)) {
        error_set(&err, "a method must be a table, as in { \"erm\", objective = erm {} }");
        raise_key(L, "methods", &err);
    }
    lua_rawgeti(L, index, 1);
    if (lua_type(L, -1) != LUA_TSTRING || lua_value_read(L, -1, r->arena, &label) < 0 ||
        !text_is_name(label.string)) {
        error_set(&err, "a method begins with its name, as in { \"erm\", objective = erm {} }; a "
                        "name has letters, digits, _ and -");
        raise_key(L, "methods", &err);
    }
    lua_pop(L, 1);
    check_keys(L, r, index, arena_printf(r->arena, "method \"%s\"", label.string), known, 1);
    if (experiment_find_method(e, label.string)) {
        error_set(&err, "two methods are called \"%s\"", label.string);
        raise_key(L, "methods", &err);
    }
    if (e->n_methods == EXPERIMENT_MAX_METHODS) {
        error_set(&err, "more than %d methods", EXPERIMENT_MAX_METHODS);
        raise_key(L, "methods", &err);
    }
    m = &e->methods[e->n_methods++];
    m->label = label.string;
    grid_init(&m->grid, r->arena);
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        read_slot(L, r, index, slot, &m->grid);
}

static void read_methods(lua_State *L, struct reader *r, int index)
{
    struct error err;
    lua_Integer n;

    if (lua_getfield(L, index, "methods") != LUA_TTABLE || (n = (lua_Integer)lua_rawlen(L, -1)) == 0) {
        error_set(&err, "methods must be a list of methods");
        raise_key(L, "methods", &err);
        return;
    }
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, -1, i);
        read_method(L, r);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void read_seeds(lua_State *L, struct reader *r, int index)
{
    struct error err;
    double n = lua_getfield(L, index, "seeds") == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;

    if (lua_isnil(L, -1))
        n = 6; /* the fewest with which an exact two-sided rank test can reach 5% */
    lua_pop(L, 1);
    if (n < 1 || n > 10000 || n != floor(n)) {
        error_set(&err, "seeds must be a whole number from 1 to 10000");
        raise_key(L, "seeds", &err);
    }
    r->experiment->n_seeds = (int)n;
}

static int make_experiment(lua_State *L)
{
    static const char *const known[] = {"title", "question", "methods", "baseline", "seeds", NULL};
    struct reader *r = sandbox_data(L);
    struct experiment *e = r->experiment;
    struct error err;

    if (!e || e->title) {
        error_set(&err, e ? "an experiment file has one experiment"
                          : "experiment {} belongs into a file of experiments/");
        return raise_key(L, NULL, &err);
    }
    if (!lua_istable(L, 1)) {
        error_set(&err, "experiment takes a table, as in experiment { ... }");
        return raise_key(L, NULL, &err);
    }
    check_keys(L, r, 1, "experiment", known, 0);
    e->title = read_text(L, r, 1, "title", NULL);
    e->question = read_text(L, r, 1, "question", "");
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        read_slot(L, r, 1, slot, &e->grid);
    read_methods(L, r, 1);
    read_seeds(L, r, 1);
    e->baseline = read_text(L, r, 1, "baseline", e->methods[0].label);
    if (!experiment_find_method(e, e->baseline)) {
        error_set(&err, "baseline \"%s\" is none of the methods", e->baseline);
        return raise_key(L, "baseline", &err);
    }
    lua_settop(L, 1);
    return 1;
}

static int make_data_set(lua_State *L)
{
    static const char *const known[] = {"doc",  "origin", "licence",     "format",  "classes",
                                        "train", "test",  "label_bytes", "archive", "md5",
                                        NULL};
    struct reader *r = sandbox_data(L);
    struct error err;
    const char *const *keys;

    if (!r->description || !lua_istable(L, 1)) {
        error_set(&err, "data_set takes a table, and belongs into a file of datasets/");
        return raise_key(L, NULL, &err);
    }
    for (keys = lua_value_keys(L, 1, r->arena, NULL); *keys; keys++) {
        struct value v;
        int i = 0;

        while (known[i] && strcmp(known[i], *keys) != 0)
            i++;
        if (!known[i]) {
            text_lacks(&err, "data_set", "key", *keys, known);
            return raise_key(L, *keys, &err);
        }
        lua_getfield(L, 1, *keys);
        if (lua_value_read(L, -1, r->arena, &v) < 0) {
            error_set(&err, "%s must be a text, a number or a list of those", *keys);
            return raise_key(L, *keys, &err);
        }
        lua_pop(L, 1);
        settings_set(r->description, *keys, v);
    }
    read_text(L, r, 1, "doc", NULL);
    if (!component_find(config_find_slot("data")->kind, read_text(L, r, 1, "format", NULL), &err))
        return raise_key(L, "format", &err);
    lua_settop(L, 1);
    return 1;
}

static void add_maker(struct reader *r, const struct config_slot *slot,
                      const struct component *type, const char *name)
{
    struct maker *maker = arena_alloc(r->arena, sizeof *maker);

    *maker = (struct maker){r, slot, type, name};
    sandbox_function(&r->sandbox, name, construct, maker);
}

static int open_reader(struct reader *r, struct error *err)
{
    struct error ignored;

    if (sandbox_open(&r->sandbox, err) < 0)
        return -1;
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        const struct component *type;

        if (!slot->kind || strcmp(slot->name, "data") == 0)
            continue;
        for (int i = 0; (type = slot->kind->at(i)); i++)
            add_maker(r, slot, type, type->name);
    }
    for (int i = 0; i < r->n_data; i++) {
        const struct component *type =
            find_type(r, config_find_slot("data"), r->data[i].name, &ignored);

        add_maker(r, config_find_slot("data"), type, r->data[i].name);
    }
    sandbox_function(&r->sandbox, "grid", lua_value_grid, r);
    sandbox_function(&r->sandbox, "experiment", make_experiment, r);
    sandbox_function(&r->sandbox, "data_set", make_data_set, r);
    return 0;
}

int script_load_data(const char *directory, struct arena *arena,
                     const struct data_description **ret_data, int *ret_n, struct error *err)
{
    const char *const *names = file_names(directory, ".lua", arena);
    struct data_description *data;
    int n = 0;

    while (names[n])
        n++;
    data = arena_alloc(arena, (size_t)(n + 1) * sizeof *data);
    for (int i = 0; i < n; i++) {
        struct reader r = {.arena = arena, .description = &data[i].settings};
        const char *path = arena_printf(arena, "%s/%s.lua", directory, names[i]);
        char *source;
        size_t size;
        int got = -1;

        data[i].name = names[i];
        settings_init(&data[i].settings, arena);
        if (file_read(path, SCRIPT_MAX_SIZE, arena, &source, &size, err) == 0 &&
            open_reader(&r, err) == 0)
            got = sandbox_run(&r.sandbox, path, source, size, err);
        sandbox_close(&r.sandbox);
        if (got == 0 && !settings_find(&data[i].settings, "format"))
            got = error_set(err, "%s: it describes no data set: return data_set { ... }", path);
        if (got < 0)
            return -1;
    }
    *ret_data = data;
    *ret_n = n;
    return 0;
}

int script_load_experiment(const char *path, const char *name,
                           const struct data_description *data, int n_data, struct arena *arena,
                           struct experiment *ret_experiment, struct error *err)
{
    struct experiment *e = arena_alloc(arena, sizeof *e);
    struct reader r = {.arena = arena, .data = data, .n_data = n_data, .experiment = e};
    char *source;
    size_t size;
    int got = -1;

    *e = (struct experiment){
        .arena = arena, .name = name, .overrides = "", .data = data, .n_data = n_data};
    grid_init(&e->grid, arena);
    if (file_read(path, SCRIPT_MAX_SIZE, arena, &source, &size, err) == 0 &&
        open_reader(&r, err) == 0)
        got = sandbox_run(&r.sandbox, path, source, size, err);
    sandbox_close(&r.sandbox);
    if (got < 0)
        return -1;
    if (!e->title)
        return error_set(err, "%s: it describes no experiment: return experiment { ... }", path);
    e->source = source;
    *ret_experiment = *e;
    return 0;
}

int script_parse_component(const char *text, const char *slot, struct settings *ret_settings,
                           struct error *err)
{
    struct reader r = {.arena = ret_settings->arena};
    const char *source = arena_printf(r.arena, "return %s%s", text, strchr(text, '{') ? "" : "{}");
    struct grid grid;
    struct value name;
    const struct config_slot *s = config_find_slot(slot);
    const struct component *components[CONFIG_MAX_COMPONENTS];
    const struct component *type;
    int got = -1;

    grid_init(&grid, r.arena);
    if (!component_find(s->kind, arena_printf(r.arena, "%.*s", (int)strcspn(text, "{ "), text),
                        err))
        return -1;
    if (open_reader(&r, err) < 0 || sandbox_run(&r.sandbox, slot, source, strlen(source), err) < 0)
        goto out;
    if (!lua_istable(r.sandbox.L, -1) || lua_getfield(r.sandbox.L, -1, NAME) != LUA_TSTRING ||
        lua_value_read(r.sandbox.L, -1, r.arena, &name) < 0) {
        error_set(err, "\"%s\" is not an %s, as in '%s{}'", text, slot, s->fallback);
        goto out;
    }
    lua_pop(r.sandbox.L, 1);
    type = component_find(s->kind, name.string, err);
    if (!type)
        goto out;
    read_slot_table(r.sandbox.L, lua_gettop(r.sandbox.L), r.arena, s, type, &grid);
    settings_set(ret_settings, slot, name);
    for (int i = 0; i < grid.n_axes; i++)
        settings_set(ret_settings, grid.axes[i].name, grid.axes[i].values[0]);
    config_components(s, type, components);
    for (int i = 0; components[i]; i++)
        component_defaults(components[i], slot, ret_settings);
    got = 0;
out:
    sandbox_close(&r.sandbox);
    return got;
}
