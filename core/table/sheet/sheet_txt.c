/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For a terminal of 100 columns: what is wider gives way (layout.h). The same bytes wherever it is shown. */
#include "table/sheet/escape.h"
#include "table/sheet/layout.h"

#include <string.h>

enum { LINE_WIDTH = 100, CAPTION_WIDTH = 98, GAP = 2 };

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

static void write_row(const struct sheet *g, const struct layout *l, int bank,
                      const struct sheet_cell *cells, struct text *t)
{
    int first = -1, last = 0;

    for (int c = 0; c < g->n_columns; c++)
        if (layout_stands(l, bank, c)) {
            first = first < 0 ? c : first;
            last = c;
        }
    for (int c = 0; c < g->n_columns; c++) {
        if (!layout_stands(l, bank, c))
            continue;
        text_printf(t, "%*s", c == first ? 0 : GAP, "");
        write_cell(t, &cells[c], l->widths[c], g->columns[c].is_number, c == last);
    }
    while (t->size > 0 && t->s[t->size - 1] == ' ')
        t->size--;
    text_add(t, "\n", 1);
}

static int width_of(const char *text, enum emphasis emphasis)
{
    struct text s = {0};
    int width;

    text_printf(&s, "%s", emphasis ? "*" : "");
    escape_plain(&s, text);
    width = text_width(s.s);
    text_release(&s);
    return width;
}

/* At blanks; a word longer than a line stands on its own. What follows the first line stands further in. */
static void write_wrapped(struct text *t, const char *s, int indent, int further)
{
    struct text plain = {0};
    int column = 0;

    text_printf(&plain, "%s", "");
    escape_plain(&plain, s);
    for (char *rest = NULL, *word = strtok_r(plain.s, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        int width = text_width(word);
        bool breaks = column > 0 && column + 1 + width > CAPTION_WIDTH;
        int in = breaks ? indent + further : column ? 0 : indent;

        text_printf(t, "%s%*s%s", breaks ? "\n" : column ? " " : "", in, "", word);
        column = breaks || column == 0 ? in + width : column + 1 + width;
    }
    text_printf(t, "\n");
    text_release(&plain);
}

static void write_heads(const struct sheet *g, const struct layout *l, int bank, struct text *t)
{
    int total = -GAP;

    for (int i = layout_first_head(g, l, bank); i < l->n_head_lines; i++) {
        struct sheet_cell heads[SHEET_MAX_COLUMNS] = {0};

        for (int c = 0; c < g->n_columns; c++)
            heads[c].text = l->heads[i][c];
        write_row(g, l, bank, heads, t);
    }
    for (int c = 0; c < g->n_columns; c++)
        if (layout_stands(l, bank, c))
            total += l->widths[c] + GAP;
    for (int i = 0; i < total; i++)
        text_printf(t, "-");
    text_printf(t, "\n");
}

static void write_notes(const struct sheet *g, const struct layout *l, struct text *t)
{
    for (int c = 0; c < g->n_columns; c++) {
        if (l->places[c] != LAYOUT_NOTE)
            continue;
        text_printf(t, "\n");
        escape_plain(t, g->columns[c].head);
        text_printf(t, ":\n");
        for (int r = 0; r < sheet_n_rows(g); r++) {
            const char *note = layout_note(g, l, r, c);

            if (note)
                write_wrapped(t, note, 2, 2);
        }
    }
}

static void write(const struct sheet *g, const char *caption, struct text *t)
{
    static const struct layout_face face = {.limit = LINE_WIDTH, .gap = GAP, .width = width_of};
    struct layout l;

    layout_make(g, &face, &l);
    for (int bank = 0; bank < l.n_banks; bank++) {
        text_printf(t, bank ? "\n" : "");
        write_heads(g, &l, bank, t);
        for (int r = 0; r < sheet_n_rows(g); r++) {
            const char *group = layout_group(g, &l, r);

            if (group) {
                escape_plain(t, group);
                text_printf(t, "\n");
            }
            write_row(g, &l, bank, sheet_at(g, r, 0), t);
        }
    }
    write_notes(g, &l, t);
    text_printf(t, "\n");
    write_wrapped(t, caption, 0, 0);
}

const struct sheet_format sheet_format_txt = {
    .name = "txt", .best = "with *", .close = "with ~", .write = write};
