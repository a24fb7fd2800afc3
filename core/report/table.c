/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/table.h"

#include "stats/adjust.h"
#include "stats/paired.h"
#include "stats/power.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const table_formats[] = {"txt", "md", "tex", "csv", NULL};

enum { MAX_COLUMNS = 12 };

/* A table before it has a format: cells are plain text, row by row. */
struct grid_of_text {
    struct arena *arena;
    const char *heads[MAX_COLUMNS];
    bool is_right[MAX_COLUMNS]; /* numbers stand right */
    int n_columns;
    const char **cells;
    int n_cells, capacity;
};

static void add_column(struct grid_of_text *g, const char *head, bool is_right)
{
    g->heads[g->n_columns] = head;
    g->is_right[g->n_columns++] = is_right;
}

static void add_cell(struct grid_of_text *g, const char *cell)
{
    if (g->n_cells == g->capacity) {
        int capacity = g->capacity ? 2 * g->capacity : 64;
        const char **cells = arena_alloc(g->arena, (size_t)capacity * sizeof *cells);

        if (g->n_cells)
            memcpy(cells, g->cells, (size_t)g->n_cells * sizeof *cells);
        g->cells = cells;
        g->capacity = capacity;
    }
    g->cells[g->n_cells++] = cell;
}

/* A number for people; CSV gets all its digits instead. */
static void add_number(struct grid_of_text *g, enum table_format format, const char *shape,
                       double x)
{
    char number[TEXT_NUMBER_SIZE];

    if (!isfinite(x)) {
        add_cell(g, format == TABLE_CSV ? "" : "-");
    } else if (format == TABLE_CSV) {
        text_number(x, number);
        add_cell(g, arena_strdup(g->arena, number));
    } else {
        snprintf(number, sizeof number, shape, x);
        add_cell(g, arena_strdup(g->arena, number));
    }
}

/* "46.25 ± 0.31" in percent; in CSV two cells. */
static void add_interval(struct grid_of_text *g, enum table_format format, bool has_sign,
                         double mean, double half_width)
{
    if (format == TABLE_CSV) {
        add_number(g, format, "", 100 * mean);
        add_number(g, format, "", 100 * half_width);
    } else if (!isfinite(mean)) {
        add_cell(g, "-");
    } else if (!isfinite(half_width)) {
        add_cell(g, arena_printf(g->arena, has_sign ? "%+.2f" : "%.2f", 100 * mean));
    } else {
        add_cell(g, arena_printf(g->arena, has_sign ? "%+.2f ± %.2f" : "%.2f ± %.2f", 100 * mean,
                                 100 * half_width));
    }
}

static void add_p(struct grid_of_text *g, enum table_format format, double p)
{
    if (format != TABLE_CSV && p < 0.0001)
        add_cell(g, "<0.0001");
    else
        add_number(g, format, p < 0.001 ? "%.4f" : "%.3f", p);
}

/* ---- formats ---- */

static void write_padded(struct text *t, const char *s, int width, bool is_right, bool is_last)
{
    int blanks = width - text_width(s);

    if (is_right)
        text_printf(t, "%*s", blanks, "");
    for (; *s; s++) /* no control characters onto a terminal */
        text_printf(t, "%c", (unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
    if (!is_right && !is_last)
        text_printf(t, "%*s", blanks, "");
}

static void write_txt_row(const struct grid_of_text *g, const char *const *cells,
                          const int *widths, struct text *t)
{
    for (int c = 0; c < g->n_columns; c++) {
        text_printf(t, c ? "  " : "");
        write_padded(t, cells[c], widths[c], g->is_right[c], c == g->n_columns - 1);
    }
    text_printf(t, "\n");
}

static void write_txt(const struct grid_of_text *g, struct text *t)
{
    int widths[MAX_COLUMNS] = {0}, total = 0;

    for (int c = 0; c < g->n_columns; c++) {
        widths[c] = text_width(g->heads[c]);
        for (int i = c; i < g->n_cells; i += g->n_columns)
            if (text_width(g->cells[i]) > widths[c])
                widths[c] = text_width(g->cells[i]);
        total += widths[c] + (c ? 2 : 0);
    }
    write_txt_row(g, g->heads, widths, t);
    for (int i = 0; i < total; i++)
        text_printf(t, "-");
    text_printf(t, "\n");
    for (int i = 0; i < g->n_cells; i += g->n_columns)
        write_txt_row(g, g->cells + i, widths, t);
}

static void write_escaped(struct text *t, const char *s, enum table_format format)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c < 0x20 || c == 0x7f)
            text_printf(t, " ");
        else if (format == TABLE_TEX && strchr("&%$#_{}", c))
            text_printf(t, "\\%c", c);
        else if (format == TABLE_TEX && strchr("~^\\", c))
            text_printf(t, c == '\\' ? "\\textbackslash{}" : "\\%c{}", c);
        else if (format == TABLE_TEX && strchr("<>", c))
            text_printf(t, "$%c$", c);
        else if (format == TABLE_TEX && c == 0xc2 && (unsigned char)s[1] == 0xb1)
            text_printf(t, "$\\pm$"), s++;
        else if (format == TABLE_MD && strchr("|*_`<\\", c))
            text_printf(t, "\\%c", c);
        else
            text_add(t, s, 1);
    }
}

