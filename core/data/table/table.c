/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In two passes over the files: the first takes heads and bounds the rows, the second reads. Then levels
 * get their order (table_finish.c). */
#include "data/table/table.h"

#include "base/number.h"
#include "data/dataset.h"
#include "data/table/table_reader.h"
#include "text/unicode.h"

#include <math.h>
#include <string.h>

/* ---- heads ---- */

/* The separator that a line of one column most likely has, or 0. */
static char guess_separator(const struct table_file *file)
{
    const char *end = memchr(file->bytes, '\n', file->size), *stop = end ? end : file->bytes + file->size;

    for (const char *s = "\t;,| "; *s; s++)
        if (memchr(file->bytes, *s, (size_t)(stop - file->bytes)))
            return *s;
    return 0;
}

static int check_width(const struct csv_rows *rows, const struct table_file *file, struct error *err)
{
    char guess = guess_separator(file);
    const char name[] = {guess, '\0'};

    if (rows->n_columns > 1)
        return 0;
    if (!guess || guess == rows->options.separator)
        return error_set(err, "\"%s\" has one column only: nothing to predict from", file->name);
    return error_set(err, "\"%s\" has one column only: is it separated otherwise? separator = \"%s\"", file->name,
                     guess == '\t' ? "tab" : name);
}

/* The names of the first line. */
static int read_header(struct table_reader *r, struct csv_rows *rows, const char *const **ret_names, struct error *err)
{
    const char **names = arena_alloc(&r->scratch, ((size_t)rows->n_columns + 1) * sizeof *names);

    if (csv_rows_next(rows, err) < 0)
        return -1;
    for (int c = 0; c < rows->n_columns; c++) {
        const struct csv_piece *piece = &rows->fields[c];

        names[c] = arena_printf(&r->scratch, "%.*s", (int)piece->size, piece->text);
        if (piece->size > 0)
            continue;
        names[c] = arena_printf(&r->scratch, "column %d", c + 1);
        if (rows == &r->files[0].rows)
            table_reader_note(r, "column %d of \"%s\" has no name: it is \"%s\"", c + 1, rows->path, names[c]);
    }
    *ret_names = names;
    return 0;
}

/* Has a further file the columns of the first one? */
static int compare_header(const struct table_reader *r, const struct csv_rows *rows, const char *const *names,
                          struct error *err)
{
    const char *first = r->files[0].rows.path, *const *wanted = r->layout.names;
    int n = rows->n_columns, n_wanted = r->layout.n_columns;

    for (int c = 0; c < n && c < n_wanted && names; c++)
        if (strcmp(names[c], wanted[c]) != 0)
            return error_set(err, "%s:%d: column %d is \"%.60s\", but \"%.60s\" in \"%s\"", rows->path,
                             rows->line, c + 1, names[c], wanted[c], first);
    if (n == n_wanted)
        return 0;
    error_set(err, "\"%s\" has %d columns, but \"%s\" has %d", rows->path, n, first, n_wanted);
    if (names && n > n_wanted)
        error_set(err, "%s: \"%.60s\" is one more", err->text, names[n_wanted]);
    else if (names)
        error_set(err, "%s: \"%.60s\" is lacking", err->text, wanted[n]);
    return -1;
}

static int open_file(struct table_reader *r, const struct settings *description,
                     const struct table_file *file, int part, struct error *err)
{
    struct table_reader_file *f = &r->files[r->n_files];
    const char *const *names = NULL;

    for (int i = 0; i < r->n_files; i++)
        if (strcmp(r->files[i].rows.path, file->name) == 0)
            return error_set(err, "\"%s\" is named twice: its rows would be in two places", file->name);
    if (file->size > TABLE_MAX_SIZE)
        return error_set(err, "\"%s\" has %zu bytes; at most %zu are read", file->name, file->size, TABLE_MAX_SIZE);
    f->part = part;
    if (csv_rows_open(&f->rows, file->name, file->bytes, file->size, &r->layout.csv, err) < 0)
        return -1;
    r->n_files++;
    r->bound += csv_rows_bound(&f->rows);
    if (r->bound > INT32_MAX)
        return error_set(err, "more than %d rows", INT32_MAX);
    if (check_width(&f->rows, file, err) < 0 || (r->layout.has_header && read_header(r, &f->rows, &names, err) < 0))
        return -1;
    if (r->n_files > 1)
        return compare_header(r, &f->rows, names, err);
    return table_layout_resolve(&r->layout, description, file->name, names, f->rows.n_columns, &r->scratch, err);
}

