/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv_rows.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct csv_options csv_defaults = {.separator = ',', .quote = '"'};

static bool is_at(const struct csv_rows *r, const char *p, char c)
{
    return p < r->end && *p == c;
}

static bool is_line_end(const struct csv_rows *r, const char *p)
{
    return is_at(r, p, '\n') || is_at(r, p, '\r');
}

static const char *skip_blanks(const struct csv_rows *r, const char *p)
{
    while (p < r->end && r->is_blank[(unsigned char)*p])
        p++;
    return p;
}

/* Moves behind the line end at *p. */
static int take_line_end(struct csv_rows *r, const char **p, struct error *err)
{
    bool is_cr = is_at(r, *p, '\r') && !is_at(r, *p + 1, '\n');

    *p += is_at(r, *p, '\r') && !is_cr ? 2 : 1;
    if (is_cr && *p == r->end && r->line_end == CSV_END_LF) /* half of the last CRLF was cut off */
        return 0;
    if (is_cr && r->line_end == CSV_END_LF)
        return error_set(err, "%s:%d: a carriage return stands inside the line", r->path, r->next_line);
    if (!is_cr && r->line_end == CSV_END_CR)
        return error_set(err, "%s:%d: the line ends in a line feed, those before it in a carriage return",
                         r->path, r->next_line);
    r->line_end = is_cr ? CSV_END_CR : CSV_END_LF;
    r->next_line++;
    return 0;
}

/* The field in quotes at *p, of the row's number `n`; moves behind its closing quote. */
static int read_quoted(struct csv_rows *r, const char **p, int n, struct csv_piece *ret_piece,
                       struct error *err)
{
    const char quote = r->options.quote, *from = *p + 1, *at = from;
    size_t n_doubled = 0;
    int first_line = r->next_line;
    char *to;

    for (; at < r->end && (*at != quote || is_at(r, at + 1, quote)); at++) {
        if (*at == '\0')
            return error_set(err, "%s:%d: field %d holds a zero byte: it is no table in text", r->path,
                             r->next_line, n);
        r->next_line += *at == '\n' || (*at == '\r' && !is_at(r, at + 1, '\n'));
        n_doubled += *at == quote;
        at += *at == quote;
    }
    if (at >= r->end)
        return error_set(err, "%s:%d: a quoted field does not end: the line's field %d, which begins "
                         "with %c%.*s", r->path, first_line, n, quote,
                         r->end - from < 20 ? (int)(r->end - from) : 20, from);
    *p = at + 1;
    *ret_piece = (struct csv_piece){from, (size_t)(at - from)};
    if (n_doubled == 0)
        return 0;
    ret_piece->text = to = arena_alloc(&r->scratch, ret_piece->size);
    for (; from < at; from += 1 + (*from == quote))
        *to++ = *from;
    ret_piece->size -= n_doubled;
    return 0;
}

static int refuse_behind_quotes(const struct csv_rows *r, const char *p, int n, struct error *err)
{
    const char *end = p;

    while (end < r->end && end - p < 20 && !r->is_stop[(unsigned char)*end])
        end++;
    return error_set(err, "%s:%d: something stands behind a quoted field: \"%.*s\" behind the line's "
                     "field %d", r->path, r->next_line, (int)(end - p), p, n);
}

/* One field, the row's `n`-th, at *p: moves to what ends it. */
static int read_field(struct csv_rows *r, const char **p, int n, struct csv_piece *ret_piece,
                      struct error *err)
{
    const char *from = skip_blanks(r, *p), *at = from;

    if (r->options.quote && is_at(r, from, r->options.quote)) {
        if (read_quoted(r, &at, n, ret_piece, err) < 0)
            return -1;
        at = r->options.separator == ' ' ? at : skip_blanks(r, at);
        if (at < r->end && !r->is_stop[(unsigned char)*at])
            return refuse_behind_quotes(r, at, n, err);
    } else {
        while (at < r->end && !r->is_stop[(unsigned char)*at])
            at++;
        *ret_piece = (struct csv_piece){from, (size_t)(at - from)};
        while (ret_piece->size && r->is_blank[(unsigned char)from[ret_piece->size - 1]])
            ret_piece->size--;
    }
    if (is_at(r, at, '\0'))
        return error_set(err, "%s:%d: field %d holds a zero byte: it is no table in text", r->path,
                         r->next_line, n);
    *p = at;
    return 0;
}

