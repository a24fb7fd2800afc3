/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv.h"

#include "base/text.h"
#include "os/file.h"

#include <math.h>
#include <string.h>

/* The line's fields as texts of their own, at *to, behind which the reader is. */
static void take_row(const struct csv_rows *rows, char **to, const char **ret_fields)
{
    for (int c = 0; c < rows->n_columns; c++) {
        const struct csv_piece *piece = &rows->fields[c];

        ret_fields[c] = memmove(*to, piece->text, piece->size);
        *to += piece->size;
        *(*to)++ = '\0';
    }
}

static int check_separator(const struct csv *csv, int line, struct error *err)
{
    const char *head = csv->heads[0];

    if (csv->n_columns > 1 || !strpbrk(head, ";\t"))
        return 0;
    return error_set(err, "%s:%d: \"%.60s\" is separated by %s: commas are wanted here, and "
                     "decimals with a point", csv->path, line, head,
                     strchr(head, ';') ? "semicolons" : "tabs");
}

int csv_read(const char *path, struct arena *arena, struct csv *ret_csv, struct error *err)
{
    struct csv csv = {.path = path};
    struct csv_rows rows;
    size_t size, bound, width;
    char *text, *to; /* fields are put into the text itself, where each has room for its end */
    int got;

    if (file_read(path, CSV_MAX_SIZE, arena, &text, &size, err) < 0 ||
        csv_rows_open(&rows, path, text, size, &csv_defaults, err) < 0)
        return -1;
    to = text;
    bound = csv_rows_bound(&rows);
    width = (size_t)(csv.n_columns = rows.n_columns);
    csv.heads = arena_alloc(arena, (width + 1) * sizeof *csv.heads);
    csv.fields = arena_alloc(arena, bound * width * sizeof *csv.fields);
    csv.lines = arena_alloc(arena, bound * sizeof *csv.lines);
    if ((got = csv_rows_next(&rows, err)) > 0) {
        take_row(&rows, &to, csv.heads);
        got = check_separator(&csv, rows.line, err);
    }
    while (got >= 0 && (got = csv_rows_next(&rows, err)) > 0) {
        csv.lines[csv.n_rows] = rows.line;
        take_row(&rows, &to, csv.fields + (size_t)csv.n_rows++ * width);
    }
    csv_rows_close(&rows);
    if (got < 0)
        return -1;
    *ret_csv = csv;
    return 0;
}

int csv_column(const struct csv *csv, const char *head, struct error *err)
{
    int found = -1;

    for (int c = 0; c < csv->n_columns; c++) {
        if (strcmp(csv->heads[c], head) != 0)
            continue;
        if (found >= 0)
            return error_set(err, "%s has two columns \"%s\", the %d. and the %d.: which is meant?",
                             csv->path, head, found + 1, c + 1);
        found = c;
    }
    return found >= 0 ? found : text_lacks(err, csv->path, "column", head, csv->heads);
}

const char *csv_field(const struct csv *csv, int row, int column)
{
    return csv->fields[(size_t)row * (size_t)csv->n_columns + (size_t)column];
}

int csv_number(const struct csv *csv, int row, int column, double *ret_x, struct error *err)
{
    const char *s = csv_field(csv, row, column);
    double x;

    if (text_parse_number(s, &x) < 0 || !isfinite(x))
        return error_set(err, "%s:%d: %s \"%.60s\" is not a number%s", csv->path, csv->lines[row],
                         csv->heads[column], s, strchr(s, ',') ? "; decimals have a point" : "");
    *ret_x = x;
    return 0;
}