static int open_files(struct table_reader *r, const struct settings *description,
                      const struct table_files parts[TABLE_N_PARTS], struct error *err)
{
    int n = 0;

    for (int p = 0; p < TABLE_N_PARTS; p++)
        n += parts[p].n;
    if (parts[TABLE_TRAIN].n == 0)
        return error_set(err, "no file of the training part is named");
    r->files = arena_alloc(&r->scratch, (size_t)n * sizeof *r->files);
    for (int p = 0; p < TABLE_N_PARTS; p++)
        for (int i = 0; i < parts[p].n; i++)
            if (open_file(r, description, &parts[p].files[i], p, err) < 0)
                return -1;
    return 0;
}

/* ---- columns ---- */

/* Those that are read, each with its place among those of its kind. */
static void list_columns(struct table_reader *r)
{
    const struct table_layout *l = &r->layout;

    r->n_texts = l->n_texts;
    r->columns = arena_alloc(&r->scratch, (size_t)l->n_columns * sizeof *r->columns);
    for (int c = 0; c < l->n_columns; c++) {
        struct table_column *column = &r->columns[r->n_columns];

        *column = (struct table_column){.name = l->names[c], .field = c, .kind = l->kinds[c], .group = -1};
        column->levels.arena = &r->scratch;
        for (int g = 0; g < l->n_groups; g++)
            if (l->groups[g] == c)
                column->group = g;
        for (int k = 0; k < l->n_texts; k++)
            if (l->texts[k] == c)
                column->place = k;
        column->place = column->kind == TABLE_NUMBER     ? r->n_numbers++
                        : column->kind == TABLE_CATEGORY ? r->n_categories++
                                                         : column->place;
        r->n_columns += column->kind != TABLE_IGNORE || column->group >= 0;
    }
}

static void make_room(struct table_reader *r, struct arena *arena)
{
    size_t n = r->bound;

    r->numbers = arena_alloc(arena, n * (size_t)r->n_numbers * sizeof *r->numbers);
    r->codes = arena_alloc(arena, n * (size_t)r->n_categories * sizeof *r->codes);
    r->texts = arena_alloc(arena, n * (size_t)r->n_texts * sizeof *r->texts);
    for (int c = 0; c < r->n_columns; c++)
        if (r->columns[c].kind == TABLE_LABEL)
            r->labels = arena_alloc(arena, n * sizeof *r->labels);
        else if (r->columns[c].kind == TABLE_TARGET)
            r->targets = arena_alloc(arena, n * sizeof *r->targets);
    r->group_codes = arena_alloc(&r->scratch, n * (size_t)r->layout.n_groups * sizeof *r->group_codes);
}

/* ---- fields ---- */

static bool is_missing(const struct table_layout *l, const struct csv_piece *piece)
{
    char first = piece->size ? *piece->text : '\0'; /* tells most texts apart, without a call */

    for (int i = 0; i < l->missing.n; i++) {
        const char *token = l->missing.items[i];

        if (*token == first && strncmp(token, piece->text, piece->size) == 0 && !token[piece->size])
            return true;
    }
    return false;
}

/* What often stands for no value, or NULL. */
static const char *find_gap(const struct csv_piece *piece)
{
    static const char *const gaps[] = {"",    "?",    "NA",   "N/A",  "NaN", "nan", "na",
                                       "n/a", "NULL", "null", "None", "-",   ".",   NULL};
    int i = 0;

    while (gaps[i] && !(strlen(gaps[i]) == piece->size && memcmp(gaps[i], piece->text, piece->size) == 0))
        i++;
    return gaps[i];
}

