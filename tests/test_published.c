/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/published.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/test_published.XXXXXX";

static int read_rows(const char *rows, struct arena *arena, struct published *p, struct error *err)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "method,condition,test_accuracy,setting,source\n%s", rows);
    assert_int_equal(fclose(f), 0);
    return published_read(path, arena, p, err);
}

static void test_shown(void **state)
{
    static const struct label_part parts[] = {{"data.imbalance", "20"}};
    static const struct selection items[] = {
        {.method = "erm", .condition = "data.imbalance=20", .condition_label = {parts, 1}},
        {.method = "rgd", .condition = "data.imbalance=20", .condition_label = {parts, 1}}};
    const struct selections s = {.items = items, .n = 2};
    struct arena arena = {0};
    struct error err = {0};
    struct text t = {0};
    struct published p;
    const struct published_number *x;

    (void)state;
    assert_int_equal(read_rows("erm,imbalance=20,71.90,ResNet-32,A\n"
                               "RGD,imbalance=20,60,ResNet-32,B\n"
                               "erm,imbalance=20,70.360,ResNet-32,C\n"
                               "rgd,imbalance=50,50,ResNet-32,A\n"
                               "erm,imbalance=20,73,ResNet-56,C\n", &arena, &p, &err), 0);
    x = published_find(&p, "erm", "imbalance=20");
    assert_string_equal(published_text(x, &arena), "71.90 [1], 70.360 [3], 73 [4]");
    assert_string_equal(published_sources(x, &arena), "71.90: A; 70.360: C; 73: C");
    x = published_find(&p, "RGD", "imbalance=20");
    assert_string_equal(published_text(x, &arena), "60 [2]");
    assert_string_equal(published_sources(x, &arena), "B");
    assert_string_equal(published_text(published_find(&p, "rgd", ""), &arena), "-");

    /* The sources of what is there, and by name what is not. */
    published_caption(&t, &p, &s);
    assert_string_equal(t.s, " Published numbers were measured elsewhere and are in no test: "
                             "[1] ResNet-32, A; [3] ResNet-32, C; [4] ResNet-56, C. Published, but "
                             "not shown, as this table has no such row: RGD (imbalance=20), "
                             "rgd (imbalance=50).");
    text_release(&t);
    arena_release(&arena);
}

static void check_bad(const char *rows, const char *part)
{
    struct arena arena = {0};
    struct error err = {0};
    struct published p;

    if (read_rows(rows, &arena, &p, &err) == 0)
        fail_msg("\"%s\" was taken", rows);
    if (!strstr(err.text, part))
        fail_msg("\"%s\": got \"%s\", wanted \"%s\"", rows, err.text, part);
    arena_release(&arena);
}

static void test_bad(void **state)
{
    (void)state;
    check_bad("erm,,0.7410,R,A\n", ":2: test_accuracy \"0.7410\" is no percentage from 1 to 100");
    check_bad("erm,,50,R,A\nerm,x=1,100.5,R,A\n", ":3: test_accuracy \"100.5\" is no percentage");
    check_bad("erm,,50,R,A\nerm,,51,R,B\nerm,,52,R,A\n",
              ":4: method \"erm\", condition \"\" stands there twice with this setting and source");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shown), cmocka_unit_test(test_bad)};
    int result;

    close(mkstemp(path));
    result = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return result;
}
