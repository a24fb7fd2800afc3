/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_folds(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {" Red\tWine \n", "redwine"},
        {"\xC3\x84PFEL\xC2\xA0\xC3\x9F", "\xC3\xA4pfel\xC3\x9F"},                 /* AE-PFEL ss */
        {"\xC3\x97\xC5\xBD\xC5\xBE\xC4\xB0", "\xC3\x97\xC5\xBE\xC5\xBE\xC4\xB0"}, /* times, Z and z with caron, dotted I */
        {"\xCE\x91\xCE\xA9 \xD0\x8F\xD0\x90\xD0\xAF", "\xCE\xB1\xCF\x89\xD1\x9F\xD0\xB0\xD1\x8F"},
        {"\xE1\xBA\xA0\xE3\x80\x80\xE4\xB8\xAD\xF0\x9F\x90\xB1", "\xE1\xBA\xA1\xE4\xB8\xAD\xF0\x9F\x90\xB1"},
        {"A\xFF\xC3", "a\xFF\xC3"}, /* no UTF-8 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char s[60];

        strcpy(s, cases[i][0]);
        assert_string_equal(fold_name(s, s), cases[i][1]);
        assert_string_equal(fold_name(s, s), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
