/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/json_tree.h"

#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *word;
    double value;
} not_finite[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};

enum { N_NOT_FINITE = sizeof not_finite / sizeof *not_finite };

/* Which of the words begins at `at`, or -1. */
static int word_at(const char *at, const char *end)
{
    for (int i = 0; i < N_NOT_FINITE; i++) {
        size_t length = strlen(not_finite[i].word);

        if ((size_t)(end - at) >= length && memcmp(at, not_finite[i].word, length) == 0)
            return i;
    }
    return -1;
}

/* The text with Python's words in quotes. */
static void quote_words(const char *text, size_t size, struct text *t)
{
    const char *end = text + size;
    bool is_quoted = false;

    for (const char *at = text; at < end;) {
        size_t length = *at == '\\' && is_quoted && at + 1 < end ? 2 : 1;
        int word = is_quoted ? -1 : word_at(at, end);

        is_quoted ^= *at == '"';
        if (word >= 0) {
            length = strlen(not_finite[word].word);
            text_printf(t, "\"%s\"", not_finite[word].word);
        } else {
            text_add(t, at, length);
        }
        at += length;
    }
}

static void copy_text(struct json_tree *node, const char *s, int flags, struct arena *arena)
{
    int word = flags & JSON_TREE_NOT_FINITE ? word_at(s, s + strlen(s)) : -1;

    if (word >= 0 && strcmp(s, not_finite[word].word) == 0) {
        node->kind = JSON_TREE_NUMBER;
        node->number = not_finite[word].value;
        return;
    }
    node->kind = JSON_TREE_TEXT;
    node->text = arena_strdup(arena, s);
}

static int copy(const json_t *j, int depth, int flags, struct arena *arena, struct json_tree *node,
                struct error *err)
{
    struct json_tree *items;
    const char *name;
    json_t *item;
    size_t i;

    if (depth > JSON_TREE_MAX_DEPTH)
        return error_set(err, "nested deeper than %d", JSON_TREE_MAX_DEPTH);
    switch (json_typeof(j)) {
    case JSON_NULL:
        return 0;
    case JSON_TRUE:
    case JSON_FALSE:
        node->kind = JSON_TREE_TRUTH;
        node->truth = json_is_true(j);
        return 0;
    case JSON_INTEGER:
        node->kind = JSON_TREE_INTEGER;
        node->integer = json_integer_value(j);
        node->number = (double)node->integer;
        return 0;
    case JSON_REAL:
        node->kind = JSON_TREE_NUMBER;
        node->number = json_real_value(j);
        return 0;
    case JSON_STRING:
        copy_text(node, json_string_value(j), flags, arena);
        return 0;
    case JSON_ARRAY:
        node->kind = JSON_TREE_LIST;
        node->items = items = arena_alloc(arena, (json_array_size(j) + 1) * sizeof *items);
        json_array_foreach(j, i, item)
            if (copy(item, depth + 1, flags, arena, &items[node->n_items++], err) < 0)
                return -1;
        return 0;
    case JSON_OBJECT:
        node->kind = JSON_TREE_TABLE;
        node->items = items = arena_alloc(arena, (json_object_size(j) + 1) * sizeof *items);
        json_object_foreach((json_t *)j, name, item)
        {
            items[node->n_items].name = arena_strdup(arena, name);
            if (copy(item, depth + 1, flags, arena, &items[node->n_items++], err) < 0)
                return -1;
        }
        return 0;
    }
    return 0;
}

int json_tree_read(const char *text, size_t size, int flags, struct arena *arena,
                   const struct json_tree **ret_tree, struct error *err)
{
    struct json_tree *tree = arena_alloc(arena, sizeof *tree);
    struct text quoted = {0};
    json_error_t json_err;
    json_t *j;
    int result;

    if (size > JSON_TREE_MAX_SIZE && *text != '"')
        return error_set(err, "%zu bytes of JSON; at most %d are read", size, JSON_TREE_MAX_SIZE);
    if (flags & JSON_TREE_NOT_FINITE) {
        text_add(&quoted, "", 0);
        quote_words(text, size, &quoted);
        text = quoted.s;
        size = quoted.size;
    }
    j = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &json_err);
    text_release(&quoted);
    if (!j)
        return error_set(err, "it is not JSON, byte %d: %.100s", json_err.position, json_err.text);
    result = copy(j, 1, flags, arena, tree, err);
    json_decref(j);
    if (result == 0)
        *ret_tree = tree;
    return result;
}

const struct json_tree *json_tree_find(const struct json_tree *table, const char *name)
{
    for (int i = 0; table && table->kind == JSON_TREE_TABLE && i < table->n_items; i++)
        if (strcmp(table->items[i].name, name) == 0)
            return &table->items[i];
    return NULL;
}

/* ---- a walk ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* Behind the text that begins with a quote at `at`; `end` where it does not end. */
static const char *skip_text(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at + 1 : end;
}

/* Where the value ends: a text behind its quote, another at the comma or bracket of the table that
 * it is in. */
static const char *skip_value(const char *at, const char *end)
{
    if (at < end && *at == '"')
        return skip_text(at, end);
    for (long depth = 0; at < end;) {
        if (*at == '"') {
            at = skip_text(at, end);
            continue;
        }
        if (depth == 0 && (*at == ',' || *at == '}' || *at == ']'))
            return at;
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    }
    return end;
}

/* Steps over the mark and the blanks behind it. */
static int take(struct json_walk *walk, char mark, struct error *err)
{
    walk->at = skip_blanks(walk->at, walk->end);
    if (walk->at == walk->end || *walk->at != mark)
        return error_set(err, "it is not JSON: %c is missing, or what stands before it is wrong",
                         mark);
    walk->at = skip_blanks(walk->at + 1, walk->end);
    return 0;
}

int json_walk_next(struct json_walk *walk, struct json_member *ret_member, struct error *err)
{
    struct json_member m;
    bool is_first = !walk->is_inside;

    if (is_first && take(walk, '{', err) < 0)
        return -1;
    walk->is_inside = true;
    walk->at = skip_blanks(walk->at, walk->end);
    if (walk->at < walk->end && *walk->at == '}') {
        walk->at = skip_blanks(walk->at + 1, walk->end);
        return walk->at == walk->end ? 0 : error_set(err, "it is not JSON: more stands behind it");
    }
    if (!is_first && take(walk, ',', err) < 0)
        return -1;
    if (walk->at == walk->end || *walk->at != '"')
        return error_set(err, "it is not JSON: a name in quotes is missing");
    m.name = walk->at;
    walk->at = skip_text(walk->at, walk->end);
    m.name_size = (size_t)(walk->at - m.name);
    if (take(walk, ':', err) < 0)
        return -1;
    m.value = walk->at;
    walk->at = skip_value(walk->at, walk->end);
    m.value_size = (size_t)(walk->at - m.value);
    while (m.value_size && is_blank(m.value[m.value_size - 1]))
        m.value_size--;
    *ret_member = m;
    return 1;
}
