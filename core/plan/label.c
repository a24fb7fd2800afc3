/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/label.h"

#include "base/arena.h"

#include <stdbool.h>
#include <string.h>

void label_write(struct text *t, const struct label *l)
{
    for (int i = 0; i < l->n; i++) {
        text_add(t, " ", i > 0);
        text_add_string(t, l->parts[i].setting);
        if (!l->parts[i].value)
            continue;
        text_add(t, "=", 1);
        text_add_string(t, l->parts[i].value);
    }
}

static const char *keep(struct text *t, struct arena *arena)
{
    const char *s = arena_strdup(arena, t->size ? t->s : "");

    text_release(t);
    return s;
}

const char *label_text(const struct label *l, struct arena *arena)
{
    struct text t = {0};

    label_write(&t, l);
    return keep(&t, arena);
}

/* The length of the word that s begins with; blanks inside quotes are of it. */
static size_t word_length(const char *s)
{
    bool is_quoted = false;
    size_t n = 0;

    for (; s[n] && (s[n] != ' ' || is_quoted); n++)
        if (s[n] == '\\' && is_quoted && s[n + 1])
            n++;
        else if (s[n] == '"')
            is_quoted = !is_quoted;
    return n;
}

struct label label_read(const char *text, struct arena *arena)
{
    struct label_part *parts = NULL;
    int n = 0;

    while (*text) {
        size_t length = word_length(text), name = strcspn(text, "=");
        bool has_value = name < length;

        parts = arena_grow(arena, parts, n, sizeof *parts);
        parts[n++] = (struct label_part){
            arena_printf(arena, "%.*s", (int)(has_value ? name : length), text),
            has_value ? arena_printf(arena, "%.*s", (int)(length - name - 1), text + name + 1) : NULL,
        };
        text += length;
        if (*text == ' ' && !*++text) { /* a blank is between two words */
            parts = arena_grow(arena, parts, n, sizeof *parts);
            parts[n++] = (struct label_part){"", NULL};
        }
    }
    return (struct label){parts, n};
}

struct label label_of(struct label given, const char *text, struct arena *arena)
{
    return given.n > 0 ? given : label_read(text, arena);
}

const char *label_short_setting(const char *setting)
{
    const char *dot = strchr(setting, '.');

    return dot ? dot + 1 : setting;
}

const char *label_short_value(const char *value, struct arena *arena)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t n = *value == '"' ? strspn(value + 1, plain) : 0;

    return n > 0 && strcmp(value + 1 + n, "\"") == 0 ? arena_printf(arena, "%.*s", (int)n, value + 1) : value;
}

const char *label_short(const struct label *l, struct arena *arena)
{
    struct text t = {0};

    for (int i = 0; i < l->n; i++) {
        const struct label_part *p = &l->parts[i];

        text_printf(&t, "%s%s", i ? " " : "", p->value ? label_short_setting(p->setting) : p->setting);
        if (p->value)
            text_printf(&t, "=%s", label_short_value(p->value, arena));
    }
    return keep(&t, arena);
}

const struct label_part *label_find(const struct label *l, const char *setting)
{
    for (int is_short = 0; is_short < 2; is_short++)
        for (int i = 0; i < l->n; i++) {
            const char *name = l->parts[i].setting;

            if (l->parts[i].value && strcmp(is_short ? label_short_setting(name) : name, setting) == 0)
                return &l->parts[i];
        }
    return NULL;
}

struct label label_without(const struct label *l, const struct label_part *part, struct arena *arena)
{
    struct label_part *parts = arena_alloc(arena, ((size_t)l->n + 1) * sizeof *parts);
    int n = 0;

    for (int i = 0; i < l->n; i++)
        if (&l->parts[i] != part)
            parts[n++] = l->parts[i];
    return (struct label){parts, n};
}

static struct label insert(const struct label *l, int at, struct label_part part, struct arena *arena)
{
    struct label_part *parts = arena_alloc(arena, ((size_t)l->n + 1) * sizeof *parts);

    for (int i = 0; i < l->n; i++)
        parts[i + (i >= at)] = l->parts[i];
    parts[at] = part;
    return (struct label){parts, l->n + 1};
}

struct label label_with(const struct label *l, struct label_part part, struct arena *arena)
{
    int at = 0;

    while (at < l->n && strcmp(l->parts[at].setting, part.setting) <= 0)
        at++;
    return insert(l, at, part, arena);
}

struct label label_and(const struct label *l, struct label_part part, struct arena *arena)
{
    return insert(l, l->n, part, arena);
}