/* The line at r->at into r->pieces. */
static int read_row(struct csv_rows *r, struct error *err)
{
    const char *p = r->at;
    int n = 0;

    if (r->scratch.chunks)
        arena_clear(&r->scratch);
    r->line = r->next_line;
    for (;;) {
        if (n == CSV_MAX_COLUMNS)
            return error_set(err, "%s:%d: more than %d columns", r->path, r->line, CSV_MAX_COLUMNS);
        if (n == r->capacity) {
            r->capacity = r->capacity ? 2 * r->capacity : 32;
            r->pieces = memory_resize(r->pieces, (size_t)r->capacity * sizeof *r->pieces);
        }
        if (read_field(r, &p, n + 1, &r->pieces[n], err) < 0)
            return -1;
        n++;
        if (r->options.separator == ' ')
            p = skip_blanks(r, p);
        if (p == r->end || is_line_end(r, p))
            break;
        p += r->options.separator != ' ';
    }
    r->n_fields = n;
    r->at = p;
    if (p < r->end && take_line_end(r, &r->at, err) < 0)
        return -1;
    return 0;
}

/* Passes over empty lines and comments: is there a line behind them? 1, 0, or -1. */
static int find_row(struct csv_rows *r, struct error *err)
{
    for (;;) {
        const char *p = skip_blanks(r, r->at);

        if (r->options.comment && is_at(r, r->at, r->options.comment))
            while (p < r->end && !is_line_end(r, p))
                p++;
        if (p == r->end)
            return 0;
        if (!is_line_end(r, p))
            return 1;
        r->at = p;
        if (take_line_end(r, &r->at, err) < 0)
            return -1;
    }
}

int csv_rows_next(struct csv_rows *r, struct error *err)
{
    int got = find_row(r, err);

    if (got <= 0)
        return got;
    if (read_row(r, err) < 0)
        return -1;
    r->fields = r->pieces;
    if (r->n_fields == r->n_columns + r->drops_last || (r->options.n_columns && r->n_fields > r->n_columns))
        return 1;
    if (r->options.n_columns)
        return error_set(err, "%s:%d: %d fields; %d are needed", r->path, r->line, r->n_fields, r->n_columns);
    return error_set(err, "%s:%d: %d fields, but the first line has %d", r->path, r->line, r->n_fields,
                     r->n_columns + r->drops_last);
}

static void rewind_rows(struct csv_rows *r)
{
    r->at = r->begin;
    r->next_line = r->first_line;
    r->line_end = CSV_END_UNKNOWN;
}

/* "sep=;" in the first line is no row: spreadsheets write there how they separate. */
static int skip_excel_line(struct csv_rows *r, struct error *err)
{
    const char *sign = r->begin + 4;

    if (r->end - r->begin < 6 || strncasecmp(r->begin, "sep=", 4) != 0 || !is_line_end(r, sign + 1))
        return 0;
    if (*sign != r->options.separator)
        return error_set(err, "%s:1: it is said to be separated by %s, but is read with %s", r->path,
                         *sign == '\t' ? "tabs" : (char[]){'"', *sign, '"', '\0'},
                         r->options.separator == '\t' ? "tabs" : (char[]){'"', r->options.separator, '"', '\0'});
    r->begin = sign + 1;
    r->begin += is_at(r, r->begin, '\r') && is_at(r, r->begin + 1, '\n') ? 2 : 1;
    r->first_line = 2;
    return 0;
}

