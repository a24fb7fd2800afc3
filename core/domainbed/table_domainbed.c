/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables that DomainBed's collect_results.py prints, in its text and its LaTeX to the
 * byte; the other formats take the same cells. It differs where DomainBed's own would break:
 * long names are not cut in the middle, and LaTeX's orders in names are escaped. */
#include "domainbed/tables.h"

#include "table/caption.h"
#include "table/sheet/escape.h"

#include <math.h>
#include <string.h>

/* One table: rows are methods; the last column is the average. */
struct panel {
    struct arena *arena;
    const struct held_out_rule *rule;
    const struct held_out_data *data; /* NULL: the averages over all */
    const struct held_out *h;
    const int *methods; /* rows */
    int n_rows, n_columns, width;
    struct held_out_mean *cells; /* [n_rows][n_columns] */
};

static const char *column_name(const struct panel *g, int c)
{
    return g->data ? g->data->environments[c] : g->h->data[c].label;
}

/* The average of a row, which lacks nothing; else NaN. */
static double row_average(const struct panel *g, int row)
{
    const struct held_out_mean *cells = g->cells + row * g->n_columns;
    double sum = 0;

    for (int c = 0; c < g->n_columns; c++)
        sum += cells[c].mean; /* NaN where there is none */
    return sum / g->n_columns;
}

/* data -1: the averages. */
static struct panel make_panel(const struct held_out *h, const struct held_out_rule *rule,
                             const struct held_out_cell *cells, int n, int data, const int *methods,
                             int n_methods, struct arena *arena)
{
    struct panel g = {.arena = arena, .rule = rule, .h = h, .methods = methods, .n_rows = n_methods,
                     .data = data < 0 ? NULL : &h->data[data],
                     .n_columns = data < 0 ? h->n_data : h->data[data].n_environments,
                     .width = data < 0 ? 25 : 20};

    g.cells = arena_alloc(arena, ((size_t)g.n_rows * (size_t)g.n_columns + 1) * sizeof *g.cells);
    for (int r = 0; r < g.n_rows; r++)
        for (int c = 0; c < g.n_columns; c++)
            g.cells[r * g.n_columns + c] =
                data < 0 ? held_out_mean_data(cells, n, methods[r], c)
                         : held_out_mean_environment(cells, n, methods[r], data, c);
    return g;
}

/* ---- DomainBed's text and LaTeX ---- */

struct style {
    const char *format; /* of struct sheet_format */
    bool is_latex;
    escape_function *escape;
    const char *between, *end, *plus_minus;
};

static const struct style styles[] = {
    {"txt", false, escape_plain, "  ", " \n", "+/-"},
    {"tex", true, escape_latex, " & ", " \\\\\n", "$\\pm$"},
};

static void add_cell(const struct style *style, int width, bool is_head, const char *s,
                     struct text *t)
{
    struct text cell = {0};
    int there;

    text_printf(&cell, is_head && style->is_latex ? "\\textbf{" : "");
    style->escape(&cell, s);
    text_printf(&cell, is_head && style->is_latex ? "}" : "");
    there = text_width(cell.s);
    text_printf(t, "%s%*s", cell.s, there < width ? width - there : 0, "");
    text_release(&cell);
}

/* A line below all tables, which DomainBed's own do not need. */
static void write_caveats(const struct held_out *h, const struct style *style, struct text *t)
{
    struct text caveats = {0};

    caption_caveats(&caveats, &h->plan.caveats);
    if (caveats.size) {
        text_printf(t, "\n");
        style->escape(t, caveats.s + 1);
        text_printf(t, "\n");
    }
    text_release(&caveats);
}

static void write_cells(const struct panel *g, const struct style *style, int row, struct text *t)
{
    double average = row_average(g, row);
    struct text cell = {0};

    for (int c = 0; c < g->n_columns; c++) {
        const struct held_out_mean *x = &g->cells[row * g->n_columns + c];

        cell.size = 0;
        if (x->n)
            text_printf(&cell, "%.1f %s %.1f", x->mean, style->plus_minus, x->error);
        else
            text_printf(&cell, "X");
        text_printf(t, "%s%-*s", style->between, g->width, cell.s);
    }
    cell.size = 0;
    text_printf(&cell, isfinite(average) ? "%.1f" : "X", average);
    text_printf(t, "%s%-*s%s", style->between, g->width, cell.s, style->end);
    text_release(&cell);
}

static void write_panel(const struct panel *g, const struct style *style, struct text *t)
{
    if (style->is_latex) {
        text_printf(t, "\n\\subsubsection{");
        escape_latex(t, g->data ? g->data->label : "Averages");
        text_printf(t, "}\n\n\\begin{center}\n\\adjustbox{max width=\\textwidth}{%%\n"
                       "\\begin{tabular}{l");
        for (int c = 0; c <= g->n_columns; c++)
            text_printf(t, "c");
        text_printf(t, "}\n\\toprule\n");
    } else {
        text_printf(t, "\n-------- %s", g->data ? "Dataset: " : "Averages");
        escape_plain(t, g->data ? g->data->label : "");
        text_printf(t, ", model selection method: %s\n", g->rule->title);
    }
    add_cell(style, g->width, true, "Algorithm", t);
    for (int c = 0; c <= g->n_columns; c++) {
        text_printf(t, "%s", style->between);
        add_cell(style, g->width, true, c < g->n_columns ? column_name(g, c) : "Avg", t);
    }
    text_printf(t, "%s%s", style->end, style->is_latex ? "\\midrule\n" : "");
    for (int r = 0; r < g->n_rows; r++) {
        add_cell(style, g->width, false, g->h->plan.methods[g->methods[r]], t);
        write_cells(g, style, r, t);
    }
    if (style->is_latex)
        text_printf(t, "\\bottomrule\n\\end{tabular}}\n\\end{center}\n");
}

