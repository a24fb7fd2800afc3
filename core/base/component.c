/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/component.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_NAMES = 64 };

const struct component *component_find(const struct component_kind *kind, const char *name,
                                       struct error *err)
{
    const struct component *c;
    const char *names[MAX_NAMES + 1] = {0};

    for (int i = 0; (c = kind->at(i)); i++) {
        if (strcmp(c->name, name) == 0)
            return c;
        if (i < MAX_NAMES)
            names[i] = c->name;
    }
    text_unknown(err, kind->name, name, names);
    return NULL;
}

const struct hparam *component_hparam(const struct component *c, const char *name)
{
    for (const struct hparam *h = c->hparams; h && h->name; h++)
        if (strcmp(h->name, name) == 0)
            return h;
    return NULL;
}

void hparam_describe(struct text *t, const struct hparam *h)
{
    char low[TEXT_NUMBER_SIZE], high[TEXT_NUMBER_SIZE];

    text_number(h->low, low);
    text_number(h->high, high);
    switch (h->kind) {
    case HPARAM_BOOL:
        text_printf(t, "true or false");
        return;
    case HPARAM_CHOICE:
        text_printf(t, "one of: ");
        text_words(t, h->choices);
        return;
    case HPARAM_TEXT:
        text_printf(t, "a text of at most %s bytes", high);
        return;
    case HPARAM_INTEGERS:
        text_printf(t, "a list of up to %d whole numbers", HPARAM_MAX_ITEMS);
        break;
    case HPARAM_NUMBERS:
        text_printf(t, "a list of up to %d numbers", HPARAM_MAX_ITEMS);
        break;
    case HPARAM_INTEGER:
        text_printf(t, "a whole number");
        break;
    case HPARAM_NUMBER:
        text_printf(t, "a number");
        break;
    }
    if (isinf(h->high))
        text_printf(t, " of at least %s", low);
    else
        text_printf(t, " from %s to %s", low, high);
    if (h->takes_names)
        text_printf(t, ", or names");
}

static bool is_in_range(const struct hparam *h, double x)
{
    return x >= h->low && x <= h->high;
}

static bool is_number(const struct hparam *h, const struct value *v)
{
    return v->kind == VALUE_NUMBER && is_in_range(h, v->number);
}

static bool is_whole(const struct hparam *h, const struct value *v)
{
    return is_number(h, v) && v->number == floor(v->number) && fabs(v->number) <= 2147483647.0;
}

static bool is_list(const struct hparam *h, const struct value *v,
                    bool (*is_item)(const struct hparam *h, const struct value *v))
{
    if (v->kind != VALUE_LIST || v->n_items > HPARAM_MAX_ITEMS)
        return false;
    for (int i = 0; i < v->n_items; i++)
        if (!is_item(h, &v->items[i]))
            return false;
    return true;
}

static int find_choice(const struct hparam *h, const struct value *v)
{
    for (int i = 0; v->kind == VALUE_STRING && h->choices[i]; i++)
        if (strcmp(h->choices[i], v->string) == 0)
            return i;
    return -1;
}

static bool is_text(const struct hparam *h, const struct value *v)
{
    if (v->kind != VALUE_STRING || (double)strlen(v->string) > h->high)
        return false;
    for (const char *c = v->string; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

static bool is_valid(const struct hparam *h, const struct value *v)
{
    switch (h->kind) {
    case HPARAM_BOOL:
        return v->kind == VALUE_BOOL;
    case HPARAM_NUMBER:
        return is_number(h, v);
    case HPARAM_INTEGER:
        return is_whole(h, v);
    case HPARAM_CHOICE:
        return find_choice(h, v) >= 0;
    case HPARAM_TEXT:
        return is_text(h, v);
    case HPARAM_INTEGERS:
        return is_list(h, v, is_whole);
    case HPARAM_NUMBERS:
        return is_list(h, v, is_number);
    }
    return false;
}

int hparam_check(const struct hparam *h, const struct value *v, struct error *err)
{
    struct text t = {0};

    if (is_valid(h, v))
        return 0;
    value_write(&t, v);
    text_printf(&t, " is not ");
    hparam_describe(&t, h);
    error_set(err, "%s", t.s);
    text_release(&t);
    return -1;
}

struct value hparam_fallback(const struct hparam *h, struct arena *arena)
{
    struct value v;
    struct error err;
    int ok = value_parse(h->fallback, arena, &v, &err) == 0 && is_valid(h, &v);

    assert(ok);
    return v;
}

static bool is_fallback(const struct hparam *h, const struct value *v, struct arena *arena)
{
    const struct value fallback = hparam_fallback(h, arena);

    return value_equal(v, &fallback);
}

void component_defaults(const struct component *c, const char *prefix, struct settings *s)
{
    char name[128];

    for (const struct hparam *h = c->hparams; h && h->name; h++) {
        const struct value *v;

        snprintf(name, sizeof name, "%s.%s", prefix, h->name);
        v = settings_find(s, name);
        if (!v && !h->is_later)
            settings_set(s, name, hparam_fallback(h, s->arena));
        if (v && h->is_later && is_fallback(h, v, s->arena))
            settings_remove(s, name);
    }
}

static void store(const struct hparam *h, const struct value *v, unsigned char *config)
{
    void *member = config + h->offset;

    switch (h->kind) {
    case HPARAM_NUMBER:
        *(double *)member = v->number;
        break;
    case HPARAM_INTEGER:
        *(int *)member = (int)v->number;
        break;
    case HPARAM_BOOL:
        *(bool *)member = v->truth;
        break;
    case HPARAM_CHOICE:
        *(int *)member = find_choice(h, v);
        break;
    case HPARAM_TEXT:
        *(const char **)member = v->string;
        break;
    case HPARAM_INTEGERS: {
        struct hparam_integers *list = member;

        list->n = v->n_items;
        for (int i = 0; i < v->n_items; i++)
            list->at[i] = (int)v->items[i].number;
        break;
    }
    case HPARAM_NUMBERS: {
        struct hparam_numbers *list = member;

        list->n = v->n_items;
        for (int i = 0; i < v->n_items; i++)
            list->at[i] = v->items[i].number;
        break;
    }
    }
}

int component_configure(const struct component *c, const char *prefix, const struct settings *s,
                        struct arena *arena, void **ret_config, struct error *err)
{
    unsigned char *config = arena_alloc(arena, c->config_size ? c->config_size : 1);
    char name[128];

    for (const struct hparam *h = c->hparams; h && h->name; h++) {
        struct value fallback;
        const struct value *v;

        snprintf(name, sizeof name, "%s.%s", prefix, h->name);
        v = settings_find(s, name);
        if (!v && h->is_later) {
            fallback = hparam_fallback(h, arena);
            v = &fallback;
        }
        if (!v)
            return error_set(err, "setting \"%s\" is missing", name);
        if (hparam_check(h, v, err) < 0)
            return error_context(err, "%s", name);
        store(h, v, config);
    }
    *ret_config = config;
    return 0;
}
