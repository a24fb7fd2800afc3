/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "data/table/table_guess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "SEPARATOR header|rows N; NAME KIND missing N, ...; missing TEXT|TEXT", or the error. The text is copied, so that
 * reading past its end is seen by a sanitizer. */
static char *guess_of(const char *bytes, struct arena *arena, struct table_guess *g)
{
    size_t size = strlen(bytes);
    char *copy = malloc(size ? size : 1);
    struct text t = {0};
    struct error err = {0};

    memcpy(copy, bytes, size);
    if (table_guess("x", copy, size, arena, g, &err) < 0) {
        text_printf(&t, "error: %s", err.text);
        free(copy);
        return t.s;
    }
    free(copy);
    text_printf(&t, "%c %s %d:", g->csv.separator == '\t' ? 't' : g->csv.separator, g->has_header ? "header" : "rows",
                g->n_rows);
    for (int c = 0; c < g->n_columns; c++) {
        text_printf(&t, "%s %s %s", c ? "," : "", g->columns[c].name, table_kinds[g->columns[c].kind]);
        if (g->columns[c].n_missing)
            text_printf(&t, " %d", g->columns[c].n_missing);
    }
    for (int i = 0; i < g->n_missing; i++)
        text_printf(&t, "%s%s", i ? "|" : "; missing ", g->missing[i]);
    return t.s;
}

static void check(const char *bytes, const char *wanted)
{
    struct arena arena = {0};
    struct table_guess g;
    char *got = guess_of(bytes, &arena, &g);

    if (strncmp(wanted, "error: ", 7) == 0 ? !strstr(got, wanted + 7) : strcmp(got, wanted) != 0)
        fail_msg("\"%s\": got \"%s\", wanted \"%s\"", bytes, got, wanted);
    free(got);
    arena_release(&arena);
}

static const struct {
    const char *text, *wanted;
} tables[] = {
    {"a,b\n1,x\n2,y\n", ", header 2: a number, b label"},
    {"1,x\n2,y\n3,x\n", ", rows 3: 1 number, 2 label"},
    {"a;b\n1;x\n2;y\n", "; header 2: a number, b label"},
    {"a\tb c\n1\tx\n2\ty\n", "t header 2: a number, b c label"},
    {"# a comment\na|b\n1|x\n2|y\n", "| header 2: a number, b label"},
    {"1  2.5 x\n 3 0.5\ty\n", "  rows 2: 1 number, 2 number, 3 label"},
    /* blanks around another separator are padding */
    {" a , b , c \n 1 , 1.5 , yes \n 2 , 2.5 , no \n", ", header 2: a number, b number, c label"},
    {"1, 1.5, yes\n2, 2.5, no\n", ", rows 2: 1 number, 2 number, 3 label"},
    {"a ;b\n1 ;x y\n2 ;z\n", "; header 2: a number, b label"},
    {"sep=;\na;b\n1;x\n2;y\n", "; header 2: a number, b label"},
    /* kinds */
    {"a,same,y\n1,7,0.5\n?,7,1.5\n2,7,2.5\n", ", header 3: a number 1, same ignore, y label; missing ?"},
    {"a,same,y\n1,7,0.5\n?,7,1.5\n,7,2.5\n", "error: there is no column to tell \"y\" by"},
    {"class,a\nx,1\ny,2\n", ", header 2: class label, a number"},
    /* the first, where the last is of more than ten numbers and it alone has texts */
    {"a,b\nx,1\ny,2\nx,3\ny,4\nx,5\ny,6\nx,7\ny,8\nx,9\ny,11\nx,11\ny,10\n", ", header 12: a label, b number"},
    {"a,c,b\nx,p,1\ny,p,2\nx,q,3\ny,q,4\nx,q,5\ny,q,6\nx,q,7\ny,q,8\nx,q,9\ny,q,11\nx,q,11\ny,q,10\n",
     ", header 12: a category, c category, b label"},
    {"a,b\nx,1\ny,2\nx,3\ny,4\nx,5\ny,6\nx,7\ny,8\nx,9\n", ", header 9: a category, b label"},
    {"a,b\n-,x\n1,y\n2,-\n", ", header 3: a number 1, b label; missing -"},
    /* names that are numbers stand above numbers, and count */
    {"0,1,y\n0,1,5\n1,7,6\n1,8,6\n", ", header 3: 0 number, 1 number, y label"},
    {"2,1,y\n0,1,5\n1,7,6\n1,8,6\n", ", rows 4: 1 number, 2 number, 3 label"},
    /* what is wrong */
    {"a,b\n\"x,2\n", "error: x:2: a quoted field does not end"},
    {"a,a\n1,2\n2,3\n", "error: has two columns \"a\", the 1. and the 2."},
    {"a;b\n0,5;x\n0,7;y\n", "error: x:2: column \"a\" has numbers with a comma, as \"0,5\""},
    {"a\nb\n", "error: it has no second column"},
    {"a,b\n1,x\n", "error: fewer than two rows"},
    {"a,label\n1,2\n3,2\n", "error: \"label\" cannot be what is to be told: it has one value only"},
};