static int refuse_number(const struct csv_rows *rows, const struct table_column *column, const struct csv_piece *piece,
                         struct error *err)
{
    const char *gap = find_gap(piece), *text = piece->text;
    int size = piece->size < 60 ? (int)piece->size : 60;
    const char *name = column->name, *hint = ": is the column a category?";
    double x;

    if (gap)
        return error_set(err, "%s:%d: %s \"%s\" is not a number: a missing value? missing = {\"%s\"}", rows->path,
                         rows->line, name, gap, gap);
    if (number_parse(text, piece->size, &x) == 0)
        return error_set(err, "%s:%d: %s \"%.*s\" is too large a number", rows->path, rows->line, name, size, text);
    if (size > 1 && memchr("+-0123456789", text[0], 12) && memchr(text, ',', (size_t)size))
        hint = "; decimals have a point";
    return error_set(err, "%s:%d: %s \"%.*s\" is not a number%s", rows->path, rows->line, name, size, text, hint);
}

static int read_number(const struct table_reader *r, const struct csv_rows *rows, const struct table_column *column,
                       const struct csv_piece *piece, float *ret_x, struct error *err)
{
    double x;

    if (is_missing(&r->layout, piece)) {
        *ret_x = NAN;
        return 0;
    }
    if (number_parse(piece->text, piece->size, &x) < 0 || !isfinite((float)x))
        return refuse_number(rows, column, piece, err);
    *ret_x = (float)x;
    return 0;
}

static int read_target(struct table_reader *r, const struct csv_rows *rows, const struct table_column *column,
                       const struct csv_piece *piece, struct error *err)
{
    float *x = &r->targets[r->n_rows];

    if (read_number(r, rows, column, piece, x, err) < 0)
        return -1;
    if (isnan(*x))
        return error_set(err, "%s:%d: the target, %s, is missing", rows->path, rows->line, column->name);
    return 0;
}

/* The class of a label, or -1. */
static int read_label(struct table_reader *r, const struct csv_rows *rows, struct table_column *column,
                      const struct csv_piece *piece, int part, struct error *err)
{
    const struct level_place place = {rows->path, rows->line, part};
    size_t size = piece->size;
    struct level *level;
    int code;

    if (is_missing(&r->layout, piece))
        return error_set(err, "%s:%d: the label, %s, is missing", rows->path, rows->line, column->name);
    while (size > 0 && (strchr(r->layout.label_strip, piece->text[size - 1]) || piece->text[size - 1] == ' '))
        size--;
    if (size == 0)
        return error_set(err, "%s:%d: the label, %s, is empty", rows->path, rows->line, column->name);
    code = levels_add(&column->levels, piece->text, size, place);
    level = &column->levels.items[code];
    if (r->layout.classes.n > 0 && code >= r->layout.classes.n) {
        text_lacks(err, "\"classes\" in the description", "class", level->text, r->layout.classes.items);
        return error_context(err, "%s:%d: %s", rows->path, rows->line, column->name);
    }
    if (code >= DATASET_MAX_CLASSES)
        return error_set(err, "%s:%d: the label, %s, has more than %d classes: a number? target = \"%s\"", rows->path,
                         rows->line, column->name, DATASET_MAX_CLASSES, column->name);
    if (!level->place.file) /* of those that the description names */
        level->place = place;
    return code;
}

/* Where the next line's fields take its place, a copy. */
static int read_text(struct table_reader *r, const struct csv_rows *rows, const struct table_column *column,
                     const struct csv_piece *piece, struct error *err)
{
    struct csv_piece *text = &r->texts[(size_t)r->n_rows * (size_t)r->n_texts + (size_t)column->place];
    size_t bad = unicode_find_bad(piece->text, piece->size);

    if (bad < piece->size)
        return error_set(err, "%s:%d: %s: byte %zu, 0x%02x, is not UTF-8 (iconv -t UTF-8 makes it so)", rows->path,
                         rows->line, column->name, bad + 1, (unsigned char)piece->text[bad]);
    *text = *piece;
    if (!csv_rows_lasts(rows, piece))
        text->text = memcpy(arena_alloc(r->arena, piece->size), piece->text, piece->size);
    return 0;
}

