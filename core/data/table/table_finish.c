/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "data/table/table_reader.h"

#include <math.h>
#include <string.h>

static void put_note(struct table_reader *r, const char *note)
{
    if (r->n_notes < TABLE_MAX_NOTES)
        r->notes[r->n_notes++] = note;
    else
        r->n_notes_left_out++;
}

void table_reader_note(struct table_reader *r, const char *format, ...)
{
    struct text t = {0};
    va_list args;

    va_start(args, format);
    text_print(&t, format, args);
    va_end(args);
    text_make_plain(t.s, t.size, "");
    put_note(r, arena_strdup(r->arena, t.s));
    text_release(&t);
}

/* ---- levels ---- */

static const char *part_name(int part)
{
    static const char *const names[] = {"training part", "validation part", "test part"};

    return names[part];
}

/* Names of classes and levels are printed: they are text, and of one line. */
static int check_texts(const struct table_column *column, struct error *err)
{
    for (int i = 0; i < column->levels.n; i++) {
        const struct level *level = &column->levels.items[i];

        if (!text_is_plain(level->text))
            return error_set(err, "%s:%d: %s \"%.60s\" is not plain text in UTF-8: another encoding (iconv -t "
                                  "UTF-8), or a sign that cannot be seen", level->place.file,
                             level->place.line, column->name, level->text);
    }
    return 0;
}

/* What tells two levels that are alike apart. */
static const char *difference(const struct level *level)
{
    return levels_is_number(level) ? "in how a number is written" : "in blanks or case";
}

static void note_alike(struct table_reader *r, const struct table_column *column)
{
    int one = 0, other = 0, n = levels_alike(&column->levels, &one, &other);
    const struct level *a, *b;

    if (n == 0)
        return;
    a = &column->levels.items[one];
    b = &column->levels.items[other];
    table_reader_note(r, "%s \"%.60s\" (%s:%d) and \"%.60s\" (%s:%d) differ %s alone, and are two levels%s",
                      column->name, a->text, a->place.file, a->place.line, b->text, b->place.file, b->place.line,
                      difference(a), n > 1 ? "; so are others" : "");
}

static void note_alike_names(struct table_reader *r)
{
    struct levels names = {.arena = &r->scratch};
    int one, other;

    for (int c = 0; c < r->layout.n_columns; c++)
        levels_add(&names, r->layout.names[c], strlen(r->layout.names[c]), (struct level_place){0});
    if (levels_alike(&names, &one, &other) > 0)
        table_reader_note(r, "columns \"%.60s\" and \"%.60s\" differ %s alone, and are two", names.items[one].text,
                          names.items[other].text, difference(&names.items[one]));
}

static int check_classes(const struct table_column *column, struct error *err)
{
    const struct levels *l = &column->levels;
    int one = 0, other = 0;

    if (levels_alike(l, &one, &other) > 0) {
        const struct level *a = &l->items[one], *b = &l->items[other];

        if (!a->place.file || !b->place.file)
            return error_set(err, "\"classes\" in its description: \"%.60s\" and \"%.60s\" differ %s alone", a->text,
                             b->text, difference(a));
        return error_set(err, "%s:%d: %s \"%.60s\" differs from \"%.60s\" (%s:%d) %s alone: one class is "
                              "wanted, or names that differ in more", b->place.file, b->place.line, column->name, b->text,
                         a->text, a->place.file, a->place.line, difference(a));
    }
    for (int i = 0; i < l->n; i++) {
        const struct level *level = &l->items[i];
        int begin;

        if (!level->place.file)
            return error_set(err, "\"classes\" in its description names \"%.60s\", which no row has", level->text);
        if (level->place.part == TABLE_TRAIN)
            continue;
        error_set(err, "%s:%d: %s \"%.60s\" is in the %s, but not in the training part", level->place.file,
                  level->place.line, column->name, level->text, part_name(level->place.part));
        begin = levels_find(l, level->text, level->size - 1);
        if (begin >= 0) /* Adult's test file ends its labels in a point */
            return error_set(err, "%s, which has \"%.60s\": label_strip = \"%s\"?", err->text, l->items[begin].text,
                             level->text + level->size - 1);
        return -1;
    }
    if (l->n < 2)
        return error_set(err, "the label, %s, is \"%.60s\" in all rows", column->name, l->n ? l->items[0].text : "");
    return 0;
}

/* A name for what is missing that no level has. */
static const char *missing_name(const struct levels *l, struct arena *arena)
{
    const char *name = "missing";

    for (int i = 0; i < l->n; i++)
        if (strcmp(l->items[i].text, name) == 0) {
            name = arena_printf(arena, "(%s)", name);
            i = -1; /* anew: levels are sorted, and the name is another */
        }
    return name;
}

