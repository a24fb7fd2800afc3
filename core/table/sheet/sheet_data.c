/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The formats for programs: CSV (RFC 4180) and JSON lines. Numbers have the shortest
 * form that reads back as the same double. */
#include "table/sheet/escape.h"
#include "table/sheet/sheet.h"

#include <math.h>

static bool has_number(const struct sheet *g, int row, int column, char ret_text[TEXT_NUMBER_SIZE])
{
    double x = sheet_at(g, row, column)->number;

    if (!isfinite(x))
        return false;
    text_number(x, ret_text);
    return true;
}

static void write_csv(const struct sheet *g, const char *caption, struct text *t)
{
    (void)caption;
    for (int row = -1; row < sheet_n_rows(g); row++) {
        const char *comma = "";

        for (int c = 0; c < g->n_columns; c++) {
            char number[TEXT_NUMBER_SIZE] = "";

            if (!sheet_shows(g, c, SHEET_PROGRAMS))
                continue;
            text_printf(t, "%s", comma);
            comma = ",";
            if (row < 0)
                escape_csv(t, g->columns[c].key);
            else if (!g->columns[c].is_number)
                escape_csv(t, sheet_at(g, row, c)->text);
            else if (has_number(g, row, c, number))
                text_printf(t, "%s", number);
        }
        text_printf(t, "\r\n");
    }
}

static void write_jsonl(const struct sheet *g, const char *caption, struct text *t)
{
    (void)caption;
    for (int row = 0; row < sheet_n_rows(g); row++) {
        const char *comma = "{";

        for (int c = 0; c < g->n_columns; c++) {
            char number[TEXT_NUMBER_SIZE] = "";

            if (!sheet_shows(g, c, SHEET_PROGRAMS))
                continue;
            text_printf(t, "%s", comma);
            comma = ",";
            escape_json(t, g->columns[c].key);
            text_printf(t, ":");
            if (!g->columns[c].is_number)
                escape_json(t, sheet_at(g, row, c)->text);
            else
                text_printf(t, "%s", has_number(g, row, c, number) ? number : "null");
        }
        text_printf(t, "}\n");
    }
}

const struct sheet_format sheet_format_csv = {
    .name = "csv", .is_for_programs = true, .write = write_csv};
const struct sheet_format sheet_format_jsonl = {
    .name = "jsonl", .is_for_programs = true, .write = write_jsonl};
