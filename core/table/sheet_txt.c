/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/escape.h"
#include "table/sheet.h"

#include <string.h>

enum { CAPTION_WIDTH = 98 };

static void write_cell(struct text *t, const struct sheet_cell *cell, int width, bool is_right,
                       bool is_last)
{
    struct text s = {0};
    int blanks;

    text_printf(&s, "%s", cell->emphasis == EMPHASIS_BEST    ? "*"
                          : cell->emphasis == EMPHASIS_CLOSE ? "~"
                                                         : "");
    escape_plain(&s, cell->text);
    blanks = width - text_width(s.s);
    text_printf(t, "%*s%s%*s", is_right ? blanks : 0, "", s.s, is_right || is_last ? 0 : blanks, "");
    text_release(&s);
}

static void write_row(const struct sheet *g, const struct sheet_cell *cells, const int *widths,
                      int last, struct text *t)
{
    bool is_first = true;

    for (int c = 0; c < g->n_columns; c++) {
        if (!sheet_shows(g, c, SHEET_PEOPLE))
            continue;
        text_printf(t, is_first ? "" : "  ");
        write_cell(t, &cells[c], widths[c], g->columns[c].is_number, c == last);
        is_first = false;
    }
    text_printf(t, "\n");
}

static int cell_width(const struct sheet_cell *cell)
{
    struct text s = {0};
    int width;

    text_printf(&s, "%s", cell->emphasis ? "*" : "");
    escape_plain(&s, cell->text);
    width = text_width(s.s);
    text_release(&s);
    return width;
}

/* At blanks; a word longer than a line stands on its own. */
static void write_wrapped(struct text *t, const char *s)
{
    struct text plain = {0};
    int column = 0;

    text_printf(&plain, "%s", "");
    escape_plain(&plain, s);
    for (char *rest = NULL, *word = strtok_r(plain.s, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        int width = text_width(word);
        bool breaks = column > 0 && column + 1 + width > CAPTION_WIDTH;

        text_printf(t, "%s%s", breaks ? "\n" : column ? " " : "", word);
        column = breaks || column == 0 ? width : column + 1 + width;
    }
    text_printf(t, "\n");
    text_release(&plain);
}

static void write(const struct sheet *g, const char *caption, struct text *t)
{
    struct sheet_cell heads[SHEET_MAX_COLUMNS] = {0};
    int widths[SHEET_MAX_COLUMNS] = {0}, total = -2, last = 0;

    for (int c = 0; c < g->n_columns; c++) {
        if (!sheet_shows(g, c, SHEET_PEOPLE))
            continue;
        heads[c].text = g->columns[c].head;
        widths[c] = text_width(heads[c].text);
        for (int r = 0; r < sheet_n_rows(g); r++)
            if (cell_width(sheet_at(g, r, c)) > widths[c])
                widths[c] = cell_width(sheet_at(g, r, c));
        total += widths[c] + 2;
        last = c;
    }
    write_row(g, heads, widths, last, t);
    for (int i = 0; i < total; i++)
        text_printf(t, "-");
    text_printf(t, "\n");
    for (int r = 0; r < sheet_n_rows(g); r++)
        write_row(g, sheet_at(g, r, 0), widths, last, t);
    text_printf(t, "\n");
    write_wrapped(t, caption);
}

const struct sheet_format sheet_format_txt = {
    .name = "txt", .best = "with *", .close = "with ~", .write = write};
