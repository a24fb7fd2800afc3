/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/sheet/layout.h"

#include <string.h>

static bool is_shown(const struct layout *l, int c)
{
    return l->places[c] == LAYOUT_NAME || l->places[c] == LAYOUT_BODY;
}

/* All that there is for people, names first: the columns of text before any other. */
static void place(const struct sheet *g, struct layout *l)
{
    bool are_names = true;

    for (int c = 0; c < g->n_columns; c++) {
        if (!sheet_shows(g, c, SHEET_PEOPLE))
            continue;
        are_names &= !g->columns[c].is_number && g->roles[c] != SHEET_NOTE;
        l->places[c] = are_names ? LAYOUT_NAME : LAYOUT_BODY;
    }
}

static int cells_width(const struct sheet *g, const struct layout_face *face, int c)
{
    int width = 0;

    for (int r = 0; r < sheet_n_rows(g); r++) {
        const struct sheet_cell *cell = sheet_at(g, r, c);
        int w = face->width(cell->text, cell->emphasis);

        width = w > width ? w : width;
    }
    return width;
}

/* The length of the word at `at`, with what is not parted from it: the "%" behind it, and what is behind
 * a word of one letter: "p (t)". */
static size_t word_size(const char *at)
{
    size_t size = strcspn(at, " ");

    if (size == 1 && at[1])
        size += 1 + strcspn(at + 2, " ");
    if (strncmp(at + size, " %", 2) == 0 && (at[size + 2] == ' ' || !at[size + 2]))
        size += 2;
    return size;
}

/* "tuned anew, minus erm" in lines of at most `width`, or of one word. Gives the number of lines. */
static int break_head(const struct sheet *g, const struct layout_face *face, const char *head, int width,
                      const char *ret_lines[LAYOUT_HEAD_LINES])
{
    const char *line = head, *end = head; /* of what is on the line */
    int n = 0;

    for (const char *at = head; *at;) {
        size_t size = word_size(at);
        const char *longer = arena_printf(g->arena, "%.*s", (int)(at + size - line), line);

        if (end > line && n < LAYOUT_HEAD_LINES - 1 && face->width(longer, EMPHASIS_NONE) > width) {
            ret_lines[n++] = arena_printf(g->arena, "%.*s", (int)(end - line), line);
            line = at;
        }
        end = at + size;
        at = end + strspn(end, " ");
    }
    ret_lines[n++] = arena_printf(g->arena, "%.*s", (int)(end - line), line);
    return n;
}

static int widest_word(const struct sheet *g, const struct layout_face *face, const char *head)
{
    int width = 0;

    for (const char *at = head; *at; at += strspn(at, " ")) {
        size_t size = word_size(at);
        int w = face->width(arena_printf(g->arena, "%.*s", (int)size, at), EMPHASIS_NONE);

        at += size;
        width = w > width ? w : width;
    }
    return width;
}

/* Heads, on one line or stacked, and with them the columns' widths. */
static void set_heads(const struct sheet *g, const struct layout_face *face, bool is_stacked,
                      struct layout *l)
{
    const char *lines[SHEET_MAX_COLUMNS][LAYOUT_HEAD_LINES];
    int n_lines[SHEET_MAX_COLUMNS] = {0};

    l->n_head_lines = 1;
    for (int c = 0; c < g->n_columns; c++) {
        const char *head = g->columns[c].head;
        int width, word;

        if (!is_shown(l, c))
            continue;
        width = cells_width(g, face, c);
        word = widest_word(g, face, head);
        width = word > width ? word : width;
        lines[c][0] = head;
        n_lines[c] = is_stacked ? break_head(g, face, head, width, lines[c]) : 1;
        for (int i = 0; i < n_lines[c]; i++) {
            int w = face->width(lines[c][i], EMPHASIS_NONE);

            width = w > width ? w : width;
        }
        l->widths[c] = width;
        l->n_head_lines = n_lines[c] > l->n_head_lines ? n_lines[c] : l->n_head_lines;
    }
    for (int i = 0; i < l->n_head_lines; i++)
        for (int c = 0; c < g->n_columns; c++) {
            int at = i - (l->n_head_lines - n_lines[c]);

            l->heads[i][c] = is_shown(l, c) && at >= 0 ? lines[c][at] : "";
        }
}

