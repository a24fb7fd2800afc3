/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table_parts: the files of a table's parts as a description lists them; for formats whose files are tables in text. */
#ifndef DATA_TABLE_TABLE_PARTS_H
#define DATA_TABLE_TABLE_PARTS_H

#include "data/dataset.h"
#include "data/table/table.h"

/* The lists, and what table_layout.h reads, but for the columns that are read from. */
#define TABLE_PARTS_KEYS \
    {"train", DATA_KEY_TEXTS, .is_needed = true, .doc = "files of the training part, below the data root"}, \
    {"validation", DATA_KEY_TEXTS, .doc = "files of the official validation part"}, \
    {"test", DATA_KEY_TEXTS, .doc = "files of the test part; without them each run draws one (data.test_share)"}, \
    {"separator", DATA_KEY_TEXT, .doc = "one sign, or \"tab\"; \" \": runs of blanks; without it \",\""}, \
    {"quote", DATA_KEY_TEXT, .doc = "one sign; \"\": quotes are text; without it \"\\\"\""}, \
    {"comment", DATA_KEY_TEXT, .doc = "a line that begins with this sign is passed over"}, \
    {"header", DATA_KEY_BOOL, .doc = "whether the first line names the columns; without it true"}, \
    {"columns", DATA_KEY_NAMES, \
     .doc = "without a header: NAME or \"NAME KIND\" of each, of number category text label target ignore"}, \
    {"more_fields", DATA_KEY_BOOL, .doc = "whether lines may have more fields than \"columns\" names"}, \
    {"ignore", DATA_KEY_NAMES, .doc = "columns that are passed over"}, \
    {"label", DATA_KEY_NAMES, .doc = "the column that names the class"}, \
    {"target", DATA_KEY_NAMES, .doc = "in place of a label: the column of the number that is to be told"}, \
    {"others", DATA_KEY_TEXT, \
     .doc = "what columns are that are not named: number category ignore; without it none may be left"}, \
    {"groups", DATA_KEY_NAMES, .doc = "columns, the label too, whose values together make an example's group"}, \
    {"missing", DATA_KEY_NAMES, .doc = "texts that stand for no value; without it the empty one"}, \
    {"label_strip", DATA_KEY_TEXT, .doc = "signs that are cut off a label's end"}, \
    {"classes", DATA_KEY_NAMES, .doc = "their order; without it that of numbers, or of texts"}

/* Maps the files of the lists train, validation and test. */
int table_parts_map(struct dataset *d, const struct dataset_source *source, struct table_files ret_parts[TABLE_N_PARTS],
                    struct error *err);
/* As dataset_format's is_present. */
bool table_parts_are_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing);

/* What is answered, groups and notes into `d`, whose pools get the table's rows but for the values of fields. */
void table_parts_take(struct dataset *d, const struct table *t);

#endif
