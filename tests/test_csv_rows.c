/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "io/csv_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct csv_options trimmed = {.separator = ',', .quote = '"', .comment = '#', .trims = true},
                                tabs = {.separator = '\t', .quote = '"', .trims = true},
                                blanks = {.separator = ' ', .quote = '\''},
                                plain = {.separator = ','};

/* LINE:[field|field] for each line, or the error. The text is copied, so that reading past its end is seen
 * by a sanitizer. */
static char *read_all(const char *bytes, size_t size, const struct csv_options *options)
{
    char *copy = malloc(size ? size : 1);
    struct csv_rows rows;
    struct text t = {0};
    struct error err = {0};
    size_t n = 0;
    int got;

    memcpy(copy, bytes, size);
    text_add_string(&t, "");
    got = csv_rows_open(&rows, "x", copy, size, options, &err);
    if (got == 0) {
        size_t bound = csv_rows_bound(&rows);

        while ((got = csv_rows_next(&rows, &err)) > 0) {
            text_printf(&t, "%d:[", rows.line);
            for (int c = 0; c < rows.n_columns; c++)
                text_printf(&t, "%s%.*s", c ? "|" : "", (int)rows.fields[c].size, rows.fields[c].text);
            text_printf(&t, "]");
            n++;
        }
        assert_true(n <= bound);
        csv_rows_close(&rows);
    }
    if (got < 0)
        text_printf(&t, "error: %s", err.text);
    free(copy);
    return t.s;
}

static void check(const char *bytes, size_t size, const struct csv_options *options, const char *wanted)
{
    char *got = read_all(bytes, size, options);

    if (strncmp(wanted, "error: ", 7) == 0 ? !strstr(got, wanted + 7) : strcmp(got, wanted) != 0)
        fail_msg("\"%s\": got \"%s\", wanted \"%s\"", bytes, got, wanted);
    free(got);
}

struct row {
    const char *text;
    const struct csv_options *options;
    const char *wanted;
};

static const struct row rows_of_tables[] = {
    {"a,b\n1,2\n", &csv_defaults, "1:[a|b]2:[1|2]"},
    {"a,b\r\n1,2", &csv_defaults, "1:[a|b]2:[1|2]"},
    {"a,b\r1,2\r", &csv_defaults, "1:[a|b]2:[1|2]"},
    {"a,b\r\n1,2\r", &csv_defaults, "1:[a|b]2:[1|2]"},
    {"\xEF\xBB\xBF\n\na,b\n\n1,2\n\n", &csv_defaults, "3:[a|b]5:[1|2]"},
    {" a , b\n  \n 1,\t2 \n", &csv_defaults, "error: :2: 1 fields, but the first line has 2"},
    {" a , b\n  \n 1,\t2 \n", &trimmed, "1:[a|b]3:[1|2]"},
    {"#x\na,b\n#,,,\n1,#2\n#", &trimmed, "2:[a|b]4:[1|#2]"},
    {" \"a,\" , \"b\"\n\"\"\"\",\" c \"\n", &trimmed, "1:[a,|b]2:[\"| c ]"},
    {"\"a\nb\",c\n1,2\n", &csv_defaults, "1:[a\nb|c]3:[1|2]"},
    {"\"a\rb\"\r1\r", &csv_defaults, "1:[a\rb]3:[1]"},
    {"5\" disk,\"a\n", &plain, "1:[5\" disk|\"a]"},
    {"5\" disk,a\n", &csv_defaults, "1:[5\" disk|a]"},
    {"a\tb c\t\n \td\te\n", &tabs, "1:[a|b c|]2:[|d|e]"},
    {"  a  b\t c \nd e 'f g'  \n", &blanks, "1:[a|b|c]2:[d|e|f g]"},
    /* what a separator at each line's end makes */
    {"a,b,\n1,2,\n3,4,", &csv_defaults, "1:[a|b]2:[1|2]3:[3|4]"},
    {"a,b ,\n1,2 , \n", &trimmed, "1:[a|b]2:[1|2]"},
    {"a,b,\n1,2,\n3,4,5\n", &csv_defaults, "1:[a|b|]2:[1|2|]3:[3|4|5]"},
    {"a,b,\n1,2\n", &csv_defaults, "error: :2: 2 fields, but the first line has 3"},
    {",\n,\n", &csv_defaults, "1:[]2:[]"},
    /* what spreadsheets write above a table */
    {"sep=,\r\na,b\r\n1,2\r\n", &csv_defaults, "2:[a|b]3:[1|2]"},
    {"\xEF\xBB\xBFSEP=\t\na\tb\n", &tabs, "2:[a|b]"},
    {"sep=,b\n1,2\n", &csv_defaults, "1:[sep=|b]2:[1|2]"},
    {"sep=;\na;b\n", &csv_defaults, "error: x:1: it is said to be separated by \";\", but is read with \",\""},
    {"sep=\t\na\tb\n", &csv_defaults, "error: x:1: it is said to be separated by tabs, but is read with \",\""},
    /* what is refused */
    {"", &csv_defaults, "error: \"x\" is empty"},
    {"\n#\n", &trimmed, "error: \"x\" is empty"},
    {"a,b\n1,2,3\n", &csv_defaults, "error: x:2: 3 fields, but the first line has 2"},
    {"a,b\n1\n", &csv_defaults, "error: x:2: 1 fields, but the first line has 2"},
    {"a,b\n\n1,\"2\n3,4\n", &csv_defaults,
     "error: x:3: a quoted field does not end: the line's field 2, which begins with \"2 3,4"},
    {"a,\"", &csv_defaults, "error: x:1: a quoted field does not end: the line's field 2, which begins with \""},
    {"a,\"\"\"", &csv_defaults, "error: does not end"},
    {"a\n1\n\"b\"c,d\n", &csv_defaults,
     "error: x:3: something stands behind a quoted field: \"c\" behind the line's field 1"},
    {"'a'b c", &blanks, "error: x:1: something stands behind a quoted field: \"b\""},
    {"a\n1\r2\n", &csv_defaults, "error: x:2: a carriage return stands inside the line"},
    {"a\r1\r\n2\n", &csv_defaults, "error: x:2: the line ends in a line feed, those before it in a carriage return"},
    {"\xFF\xFE" "a", &csv_defaults, "error: \"x\" is UTF-16; UTF-8 is wanted (iconv"},
    {"\xFE\xFF" "a", &csv_defaults, "error: \"x\" is UTF-16;"},
    {"\x1F\x8B\x08", &csv_defaults, "error: \"x\" is compressed by gzip"},
    {"PK\3\4", &csv_defaults, "error: \"x\" is a ZIP archive or a spreadsheet"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows_of_tables / sizeof *rows_of_tables; i++) {
        const struct row *row = &rows_of_tables[i];

        check(row->text, strlen(row->text), row->options, row->wanted);
    }
}