/* Reads on behind the first line: is the last field of all lines empty? */
static int ends_in_separator(struct csv_rows *r, bool *ret_does, struct error *err)
{
    int n = r->n_fields, got;

    *ret_does = n > 1 && r->options.separator != ' ';
    while (*ret_does && r->n_fields == n && r->pieces[n - 1].size == 0) {
        if ((got = find_row(r, err)) <= 0)
            return got;
        if (read_row(r, err) < 0)
            return -1;
    }
    *ret_does = false;
    return 0;
}

/* What begins so is no text in UTF-8. */
static int check_kind(const char *path, const char *bytes, size_t size, struct error *err)
{
    static const struct {
        const char *begin;
        size_t size;
        const char *what;
    } kinds[] = {
        {"\xFF\xFE\0\0", 4, "UTF-32; UTF-8 is wanted (iconv -f UTF-32 -t UTF-8)"},
        {"\0\0\xFE\xFF", 4, "UTF-32; UTF-8 is wanted (iconv -f UTF-32 -t UTF-8)"},
        {"\xFF\xFE", 2, "UTF-16; UTF-8 is wanted (iconv -f UTF-16 -t UTF-8)"},
        {"\xFE\xFF", 2, "UTF-16; UTF-8 is wanted (iconv -f UTF-16 -t UTF-8)"},
        {"\x1F\x8B", 2, "compressed by gzip; it is wanted unpacked"},
        {"PK\3\4", 4, "a ZIP archive or a spreadsheet; its table is wanted as text (CSV)"},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (size >= kinds[i].size && memcmp(bytes, kinds[i].begin, kinds[i].size) == 0)
            return error_set(err, "\"%s\" is %s", path, kinds[i].what);
    return 0;
}

static void set_classes(struct csv_rows *r)
{
    const char separator = r->options.separator;

    if (r->options.trims || separator == ' ')
        r->is_blank[' '] = r->is_blank['\t'] = true;
    if (separator != ' ')
        r->is_blank[(unsigned char)separator] = false;
    else
        r->is_stop['\t'] = true;
    r->is_stop[(unsigned char)separator] = r->is_stop['\n'] = r->is_stop['\r'] = r->is_stop[0] = true;
}

int csv_rows_open(struct csv_rows *ret_rows, const char *path, const char *bytes, size_t size,
                  const struct csv_options *options, struct error *err)
{
    struct csv_rows r = {.path = path, .options = *options, .begin = bytes, .end = bytes + size,
                         .first_line = 1};
    int got;

    if (check_kind(path, bytes, size, err) < 0)
        return -1;
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        r.begin += 3;
    if (skip_excel_line(&r, err) < 0)
        return -1;
    set_classes(&r);
    rewind_rows(&r);
    got = find_row(&r, err);
    if (got == 0)
        error_set(err, "\"%s\" is empty", path);
    if (got <= 0 || read_row(&r, err) < 0)
        goto fail;
    r.n_columns = options->n_columns ? options->n_columns : r.n_fields;
    if (!options->n_columns && ends_in_separator(&r, &r.drops_last, err) < 0)
        goto fail;
    r.n_columns -= r.drops_last;
    rewind_rows(&r);
    *ret_rows = r;
    return 0;

fail:
    csv_rows_close(&r);
    return -1;
}

bool csv_rows_lasts(const struct csv_rows *r, const struct csv_piece *piece)
{
    return piece->text >= r->begin && piece->text <= r->end;
}

size_t csv_rows_bound(const struct csv_rows *r)
{
    size_t n_lf = 0, n_cr = 0, n_lines, most = (size_t)(r->end - r->begin) / (size_t)r->n_columns;

    for (const char *p = r->begin; p < r->end; p++) {
        n_lf += *p == '\n';
        n_cr += *p == '\r';
    }
    n_lines = n_lf > n_cr ? n_lf : n_cr;
    return (n_lines < most ? n_lines : most) + 1; /* a field and what ends it have a byte at least */
}

void csv_rows_close(struct csv_rows *r)
{
    free(r->pieces);
    arena_release(&r->scratch);
    *r = (struct csv_rows){0};
}