static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        check(tables[i].text, tables[i].wanted);
}

/* A table of columns a, b and y, whose a are numbers but in each `every`-th row: there `odd`, or another one each time. */
static char *make_table(const char *odd, int every, bool is_whole, bool differs)
{
    struct text t = {0};

    text_printf(&t, "a,b,y\n");
    for (int i = 0; i < 120; i++)
        if (i % every != every - 1)
            text_printf(&t, is_whole ? "%d,%d,%s\n" : "%d.5,%d,%s\n", is_whole ? i % 5 : i, i * i, i % 3 ? "yes" : "no");
        else if (differs)
            text_printf(&t, "%s%d,%d,yes\n", odd, i, i * i);
        else
            text_printf(&t, "%s,%d,yes\n", odd, i * i);
    return t.s;
}

static const struct {
    const char *odd;
    int every;
    bool is_whole, differs;
    const char *wanted, *note;
} odds[] = {
    {"oops", 100, false, false, ", header 120: a number 1, b number, y label; missing oops",
     "1 value is no number, \"oops\" in line 101; it is taken as one of numbers, and what is none as missing"},
    {"oops", 4, false, false, ", header 120: a number 30, b number, y label; missing oops",
     "30 values are no numbers, as \"oops\" in line 5; it is taken as one of numbers, and what is none as missing"},
    /* levels: 0 1 2 3 4 "5+" */
    {"5+", 40, true, false, ", header 120: a category, b number, y label",
     "3 values are no numbers, as \"5+\" in line 41; it is taken as a category"},
    /* a class is called so */
    {"no", 40, false, false, ", header 120: a ignore, b number, y label",
     "3 values are no numbers, as \"no\" in line 41; it is ignored, as most rows have a value of their own"},
    {"x", 10, false, true, ", header 120: a ignore, b number, y label",
     "12 values are no numbers, as \"x9\" in line 11; it is ignored, as most rows have a value of their own"},
};

/* Few texts among many numbers are faults, and missing; where they may be levels, the column is one of those. Each is
 * told. */
static void test_odd_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odds / sizeof *odds; i++) {
        char *table = make_table(odds[i].odd, odds[i].every, odds[i].is_whole, odds[i].differs);
        struct arena arena = {0};
        struct table_guess g = {0};
        char *got = guess_of(table, &arena, &g);

        if (strcmp(got, odds[i].wanted) != 0)
            fail_msg("%s: got \"%s\", wanted \"%s\"", odds[i].odd, got, odds[i].wanted);
        assert_int_equal(g.n_notes, 1);
        if (strncmp(g.notes[0], "column \"a\": ", 12) != 0 || strcmp(g.notes[0] + 12, odds[i].note) != 0)
            fail_msg("%s: said \"%s\", wanted \"%s\"", odds[i].odd, g.notes[0], odds[i].note);
        free(got);
        free(table);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_odd_cells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