static int read_field(struct table_reader *r, struct table_reader_file *file, struct table_column *column,
                      struct error *err)
{
    const struct csv_rows *rows = &file->rows;
    const struct csv_piece *piece = &rows->fields[column->field];
    size_t row = (size_t)r->n_rows;
    int code = 0;

    if (column->kind == TABLE_NUMBER &&
        read_number(r, rows, column, piece, &r->numbers[row * (size_t)r->n_numbers + (size_t)column->place], err) < 0)
        return -1;
    if (column->kind == TABLE_TEXT && read_text(r, rows, column, piece, err) < 0)
        return -1;
    if (column->kind == TABLE_TARGET)
        return read_target(r, rows, column, piece, err);
    if (column->kind == TABLE_LABEL) {
        if ((code = read_label(r, rows, column, piece, file->part, err)) < 0)
            return -1;
        r->labels[row] = (uint16_t)code;
    } else if (column->kind == TABLE_CATEGORY || column->group >= 0) {
        code = -1;
        if (is_missing(&r->layout, piece))
            column->has_missing = true;
        else
            code = levels_add(&column->levels, piece->text, piece->size,
                              (struct level_place){rows->path, rows->line, file->part});
        if (column->kind == TABLE_CATEGORY)
            r->codes[row * (size_t)r->n_categories + (size_t)column->place] = code;
    }
    if (column->group >= 0)
        r->group_codes[row * (size_t)r->layout.n_groups + (size_t)column->group] = code;
    return 0;
}

static int read_rows(struct table_reader *r, struct table_reader_file *file, struct error *err)
{
    int got, n_before = r->n_rows;

    while ((got = csv_rows_next(&file->rows, err)) > 0) {
        if ((size_t)r->n_rows == r->bound)
            return error_set(err, "\"%s\" changed while it was read", file->rows.path);
        for (int c = 0; c < r->n_columns; c++)
            if (read_field(r, file, &r->columns[c], err) < 0)
                return -1;
        r->n_rows++;
        r->n[file->part]++;
    }
    if (got == 0 && r->n_rows == n_before)
        return error_set(err, "\"%s\" has no rows", file->rows.path);
    return got;
}

/* The classes that the description names come first, in its order. */
static int put_classes(struct table_reader *r, struct error *err)
{
    const struct table_texts *classes = &r->layout.classes;

    if (classes->n > DATASET_MAX_CLASSES)
        return error_set(err, "\"classes\" in its description: more than %d", DATASET_MAX_CLASSES);
    for (int c = 0; c < r->n_columns; c++)
        for (int i = 0; i < classes->n && r->columns[c].kind == TABLE_LABEL; i++)
            if (levels_add(&r->columns[c].levels, classes->items[i], strlen(classes->items[i]),
                           (struct level_place){0}) != i)
                return error_set(err, "\"classes\" in its description names \"%.60s\" twice", classes->items[i]);
    return 0;
}

int table_read(const struct settings *description, const struct table_files parts[TABLE_N_PARTS], struct arena *arena,
               struct table *ret_table, struct error *err)
{
    struct table_reader r = {.arena = arena};
    int result = -1;

    if (table_layout_read(description, &r.scratch, &r.layout, err) < 0 ||
        open_files(&r, description, parts, err) < 0)
        goto out;
    list_columns(&r);
    make_room(&r, arena);
    if (put_classes(&r, err) < 0)
        goto out;
    for (int i = 0; i < r.n_files; i++)
        if (read_rows(&r, &r.files[i], err) < 0)
            goto out;
    result = table_reader_finish(&r, ret_table, err);

out:
    for (int i = 0; i < r.n_files; i++)
        csv_rows_close(&r.files[i].rows);
    arena_release(&r.scratch);
    return result;
}
