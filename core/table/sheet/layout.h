/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * layout: which columns of a sheet stand beside each other where a line has an end. What is too wide gives
 * way in this order, until it fits; no cell is cut and none is left out:
 *
 *  1. Long heads are stacked on several lines.
 *  2. Notes (SHEET_NOTE) stand below the table, a line for each row.
 *  3. What rows have in common (SHEET_GROUP) becomes a line above them.
 *  4. The table is cut into banks of columns below each other; each begins with what names its rows,
 *     the columns of text before any other.
 *
 *     struct layout l;
 *     layout_make(g, &face, &l);
 *     for (int bank = 0; bank < l.n_banks; bank++)
 *         for (int c = 0; c < g->n_columns; c++)
 *             if (layout_stands(&l, bank, c)) ...
 */
#ifndef TABLE_LAYOUT_H
#define TABLE_LAYOUT_H

#include "table/sheet/sheet.h"

/* What a format says of itself; all widths are in the same unit, whichever. */
struct layout_face {
    int limit, gap;  /* of a line; between two columns */
    bool is_tight;   /* heads are stacked, and notes below, also where there is room */
    int (*width)(const char *text, enum emphasis emphasis);
};

enum layout_place { LAYOUT_HIDDEN, LAYOUT_NAME, LAYOUT_BODY, LAYOUT_GROUP, LAYOUT_NOTE };

enum { LAYOUT_HEAD_LINES = 4 };

struct layout {
    enum layout_place places[SHEET_MAX_COLUMNS];
    int banks[SHEET_MAX_COLUMNS], widths[SHEET_MAX_COLUMNS];
    int n_banks, n_head_lines;
    const char *heads[LAYOUT_HEAD_LINES][SHEET_MAX_COLUMNS]; /* [n_head_lines], the last one full */
};

/* Texts are in the sheet's arena. */
void layout_make(const struct sheet *g, const struct layout_face *face, struct layout *ret_layout);

bool layout_stands(const struct layout *l, int bank, int column);

/* From which line on the heads of this bank have any text. */
int layout_first_head(const struct sheet *g, const struct layout *l, int bank);

/* What stands as a line above this row; NULL: nothing, or what stood above the row before. */
const char *layout_group(const struct sheet *g, const struct layout *l, int row);

/* "noise=0.2, erm: lr=0.05 (6 of 6)": what a note's line is, in the sheet's arena; NULL where it is empty. */
const char *layout_note(const struct sheet *g, const struct layout *l, int row, int column);

#endif