static void write_md(const struct grid_of_text *g, struct text *t)
{
    for (int row = -2; row * g->n_columns < g->n_cells; row++) {
        for (int c = 0; c < g->n_columns; c++) {
            text_printf(t, "| ");
            if (row == -1)
                text_printf(t, g->is_right[c] ? "--:" : "---");
            else
                write_escaped(t, row == -2 ? g->heads[c] : g->cells[row * g->n_columns + c],
                              TABLE_MD);
            text_printf(t, " ");
        }
        text_printf(t, "|\n");
    }
}

static void write_tex(const struct grid_of_text *g, const char *caption, struct text *t)
{
    text_printf(t, "\\begin{table}\n\\centering\n\\begin{tabular}{");
    for (int c = 0; c < g->n_columns; c++)
        text_printf(t, g->is_right[c] ? "r" : "l");
    text_printf(t, "}\n\\toprule\n");
    for (int row = -1; row * g->n_columns < g->n_cells; row++) {
        for (int c = 0; c < g->n_columns; c++) {
            text_printf(t, c ? " & " : "");
            write_escaped(t, row < 0 ? g->heads[c] : g->cells[row * g->n_columns + c], TABLE_TEX);
        }
        text_printf(t, " \\\\\n%s", row < 0 ? "\\midrule\n" : "");
    }
    text_printf(t, "\\bottomrule\n\\end{tabular}\n\\caption{");
    write_escaped(t, caption, TABLE_TEX);
    text_printf(t, "}\n\\end{table}\n");
}

static void write_csv_row(const char *const *cells, int n, struct text *t)
{
    for (int c = 0; c < n; c++) {
        text_printf(t, c ? "," : "");
        if (strpbrk(cells[c], ",\"\n\r")) {
            text_printf(t, "\"");
            for (const char *s = cells[c]; *s; s++)
                text_printf(t, *s == '"' ? "\"\"" : "%c", *s);
            text_printf(t, "\"");
        } else {
            text_printf(t, "%s", cells[c]);
        }
    }
    text_printf(t, "\r\n"); /* RFC 4180 */
}

static void write_table(const struct grid_of_text *g, enum table_format format,
                        const char *caption, struct text *t)
{
    switch (format) {
    case TABLE_TXT:
        write_txt(g, t);
        text_printf(t, "\n%s\n", caption);
        break;
    case TABLE_MD:
        write_md(g, t);
        text_printf(t, "\n");
        write_escaped(t, caption, TABLE_MD);
        text_printf(t, "\n");
        break;
    case TABLE_TEX:
        write_tex(g, caption, t);
        break;
    case TABLE_CSV:
        write_csv_row(g->heads, g->n_columns, t);
        for (int i = 0; i < g->n_cells; i += g->n_columns)
            write_csv_row(g->cells + i, g->n_columns, t);
        break;
    }
}

/* ---- all methods ---- */

static void methods_columns(struct grid_of_text *g, enum table_format format, bool has_conditions)
{
    bool is_csv = format == TABLE_CSV;

    if (has_conditions || is_csv)
        add_column(g, "condition", false);
    add_column(g, "method", false);
    add_column(g, "n", true);
    add_column(g, is_csv ? "test_accuracy" : "test accuracy %", true);
    if (is_csv)
        add_column(g, "test_accuracy_ci95", true);
    add_column(g, is_csv ? "difference" : "difference", true);
    if (is_csv)
        add_column(g, "difference_ci95", true);
    add_column(g, is_csv ? "p_t_holm" : "p (t)", true);
    add_column(g, is_csv ? "p_wilcoxon_holm" : "p (W)", true);
    add_column(g, is_csv ? "cohens_dz" : "d_z", true);
    add_column(g, is_csv ? "selected" : "selected on validation", false);
}

