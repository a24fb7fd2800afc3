/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *const value_laws[] = {"one_of", "uniform", "log_uniform", NULL};

struct value value_tidy(double x, int digits)
{
    char decimal[TEXT_NUMBER_SIZE];

    snprintf(decimal, sizeof decimal, "%.*g", digits, x);
    text_parse_number(decimal, &x);
    return value_number(x);
}

struct value value_number(double number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_bool(bool truth)
{
    return (struct value){.kind = VALUE_BOOL, .truth = truth};
}

struct value value_string(const char *string)
{
    return (struct value){.kind = VALUE_STRING, .string = string};
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NUMBER:
        return a->number == b->number;
    case VALUE_BOOL:
        return a->truth == b->truth;
    case VALUE_STRING:
        return strcmp(a->string, b->string) == 0;
    case VALUE_LIST:
        break;
    case VALUE_LAW:
        if (a->law != b->law)
            return false;
        break;
    }
    if (a->n_items != b->n_items)
        return false;
    for (int i = 0; i < a->n_items; i++)
        if (!value_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

int value_check_distinct(const struct value *values, int n, struct error *err)
{
    for (int i = 1; i < n; i++)
        for (int k = 0; k < i; k++) {
            struct text t = {0};

            if (!value_equal(&values[i], &values[k]))
                continue;
            value_write(&t, &values[i]);
            error_set(err, "%s is there twice", t.s);
            text_release(&t);
            return -1;
        }
    return 0;
}

static void write_string(struct text *t, const char *s)
{
    text_printf(t, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\')
            text_printf(t, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_printf(t, "\\u%04x", c);
        else
            text_add(t, s, 1);
    }
    text_printf(t, "\"");
}

void value_write(struct text *t, const struct value *v)
{
    char number[TEXT_NUMBER_SIZE];

    switch (v->kind) {
    case VALUE_NUMBER:
        text_number(v->number, number);
        text_printf(t, "%s", number);
        break;
    case VALUE_BOOL:
        text_printf(t, v->truth ? "true" : "false");
        break;
    case VALUE_STRING:
        write_string(t, v->string);
        break;
    case VALUE_LIST:
    case VALUE_LAW:
        text_printf(t, v->kind == VALUE_LIST ? "[" : "%s(", value_laws[v->law]);
        for (int i = 0; i < v->n_items; i++) {
            text_printf(t, i ? "," : "");
            value_write(t, &v->items[i]);
        }
        text_printf(t, v->kind == VALUE_LIST ? "]" : ")");
        break;
    }
}

const char *value_text(struct arena *arena, const struct value *v)
{
    struct text t = {0};
    const char *s;

    value_write(&t, v);
    s = arena_strdup(arena, t.s);
    text_release(&t);
    return s;
}

/* Reads a quoted text at *s and moves behind it. */
static int parse_quoted(const char **s, struct arena *arena, struct value *ret_value,
                        struct error *err)
{
    char *out = arena_alloc(arena, strlen(*s) + 1);
    char *o = out;
    const char *p = *s + 1;

    while (*p && *p != '"') {
        unsigned code;
        int length = 0;

        if (*p != '\\')
            *o++ = *p++;
        else if (p[1] == '"' || p[1] == '\\')
            *o++ = p[1], p += 2;
        else if (sscanf(p, "\\u%4x%n", &code, &length) == 1 && length == 6 && code && code < 0x80)
            *o++ = (char)code, p += 6;
        else
            return error_set(err, "bad escape in text %s", *s);
    }
    if (*p != '"')
        return error_set(err, "text without its closing quote: %s", *s);
    *s = p + 1;
    *ret_value = value_string(out);
    return 0;
}

/* Reads one item up to `,` or one of `ends`, or all of it where there are none. */
static int parse_item(const char **s, const char *ends, struct arena *arena,
                      struct value *ret_value, struct error *err)
{
    size_t n;
    char *word;
    double number;

    if (**s == '"')
        return parse_quoted(s, arena, ret_value, err);
    n = strcspn(*s, ends);
    while (n > 0 && isspace((unsigned char)(*s)[n - 1]))
        n--;
    if (n == 0)
        return error_set(err, "a value is missing");
    word = arena_alloc(arena, n + 1);
    memcpy(word, *s, n);
    *s += n;
    if (text_parse_number(word, &number) == 0)
        *ret_value = value_number(number);
    else if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
        *ret_value = value_bool(word[0] == 't');
    else
        *ret_value = value_string(word);
    return 0;
}

static const char *skip_blanks(const char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    return s;
}

/* Items from behind the bracket at *s to the closing one `end`, into v. */
static int parse_list(const char **s, char end, struct arena *arena, struct value *v,
                      struct error *err)
{
    const char ends[] = {',', end, '\0'};
    int capacity = 1;
    struct value *items;

    for (const char *p = *s; *p; p++)
        capacity += *p == ',';
    items = arena_alloc(arena, (size_t)capacity * sizeof *items);
    *s = skip_blanks(*s + 1);
    while (**s != end) {
        if (**s == '[')
            return error_set(err, "a list inside a list is not a setting");
        if (parse_item(s, ends, arena, &items[v->n_items++], err) < 0)
            return -1;
        *s = skip_blanks(*s);
        if (**s == ',')
            *s = skip_blanks(*s + 1);
        else if (**s != end)
            return error_set(err, "list without its closing bracket");
    }
    (*s)++;
    v->items = items;
    return 0;
}

/* The law that `s` begins with, as in uniform(0,1): its length, or 0. */
static size_t find_law(const char *s, enum value_law *ret_law)
{
    for (int i = 0; value_laws[i]; i++) {
        size_t length = strlen(value_laws[i]);

        if (strncmp(s, value_laws[i], length) == 0 && s[length] == '(') {
            *ret_law = (enum value_law)i;
            return length;
        }
    }
    return 0;
}

int value_parse(const char *s, struct arena *arena, struct value *ret_value, struct error *err)
{
    struct value v = {.kind = VALUE_LIST};
    size_t law_length;
    int got;

    s = skip_blanks(s);
    law_length = find_law(s, &v.law);
    if (law_length) {
        v.kind = VALUE_LAW;
        s += law_length;
        got = parse_list(&s, ')', arena, &v, err);
    } else {
        got = *s == '[' ? parse_list(&s, ']', arena, &v, err)
                        : parse_item(&s, "", arena, &v, err);
    }
    if (got < 0)
        return -1;
    s = skip_blanks(s);
    if (*s)
        return error_set(err, "unexpected \"%s\" after the value", s);
    *ret_value = v;
    return 0;
}
