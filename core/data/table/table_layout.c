/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/table/table_layout.h"

#include "data/table/levels.h"

#include <stdio.h>
#include <string.h>

const char *const table_kinds[] = {"unknown", "number", "category", "label", "target", "ignore", "text", NULL};

/* ---- values ---- */

/* A column, a class: a text, or a number where such are its name. NULL: neither. */
static const char *name_of(const struct value *v, struct arena *arena)
{
    char number[TEXT_NUMBER_SIZE];

    if (v->kind == VALUE_STRING)
        return v->string;
    if (v->kind != VALUE_NUMBER)
        return NULL;
    text_number(v->number, number);
    return arena_strdup(arena, number);
}

/* The texts of `key`; none where it is not there. */
static int find_texts(const struct settings *description, const char *key, struct arena *arena,
                      struct table_texts *ret_texts, struct error *err)
{
    const struct value *v = settings_find(description, key);
    const struct value *values = v && v->kind == VALUE_LIST ? v->items : v;
    int n = !v ? 0 : v->kind == VALUE_LIST ? v->n_items : 1;
    const char **items = arena_alloc(arena, ((size_t)n + 1) * sizeof *items);

    for (int i = 0; i < n; i++)
        if (!(items[i] = name_of(&values[i], arena)))
            return error_set(err, "\"%s\" in its description: item %d is not a text", key, i + 1);
    *ret_texts = (struct table_texts){items, n};
    return 0;
}

/* The text of `key`; `fallback` where it is not there. */
static int find_text(const struct settings *description, const char *key, const char *fallback,
                     const char **ret_text, struct error *err)
{
    const struct value *v = settings_find(description, key);

    if (v && v->kind != VALUE_STRING)
        return error_set(err, "\"%s\" in its description is not a text", key);
    *ret_text = v ? v->string : fallback;
    return 0;
}

/* The one sign of `key`; 0 for "". */
static int find_sign(const struct settings *description, const char *key, const char *fallback, char *ret_sign,
                     struct error *err)
{
    const char *text = fallback;

    if (find_text(description, key, fallback, &text, err) < 0)
        return -1;
    if (strcmp(text, "tab") == 0)
        text = "\t";
    if (strlen(text) > 1)
        return error_set(err, "\"%s\" in its description is \"%.20s\": one sign is wanted (of one byte), or \"tab\"", key, text);
    if (*text && strchr("\n\r.+-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", *text))
        return error_set(err, "\"%s\" in its description is \"%s\": it can be no part of a name or number, and no "
                              "line end", key, text);
    *ret_sign = *text;
    return 0;
}

static int read_options(const struct settings *description, struct csv_options *csv, struct error *err)
{
    csv->trims = true;
    if (find_sign(description, "separator", ",", &csv->separator, err) < 0 ||
        find_sign(description, "quote", "\"", &csv->quote, err) < 0 ||
        find_sign(description, "comment", "", &csv->comment, err) < 0)
        return -1;
    if (!csv->separator)
        return error_set(err, "\"separator\" in its description is empty");
    if (csv->separator == csv->quote || csv->separator == csv->comment || (csv->quote && csv->quote == csv->comment))
        return error_set(err, "separator, quote and comment in its description are three different signs");
    return 0;
}

int table_layout_read(const struct settings *description, struct arena *arena,
                      struct table_layout *ret_layout, struct error *err)
{
    static const char *const empty[] = {"", NULL};
    const struct value *header = settings_find(description, "header"), *more = settings_find(description, "more_fields");
    struct table_layout l = {.has_header = !header || header->truth};

    if (header && header->kind != VALUE_BOOL)
        return error_set(err, "\"header\" in its description is not true or false");
    if (read_options(description, &l.csv, err) < 0 ||
        find_texts(description, "missing", arena, &l.missing, err) < 0 ||
        find_texts(description, "classes", arena, &l.classes, err) < 0 ||
        find_text(description, "label_strip", "", &l.label_strip, err) < 0)
        return -1;
    if (!settings_find(description, "missing"))
        l.missing = (struct table_texts){empty, 1};
    if (l.has_header && settings_find(description, "columns"))
        return error_set(err, "\"columns\" in its description is for files without a header: they have names "
                              "already, or header = false");
    if (more && more->kind != VALUE_BOOL)
        return error_set(err, "\"more_fields\" in its description is not true or false");
    if (more && more->truth) {
        struct table_texts columns;

        if (find_texts(description, "columns", arena, &columns, err) < 0)
            return -1;
        if (columns.n == 0)
            return error_set(err, "\"more_fields\" in its description is for files whose \"columns\" it names");
        l.csv.n_columns = columns.n;
    }
    *ret_layout = l;
    return 0;
}