/* Cuts the body where a line ends; false where there was need to. A column that is wider than that stands
 * in a bank of its own. */
static bool fit(const struct sheet *g, const struct layout_face *face, struct layout *l)
{
    int names = -face->gap, at, n_in_bank = 0;

    for (int c = 0; c < g->n_columns; c++)
        if (l->places[c] == LAYOUT_NAME)
            names += l->widths[c] + face->gap;
    l->n_banks = 1;
    at = names;
    for (int c = 0; c < g->n_columns; c++) {
        if (l->places[c] != LAYOUT_BODY)
            continue;
        at += face->gap + l->widths[c];
        if (at > face->limit && n_in_bank > 0) {
            l->n_banks++;
            n_in_bank = 0;
            at = names + face->gap + l->widths[c];
        }
        l->banks[c] = l->n_banks - 1;
        n_in_bank++;
    }
    return l->n_banks == 1 && at <= face->limit;
}

static void move(const struct sheet *g, enum sheet_role role, enum layout_place place, struct layout *l)
{
    for (int c = 0; c < g->n_columns; c++)
        if (g->roles[c] == role && is_shown(l, c))
            l->places[c] = place;
}

/* Banks that are about as wide as each other: no more of them, in the least width. */
static void cut(const struct sheet *g, const struct layout_face *face, struct layout *l)
{
    struct layout_face narrower = *face;
    int low = 0, n_banks;

    fit(g, face, l);
    n_banks = l->n_banks;
    while (low < narrower.limit) {
        int limit = narrower.limit;

        narrower.limit = low + (limit - low) / 2;
        fit(g, &narrower, l);
        if (l->n_banks == n_banks)
            continue;
        low = narrower.limit + 1;
        narrower.limit = limit;
    }
    fit(g, &narrower, l);
}

void layout_make(const struct sheet *g, const struct layout_face *face, struct layout *ret_layout)
{
    struct layout *l = ret_layout;

    *l = (struct layout){0};
    place(g, l);
    set_heads(g, face, face->is_tight, l);
    if (!face->is_tight && fit(g, face, l))
        return;
    set_heads(g, face, true, l);
    if (!face->is_tight && fit(g, face, l))
        return;
    move(g, SHEET_NOTE, LAYOUT_NOTE, l);
    set_heads(g, face, true, l); /* of fewer columns, perhaps on fewer lines */
    if (fit(g, face, l))
        return;
    move(g, SHEET_GROUP, LAYOUT_GROUP, l);
    cut(g, face, l);
}

bool layout_stands(const struct layout *l, int bank, int column)
{
    return l->places[column] == LAYOUT_NAME ||
           (l->places[column] == LAYOUT_BODY && l->banks[column] == bank);
}

int layout_first_head(const struct sheet *g, const struct layout *l, int bank)
{
    for (int i = 0; i < l->n_head_lines - 1; i++)
        for (int c = 0; c < g->n_columns; c++)
            if (layout_stands(l, bank, c) && *l->heads[i][c])
                return i;
    return l->n_head_lines - 1;
}

const char *layout_group(const struct sheet *g, const struct layout *l, int row)
{
    for (int c = 0; c < g->n_columns; c++) {
        const char *text = sheet_at(g, row, c)->text;

        if (l->places[c] == LAYOUT_GROUP)
            return row == 0 || strcmp(sheet_at(g, row - 1, c)->text, text) != 0 ? text : NULL;
    }
    return NULL;
}

const char *layout_note(const struct sheet *g, const struct layout *l, int row, int column)
{
    const char *name = "", *note = sheet_at(g, row, column)->text;

    if (!*note || strcmp(note, "-") == 0)
        return NULL;
    for (int c = 0; c < g->n_columns; c++)
        if (l->places[c] == LAYOUT_NAME || l->places[c] == LAYOUT_GROUP)
            name = arena_printf(g->arena, "%s%s%s", name, *name ? ", " : "", sheet_at(g, row, c)->text);
    return arena_printf(g->arena, "%s: %s", name, note);
}
