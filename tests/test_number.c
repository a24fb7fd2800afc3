/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"
#include "math/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *s)
{
    double x = -1, wanted = strtod(s, NULL);

    if (number_parse(s, strlen(s), &x) < 0 || x != wanted || (x == 0 && signbit(x)))
        fail_msg("\"%s\": %.17g, strtod gives %.17g", s, x, wanted);
}

static void test_good(void **state)
{
    static const char *const good[] = {
        "0", "-0", "+5", "00012", "1.", ".5", "-.5e-3", "1e5", "1E+05", "9007199254740993", "9007199254740992",
        "18446744073709551616", "0.1", "123456789012345678901234567890", "1e22", "1e23", "1e-22", "1e-23",
        "2.2250738585072011e-308", "4.9e-324", "1e-400", "1.7976931348623157e308", "1e309", "-1e99999999999999",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001234",
        "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        "8.5000000000000000000000000000000000000001", "179769313486231580793e289", "0e99999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check(good[i]);
}

/* Numbers of all lengths, around where the short way ends. */
static void test_drawn(void **state)
{
    struct rng rng = rng_seed(1);
    char s[80];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t m = ((uint64_t)rng_next(&rng) << 32 | rng_next(&rng)) >> rng_below(&rng, 64);
        int digits = (int)rng_below(&rng, 20);

        switch (i % 3) {
        case 0:
            snprintf(s, sizeof s, "%llu.%.*llu", (unsigned long long)(m >> 20), digits, (unsigned long long)m & 0xfffff);
            break;
        case 1:
            snprintf(s, sizeof s, "-%llue%d", (unsigned long long)m, (int)rng_below(&rng, 80) - 40);
            break;
        default:
            snprintf(s, sizeof s, "%.*g", digits, ldexp((double)m, (int)rng_below(&rng, 200) - 130));
        }
        check(s);
    }
}

static void test_bad(void **state)
{
    static const char *const bad[] = {"", "-", "+", ".", "e5", "1e", "1e+", "1,5", " 1", "1 ", "0x10", "inf", "nan",
                                      "--1", "1.2.3", "1_000", "1e5.0", "-.", "1d5", "\xEF\xBC\x91"};
    double x = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (number_parse(bad[i], strlen(bad[i]), &x) == 0)
            fail_msg("\"%s\" was taken", bad[i]);
    assert_true(x == 7);
    assert_int_equal(number_parse("12345", 2, &x), 0); /* no byte behind the size is looked at */
    assert_true(x == 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