/* ---- columns ---- */

/* A kind by its name, or TABLE_UNKNOWN. */
static enum table_kind find_kind(const char *name)
{
    int kind = TABLE_NUMBER;

    while (table_kinds[kind] && strcmp(table_kinds[kind], name) != 0)
        kind++;
    return table_kinds[kind] ? (enum table_kind)kind : TABLE_UNKNOWN;
}

static int unknown_kind(const char *name, struct error *err)
{
    return text_unknown(err, "kind of column", name, table_kinds + TABLE_NUMBER);
}

/* Item c of `columns`, which is NAME or NAME KIND. */
static int take_item(struct table_layout *l, const char **names, int c, const char *item, struct arena *arena,
                     struct error *err)
{
    const char *blank = strrchr(item, ' ');

    names[c] = item;
    if (!blank)
        return 0;
    l->kinds[c] = find_kind(blank + 1);
    if (l->kinds[c] == TABLE_UNKNOWN) {
        unknown_kind(blank + 1, err);
        return error_context(err, "\"columns\" in its description: item %d, \"%.60s\"", c + 1, item);
    }
    if (l->kinds[c] == TABLE_TEXT)
        l->texts[l->n_texts++] = c;
    while (blank > item && blank[-1] == ' ')
        blank--;
    names[c] = arena_printf(arena, "%.*s", (int)(blank - item), item);
    return 0;
}

/* The names of columns that have no header: those of `columns`, or 1, 2, 3 ... */
static int make_names(struct table_layout *l, const struct settings *description, const char *file, const char **names,
                      struct arena *arena, struct error *err)
{
    struct table_texts items;

    if (find_texts(description, "columns", arena, &items, err) < 0)
        return -1;
    if (items.n > 0 && items.n != l->n_columns)
        return error_set(err, "\"%s\" has %d columns, but \"columns\" in its description names %d", file,
                         l->n_columns, items.n);
    for (int c = 0; c < l->n_columns; c++)
        if (items.n == 0)
            names[c] = arena_printf(arena, "%d", c + 1);
        else if (take_item(l, names, c, items.items[c], arena, err) < 0)
            return -1;
    return 0;
}

/* Column numbers by name. */
static int index_names(struct levels *names, const struct table_layout *l, const char *file, struct error *err)
{
    for (int c = 0; c < l->n_columns; c++) {
        int found = levels_add(names, l->names[c], strlen(l->names[c]), (struct level_place){0});

        if (!l->names[c][0])
            return error_set(err, "\"%s\": column %d has no name", file, c + 1);
        if (!text_is_plain(l->names[c]))
            return error_set(err, "\"%s\": the name of column %d, \"%.60s\", is not plain text in UTF-8", file, c + 1,
                             l->names[c]);
        if (found != c)
            return error_set(err, "\"%s\" has two columns \"%.60s\", the %d. and the %d.", file, l->names[c],
                             found + 1, c + 1);
    }
    return 0;
}

static int find_column(const struct levels *names, const struct table_layout *l, const char *key, const char *file,
                       const char *name, struct error *err)
{
    int c = levels_find(names, name, strlen(name));
    char whole[300];

    if (c >= 0)
        return c;
    snprintf(whole, sizeof whole, "\"%.250s\"", file);
    text_lacks(err, whole, "column", name, l->names);
    return error_context(err, "\"%s\" in its description", key);
}

/* The columns that `key` names are of a kind. */
static int take_kind(struct table_layout *l, const struct levels *names, const struct settings *description,
                     const char *key, enum table_kind kind, const char *file, struct arena *arena, struct error *err)
{
    struct table_texts items;

    if (find_texts(description, key, arena, &items, err) < 0)
        return -1;
    for (int i = 0; i < items.n; i++) {
        int c = find_column(names, l, key, file, items.items[i], err);

        if (c < 0)
            return -1;
        if (l->kinds[c] != TABLE_UNKNOWN)
            return error_set(err, "column \"%.60s\" is said to be of the kind %s and of the kind %s", l->names[c],
                             table_kinds[l->kinds[c]], table_kinds[kind]);
        l->kinds[c] = kind;
        if (kind == TABLE_TEXT)
            l->texts[l->n_texts++] = c;
    }
    return 0;
}

static int take_kinds(struct table_layout *l, const struct levels *names, const struct settings *description,
                      const char *file, struct arena *arena, struct error *err)
{
    static const struct {
        const char *key;
        enum table_kind kind;
    } lists[] = {
        {"numbers", TABLE_NUMBER}, {"categories", TABLE_CATEGORY}, {"ignore", TABLE_IGNORE},
        {"label", TABLE_LABEL},    {"target", TABLE_TARGET}, {"texts", TABLE_TEXT},
    };

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (take_kind(l, names, description, lists[i].key, lists[i].kind, file, arena, err) < 0)
            return -1;
    return 0;
}