/* The texts, and what is missing at the end. */
static const char *const *take_names(const struct table_column *column, struct arena *arena, int *ret_n)
{
    const struct levels *l = &column->levels;
    const char **names = arena_alloc(arena, ((size_t)l->n + 1) * sizeof *names);
    size_t size = 1;
    char *to;

    for (int i = 0; i < l->n; i++)
        size += l->items[i].size + 1;
    to = arena_alloc(arena, size);
    for (int i = 0; i < l->n; i++, to += strlen(to) + 1)
        names[i] = memcpy(to, l->items[i].text, l->items[i].size + 1);
    if (column->has_missing)
        names[l->n] = missing_name(l, arena);
    *ret_n = l->n + column->has_missing;
    return names;
}

/* Codes [n_rows] that lie `stride` apart, in the levels' new order. */
static void reorder(int32_t *codes, int n_rows, int stride, const int32_t *order, int missing)
{
    for (size_t i = 0; i < (size_t)n_rows; i++, codes += stride)
        *codes = *codes < 0 ? missing : order[*codes];
}

/* Checks a column's levels, and brings them and their codes into order. */
static int finish_levels(struct table_reader *r, struct table_column *column, struct error *err)
{
    struct levels *l = &column->levels;
    bool is_label = column->kind == TABLE_LABEL;
    const int32_t *order;

    if ((is_label && check_classes(column, err) < 0) || check_texts(column, err) < 0)
        return -1;
    if (!is_label)
        note_alike(r, column);
    if (column->kind == TABLE_CATEGORY && l->n > 1000 && l->n > r->n_rows / 2)
        table_reader_note(r, "category %s has %d levels in %d rows: is it an identity, to be ignored?",
                          column->name, l->n, r->n_rows);
    if (is_label && r->layout.classes.n > 0)
        return 0;
    order = levels_sort(l, is_label || column->kind == TABLE_NUMBER);
    if (column->kind == TABLE_CATEGORY)
        reorder(r->codes + column->place, r->n_rows, r->n_categories, order, l->n);
    if (column->group >= 0)
        reorder(r->group_codes + column->group, r->n_rows, r->layout.n_groups, order, l->n);
    for (int i = 0; i < r->n_rows && is_label; i++)
        r->labels[i] = (uint16_t)order[r->labels[i]];
    return 0;
}

/* ---- groups ---- */

/* "Female, >50K" of a group's number, whose digits are the codes, the first column's the highest. */
static const char *group_name(const struct table_column *const *columns, int n, long number, struct arena *arena)
{
    const char *name = "";

    for (int g = n - 1; g >= 0; g--) {
        int n_levels, code;
        const char *const *names = take_names(columns[g], arena, &n_levels);

        code = (int)(number % n_levels);
        number /= n_levels;
        name = arena_printf(arena, "%s%s%s", names[code], *name ? ", " : "", name);
    }
    return name;
}

/* The number of each row's group among all that there could be, and how many those are; or -1. */
static int number_groups(struct table_reader *r, const struct table_column *const *columns, int *ret_numbers,
                         struct error *err)
{
    enum { MOST_COMBINATIONS = 1 << 20 };
    long n = 1;

    for (int g = 0; g < r->layout.n_groups; g++) {
        int n_levels = columns[g]->levels.n + columns[g]->has_missing;

        n *= n_levels;
        if (n > MOST_COMBINATIONS)
            return error_set(err, "\"groups\" in its description: %s has %d values, which make too many groups",
                             columns[g]->name, n_levels);
        for (size_t i = 0; i < (size_t)r->n_rows; i++)
            ret_numbers[i] = ret_numbers[i] * n_levels + r->group_codes[i * (size_t)r->layout.n_groups + (size_t)g];
    }
    return (int)n;
}

