/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/sheet/json.h"

#include "table/sheet/escape.h"

#include <assert.h>
#include <math.h>

static void begin(struct json *j, const char *name)
{
    text_printf(j->text, "%s\n%*s", j->needs_comma ? "," : "", 2 * j->depth, "");
    j->needs_comma = true;
    if (!name)
        return;
    escape_json(j->text, name);
    text_printf(j->text, ": ");
}

void json_open(struct json *j, const char *name, char bracket)
{
    if (j->depth > 0)
        begin(j, name);
    text_printf(j->text, "%c", bracket);
    j->needs_comma = false;
    j->depth++;
}

void json_close(struct json *j, char bracket)
{
    j->depth--;
    text_printf(j->text, "\n%*s%c%s", 2 * j->depth, "", bracket, j->depth ? "" : "\n");
    j->needs_comma = true;
}

void json_number(struct json *j, const char *name, double x)
{
    begin(j, name);
    text_printf(j->text, isfinite(x) ? "%.17g" : "null", x);
}

void json_text(struct json *j, const char *name, const char *s)
{
    begin(j, name);
    escape_json(j->text, s);
}

void json_bool(struct json *j, const char *name, bool truth)
{
    begin(j, name);
    text_printf(j->text, truth ? "true" : "false");
}

void json_value(struct json *j, const char *name, const struct value *v)
{
    switch (v->kind) {
    case VALUE_STRING:
        json_text(j, name, v->string);
        return;
    case VALUE_LIST:
        json_open(j, name, '[');
        for (int i = 0; i < v->n_items; i++)
            json_value(j, NULL, &v->items[i]);
        json_close(j, ']');
        return;
    default:
        assert(v->kind != VALUE_LAW);
        begin(j, name);
        value_write(j->text, v);
    }
}
