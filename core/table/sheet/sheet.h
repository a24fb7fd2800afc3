/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sheet: a table before it has a format: columns, then cells row by row, then a
 * caption. What is for people (rounded, with intervals) and what is for programs
 * (every digit, one number a column) stand in one sheet; each format takes its own.
 *
 *     struct sheet g = {.arena = &arena};
 *     sheet_column(&g, (struct sheet_column){"method", "method"});
 *     sheet_column(&g, (struct sheet_column){"p", "p_holm", .is_number = true});
 *     sheet_text(&g, "rgd");
 *     sheet_number(&g, "%.3f", p);
 *     sheet_write(&g, sheet_find_format("md", err), caption, &text);
 *
 * Texts may come from a stranger (escape.h). Where x is not finite a cell shows "-"
 * to people, and nothing, or null, to programs.
 */
#ifndef TABLE_SHEET_H
#define TABLE_SHEET_H

#include "analysis/emphasis.h"
#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>

enum sheet_reader { SHEET_ALL, SHEET_PEOPLE, SHEET_PROGRAMS };

enum sheet_role {
    SHEET_PLAIN,
    SHEET_GROUP, /* says by itself what its rows have in common: "noise=0.2"; may stand above them */
    SHEET_NOTE,  /* long text: may stand below the table */
};

struct sheet_column {
    const char *head; /* for people */
    const char *key;  /* for programs */
    enum sheet_reader reader;
    bool is_number; /* stands right; is no text in JSON */
};

struct sheet_cell {
    const char *text; /* for people; for programs too where it is no number */
    double number;
    enum emphasis emphasis;
};

enum { SHEET_MAX_COLUMNS = 96 };

struct sheet {
    struct arena *arena;
    struct sheet_column columns[SHEET_MAX_COLUMNS];
    int n_columns;
    enum sheet_role roles[SHEET_MAX_COLUMNS];
    struct sheet_cell *cells; /* [n_rows][n_columns] */
    int n_cells;
};

/* Columns come before cells; one too many is a bug of the caller. */
void sheet_column(struct sheet *g, struct sheet_column column);

/* How the column that was added last gives way where lines have an end (layout.h). */
void sheet_role(struct sheet *g, enum sheet_role role);

void sheet_text(struct sheet *g, const char *s);
void sheet_number(struct sheet *g, const char *format, double x);
void sheet_cell(struct sheet *g, struct sheet_cell cell);

/* "46.25 ± 0.31", "46.25" where there is no half width, "-" where there is no x; in the sheet's arena.
 * format is of one number, "%.2f" or "%+.2f"; what has over nine digits before the point is written as
 * 1.2e+70. */
const char *sheet_interval(struct sheet *g, const char *format, double x, double half_width);

/* "-0.31 to +0.52" with " to " between, likewise; "-" where an end is not finite. */
const char *sheet_range(struct sheet *g, const char *format, const char *between, double low, double high);

/* "0.031", "<0.0001": a p-value. */
void sheet_p(struct sheet *g, double p);

struct sheet_format {
    const char *name;
    const char *best, *close; /* how the emphases look, for captions; NULL: they do not show */
    bool is_for_programs;     /* has no caption */
    void (*write)(const struct sheet *g, const char *caption, struct text *t);
};

/* txt, md, tex, csv, jsonl, html; ends in NULL. */
extern const struct sheet_format *const sheet_formats[];

/* NULL name: txt. NULL with an error that names the known ones. */
const struct sheet_format *sheet_find_format(const char *name, struct error *err);

void sheet_write(const struct sheet *g, const struct sheet_format *format, const char *caption,
                struct text *t);

/* ---- for the formats ---- */

int sheet_n_rows(const struct sheet *g);
const struct sheet_cell *sheet_at(const struct sheet *g, int row, int column);

/* Does the column show itself to this reader? */
bool sheet_shows(const struct sheet *g, int column, enum sheet_reader reader);

#endif
