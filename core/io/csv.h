/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * csv: a small table of comma-separated values, whole in memory; its first line names the columns.
 * io/csv_rows.h says what is read, and what is refused.
 *
 *     struct csv csv;
 *     if (csv_read("x.csv", &arena, &csv, err) == 0)
 *         for (int r = 0; r < csv.n_rows; r++)
 *             use(csv_field(&csv, r, csv_column(&csv, "method", err)));
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include "io/csv_rows.h"

enum { CSV_MAX_SIZE = 256 << 20 };

struct csv {
    const char *path;
    const char **heads; /* [n_columns], the first line's; NULL-ended */
    int n_columns;
    const char **fields; /* [n_rows][n_columns] */
    int *lines;          /* [n_rows]: where each row begins, from 1 */
    int n_rows;
};

/* Everything lives in `arena`. The error names file and line; it knows other separators. */
int csv_read(const char *path, struct arena *arena, struct csv *ret_csv, struct error *err);

/* The one column with that head, or -1 with an error. */
int csv_column(const struct csv *csv, const char *head, struct error *err);
const char *csv_field(const struct csv *csv, int row, int column);

/* The field as a finite number. The error names file, line, column and text. */
int csv_number(const struct csv *csv, int row, int column, double *ret_x, struct error *err);

#endif
