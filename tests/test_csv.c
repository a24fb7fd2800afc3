/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/test_csv.XXXXXX";

static int read_text(const char *text, struct arena *arena, struct csv *csv, struct error *err)
{
    FILE *f; /* file_write would wait for the disk each time */

    unlink(path);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    return csv_read(path, arena, csv, err);
}

static void test_good(void **state)
{
    struct arena arena = {0};
    struct error err;
    struct csv csv;
    double x;

    (void)state;
    assert_int_equal(read_text("\xEF\xBB\xBFname,value\r\n\"a,\"\"b\"\"\nc\",1e-3\r\n\r\n,2", &arena,
                               &csv, &err), 0);
    assert_true(csv.n_rows == 2 && csv.n_columns == 2);
    assert_string_equal(csv.heads[0], "name");
    assert_string_equal(csv_field(&csv, 0, 0), "a,\"b\"\nc");
    assert_int_equal(csv_number(&csv, 0, csv_column(&csv, "value", &err), &x, &err), 0);
    assert_true(x == 1e-3);
    assert_string_equal(csv_field(&csv, 1, 0), "");
    assert_int_equal(csv.lines[0], 2);
    assert_int_equal(csv.lines[1], 5); /* the quoted line end counts */
    assert_int_equal(csv_column(&csv, "valu", &err), -1);
    assert_non_null(strstr(err.text, "did you mean \"value\""));

    assert_int_equal(read_text("a,b,a\n1,2,3\n", &arena, &csv, &err), 0);
    assert_int_equal(csv_column(&csv, "b", &err), 1);
    assert_int_equal(csv_column(&csv, "a", &err), -1);
    assert_non_null(strstr(err.text, "has two columns \"a\", the 1. and the 3.: which is meant?"));
    arena_release(&arena);
}

static void check_bad(const char *text, const char *part)
{
    struct arena arena = {0};
    struct error err = {0};
    struct csv csv;
    double x;

    if (read_text(text, &arena, &csv, &err) == 0 && csv_number(&csv, 0, 0, &x, &err) == 0)
        fail_msg("\"%s\" was taken", text);
    if (!strstr(err.text, part))
        fail_msg("\"%s\": got \"%s\", wanted \"%s\"", text, err.text, part);
    arena_release(&arena);
}

static void test_bad(void **state)
{
    (void)state;
    check_bad("", "is empty");
    check_bad("\n\r\n", "is empty");
    check_bad("a,b\n1,2,3\n", ":2: 3 fields, but the first line has 2");
    check_bad("a\n1\n\"2", ":3: a quoted field does not end");
    check_bad("a\n\"1\"2\n", ":2: something stands behind a quoted field");
    check_bad("a\nten\n", ":2: a \"ten\" is not a number");
    check_bad("a\nnan\n", "is not a number");
    check_bad("a\n\"0,5\"\n", "is not a number; decimals have a point");
    check_bad("\na;b\n1;0,5\n", ":2: \"a;b\" is separated by semicolons: commas");
    check_bad("a;b", ":1: ");
    check_bad("a\tb\n1\t2\n", "is separated by tabs");
}

/* Any bytes end in a table or a message, never past the text. */
static void test_noise(void **state)
{
    static const char letters[] = "a,\"\n\r1";

    (void)state;
    for (int code = 0; code < 6 * 6 * 6 * 6; code++) {
        struct arena arena = {0};
        struct error err = {0};
        struct csv csv;
        char text[5] = "";

        for (int i = 0, left = code; i < 4; i++, left /= 6)
            text[i] = letters[left % 6];
        if (read_text(text, &arena, &csv, &err) < 0)
            assert_true(err.text[0]);
        else
            assert_true(csv.n_columns >= 1 && csv.n_rows <= 4);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_noise),
    };
    int result;

    close(mkstemp(path));
    result = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return result;
}