static void test_zero_bytes(void **state)
{
    static const char in_field[] = "a,b\n1,2\0", in_quotes[] = "a,b\n\"1\n\0\",2", utf16[] = "a\0,\0b\0",
                      utf32[] = "\xFF\xFE\0\0a\0\0\0";

    (void)state;
    check(in_field, sizeof in_field - 1, &csv_defaults, "error: x:2: field 2 holds a zero byte: it is no table in text");
    check(in_quotes, sizeof in_quotes - 1, &csv_defaults, "error: x:3: field 1 holds a zero byte");
    check(utf16, sizeof utf16 - 1, &csv_defaults, "error: x:1: field 1 holds a zero byte");
    check(utf32, sizeof utf32 - 1, &csv_defaults, "error: \"x\" is UTF-32");
}

static void test_columns(void **state)
{
    struct text t = {0};
    char *got;

    (void)state;
    for (int row = 0; row < 2; row++)
        for (int c = 0; c < CSV_MAX_COLUMNS; c++)
            text_printf(&t, "%d%s", c % 10, c + 1 < CSV_MAX_COLUMNS ? "," : "\n");
    got = read_all(t.s, t.size, &csv_defaults);
    assert_true(strncmp(got, "1:[0|1|", 7) == 0 && strstr(got, "|9]2:[0|"));
    free(got);
    t.size = t.size / 2 - 1;
    text_add_string(&t, ",x\n");
    check(t.s, t.size, &csv_defaults, "error: x:1: more than 100000 columns");
    text_release(&t);
}

/* All texts of six letters end in lines or a message. */
static void test_noise(void **state)
{
    static const char letters[] = "a,\"\n\r #";

    (void)state;
    for (int code = 0; code < 7 * 7 * 7 * 7 * 7 * 7; code++) {
        static const struct csv_options *const kinds[] = {&csv_defaults, &trimmed, &blanks};
        char text[6];

        for (int i = 0, left = code; i < 6; i++, left /= 7)
            text[i] = letters[left % 7];
        free(read_all(text, sizeof text, kinds[code % 3]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_zero_bytes),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
