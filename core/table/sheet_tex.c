/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For a document with \usepackage{booktabs} and \usepackage[T1]{fontenc}; wide tables
 * are made to fit by the document, e.g. with \small or table*. */
#include "table/escape.h"
#include "table/sheet.h"

#include <ctype.h>

static void write_row(const struct sheet *g, const struct sheet_cell *cells, struct text *t)
{
    static const char *const opens[] = {"", "\\textbf{", "\\underline{"};
    bool is_first = true;

    for (int c = 0; c < g->n_columns; c++) {
        if (!sheet_shows(g, c, SHEET_PEOPLE))
            continue;
        bool is_negative = g->columns[c].is_number && cells[c].text[0] == '-' &&
                           isdigit((unsigned char)cells[c].text[1]);

        text_printf(t, "%s%s%s", is_first ? "" : " & ", opens[cells[c].emphasis],
                    is_negative ? "$-$" : "");
        escape_latex(t, cells[c].text + is_negative);
        text_printf(t, cells[c].emphasis ? "}" : "");
        is_first = false;
    }
    text_printf(t, " \\\\\n");
}

static void write(const struct sheet *g, const char *caption, struct text *t)
{
    struct sheet_cell heads[SHEET_MAX_COLUMNS] = {0};

    text_printf(t, "%% \\usepackage{booktabs} \\usepackage[T1]{fontenc} \\usepackage{textcomp}\n"
                   "\\begin{table}\n\\centering\n\\begin{tabular}{");
    for (int c = 0; c < g->n_columns; c++) {
        heads[c].text = g->columns[c].head;
        if (sheet_shows(g, c, SHEET_PEOPLE))
            text_printf(t, g->columns[c].is_number ? "r" : "l");
    }
    text_printf(t, "}\n\\toprule\n");
    write_row(g, heads, t);
    text_printf(t, "\\midrule\n");
    for (int r = 0; r < sheet_n_rows(g); r++) {
        text_printf(t, "\\relax "); /* a cell that begins with [ or * is no argument of \\ */
        write_row(g, sheet_at(g, r, 0), t);
    }
    text_printf(t, "\\bottomrule\n\\end{tabular}\n\\caption{");
    escape_latex(t, caption);
    text_printf(t, "}\n\\end{table}\n");
}

const struct sheet_format sheet_format_tex = {
    .name = "tex", .best = "bold", .close = "underlined", .write = write};
