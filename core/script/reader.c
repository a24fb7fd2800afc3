/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/reader.h"

#include "learn/config/alias.h"
#include "plan/search.h"
#include "script/lua_value.h"

#include <string.h>

/* One constructor: makes a table {slot, name, values}. */
struct maker {
    struct reader *reader;
    const struct config_slot *slot;
    const struct component *type;
    const char *name; /* what the script calls; a data set's is not its type's */
    const char *broken; /* of a data set that cannot be used: why; else NULL */
    const struct alias *alias; /* of whose name it is; else NULL */
};

static const char SLOT[] = "(slot)", NAME[] = "(name)";

int reader_raise(lua_State *L, const char *key, const struct error *err)
{
    return sandbox_raise(L, key, err->text);
}

void reader_check_keys(lua_State *L, struct reader *r, int index, const char *what,
                       const char *const *known, bool with_slots, int n_positional)
{
    enum { MAX_NAMES = 40 };
    const char *names[MAX_NAMES + 1] = {0};
    int n = 0, n_other;
    const char *const *keys = lua_value_keys(L, index, r->arena, &n_other);
    struct error err;

    while (known[n])
        names[n] = known[n], n++;
    for (const struct config_slot *slot = config_slots; with_slots && slot->name; slot++)
        names[n++] = slot->name;
    if (n_other > n_positional) {
        error_set(&err, "%s takes NAME = VALUE pairs", what);
        reader_raise(L, NULL, &err);
    }
    for (; *keys; keys++) {
        int i = 0;

        while (names[i] && strcmp(names[i], *keys) != 0)
            i++;
        if (names[i])
            continue;
        text_lacks(&err, what, "key", *keys, names);
        reader_raise(L, *keys, &err);
    }
}

const char *reader_text(lua_State *L, struct reader *r, int index, const char *key,
                        const char *otherwise)
{
    struct error err;
    struct value v = {.kind = VALUE_BOOL};
    const char *what = NULL;

    if (lua_getfield(L, index, key) == LUA_TNIL) {
        lua_pop(L, 1);
        if (otherwise)
            return otherwise;
        error_set(&err, "%s is missing", key);
        reader_raise(L, NULL, &err);
    }
    if (lua_value_read(L, -1, r->arena, &v, &what) < 0 || v.kind != VALUE_STRING) {
        error_set(&err, "%s must be a text%s%s", key, what ? ", not " : "", what ? what : "");
        reader_raise(L, key, &err);
    }
    lua_pop(L, 1);
    return v.string;
}

/* Reads and checks the value on the stack's top, which is for `h`. */
static int read_setting(lua_State *L, struct arena *arena, const char *label,
                        const struct hparam *h, struct value **ret_values, int *ret_n,
                        struct error *err)
{
    const char *what;
    int got = 0;

    if (lua_value_read_choices(L, -1, arena, ret_values, ret_n, &what) < 0) {
        struct text t = {0};

        hparam_describe(&t, h);
        error_set(err, "%s.%s: %s is not %s", label, h->name, what, t.s);
        text_release(&t);
        return -1;
    }
    for (int i = 0; i < *ret_n && got == 0; i++)
        got = search_check(h, &(*ret_values)[i], err);
    if (got == 0)
        got = value_check_distinct(*ret_values, *ret_n, err);
    return got < 0 ? error_context(err, "%s.%s", label, h->name) : 0;
}

/* Checks the table at `index` as settings of a slot; puts them into `grid` as
 * slot.KEY unless that is NULL, for `only` (axis.type). Raises. */
static void read_slot_table(lua_State *L, int index, struct arena *arena,
                            const struct config_slot *slot, const struct component *type,
                            const char *only, struct grid *grid)
{
    struct error err;
    int n_other;
    const char *const *keys = lua_value_keys(L, index, arena, &n_other);

    if (n_other) {
        error_set(&err, "%s takes NAME = VALUE pairs", slot->name);
        reader_raise(L, NULL, &err);
    }
    for (; *keys; keys++) {
        const struct hparam *h;
        struct value *values;
        int n;

        if (**keys == '(')
            continue; /* ours */
        h = config_hparam(slot, type, *keys, &err);
        if (!h)
            reader_raise(L, *keys, &err);
        lua_getfield(L, index, *keys);
        if (read_setting(L, arena, slot->name, h, &values, &n, &err) < 0)
            reader_raise(L, *keys, &err);
        lua_pop(L, 1);
        if (grid)
            grid_set_for(grid, arena_printf(arena, "%s.%s", slot->name, *keys), only, values, n);
    }
}

/* In place of the table at the bottom, one with the same: a script may hand one table to several constructors. */
static void copy_table(lua_State *L)
{
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_settable(L, -5);
    }
    lua_replace(L, 1);
}

