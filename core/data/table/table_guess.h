/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table_guess: what a table in text seems to be, for a first description of it: separator, header, kinds of columns,
 * which one is to be told, what stands for no value. Guesses, each with its reason: a person is to read them.
 * data/table/table.h reads by what the description says then, and guesses nothing.
 *
 *     struct table_guess guess;
 *     if (table_guess(path, bytes, size, &arena, &guess, err) == 0)
 *         for (int c = 0; c < guess.n_columns; c++)
 *             use(guess.columns[c].kind, guess.columns[c].why);
 */
#ifndef DATA_TABLE_TABLE_GUESS_H
#define DATA_TABLE_TABLE_GUESS_H

#include "data/table/table_layout.h"

struct table_guess_column {
    const char *name;
    enum table_kind kind;
    const char *why;
    int n_different; /* texts, those for no value not among them; at most TABLE_GUESS_MAX_DIFFERENT are counted */
    int n_missing;
};

enum { TABLE_GUESS_MAX_DIFFERENT = 20000 };

struct table_guess {
    struct csv_options csv;
    bool has_header;
    int n_rows, n_columns;
    struct table_guess_column *columns; /* [n_columns] */
    int answer;                         /* the label's or the target's column */
    bool is_answer_named;               /* by its name; else by where it stands */
    const char **missing; /* [n_missing] texts that are there and stand for no value; "" among them or not */
    int n_missing;
    const char **notes; /* [n_notes] what was guessed at some risk: to be told, not only written down */
    int n_notes;
    const char *const *classes; /* [n_classes] in the reader's order, of a label */
    const int *class_counts;
    int n_classes;
};

/* What is no such table, or has too little in it, is an error that names file and line. */
int table_guess(const char *path, const char *bytes, size_t size, struct arena *arena, struct table_guess *ret_guess,
                struct error *err);

#endif
