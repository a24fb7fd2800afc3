/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table: examples out of tables in text (CSV and its kin): columns of numbers, of categories and of texts, and
 * of each example its class or its target, and its group. What is which the description says
 * (data/table/table_layout.h); nothing is guessed.
 *
 * It prepares nothing: numbers stay as they are written, those that are missing are NaN, levels are
 * those of all parts. What could hide an error of the file is refused with file, line and column: a
 * text among numbers, a label that is missing, that differs from another in blanks or case alone, or
 * that is not in the training part; files with other columns. What may be meant is a note.
 *
 *     struct table table;
 *     if (table_read(description, parts, &arena, &table, err) == 0)
 *         use(table.numbers + row * table.n_numbers);
 */
#ifndef DATA_TABLE_TABLE_H
#define DATA_TABLE_TABLE_H

#include "base/settings.h"
#include "io/csv_rows.h"

#include <stdint.h>

#define TABLE_MAX_SIZE ((size_t)2 << 30) /* bytes of a file */

enum {
    TABLE_MAX_GROUPS = 64,
    TABLE_MAX_NOTES = 20,
};

enum table_part { TABLE_TRAIN, TABLE_VALIDATION, TABLE_TEST, TABLE_N_PARTS };

struct table_file {
    const char *name; /* for errors */
    const char *bytes;
    size_t size;
};

struct table_files {
    const struct table_file *files;
    int n; /* of the training part 1 at least */
};

struct table_category {
    const char *name;
    const char *const *levels; /* [n_levels], by their bytes; what is missing is the last one */
    int n_levels;
    int missing; /* the level of what is missing; -1: nothing is */
};

/* Rows are in the order of the files: those of the training part, of validation, of the test part. */
struct table {
    int n_rows, n[TABLE_N_PARTS];

    int n_numbers;
    const char *const *number_names;
    const float *numbers; /* [n_rows][n_numbers]; NaN: missing */

    int n_categories;
    const struct table_category *categories;
    const int32_t *codes; /* [n_rows][n_categories]: levels */

    const char *answer_name; /* the label's or the target's column */
    int n_classes;           /* 0: targets */
    const char *const *class_names;
    const uint16_t *labels; /* [n_rows]; NULL: targets */
    const float *targets;   /* [n_rows]; NULL: labels */

    int n_groups; /* those that occur; 0: the description names none */
    const char *const *group_names; /* "Female, >50K" */
    const uint16_t *groups;         /* [n_rows]; NULL: none */

    int n_texts;
    const char *const *text_names;
    const struct csv_piece *texts; /* [n_rows][n_texts], UTF-8; of the files' bytes, or of the arena */

    int n_notes;
    const char *const *notes; /* what a reader of results must know; each one line */
};

/* Everything that *ret_table has lives in `arena`; the files may be closed when its texts are done with. */
int table_read(const struct settings *description, const struct table_files parts[TABLE_N_PARTS],
               struct arena *arena, struct table *ret_table, struct error *err);

#endif