/* ---- the other formats ---- */

/* For people: a table each, under its name. */
static void write_sheet(const struct panel *g, const struct sheet_format *format, struct text *t)
{
    struct sheet s = {.arena = g->arena};
    int n_columns = g->n_columns < SHEET_MAX_COLUMNS - 2 ? g->n_columns : SHEET_MAX_COLUMNS - 2;
    struct text caption = {0};

    sheet_column(&s, (struct sheet_column){"Algorithm", "method", SHEET_ALL, false});
    for (int c = 0; c < n_columns; c++)
        sheet_column(&s, (struct sheet_column){column_name(g, c), "", SHEET_ALL, true});
    sheet_column(&s, (struct sheet_column){"Avg", "average", SHEET_ALL, true});
    for (int r = 0; r < g->n_rows; r++) {
        double average = row_average(g, r);

        sheet_text(&s, g->h->plan.methods[g->methods[r]]);
        for (int c = 0; c < n_columns; c++) {
            const struct held_out_mean *x = &g->cells[r * g->n_columns + c];

            sheet_text(&s, x->n ? arena_printf(g->arena, "%.1f ± %.1f", x->mean, x->error) : "X");
        }
        sheet_text(&s, isfinite(average) ? arena_printf(g->arena, "%.1f", average) : "X");
    }
    text_printf(t, t->size ? "\n" : "");
    text_printf(&caption, "%s%s, model selection method: %s. Mean and standard error (deviation of "
                          "the population over the root of n) over trials.",
                g->data ? "Dataset: " : "Averages", g->data ? g->data->label : "", g->rule->title);
    caption_caveats(&caption, &g->h->plan.caveats);
    sheet_write(&s, format, caption.s, t);
    text_release(&caption);
}

/* For programs: a row for each number. */
static void add_rows(const struct panel *g, struct sheet *s)
{
    for (int r = 0; r < g->n_rows; r++)
        for (int c = 0; c < g->n_columns; c++) {
            const struct held_out_mean *x = &g->cells[r * g->n_columns + c];

            sheet_text(s, g->rule->name);
            sheet_text(s, g->data ? g->data->label : g->h->data[c].label);
            sheet_text(s, g->h->plan.methods[g->methods[r]]);
            sheet_text(s, g->data ? g->data->environments[c] : "all");
            sheet_number(s, "%.0f", x->n);
            sheet_number(s, "%.1f", x->mean);
            sheet_number(s, "%.1f", x->error);
        }
}

static struct sheet long_sheet(struct arena *arena)
{
    static const struct sheet_column columns[] = {
        {"", "rule", SHEET_ALL, false},          {"", "data", SHEET_ALL, false},
        {"", "method", SHEET_ALL, false},        {"", "environment", SHEET_ALL, false},
        {"", "n_trials", SHEET_ALL, true},       {"", "test_accuracy", SHEET_ALL, true},
        {"", "standard_error", SHEET_ALL, true},
    };
    struct sheet s = {.arena = arena};

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sheet_column(&s, columns[i]);
    return s;
}

/* ---- all ---- */

/* Methods with a run that ended. */
static int list_methods(const struct held_out *h, struct arena *arena, const int **ret_methods)
{
    int *methods = arena_alloc(arena, ((size_t)h->plan.n_methods + 1) * sizeof *methods), n = 0;

    for (int m = 0; m < h->plan.n_methods; m++)
        for (int i = 0; i < h->n_runs; i++)
            if (h->runs[i].method == m) {
                methods[n++] = m;
                break;
            }
    *ret_methods = methods;
    return n;
}

static const struct style *find_style(const struct sheet_format *format)
{
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (strcmp(styles[i].format, format->name) == 0)
            return &styles[i];
    return NULL;
}

void table_domainbed(const struct held_out *h, const struct table_options *options,
                     struct text *ret_text)
{
    const struct style *style = find_style(options->format);
    struct arena arena = {0};
    struct sheet programs = long_sheet(&arena);
    const int *methods;
    int n_methods = list_methods(h, &arena, &methods);

    if (style && style->is_latex)
        text_printf(ret_text, "\\documentclass{article}\n\\usepackage{booktabs}\n"
                              "\\usepackage{adjustbox}\n\\begin{document}\n"
                              "\\section{Full DomainBed results}\n%% Total records: %d\n",
                    h->n_records);
    else if (style)
        text_printf(ret_text, "Total records: %d\n", h->n_records);
    for (int i = 0; held_out_rules[i]; i++) {
        const struct held_out_rule *rule = held_out_rules[i];
        const struct held_out_cell *cells;
        int n;

        if (options->rule && rule != options->rule)
            continue;
        cells = held_out_select(h, rule, &arena, &n);
        if (style && style->is_latex)
            text_printf(ret_text, "\n\\subsection{Model selection: %s}\n", rule->title);
        for (int d = 0; d <= h->n_data; d++) {
            struct panel g = make_panel(h, rule, cells, n, d < h->n_data ? d : -1, methods,
                                      n_methods, &arena);

            if (style)
                write_panel(&g, style, ret_text);
            else if (options->format->is_for_programs)
                add_rows(&g, &programs);
            else
                write_sheet(&g, options->format, ret_text);
        }
    }
    if (style)
        write_caveats(h, style, ret_text);
    if (style && style->is_latex)
        text_printf(ret_text, "\\end{document}\n");
    if (options->format->is_for_programs)
        sheet_write(&programs, options->format, "", ret_text);
    arena_release(&arena);
}
