/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * csv_rows: the lines of a table in text, one after the other, as fields: the one reader of CSV and its
 * kin. It keeps one line's fields, which point into the text, so that a file of gigabytes, mapped,
 * takes no memory; and it says nothing of what fields mean.
 *
 * Fields are separated by one byte, or by runs of blanks. One in quotes may hold separators, line ends and a
 * doubled quote for a quote. Lines end in LF, CRLF or, in all of the file, CR; the last one's end may be
 * missing. A mark of UTF-8 at the beginning, a first line "sep=;", empty lines and comments are passed over, and
 * so is a last column that is empty in all lines: what a separator at each line's end makes.
 *
 * What is refused, with file, line and, where there is one, the field's number: another number of fields than the first
 * line's, a quoted field that does not end, text behind a quoted field, a zero byte, two kinds of line ends, a
 * first line "sep=" of another sign, and what is no text in UTF-8 at all (UTF-16, gzip, a spreadsheet).
 *
 *     struct csv_rows rows;
 *     int got = csv_rows_open(&rows, "x.csv", bytes, size, &csv_defaults, err);
 *     while (got == 0 && (got = csv_rows_next(&rows, err)) > 0)
 *         use(rows.fields[0].text, rows.fields[0].size);
 *     csv_rows_close(&rows);
 */
#ifndef IO_CSV_ROWS_H
#define IO_CSV_ROWS_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

enum { CSV_MAX_COLUMNS = 100000 };

struct csv_options {
    char separator; /* ' ': runs of blanks and tabs, also at a line's ends */
    char quote;     /* 0: quotes are text */
    char comment;   /* a line that begins with it is none; 0: there are no comments */
    bool trims;     /* blanks around a field, outside its quotes, are no part of it */
    int n_columns;  /* a line may have more fields than these, which are passed over; 0: as many as the first line has */
};

/* Commas and double quotes (RFC 4180). */
extern const struct csv_options csv_defaults;

struct csv_piece {
    const char *text; /* without quotes; of the file's bytes, or valid until the next line is read */
    size_t size;
};

enum csv_line_end { CSV_END_UNKNOWN, CSV_END_LF, CSV_END_CR };

struct csv_rows {
    const char *path; /* for errors */
    const struct csv_piece *fields; /* [n_columns] of this line */
    int n_columns;
    int line; /* where it begins, from 1; line ends in quotes count */

    /* The rest is the reader's own. */
    struct csv_options options;
    const char *begin, *at, *end;
    int first_line, next_line, n_fields, capacity;
    struct csv_piece *pieces; /* [capacity] */
    enum csv_line_end line_end;
    bool drops_last; /* each line ends in a separator */
    bool is_blank[256], is_stop[256]; /* around fields; behind one without quotes */
    struct arena scratch;             /* this line's fields with doubled quotes */
};

/* Borrows all but the options. An empty file is an error. */
int csv_rows_open(struct csv_rows *ret_rows, const char *path, const char *bytes, size_t size,
                  const struct csv_options *options, struct error *err);

/* The next line: 1, 0 behind the last one, or -1. */
int csv_rows_next(struct csv_rows *rows, struct error *err);

/* Is it of the file's bytes, and no copy without doubled quotes? */
bool csv_rows_lasts(const struct csv_rows *rows, const struct csv_piece *piece);

/* No fewer than the lines that the file has. */
size_t csv_rows_bound(const struct csv_rows *rows);

void csv_rows_close(struct csv_rows *rows);

#endif