/* Groups are in the order of their columns' levels; those that no row has are none. */
static int finish_groups(struct table_reader *r, struct table *t, struct error *err)
{
    const struct table_column **columns;
    const char **names;
    uint16_t *groups;
    int *numbers, *first, n;

    if (r->layout.n_groups == 0)
        return 0;
    columns = arena_alloc(&r->scratch, (size_t)r->layout.n_groups * sizeof *columns);
    for (int c = 0; c < r->n_columns; c++)
        if (r->columns[c].group >= 0)
            columns[r->columns[c].group] = &r->columns[c];
    numbers = arena_alloc(&r->scratch, (size_t)r->n_rows * sizeof *numbers);
    if ((n = number_groups(r, columns, numbers, err)) < 0)
        return -1;
    first = arena_alloc(&r->scratch, (size_t)n * sizeof *first); /* row of each, from 1; then its place */
    for (int i = r->n_rows - 1; i >= 0; i--)
        first[numbers[i]] = i + 1;
    names = arena_alloc(r->arena, TABLE_MAX_GROUPS * sizeof *names);
    for (int k = 0; k < n; k++) {
        if (!first[k])
            continue;
        if (t->n_groups == TABLE_MAX_GROUPS)
            return error_set(err, "\"groups\" in its description: more than %d occur", TABLE_MAX_GROUPS);
        names[t->n_groups] = group_name(columns, r->layout.n_groups, k, r->arena);
        if (first[k] > r->n[TABLE_TRAIN])
            table_reader_note(r, "group \"%s\" is not in the training part", names[t->n_groups]);
        first[k] = t->n_groups++;
    }
    groups = arena_alloc(r->arena, (size_t)r->n_rows * sizeof *groups);
    for (int i = 0; i < r->n_rows; i++)
        groups[i] = (uint16_t)first[numbers[i]];
    t->group_names = names;
    t->groups = groups;
    return 0;
}

/* ---- all ---- */

/* What no scaling can make something of. */
static void note_empty(struct table_reader *r, const struct table_column *column)
{
    const float *x = r->numbers + column->place;

    for (int i = 0; i < r->n[TABLE_TRAIN]; i++, x += r->n_numbers)
        if (!isnan(*x))
            return;
    table_reader_note(r, "number %s is missing in all rows of the training part", column->name);
}

static int check_target(const struct table_reader *r, const struct table_column *column, struct error *err)
{
    for (int i = 1; i < r->n[TABLE_TRAIN]; i++)
        if (r->targets[i] != r->targets[0])
            return 0;
    return error_set(err, "the target, %s, is %g in all rows of the training part", column->name,
                     (double)r->targets[0]);
}

static int take_column(struct table_reader *r, struct table_column *column, const char **number_names, const char **text_names,
                       struct table_category *categories, struct table *t, struct error *err)
{
    struct table_category *category = &categories[column->place];
    const char *name = arena_strdup(r->arena, column->name);

    bool has_levels = column->kind == TABLE_CATEGORY || column->kind == TABLE_LABEL || column->group >= 0;

    if (has_levels && finish_levels(r, column, err) < 0)
        return -1;
    switch (column->kind) {
    case TABLE_NUMBER:
        number_names[column->place] = name;
        note_empty(r, column);
        return 0;
    case TABLE_CATEGORY:
        *category = (struct table_category){.name = name, .missing = -1};
        category->levels = take_names(column, r->arena, &category->n_levels);
        if (column->has_missing)
            category->missing = category->n_levels - 1;
        return 0;
    case TABLE_TEXT:
        text_names[column->place] = name;
        return 0;
    case TABLE_LABEL:
        t->answer_name = name;
        t->class_names = take_names(column, r->arena, &t->n_classes);
        return 0;
    case TABLE_TARGET:
        t->answer_name = name;
        return check_target(r, column, err);
    default:
        return 0;
    }
}

/* A list of its own in the result's arena. */
static void take_notes(struct table_reader *r, struct table *t)
{
    const char **notes = arena_alloc(r->arena, sizeof r->notes);

    if (r->n_notes_left_out > 0)
        r->notes[TABLE_MAX_NOTES - 1] = arena_printf(r->arena, "%d more notes like these", r->n_notes_left_out + 1);
    memcpy(notes, r->notes, sizeof r->notes);
    t->notes = notes;
    t->n_notes = r->n_notes;
}

int table_reader_finish(struct table_reader *r, struct table *ret_table, struct error *err)
{
    struct table t = {.n_rows = r->n_rows, .n_numbers = r->n_numbers, .numbers = r->numbers, .labels = r->labels,
                      .n_categories = r->n_categories, .codes = r->codes, .targets = r->targets,
                      .n_texts = r->n_texts, .texts = r->texts};
    const char **names = arena_alloc(r->arena, (size_t)r->n_numbers * sizeof *names);
    const char **text_names = arena_alloc(r->arena, (size_t)r->n_texts * sizeof *text_names);
    struct table_category *categories = arena_alloc(r->arena, ((size_t)r->n_categories + 1) * sizeof *categories);

    memcpy(t.n, r->n, sizeof t.n);
    note_alike_names(r);
    for (int c = 0; c < r->n_columns; c++)
        if (take_column(r, &r->columns[c], names, text_names, categories, &t, err) < 0)
            return -1;
    if (finish_groups(r, &t, err) < 0)
        return -1;
    t.number_names = names;
    t.text_names = text_names;
    t.categories = categories;
    take_notes(r, &t);
    *ret_table = t;
    return 0;
}
