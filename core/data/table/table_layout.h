/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table_layout: what a description says of a table's files and columns.
 *
 *     separator = ","       one byte, or "tab"; " ": runs of blanks
 *     quote = "\""          "": quotes are text
 *     comment = ""          a line that begins with it is passed over
 *     header = true         the first line names the columns; else they are columns, or 1, 2, 3 ...
 *     columns = {}          without a header: "NAME" or "NAME KIND" each, of number category label target ignore text
 *     more_fields = false   lines may have more fields than `columns` names
 *     numbers = {}, categories = {}, texts = {}, ignore = {}, label = "", target = ""      columns by their names
 *     others = "number"     (or category, ignore) what all columns are that are not named; without it none may be left
 *     groups = {}           columns, the label too, whose values together make an example's group
 *     missing = {""}        texts that stand for no value
 *     label_strip = ""      signs that are cut off a label's end
 *     classes = {}          their order; without it that of numbers, or of texts
 *
 * A list of one may be a text. Where the names are numbers, numbers will do.
 */
#ifndef DATA_TABLE_TABLE_LAYOUT_H
#define DATA_TABLE_TABLE_LAYOUT_H

#include "base/settings.h"
#include "io/csv_rows.h"

enum table_kind {
    TABLE_UNKNOWN,
    TABLE_NUMBER,
    TABLE_CATEGORY,
    TABLE_LABEL,
    TABLE_TARGET,
    TABLE_IGNORE,
    TABLE_TEXT, /* of data of texts alone (data/text) */
};
extern const char *const table_kinds[]; /* their names, NULL-ended */

struct table_texts {
    const char *const *items;
    int n;
};

struct table_layout {
    struct csv_options csv;
    bool has_header;
    struct table_texts missing, classes; /* no classes: those that are found */
    const char *label_strip;

    /* What table_layout_resolve adds. */
    const char *const *names; /* [n_columns], NULL-ended */
    enum table_kind *kinds;   /* [n_columns] */
    int n_columns;
    int *texts; /* [n_texts]: columns, in the order in which the description names them */
    int n_texts;
    int *groups; /* [n_groups]: columns */
    int n_groups;
};

/* All but the columns, which a file has to name. It lives in `arena`. */
int table_layout_read(const struct settings *description, struct arena *arena,
                      struct table_layout *ret_layout, struct error *err);

/* The columns, by the names that the file's first line has (header), or by their number alone (NULL). */
int table_layout_resolve(struct table_layout *layout, const struct settings *description, const char *file,
                         const char *const *header, int n_columns, struct arena *arena, struct error *err);

#endif
