/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv.h"

#include "base/text.h"
#include "os/file.h"

#include <math.h>
#include <string.h>

/* Reads text in place: fields only become shorter. */
struct reader {
    const char *path;
    char *at;
    int line;
};

/* One field, without quotes and with its end where the comma or line end was. *ret_end
 * is the character that ended it: ',', '\n' or 0. */
static int read_field(struct reader *r, const char **ret_field, char *ret_end, struct error *err)
{
    char *to = r->at, *from = r->at;
    int first_line = r->line;

    *ret_field = to;
    if (*from == '"') {
        for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
            r->line += *from == '\n';
            from += *from == '"';
            *to++ = *from;
        }
        if (!*from)
            return error_set(err, "%s:%d: a quoted field does not end", r->path, first_line);
        from++;
    } else {
        while (*from && *from != ',' && *from != '\n')
            *to++ = *from++;
        if (to > *ret_field && to[-1] == '\r')
            to--;
    }
    from += *from == '\r' && from[1] == '\n';
    if (*from && *from != ',' && *from != '\n')
        return error_set(err, "%s:%d: something stands behind a quoted field", r->path, r->line);
    *ret_end = *from;
    r->line += *from == '\n';
    r->at = *from ? from + 1 : from;
    *to = '\0';
    return 0;
}

/* One line's fields; gives their number, or -1. */
static int read_row(struct reader *r, const char **ret_fields, struct error *err)
{
    int n = 0, line = r->line;
    char end;

    do {
        if (n == CSV_MAX_COLUMNS)
            return error_set(err, "%s:%d: more than %d columns", r->path, line, CSV_MAX_COLUMNS);
        if (read_field(r, &ret_fields[n++], &end, err) < 0)
            return -1;
    } while (end == ',');
    return n;
}

static void skip_empty_lines(struct reader *r)
{
    while (*r->at == '\n' || (*r->at == '\r' && r->at[1] == '\n')) {
        r->at += *r->at == '\r' ? 2 : 1;
        r->line++;
    }
}

int csv_read(const char *path, struct arena *arena, struct csv *ret_csv, struct error *err)
{
    const char *row[CSV_MAX_COLUMNS];
    struct csv csv = {.path = path};
    struct reader r = {.path = path, .line = 1};
    size_t size;
    int n_lines = 1, line, n;

    if (file_read(path, CSV_MAX_SIZE, arena, &r.at, &size, err) < 0)
        return -1;
    if (strlen(r.at) != size)
        return error_set(err, "\"%s\" holds a zero byte: it is no table in text", path);
    if (strncmp(r.at, "\xEF\xBB\xBF", 3) == 0)
        r.at += 3;
    for (const char *s = r.at; *s; s++)
        n_lines += *s == '\n';
    skip_empty_lines(&r);
    if (!*r.at)
        return error_set(err, "\"%s\" is empty", path);
    line = r.line;
    if ((csv.n_columns = read_row(&r, row, err)) < 0)
        return -1;
    if (csv.n_columns == 1 && strpbrk(row[0], ";\t"))
        return error_set(err, "%s:%d: \"%.60s\" is separated by %s: commas are wanted here, and "
                         "decimals with a point", path, line, row[0],
                         strchr(row[0], ';') ? "semicolons" : "tabs");
    csv.heads = arena_alloc(arena, (size_t)csv.n_columns * sizeof *csv.heads);
    memcpy(csv.heads, row, (size_t)csv.n_columns * sizeof *csv.heads);
    csv.fields = arena_alloc(arena, (size_t)n_lines * (size_t)csv.n_columns * sizeof *csv.fields);
    csv.lines = arena_alloc(arena, (size_t)n_lines * sizeof *csv.lines);
    for (skip_empty_lines(&r); *r.at; skip_empty_lines(&r)) {
        csv.lines[csv.n_rows] = r.line;
        if ((n = read_row(&r, row, err)) < 0)
            return -1;
        if (n != csv.n_columns)
            return error_set(err, "%s:%d: %d fields, but the first line has %d", path,
                             csv.lines[csv.n_rows], n, csv.n_columns);
        memcpy(csv.fields + (size_t)csv.n_rows++ * (size_t)csv.n_columns, row,
               (size_t)n * sizeof *csv.fields);
    }
    *ret_csv = csv;
    return 0;
}

int csv_column(const struct csv *csv, const char *head, struct error *err)
{
    const char *heads[CSV_MAX_COLUMNS + 1] = {0};
    int found = -1;

    for (int c = 0; c < csv->n_columns; c++) {
        heads[c] = csv->heads[c];
        if (strcmp(heads[c], head) != 0)
            continue;
        if (found >= 0)
            return error_set(err, "%s has two columns \"%s\", the %d. and the %d.: which is meant?",
                             csv->path, head, found + 1, c + 1);
        found = c;
    }
    return found >= 0 ? found : text_lacks(err, csv->path, "column", head, heads);
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
