/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/sheet/sheet.h"

#include <assert.h>
#include <math.h>
#include <string.h>

extern const struct sheet_format sheet_format_txt, sheet_format_md, sheet_format_tex, sheet_format_csv,
    sheet_format_jsonl, sheet_format_html;

const struct sheet_format *const sheet_formats[] = {
    &sheet_format_txt, &sheet_format_md, &sheet_format_tex, &sheet_format_csv, &sheet_format_jsonl,
    &sheet_format_html, NULL,
};

void sheet_column(struct sheet *g, struct sheet_column column)
{
    assert(g->n_columns < SHEET_MAX_COLUMNS && g->n_cells == 0);
    g->columns[g->n_columns++] = column;
}

void sheet_role(struct sheet *g, enum sheet_role role)
{
    g->roles[g->n_columns - 1] = role;
}

void sheet_cell(struct sheet *g, struct sheet_cell cell)
{
    g->cells = arena_grow(g->arena, g->cells, g->n_cells, sizeof *g->cells);
    g->cells[g->n_cells++] = cell;
}

void sheet_text(struct sheet *g, const char *s)
{
    sheet_cell(g, (struct sheet_cell){.text = arena_strdup(g->arena, s), .number = NAN});
}

/* A run that all but diverged may have an R2 of -1e70. */
static const char *number(struct sheet *g, const char *format, double x)
{
    return arena_printf(g->arena, fabs(x) < 1e9 ? format : "%.3g", text_tidy_zero(format, x));
}

void sheet_number(struct sheet *g, const char *format, double x)
{
    sheet_cell(g, (struct sheet_cell){.text = isfinite(x) ? number(g, format, x) : "-", .number = x});
}

/* "%.2f" of "%+.2f". */
static const char *without_plus(struct sheet *g, const char *format)
{
    return format[1] == '+' ? arena_printf(g->arena, "%%%s", format + 2) : format;
}

const char *sheet_interval(struct sheet *g, const char *format, double x, double half_width)
{
    if (!isfinite(x))
        return "-";
    if (!isfinite(half_width))
        return number(g, format, x);
    return arena_printf(g->arena, "%s ± %s", number(g, format, x), number(g, without_plus(g, format), half_width));
}

const char *sheet_range(struct sheet *g, const char *format, const char *between, double low, double high)
{
    if (!isfinite(low) || !isfinite(high))
        return "-";
    return arena_printf(g->arena, "%s%s%s", number(g, format, low), between, number(g, format, high));
}

void sheet_p(struct sheet *g, double p)
{
    if (p < 0.0001)
        sheet_cell(g, (struct sheet_cell){.text = "<0.0001", .number = p});
    else
        sheet_number(g, p < 0.001 ? "%.4f" : "%.3f", p);
}

const struct sheet_format *sheet_find_format(const char *name, struct error *err)
{
    const char *names[sizeof sheet_formats / sizeof *sheet_formats] = {0};

    for (int i = 0; sheet_formats[i]; i++) {
        names[i] = sheet_formats[i]->name;
        if (!name || strcmp(names[i], name) == 0)
            return sheet_formats[i];
    }
    text_unknown(err, "format", name, names);
    return NULL;
}

int sheet_n_rows(const struct sheet *g)
{
    assert(g->n_columns > 0 && g->n_cells % g->n_columns == 0);
    return g->n_cells / g->n_columns;
}

const struct sheet_cell *sheet_at(const struct sheet *g, int row, int column)
{
    return &g->cells[row * g->n_columns + column];
}

bool sheet_shows(const struct sheet *g, int column, enum sheet_reader reader)
{
    return g->columns[column].reader == SHEET_ALL || g->columns[column].reader == reader;
}

void sheet_write(const struct sheet *g, const struct sheet_format *format, const char *caption,
                struct text *t)
{
    format->write(g, caption, t);
}