/* The rows of one condition. Holm's correction runs over its comparisons. */
static void methods_block(struct grid_of_text *g, const struct selections *s,
                          const char *condition, bool has_conditions, enum table_format format)
{
    struct paired tests[EXPERIMENT_MAX_METHODS];
    double p_t[EXPERIMENT_MAX_METHODS], p_w[EXPERIMENT_MAX_METHODS];
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    const struct selection *base = select_find(s, s->plan.baseline, condition);
    int n = 0;

    for (int i = 0; i < s->n && n < EXPERIMENT_MAX_METHODS; i++) {
        if (strcmp(s->items[i].condition, condition) != 0)
            continue;
        rows[n] = &s->items[i];
        p_t[n] = p_w[n] = NAN;
        tests[n] = (struct paired){.difference = {0, NAN, NAN, NAN}, .cohens_dz = NAN};
        if (base && base != rows[n] && base->n && rows[n]->n) {
            tests[n] = select_compare(rows[n], base);
            p_t[n] = tests[n].t.p;
            p_w[n] = tests[n].signed_rank.p;
        }
        n++;
    }
    adjust_holm.run(p_t, n, p_t);
    adjust_holm.run(p_w, n, p_w);
    for (int i = 0; i < n; i++) {
        struct summary test = summary_of(rows[i]->test, rows[i]->n);

        if (has_conditions || format == TABLE_CSV)
            add_cell(g, select_short_point(g->arena, condition));
        add_cell(g, rows[i]->method);
        add_cell(g, arena_printf(g->arena, "%d", rows[i]->n));
        add_interval(g, format, false, rows[i]->n ? test.mean : NAN, test.half_width);
        add_interval(g, format, true, tests[i].difference.mean, tests[i].difference.half_width);
        add_p(g, format, p_t[i]);
        add_p(g, format, p_w[i]);
        add_number(g, format, "%.2f", tests[i].cohens_dz);
        add_cell(g, rows[i]->point ? select_short_point(g->arena, rows[i]->point) : "-");
    }
}

/* What the reader must know to read the numbers. */
static void methods_caption(const struct selections *s, struct text *t)
{
    int n_planned = 0, n_ended = 0, n_diverged = 0, n_failed = 0, n_most = 0;
    bool is_unequal = false;

    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];

        n_planned += r->n_planned;
        n_ended += r->n_finished + r->n_diverged;
        n_diverged += r->n_diverged;
        n_failed += r->n_failed;
        n_most = r->n > n_most ? r->n : n_most;
        is_unequal |= r->n_points != s->items[0].n_points;
    }
    text_printf(t,
                "%s. Test accuracy at the last epoch: mean over n seeds and 95%% t interval; "
                "difference to %s, paired by seed, in points; p of the paired t-test and of the "
                "exact Wilcoxon signed-rank test, two-sided, each Holm-corrected over the "
                "comparisons%s. For each method the point with the best mean validation accuracy "
                "is selected.",
                s->plan.title, s->plan.baseline,
                select_find(s, s->plan.baseline, s->items[0].condition) && s->items[0].condition[0]
                    ? " of a condition"
                    : "");
    if (is_unequal) {
        text_printf(t, " Tuning budgets differ (configurations tried):");
        for (int i = 0; i < s->n && strcmp(s->items[i].condition, s->items[0].condition) == 0; i++)
            text_printf(t, "%s %s %d", i ? "," : "", s->items[i].method, s->items[i].n_points);
        text_printf(t, ".");
    }
    if (n_most > 1 && n_most < 6)
        text_printf(t, " With %d seeds the signed-rank test cannot give p below %g.", n_most,
                    power_least_p(n_most));
    text_printf(t, " %d of %d runs ended", n_ended, n_planned);
    if (n_diverged)
        text_printf(t, ", %d of them diverged (counted as accuracy 0 in selection)", n_diverged);
    if (n_failed)
        text_printf(t, "; %d failed", n_failed);
    text_printf(t, ".");
}

