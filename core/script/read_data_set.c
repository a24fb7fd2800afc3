/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data_set { ... } of a script. */
#include "script/lua_value.h"
#include "script/reader.h"

#include <string.h>

const char *const reader_data_keys[] = {"doc",   "origin", "licence",     "format",  "classes",
                                        "train", "test",   "label_bytes", "archive", "md5",     "folder",
                                        "file", "environments", "validation",
                                        "separator", "quote", "comment", "header", "columns", "numbers", "categories",
                                        "ignore", "label", "target", "others", "groups", "missing", "label_strip",
                                        "first_label", "records", "sums", "domainbed", "layout", NULL};

int reader_data_set(lua_State *L)
{
    struct reader *r = sandbox_data(L);
    struct error err;

    if (!r->description || !lua_istable(L, 1)) {
        error_set(&err, "data_set takes a table, and belongs into a file of datasets/");
        return reader_raise(L, NULL, &err);
    }
    if (settings_find(r->description, "format")) {
        error_set(&err, "a data set's file has one data_set");
        return reader_raise(L, NULL, &err);
    }
    reader_check_keys(L, r, 1, "data_set", reader_data_keys, false, 0);
    for (const char *const *keys = lua_value_keys(L, 1, r->arena, NULL); *keys; keys++) {
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
    reader_text(L, r, 1, "doc", NULL);
    if (!component_find(config_find_slot("data")->kind, reader_text(L, r, 1, "format", NULL),
                        &err))
        return reader_raise(L, "format", &err);
    lua_settop(L, 1);
    return 1;
}