/* What is said of all columns that are not named. */
static int take_others(struct table_layout *l, const struct settings *description, struct error *err)
{
    const char *others = "";
    enum table_kind kind = TABLE_UNKNOWN;
    struct text left = {0};
    int n_left = 0;

    if (find_text(description, "others", "", &others, err) < 0)
        return -1;
    if (*others && (kind = find_kind(others)) == TABLE_UNKNOWN)
        unknown_kind(others, err);
    else if (kind == TABLE_LABEL || kind == TABLE_TARGET || kind == TABLE_TEXT)
        error_set(err, "it can be number, category or ignore, not %s", others);
    if (*others && kind != TABLE_NUMBER && kind != TABLE_CATEGORY && kind != TABLE_IGNORE)
        return error_context(err, "\"others\" in its description");
    for (int c = 0; c < l->n_columns; c++) {
        if (l->kinds[c] != TABLE_UNKNOWN)
            continue;
        l->kinds[c] = kind;
        if (kind == TABLE_UNKNOWN && n_left++ < 12)
            text_printf(&left, "%s\"%.40s\"", n_left > 1 ? ", " : "", l->names[c]);
    }
    if (n_left > 0)
        error_set(err, "%d of %d columns have no kind: %s%s; name them in numbers, categories or ignore, or say "
                       "others = \"number\" (or category, ignore)", n_left, l->n_columns, left.s, n_left > 12 ? " ..." : "");
    text_release(&left);
    return n_left > 0 ? -1 : 0;
}

static int count(const struct table_layout *l, enum table_kind kind)
{
    int n = 0;

    for (int c = 0; c < l->n_columns; c++)
        n += l->kinds[c] == kind;
    return n;
}

static int check_kinds(const struct table_layout *l, struct error *err)
{
    int n_answers = count(l, TABLE_LABEL) + count(l, TABLE_TARGET);

    if (n_answers == 0)
        return error_set(err, "its description says no column to predict: label = \"NAME\" for classes, target = "
                              "\"NAME\" for numbers");
    if (n_answers > 1)
        return error_set(err, "its description says %d columns to predict: one label, or one target", n_answers);
    if (l->classes.n > 0 && count(l, TABLE_LABEL) == 0)
        return error_set(err, "\"classes\" in its description: a target has none");
    if (count(l, TABLE_NUMBER) + count(l, TABLE_CATEGORY) + count(l, TABLE_TEXT) == 0)
        return error_set(err, "no number and no category is left to predict from");
    return 0;
}

static int take_groups(struct table_layout *l, const struct levels *names, const struct settings *description,
                       const char *file, struct arena *arena, struct error *err)
{
    struct table_texts items;

    if (find_texts(description, "groups", arena, &items, err) < 0)
        return -1;
    l->groups = arena_alloc(arena, ((size_t)items.n + 1) * sizeof *l->groups);
    for (int i = 0; i < items.n; i++) {
        int c = find_column(names, l, "groups", file, items.items[i], err);

        if (c < 0)
            return -1;
        if (l->kinds[c] == TABLE_TARGET)
            return error_set(err, "\"groups\" in its description: \"%.60s\" is the target, a number", l->names[c]);
        for (int k = 0; k < l->n_groups; k++)
            if (l->groups[k] == c)
                return error_set(err, "\"groups\" in its description names \"%.60s\" twice", l->names[c]);
        l->groups[l->n_groups++] = c;
    }
    return 0;
}

int table_layout_resolve(struct table_layout *l, const struct settings *description, const char *file,
                         const char *const *header, int n_columns, struct arena *arena, struct error *err)
{
    struct levels names = {.arena = arena};
    const char **list = arena_alloc(arena, ((size_t)n_columns + 1) * sizeof *list);

    l->n_columns = n_columns;
    l->kinds = arena_alloc(arena, (size_t)n_columns * sizeof *l->kinds);
    l->texts = arena_alloc(arena, (size_t)n_columns * sizeof *l->texts);
    for (int c = 0; c < n_columns && header; c++)
        list[c] = header[c];
    if (!header && make_names(l, description, file, list, arena, err) < 0)
        return -1;
    l->names = list;
    if (index_names(&names, l, file, err) < 0 || take_kinds(l, &names, description, file, arena, err) < 0 ||
        take_others(l, description, err) < 0 || check_kinds(l, err) < 0)
        return -1;
    return take_groups(l, &names, description, file, arena, err);
}