/* The table at the bottom is what the alias stands for, with the setting that makes it so. */
static void write_out(lua_State *L, const struct alias *alias)
{
    if (!alias->setting)
        return;
    if (lua_getfield(L, 1, alias->setting) == LUA_TNIL) {
        lua_pushnumber(L, alias->value);
        lua_setfield(L, 1, alias->setting);
    }
    lua_pop(L, 1);
}

static int construct(lua_State *L)
{
    const struct maker *maker = sandbox_data(L);
    struct error err;

    if (maker->broken) {
        error_set(&err, "%s", maker->broken);
        return reader_raise(L, NULL, &err);
    }
    if (lua_gettop(L) == 0)
        lua_newtable(L);
    if (!lua_istable(L, 1)) {
        error_set(&err, "%s takes a table, as in %s {}", maker->name, maker->name);
        return reader_raise(L, NULL, &err);
    }
    read_slot_table(L, 1, maker->reader->arena, maker->slot, maker->type, NULL, NULL);
    copy_table(L);
    if (maker->alias)
        write_out(L, maker->alias);
    lua_pushstring(L, maker->slot->name);
    lua_setfield(L, 1, SLOT);
    lua_pushstring(L, maker->alias ? maker->alias->type : maker->name);
    lua_setfield(L, 1, NAME);
    lua_settop(L, 1);
    return 1;
}

/* The type that `name` means in a slot: for data, the data set's format. */
static const struct component *find_type(const struct reader *r, const struct config_slot *slot,
                                         const char *name, struct error *err)
{
    const struct experiment e = {.data = r->data, .n_data = r->n_data};
    const struct data_description *data;

    if (strcmp(slot->name, "data") != 0)
        return component_find(slot->kind, name, err);
    data = experiment_find_data(&e, name, err);
    return data ? component_find(slot->kind, settings_string(&data->settings, "format"), err)
                : NULL;
}

/* The name in the slot's value on the stack's top: a constructed table's, or a text. */
static const char *read_name(lua_State *L, struct reader *r, const struct config_slot *slot)
{
    struct error err;
    struct value name = {.kind = VALUE_BOOL};
    const char *what;

    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, SLOT);
        if (lua_type(L, -1) != LUA_TSTRING) {
            error_set(&err, "%s must come from a constructor, as in %s = %s {}", slot->name,
                      slot->name, slot->fallback ? slot->fallback : "shapes");
            reader_raise(L, slot->name, &err);
        }
        if (config_find_slot(lua_tostring(L, -1))->kind != slot->kind) {
            error_set(&err, "%s cannot be one of %s", slot->name, lua_tostring(L, -1));
            reader_raise(L, slot->name, &err);
        }
        lua_pop(L, 1);
        lua_getfield(L, -1, NAME);
    } else {
        lua_pushvalue(L, -1);
    }
    if (lua_value_read(L, -1, r->arena, &name, &what) < 0 || name.kind != VALUE_STRING) {
        error_set(&err, "%s must be made by a constructor or be a name", slot->name);
        reader_raise(L, slot->name, &err);
    }
    lua_pop(L, 1);
    return name.string;
}

/* One type of a slot, on the stack's top: gives its name; its settings go into `grid`, of several
 * types for it alone. */
static struct value read_type(lua_State *L, struct reader *r, const struct config_slot *slot,
                              bool is_of_several, struct grid *grid)
{
    struct value name = value_string(read_name(L, r, slot));
    const struct alias *alias = alias_find(slot->kind, name.string); /* of a text; a constructor wrote it out */
    struct error err;
    const struct component *type;

    if (alias)
        name = value_string(alias->type);
    type = find_type(r, slot, name.string, &err);
    if (alias && alias->setting) {
        struct value *value = arena_alloc(r->arena, sizeof *value);

        *value = value_number(alias->value);
        grid_set_for(grid, arena_printf(r->arena, "%s.%s", slot->name, alias->setting),
                     is_of_several ? name.string : NULL, value, 1);
    }
    if (!type)
        reader_raise(L, slot->name, &err);
    if (lua_istable(L, -1))
        read_slot_table(L, lua_gettop(L), r->arena, slot, type, is_of_several ? name.string : NULL,
                        grid);
    return name;
}

/* The types of a slot on the stack's top: one, or grid { mlp {}, vit {} }. */
static void read_types(lua_State *L, struct reader *r, const struct config_slot *slot,
                       struct grid *grid)
{
    int n = lua_value_open_grid(L, -1), n_values = n > 0 ? n : 1;
    struct value *names = arena_alloc(r->arena, (size_t)n_values * sizeof *names);
    struct error err;

    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, -1, i + 1);
        names[i] = read_type(L, r, slot, n > 1, grid);
        lua_pop(L, 1);
    }
    if (n > 0)
        lua_pop(L, 1);
    else
        names[0] = read_type(L, r, slot, false, grid);
    if (value_check_distinct(names, n_values, &err) < 0) {
        error_context(&err, "%s", slot->name);
        reader_raise(L, slot->name, &err);
    }
    grid_set(grid, slot->name, names, n_values);
}

