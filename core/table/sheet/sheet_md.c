/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/sheet/escape.h"
#include "table/sheet/sheet.h"

static void write_row(const struct sheet *g, const struct sheet_cell *cells, struct text *t)
{
    static const char *const opens[] = {"", "**", "<ins>"}, *const closes[] = {"", "**", "</ins>"};

    for (int c = 0; c < g->n_columns; c++) {
        if (!sheet_shows(g, c, SHEET_PEOPLE))
            continue;
        text_printf(t, "| %s", opens[cells[c].emphasis]);
        escape_markdown(t, cells[c].text);
        text_printf(t, "%s ", closes[cells[c].emphasis]);
    }
    text_printf(t, "|\n");
}

static void write(const struct sheet *g, const char *caption, struct text *t)
{
    struct sheet_cell heads[SHEET_MAX_COLUMNS] = {0};

    for (int c = 0; c < g->n_columns; c++)
        heads[c].text = g->columns[c].head;
    write_row(g, heads, t);
    for (int c = 0; c < g->n_columns; c++)
        if (sheet_shows(g, c, SHEET_PEOPLE))
            text_printf(t, g->columns[c].is_number ? "| --: " : "| --- ");
    text_printf(t, "|\n");
    for (int r = 0; r < sheet_n_rows(g); r++)
        write_row(g, sheet_at(g, r, 0), t);
    text_printf(t, "\n");
    escape_markdown(t, caption);
    text_printf(t, "\n");
}

const struct sheet_format sheet_format_md = {
    .name = "md", .best = "bold", .close = "underlined", .write = write};
