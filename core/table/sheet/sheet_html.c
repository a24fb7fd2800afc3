/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table element. data-value holds what a column is sorted by (page.js). */
#include "table/sheet/escape.h"
#include "table/sheet/sheet.h"

#include <math.h>

static void write_cell(const struct sheet *g, int row, int column, struct text *t)
{
    static const char *const opens[] = {"", "<strong>", "<u>"};
    static const char *const closes[] = {"", "</strong>", "</u>"};
    const struct sheet_cell *cell = sheet_at(g, row, column);
    const char *element = column == 0 ? "th scope=\"row\"" : "td";
    char number[TEXT_NUMBER_SIZE];

    text_printf(t, "<%s", element);
    if (g->columns[column].is_number)
        text_printf(t, " class=\"number\"");
    if (g->columns[column].is_number && isfinite(cell->number)) {
        text_number(cell->number, number);
        text_printf(t, " data-value=\"%s\"", number);
    }
    text_printf(t, ">%s", opens[cell->emphasis]);
    escape_html(t, cell->text);
    text_printf(t, "%s</%.2s>", closes[cell->emphasis], element);
}

static void write(const struct sheet *g, const char *caption, struct text *t)
{
    text_printf(t, "<table class=\"sortable\">\n<caption>");
    escape_html(t, caption);
    text_printf(t, "</caption>\n<thead><tr>");
    for (int c = 0; c < g->n_columns; c++) {
        if (!sheet_shows(g, c, SHEET_PEOPLE))
            continue;
        text_printf(t, "<th scope=\"col\"%s>", g->columns[c].is_number ? " class=\"number\"" : "");
        escape_html(t, g->columns[c].head);
        text_printf(t, "</th>");
    }
    text_printf(t, "</tr></thead>\n<tbody>\n");
    for (int r = 0; r < sheet_n_rows(g); r++) {
        text_printf(t, "<tr>");
        for (int c = 0; c < g->n_columns; c++)
            if (sheet_shows(g, c, SHEET_PEOPLE))
                write_cell(g, r, c, t);
        text_printf(t, "</tr>\n");
    }
    text_printf(t, "</tbody>\n</table>\n");
}

const struct sheet_format sheet_format_html = {
    .name = "html", .best = "bold", .close = "underlined", .write = write};