int table_methods(const struct selections *s, enum table_format format, struct text *ret_text,
                  struct error *err)
{
    struct arena arena = {0};
    struct grid_of_text g = {.arena = &arena};
    struct text caption = {0};
    bool has_conditions = false;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    for (int i = 0; i < s->n; i++)
        has_conditions |= strcmp(s->items[i].condition, s->items[0].condition) != 0;
    methods_columns(&g, format, has_conditions);
    for (int i = 0; i < s->n; i++) {
        bool is_new = true;

        for (int k = 0; k < i; k++)
            is_new &= strcmp(s->items[k].condition, s->items[i].condition) != 0;
        if (is_new)
            methods_block(&g, s, s->items[i].condition, has_conditions, format);
    }
    methods_caption(s, &caption);
    write_table(&g, format, caption.s, ret_text);
    text_release(&caption);
    arena_release(&arena);
    return 0;
}

/* ---- two methods ---- */

static int check_method(const struct selections *s, const char *method, struct error *err)
{
    const char *names[EXPERIMENT_MAX_METHODS + 1] = {0};

    for (int i = 0; i < s->plan.n_methods; i++) {
        names[i] = s->plan.methods[i];
        if (strcmp(names[i], method) == 0)
            return 0;
    }
    return text_unknown(err, "method", method, names);
}

static void compare_block(const struct selection *a, const struct selection *b,
                          enum table_format format, struct arena *arena, struct text *t)
{
    struct grid_of_text g = {.arena = arena};
    struct paired p = select_compare(a, b);
    struct text caption = {0};

    add_column(&g, "seed", true);
    add_column(&g, a->method, true);
    add_column(&g, b->method, true);
    add_column(&g, "difference", true);
    for (int i = 0; i < a->n; i++) {
        for (int k = 0; k < b->n; k++) {
            if (a->seeds[i] != b->seeds[k])
                continue;
            add_cell(&g, arena_printf(arena, "%d", a->seeds[i]));
            add_number(&g, format, "%.2f", 100 * a->test[i]);
            add_number(&g, format, "%.2f", 100 * b->test[k]);
            add_number(&g, format, "%+.2f", 100 * (a->test[i] - b->test[k]));
        }
    }
    text_printf(&caption,
                "Test accuracy in percent. %s (%s) minus %s (%s)%s%s: %+.2f points", a->method,
                a->point ? select_short_point(arena, a->point) : "no run", b->method,
                b->point ? select_short_point(arena, b->point) : "no run",
                a->condition[0] ? ", " : "", select_short_point(arena, a->condition),
                100 * p.difference.mean);
    if (isfinite(p.difference.half_width))
        text_printf(&caption,
                    ", 95%% interval %+.2f to %+.2f; n = %d pairs; paired t = %.3f, p = %.4g; "
                    "Wilcoxon signed-rank V = %g, exact p = %.4g%s; Cohen's d_z = %.2f, "
                    "Hedges' g = %.2f. Two-sided, not corrected for other comparisons.",
                    100 * (p.difference.mean - p.difference.half_width),
                    100 * (p.difference.mean + p.difference.half_width), p.n, p.t.statistic, p.t.p,
                    p.signed_rank.statistic, p.signed_rank.p, p.signed_rank.has_ties ? " (ties share mean ranks)" : "",
                    p.cohens_dz, p.hedges_g);
    else
        text_printf(&caption, "; n = %d pairs, too few for a test.", p.n);
    if (p.signed_rank.n_zeros)
        text_printf(&caption, " %d differences of 0 are left out of the ranks.", p.signed_rank.n_zeros);
    write_table(&g, format, caption.s, t);
    text_release(&caption);
}

int table_compare(const struct selections *s, const char *a, const char *b,
                  enum table_format format, struct text *ret_text, struct error *err)
{
    struct arena arena = {0};

    if (check_method(s, a, err) < 0 || check_method(s, b, err) < 0)
        return -1;
    for (int i = 0; i < s->n; i++) {
        const struct selection *other;

        if (strcmp(s->items[i].method, a) != 0)
            continue;
        other = select_find(s, b, s->items[i].condition);
        if (other)
            compare_block(&s->items[i], other, format, &arena, ret_text);
    }
    arena_release(&arena);
    if (!ret_text->s)
        return error_set(err, "\"%s\" and \"%s\" have no condition in common", a, b);
    return 0;
}
