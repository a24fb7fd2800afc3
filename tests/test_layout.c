/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table that is wider than a line gives way without losing a cell; one that is not stays as it is. */
#include "math/rng.h"
#include "table/sheet/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_WIDTH = 100 };

/* No line is longer than the terminal, or ends in blanks. */
static void check_width(const char *s)
{
    for (const char *at = s; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        char line[1000] = "";

        assert_true(strcspn(at, "\n") < sizeof line);
        memcpy(line, at, strcspn(at, "\n"));
        if (text_width(line) > LINE_WIDTH)
            fail_msg("%d columns: %s\n%s", text_width(line), line, s);
        if (*line && line[strlen(line) - 1] == ' ')
            fail_msg("blanks at the end of a line: \"%s\"", line);
    }
}

static void add_note(struct sheet *g, struct sheet_column column)
{
    sheet_column(g, column);
    sheet_role(g, SHEET_NOTE);
}

static struct sheet begin(struct arena *arena, bool has_conditions)
{
    struct sheet g = {.arena = arena};

    if (has_conditions) {
        sheet_column(&g, (struct sheet_column){"condition", "condition", SHEET_ALL, false});
        sheet_role(&g, SHEET_GROUP);
    }
    sheet_column(&g, (struct sheet_column){"method", "method", SHEET_ALL, false});
    return g;
}

static void write_as(struct sheet *g, const char *format, struct text *t)
{
    struct error err;

    sheet_write(g, sheet_find_format(format, &err), "Caption.", t);
}

static void check_text(struct sheet *g, const char *format, const char *expected)
{
    struct text t = {0};

    write_as(g, format, &t);
    assert_string_equal(t.s, expected);
    text_release(&t);
}

static void test_narrow_stays(void **state)
{
    struct arena arena = {0};
    struct sheet g = begin(&arena, false);

    (void)state;
    sheet_column(&g, (struct sheet_column){"test accuracy %", "a", SHEET_ALL, true});
    add_note(&g, (struct sheet_column){"selected", "s", SHEET_ALL, false});
    sheet_text(&g, "erm");
    sheet_number(&g, "%.1f", 46.25);
    sheet_text(&g, "lr=0.1");
    check_text(&g, "txt", "method  test accuracy %  selected\n"
                          "---------------------------------\n"
                          "erm                46.2  lr=0.1\n\nCaption.\n");
    arena_release(&arena);
}

/* Heads are stacked first; then notes go below, then a condition above. */
static void test_order(void **state)
{
    struct arena arena = {0};
    struct sheet g = begin(&arena, true);

    (void)state;
    for (int i = 0; i < 6; i++)
        sheet_column(&g, (struct sheet_column){"tuned anew, minus erm %", "a", SHEET_ALL, true});
    add_note(&g, (struct sheet_column){"selected", "s", SHEET_ALL, false});
    for (int r = 0; r < 2; r++) {
        sheet_text(&g, "noise=0.2");
        sheet_text(&g, r ? "rgd" : "erm");
        for (int i = 0; i < 6; i++)
            sheet_cell(&g, (struct sheet_cell){"-0.11 to +0.2", 1, EMPHASIS_NONE});
        sheet_text(&g, r ? "" : "lr=0.1");
    }
    check_text(&g, "txt",
               "          tuned anew,    tuned anew,    tuned anew,    tuned anew,    tuned anew,    tuned anew,\n"
               "method    minus erm %    minus erm %    minus erm %    minus erm %    minus erm %    minus erm %\n"
               "------------------------------------------------------------------------------------------------\n"
               "noise=0.2\n"
               "erm     -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2\n"
               "rgd     -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2  -0.11 to +0.2\n"
               "\nselected:\n  noise=0.2, erm: lr=0.1\n\nCaption.\n");
    arena_release(&arena);
}

