/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table_reader: what table.c has read of a table, and table_finish.c makes of it: levels, classes and
 * groups in their order, the checks that need all rows, and notes. */
#ifndef DATA_TABLE_TABLE_READER_H
#define DATA_TABLE_TABLE_READER_H

#include "data/table/levels.h"
#include "data/table/table.h"
#include "data/table/table_layout.h"

struct table_column {
    const char *name;
    int field; /* of a line */
    enum table_kind kind;
    int place; /* among the columns of numbers, of categories, or of texts */
    int group; /* among the columns that make the group; -1: none of them */
    struct levels levels; /* of categories, labels and columns of the group */
    bool has_missing;
};

struct table_reader_file {
    struct csv_rows rows;
    int part;
};

struct table_reader {
    struct arena *arena;  /* the result's */
    struct arena scratch; /* until all is read */
    struct table_layout layout;
    struct table_reader_file *files; /* [n_files], open */
    int n_files;
    struct table_column *columns; /* [n_columns] that are read */
    int n_columns, n_numbers, n_categories, n_texts;

    size_t bound; /* rows that there is room for */
    int n_rows, n[TABLE_N_PARTS];
    float *numbers;       /* [n_rows][n_numbers] */
    int32_t *codes;       /* [n_rows][n_categories]; -1: missing */
    struct csv_piece *texts; /* [n_rows][n_texts] */
    uint16_t *labels;     /* [n_rows] */
    float *targets;       /* [n_rows] */
    int32_t *group_codes; /* [n_rows][n_groups of the layout]; -1: missing */

    const char *notes[TABLE_MAX_NOTES];
    int n_notes, n_notes_left_out;
};

/* Of those past the first TABLE_MAX_NOTES their number is told. */
void table_reader_note(struct table_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

int table_reader_finish(struct table_reader *r, struct table *ret_table, struct error *err);

#endif
