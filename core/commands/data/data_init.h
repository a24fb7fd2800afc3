/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data_init: a first description and a first experiment for somebody's own data, a table in text or a folder of
 * pictures: what was found, each guess with its reason, in files that are there to be edited. It overwrites nothing.
 */
#ifndef COMMANDS_DATA_INIT_H
#define COMMANDS_DATA_INIT_H

#include "commands/command.h"
#include "data/dataset.h"

/* What the experiment has to know of the data. */
struct data_init {
    const char *name, *root, *path; /* of the data set; the data root, and what is below it */
    const char *what;               /* "10,000 rows" */
    int n_examples, n_classes;      /* 0 classes: a number is to be told */
    const char *commonest;          /* class; its share of the examples */
    double share;
    int n_environments; /* 0: none */
    bool is_pictures;
    const char *const *notes; /* [n_notes] what the terminal tells of the guesses */
    int n_notes;
    bool has_validation; /* a part of its own, so that none is held out */
};

/* `data --init FILE-OR-FOLDER [NAME]`. */
int data_init(const struct invocation *in, struct error *err);

/* ---- the texts, for the above ---- */

/* The descriptions' texts, with *init's what, counts and classes. */
int data_init_table(const char *path, struct data_init *init, struct arena *arena, struct text *ret_text,
                    struct error *err);
int data_init_folder(const char *path, struct data_init *init, struct arena *arena, struct text *ret_text,
                     struct error *err);

void data_init_experiment(const struct data_init *init, struct text *t);

#endif
