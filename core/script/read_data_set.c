/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data_set { ... } of a script. */
#include "data/dataset.h"
#include "learn/config/alias.h"
#include "script/lua_value.h"
#include "script/reader.h"

#include <string.h>

int reader_data_set(lua_State *L)
{
    struct reader *r = sandbox_data(L);
    const char *key;
    int n_other;
    struct error err;

    if (!r->description || !lua_istable(L, 1)) {
        error_set(&err, "data_set takes a table, and belongs into a file of datasets/");
        return reader_raise(L, NULL, &err);
    }
    if (settings_find(r->description, "format")) {
        error_set(&err, "a data set's file has one data_set");
        return reader_raise(L, NULL, &err);
    }
    for (const char *const *keys = lua_value_keys(L, 1, r->arena, &n_other); *keys; keys++) {
        struct value v;
        const char *what;

        lua_getfield(L, 1, *keys);
        if (lua_value_read(L, -1, r->arena, &v, &what) < 0) {
            error_set(&err, "%s: %s is not a text, a number or a list of those", *keys, what);
            return reader_raise(L, *keys, &err);
        }
        lua_pop(L, 1);
        settings_set(r->description, *keys, v);
    }
    if (n_other) {
        error_set(&err, "data_set takes NAME = VALUE pairs");
        return reader_raise(L, NULL, &err);
    }
    if (data_keys_check(r->description, &key, &err) < 0)
        return reader_raise(L, key, &err);
    lua_settop(L, 1);
    return 1;
}

int reader_check_name(const char *name, struct error *err)
{
    static const char *const ours[] = {"grid", "experiment", "data_set", NULL};
    const char *const *const functions[] = {ours, value_laws};
    const struct component *type;

    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        for (int i = 0; slot->kind && !slot->is_late && slot->kind != &dataset_format_kind && (type = slot->kind->at(i));
             i++)
            if (strcmp(type->name, name) == 0)
                return error_set(err, "\"%s\" is %s %s already; a data set needs a name of its own", name,
                                 strchr("aeiou", *slot->name) ? "an" : "a", slot->name);
    for (const struct alias *a = aliases; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return error_set(err, "\"%s\" is another name of the %s %s already; a data set needs a name of its own", name,
                             a->kind->name, a->type);
    for (int f = 0; f < 2; f++)
        for (int i = 0; functions[f][i]; i++)
            if (strcmp(functions[f][i], name) == 0)
                return error_set(err, "\"%s\" is a function of scripts already; a data set needs a name of its own",
                                 name);
    if (sandbox_has(name))
        return error_set(err, "\"%s\" is a word of Lua already; a data set needs a name of its own", name);
    return 0;
}
