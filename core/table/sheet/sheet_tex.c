/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For a document with \usepackage{booktabs} and \usepackage[T1]{fontenc}. Fits the text of plain
 * \documentclass{article}, 345 pt, in \footnotesize (layout.h); in larger type the document sets \small
 * or table*. */
#include "table/sheet/escape.h"
#include "table/sheet/layout.h"

#include <ctype.h>
#include <string.h>

enum { LINE_WIDTH = 345000, GAP = 6000 }; /* thousandths of a point; twice \tabcolsep below */

/* Of a character in Computer Modern at 8 pt, and a little more; LaTeX measures with the fonts, we cannot. */
static int width_of_code(unsigned code)
{
    static const struct {
        const char *characters;
        int thousandths; /* of an em */
    } kinds[] = {
        {"ijl.,:;!|'", 330},  {"Ifrst()[]- /cez", 480}, {"0123456789avxykoqgbdhnpu_", 590},
        {"+=<>~^w", 830},     {"mMW%@&", 1090},         {"ABCDEFGHJKLNOPQRSTUVXYZ#$*?\"", 810},
    };

    if (code >= '0' && code <= '9')
        return 532 * 8;
    if (code == ' ')
        return 354 * 8;
    if (code < ' ' || code == 0x7F)
        code = 0xFFFD;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && code < 128; i++)
        if (strchr(kinds[i].characters, (int)code))
            return kinds[i].thousandths * 8;
    return code == 0x2013 ? 532 * 8                      /* an en dash */
           : code < 0x100 || code == 0x2212 ? 830 * 8    /* plus or minus, a Latin letter */
                                            : 8 * 590 * 8; /* [U+1234] */
}

/* Is this the minus of a number: "-0.31 to -0.12"? */
static bool is_minus(const char *text, const char *at)
{
    return *at == '-' && isdigit((unsigned char)at[1]) && (at == text || at[-1] == ' ' || at[-1] == '(');
}

static int width_of(const char *text, enum emphasis emphasis)
{
    int width = 0, size;

    for (const char *s = text; *s; s += size) {
        unsigned code;

        size = text_code_point(s, &code);
        if (size == 0) { /* no UTF-8: shown as an unknown character */
            size = 1;
            code = 0xFFFD;
        }
        width += width_of_code(is_minus(text, s) ? 0x2212 : code);
    }
    return emphasis == EMPHASIS_BEST ? width / 100 * 116 : width; /* bold */
}

static void write_numbers(const char *text, struct text *t)
{
    struct text part = {0};

    for (const char *at = text; *at; at++) {
        if (!is_minus(text, at)) {
            text_add(&part, at, 1);
            continue;
        }
        escape_latex(t, part.s ? part.s : "");
        text_add_string(t, "$-$");
        text_release(&part);
        part = (struct text){0};
    }
    escape_latex(t, part.s ? part.s : "");
    text_release(&part);
}

static void write_row(const struct sheet *g, const struct layout *l, int bank,
                      const struct sheet_cell *cells, struct text *t)
{
    static const char *const opens[] = {"", "\\textbf{", "\\underline{"};
    bool is_first = true;

    for (int c = 0; c < g->n_columns; c++) {
        if (!layout_stands(l, bank, c))
            continue;
        text_printf(t, "%s%s", is_first ? "" : " & ", opens[cells[c].emphasis]);
        if (g->columns[c].is_number)
            write_numbers(cells[c].text, t);
        else
            escape_latex(t, cells[c].text);
        text_printf(t, cells[c].emphasis ? "}" : "");
        is_first = false;
    }
    text_printf(t, " \\\\\n");
}

static void write_bank(const struct sheet *g, const struct layout *l, int bank, struct text *t)
{
    int n = 0;

    text_printf(t, "\\begin{tabular}{@{}");
    for (int c = 0; c < g->n_columns; c++)
        if (layout_stands(l, bank, c)) {
            text_printf(t, g->columns[c].is_number ? "r" : "l");
            n++;
        }
    text_printf(t, "@{}}\n\\toprule\n");
    for (int i = layout_first_head(g, l, bank); i < l->n_head_lines; i++) {
        struct sheet_cell heads[SHEET_MAX_COLUMNS] = {0};

        for (int c = 0; c < g->n_columns; c++)
            heads[c].text = l->heads[i][c];
        text_printf(t, "\\relax ");
        write_row(g, l, bank, heads, t);
    }
    text_printf(t, "\\midrule\n");
    for (int r = 0; r < sheet_n_rows(g); r++) {
        const char *group = layout_group(g, l, r);

        if (group) {
            text_printf(t, "%s\\multicolumn{%d}{@{}l@{}}{", r ? "\\addlinespace\n" : "", n);
            escape_latex(t, group);
            text_printf(t, "} \\\\\n");
        }
        text_printf(t, "\\relax "); /* a cell that begins with [ or * is no argument of \\ */
        write_row(g, l, bank, sheet_at(g, r, 0), t);
    }
    text_printf(t, "\\bottomrule\n\\end{tabular}\n");
}

static void write_notes(const struct sheet *g, const struct layout *l, struct text *t)
{
    for (int c = 0; c < g->n_columns; c++) {
        bool is_first = true;

        if (l->places[c] != LAYOUT_NOTE)
            continue;
        for (int r = 0; r < sheet_n_rows(g); r++) {
            const char *note = layout_note(g, l, r, c);

            if (!note)
                continue;
            if (is_first) {
                text_printf(t, "\n\\smallskip\n\\parbox{\\linewidth}{\\raggedright ");
                escape_latex(t, g->columns[c].head);
                text_printf(t, ":");
                is_first = false;
            }
            text_printf(t, "\n\\par\\hangindent=1em ");
            escape_latex(t, note);
        }
        text_printf(t, is_first ? "" : "}\n");
    }
}

static void write(const struct sheet *g, const char *caption, struct text *t)
{
    static const struct layout_face face = {
        .limit = LINE_WIDTH, .gap = GAP, .is_tight = true, .width = width_of};
    struct layout l;

    layout_make(g, &face, &l);
    text_printf(t, "%% \\usepackage{booktabs} \\usepackage[T1]{fontenc} \\usepackage{textcomp}\n"
                   "\\begin{table}\n\\centering\\footnotesize\\setlength{\\tabcolsep}{3pt}\n");
    for (int bank = 0; bank < l.n_banks; bank++) {
        text_printf(t, bank ? "\n\\medskip\n" : "");
        write_bank(g, &l, bank, t);
    }
    write_notes(g, &l, t);
    text_printf(t, "\\caption{\\footnotesize ");
    escape_latex(t, caption);
    text_printf(t, "}\n\\end{table}\n");
}

const struct sheet_format sheet_format_tex = {
    .name = "tex", .best = "bold", .close = "underlined", .write = write};