/* Of two banks none is much wider than the other; what names a row stands in both. */
static void test_banks(void **state)
{
    struct arena arena = {0};
    struct sheet g = begin(&arena, false);

    (void)state;
    for (int i = 0; i < 4; i++)
        sheet_column(&g, (struct sheet_column){"thirty-columns-wide-0123456789", "a", SHEET_ALL, true});
    sheet_text(&g, "erm");
    for (int i = 0; i < 4; i++)
        sheet_number(&g, "%.0f", i);
    check_text(&g, "txt",
               "method  thirty-columns-wide-0123456789  thirty-columns-wide-0123456789\n"
               "----------------------------------------------------------------------\n"
               "erm                                  0                               1\n\n"
               "method  thirty-columns-wide-0123456789  thirty-columns-wide-0123456789\n"
               "----------------------------------------------------------------------\n"
               "erm                                  2                               3\n\nCaption.\n");
    arena_release(&arena);
}

static void test_tex(void **state)
{
    struct arena arena = {0};
    struct sheet g = begin(&arena, false);

    (void)state;
    sheet_column(&g, (struct sheet_column){"minus erm_x", "d", SHEET_ALL, true});
    add_note(&g, (struct sheet_column){"selected", "s", SHEET_ALL, false});
    sheet_text(&g, "a-1");
    sheet_cell(&g, (struct sheet_cell){"-1.5 to -0.5 (-2)", -1.5, EMPHASIS_BEST});
    sheet_text(&g, "t=-0.1");
    check_text(&g, "tex",
               "% \\usepackage{booktabs} \\usepackage[T1]{fontenc} \\usepackage{textcomp}\n"
               "\\begin{table}\n\\centering\\footnotesize\\setlength{\\tabcolsep}{3pt}\n"
               "\\begin{tabular}{@{}lr@{}}\n\\toprule\n\\relax method & minus erm\\_x \\\\\n\\midrule\n"
               "\\relax a-1 & \\textbf{$-$1.5 to $-$0.5 ($-$2)} \\\\\n\\bottomrule\n\\end{tabular}\n\n"
               "\\smallskip\n\\parbox{\\linewidth}{\\raggedright selected:\n\\par\\hangindent=1em a-1: t=-0.1}\n"
               "\\caption{\\footnotesize Caption.}\n\\end{table}\n");
    arena_release(&arena);
}

/* Any columns: nothing is wider than a line, and each cell is there, names in each bank. */
static void test_any(void **state)
{
    static const char *const heads[] = {"n", "p (W)", "test accuracy %", "P(>erm)", "tuned anew, minus a_long_name"};
    struct rng rng = rng_seed(5);

    (void)state;
    for (int i = 0; i < 300; i++) {
        struct arena arena = {0};
        struct sheet g = begin(&arena, rng_below(&rng, 2));
        int n_names = g.n_columns, n = 1 + (int)rng_below(&rng, 40), n_rows = 1 + (int)rng_below(&rng, 5);
        bool has_note = rng_below(&rng, 2);
        struct text t = {0}, tex = {0};

        for (int c = 0; c < n; c++)
            sheet_column(&g, (struct sheet_column){heads[rng_below(&rng, 5)], "x", SHEET_ALL, true});
        if (has_note)
            add_note(&g, (struct sheet_column){"selected", "x", SHEET_ALL, false});
        for (int r = 0; r < n_rows; r++)
            for (int c = 0; c < g.n_columns; c++)
                sheet_text(&g, arena_printf(&arena, "%c%d.%d%.*s", c < n_names ? 'N' : 'c', r, c,
                                            (int)rng_below(&rng, 20), "....................."));
        write_as(&g, "txt", &t);
        write_as(&g, "tex", &tex);
        check_width(t.s);
        for (int r = 0; r < n_rows; r++)
            for (int c = 0; c < g.n_columns; c++) {
                const char *cell = sheet_at(&g, r, c)->text;

                if (!strstr(t.s, cell) || !strstr(tex.s, cell))
                    fail_msg("sheet %d: \"%s\" is not there:\n%s", i, cell, t.s);
            }
        text_release(&t);
        text_release(&tex);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_narrow_stays),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_banks),
        cmocka_unit_test(test_tex),
        cmocka_unit_test(test_any),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