/* The slot `slot` of the table at `index`, where it has one, into `grid`. */
static void read_slot(lua_State *L, struct reader *r, int index, const struct config_slot *slot,
                      struct grid *grid)
{
    struct error err;

    if (lua_getfield(L, index, slot->name) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    if (slot->kind) {
        read_types(L, r, slot, grid);
    } else if (!lua_istable(L, -1)) {
        error_set(&err, "%s must be a table, as in %s = { ... }", slot->name, slot->name);
        reader_raise(L, slot->name, &err);
    } else {
        read_slot_table(L, lua_gettop(L), r->arena, slot, NULL, NULL, grid);
    }
    lua_pop(L, 1);
}

void reader_slots(lua_State *L, struct reader *r, int index, struct grid *grid)
{
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        read_slot(L, r, index, slot, grid);
}

/* Under pcall: what read_name and read_slot_table raise. */
static int read_component(lua_State *L)
{
    struct reader *r = lua_touserdata(L, 1);
    const struct config_slot *slot = lua_touserdata(L, 2);
    struct grid *grid = lua_touserdata(L, 3);
    struct error err;
    struct value name;
    const struct component *type;

    if (!lua_istable(L, 4)) {
        error_set(&err, "it makes no %s, as %s {} does", slot->name, slot->fallback);
        return reader_raise(L, NULL, &err);
    }
    name = value_string(read_name(L, r, slot));
    type = find_type(r, slot, name.string, &err);
    if (!type)
        return reader_raise(L, NULL, &err);
    grid_set(grid, slot->name, &name, 1);
    read_slot_table(L, 4, r->arena, slot, type, NULL, grid);
    return 0;
}

int reader_component(struct reader *r, const struct config_slot *slot,
                     struct settings *ret_settings, struct error *err)
{
    lua_State *L = r->sandbox.L;
    struct grid grid;

    grid_init(&grid, r->arena);
    lua_pushcfunction(L, read_component);
    lua_pushlightuserdata(L, r);
    lua_pushlightuserdata(L, (void *)slot);
    lua_pushlightuserdata(L, &grid);
    lua_pushvalue(L, -5);
    if (lua_pcall(L, 4, 0, 0) != LUA_OK)
        return error_set(err, "%s", lua_isstring(L, -1) ? lua_tostring(L, -1) : "out of memory");
    for (int i = 0; i < grid.n_axes; i++) {
        if (grid.axes[i].n_values > 1)
            return error_set(err, "%s: one value, not a grid", grid.axes[i].name);
        settings_set(ret_settings, grid.axes[i].name, grid.axes[i].values[0]);
    }
    return 0;
}

static void add_maker(struct reader *r, const struct config_slot *slot,
                      const struct component *type, const char *name, const char *broken,
                      const struct alias *alias)
{
    struct maker *maker = arena_alloc(r->arena, sizeof *maker);

    *maker = (struct maker){r, slot, type, name, broken, alias};
    sandbox_function(&r->sandbox, name, construct, maker);
}

int reader_open(struct reader *r, struct error *err)
{
    const struct component *type;
    struct error taken;

    if (sandbox_open(&r->sandbox, err) < 0)
        return -1;
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        if (!slot->kind || slot->is_late || strcmp(slot->name, "data") == 0)
            continue;
        for (int i = 0; (type = slot->kind->at(i)); i++)
            add_maker(r, slot, type, type->name, NULL, NULL);
        for (const struct alias *a = aliases; a->name; a++)
            if (a->kind == slot->kind && (type = component_find(a->kind, a->type, err)))
                add_maker(r, slot, type, a->name, NULL, a);
    }
    for (int i = 0; i < r->n_data; i++) {
        const struct config_slot *slot = config_find_slot("data");

        type = r->data[i].broken ? NULL : find_type(r, slot, r->data[i].name, err);
        if (!type && !r->data[i].broken)
            return error_context(err, "data set \"%s\"", r->data[i].name);
        if (reader_check_name(r->data[i].name, &taken) == 0)
            add_maker(r, slot, type, r->data[i].name, r->data[i].broken, NULL);
    }
    sandbox_function(&r->sandbox, "grid", lua_value_grid, r);
    for (int i = 0; value_laws[i]; i++)
        sandbox_function(&r->sandbox, value_laws[i], lua_value_law, (void *)value_laws[i]);
    sandbox_function(&r->sandbox, "experiment", reader_experiment, r);
    sandbox_function(&r->sandbox, "data_set", reader_data_set, r);
    return 0;
}

void reader_close(struct reader *r)
{
    sandbox_close(&r->sandbox);
}
