/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/settings.h"

#include <assert.h>
#include <string.h>

void settings_init(struct settings *s, struct arena *arena)
{
    *s = (struct settings){.arena = arena};
}

/* Where `name` is, or belongs. */
static int position(const struct settings *s, const char *name, bool *ret_found)
{
    int low = 0, high = s->n_items;

    *ret_found = false;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = strcmp(s->items[middle].name, name);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct value copy_value(struct arena *arena, struct value v)
{
    struct value *items;

    if (v.kind == VALUE_STRING)
        v.string = arena_strdup(arena, v.string);
    if (v.kind == VALUE_LIST || v.kind == VALUE_LAW) {
        items = arena_alloc(arena, (size_t)v.n_items * sizeof *items);
        for (int i = 0; i < v.n_items; i++)
            items[i] = copy_value(arena, v.items[i]);
        v.items = items;
    }
    return v;
}

void settings_set(struct settings *s, const char *name, struct value value)
{
    bool found;
    int i = position(s, name, &found);

    value = copy_value(s->arena, value);
    if (found) {
        s->items[i].value = value;
        return;
    }
    s->items = arena_grow(s->arena, s->items, s->n_items, sizeof *s->items);
    memmove(&s->items[i + 1], &s->items[i], (size_t)(s->n_items - i) * sizeof *s->items);
    s->items[i].name = arena_strdup(s->arena, name);
    s->items[i].value = value;
    s->n_items++;
}

void settings_remove(struct settings *s, const char *name)
{
    bool found;
    int i = position(s, name, &found);

    if (!found)
        return;
    s->n_items--;
    memmove(&s->items[i], &s->items[i + 1], (size_t)(s->n_items - i) * sizeof *s->items);
}

void settings_copy(struct settings *to, const struct settings *from)
{
    for (int i = 0; i < from->n_items; i++)
        settings_set(to, from->items[i].name, from->items[i].value);
}

const struct value *settings_find(const struct settings *s, const char *name)
{
    bool found;
    int i = position(s, name, &found);

    return found ? &s->items[i].value : NULL;
}

double settings_number(const struct settings *s, const char *name)
{
    const struct value *v = settings_find(s, name);

    assert(v && v->kind == VALUE_NUMBER);
    return v->number;
}

const char *settings_string(const struct settings *s, const char *name)
{
    const struct value *v = settings_find(s, name);

    assert(v && v->kind == VALUE_STRING);
    return v->string;
}

void settings_write(struct text *t, const struct settings *s)
{
    for (int i = 0; i < s->n_items; i++) {
        text_printf(t, "%s = ", s->items[i].name);
        value_write(t, &s->items[i].value);
        text_printf(t, "\n");
    }
}

int settings_parse(struct settings *ret_settings, const char *text, struct error *err)
{
    struct arena *arena = ret_settings->arena;
    int line_number = 0;

    while (*text) {
        size_t size = strcspn(text, "\n");
        char *line = arena_alloc(arena, size + 1);
        char *equals;
        struct value value;

        memcpy(line, text, size);
        text += size + (text[size] == '\n');
        line_number++;
        equals = strstr(line, " = ");
        if (!equals)
            return error_set(err, "line %d: \"%s\" is not \"name = value\"", line_number, line);
        *equals = '\0';
        if (value_parse(equals + 3, arena, &value, err) < 0)
            return error_context(err, "line %d: %s", line_number, line);
        settings_set(ret_settings, line, value);
    }
    return 0;
}
