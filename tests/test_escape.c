/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strangers' texts stay text in every format. */
#include "table/sheet/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(escape_function *escape, const char *s, const char *expected)
{
    struct text t = {0};

    text_printf(&t, "%s", "");
    escape(&t, s);
    assert_string_equal(t.s, expected);
    text_release(&t);
}

#define UNKNOWN_2 "\uFFFD\uFFFD" /* one mark for each byte */
#define UNKNOWN_3 UNKNOWN_2 "\uFFFD"

static void test_formats(void **state)
{
    static const char *const numbers[] = {"-0.5", "-1e-05", "+3", "-inf", "7", NULL};

    (void)state;
    check(escape_plain, "\x1b[31mred\a\r\n", "\uFFFD[31mred\uFFFD\uFFFD\uFFFD");
    /* It would turn the direction of writing. */
    check(escape_plain, "a\u202Eb", "a" UNKNOWN_3 "b");
    check(escape_markdown, "a|b*c_d`e<f>[g](h)@i", "a\\|b\\*c\\_d\\`e&lt;f&gt;\\[g\\](h)&#64;i");
    check(escape_latex, "\\input{x}%$#&^~_", "\\textbackslash{}input\\{x\\}\\%\\$\\#\\&"
                                            "\\textasciicircum{}\\textasciitilde{}\\_");
    check(escape_latex, "a-b --c ± \u4e2d é", "a-b -{}-c $\\pm$ [U+4E2D] é");
    check(escape_csv, "plain", "plain");
    check(escape_csv, "a,\"b\"", "\"a,\"\"b\"\"\"");
    check(escape_csv, "=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
    check(escape_csv, "@x", "\"'@x\"");
    check(escape_csv, "-2+3", "\"'-2+3\"");
    check(escape_csv, "\uFF1D1", "\"'\uFF1D1\"");
    check(escape_csv, "\t=1", "\uFFFD=1");
    for (int i = 0; numbers[i]; i++)
        check(escape_csv, numbers[i], numbers[i]);
    check(escape_plain, "\u061c\u200b\u2028", UNKNOWN_2 UNKNOWN_3 UNKNOWN_3);
    check(escape_json, "a\"b\\c\n\u00e9", "\"a\\\"b\\\\c\uFFFD\u00e9\"");
    check(escape_html, "<script>\"&'", "&lt;script&gt;&quot;&amp;&#39;");
}

/* Every single byte, and every pair of bytes, in every format: what comes out is whole
 * UTF-8 without control characters. */
static void test_any_bytes(void **state)
{
    static escape_function *const all[] = {escape_plain, escape_markdown, escape_latex,
                                           escape_csv,   escape_json,     escape_html};
    char s[4] = "";

    (void)state;
    for (int pair = 1; pair < 1 << 16; pair++) {
        s[0] = (char)(pair & 255);
        s[1] = (char)(pair >> 8);
        if (!s[0])
            continue;
        for (size_t f = 0; f < sizeof all / sizeof *all; f++) {
            struct text t = {0};

            all[f](&t, s);
            for (const char *c = t.s; *c;) {
                int size = text_code_point(c, NULL);

                if (size == 0)
                    fail_msg("format %d lets bytes %02x %02x through", (int)f, pair & 255,
                             pair >> 8);
                c += size;
            }
            text_release(&t);
        }
    }
}

static void test_code_points(void **state)
{
    unsigned code = 0;

    (void)state;
    assert_int_equal(text_code_point("é", &code), 2);
    assert_int_equal(code, 0xE9);
    assert_int_equal(text_code_point("\U0001F600", &code), 4);
    assert_int_equal(code, 0x1F600);
    assert_int_equal(text_code_point("\xC0\x80", NULL), 0);         /* overlong */
    assert_int_equal(text_code_point("\xED\xA0\x80", NULL), 0);     /* a surrogate */
    assert_int_equal(text_code_point("\xF4\x90\x80\x80", NULL), 0); /* above U+10FFFF */
    assert_int_equal(text_code_point("\xE2\x82", NULL), 0);         /* cut short */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_code_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
