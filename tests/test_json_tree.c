/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_tree: what it reads, and what it refuses. */
#include "io/json_tree.h"

#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct json_tree *read_tree(const char *text, int flags, struct arena *arena)
{
    const struct json_tree *tree = NULL;
    struct error err = {0};

    if (json_tree_read(text, strlen(text), flags, arena, &tree, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return tree;
}

static void test_kinds(void **state)
{
    struct arena arena = {0};
    const struct json_tree *t = read_tree(
        "{\"a\": [1, -2.5, true, null, \"\\u00e9\"], \"b\": {\"c\": 9007199254740993}}", 0, &arena);
    const struct json_tree *a = json_tree_find(t, "a");

    (void)state;
    assert_int_equal(t->kind, JSON_TREE_TABLE);
    assert_int_equal(a->n_items, 5);
    assert_int_equal(a->items[0].kind, JSON_TREE_INTEGER);
    assert_true(a->items[0].number == 1);
    assert_int_equal(a->items[1].kind, JSON_TREE_NUMBER);
    assert_true(a->items[1].number == -2.5);
    assert_true(a->items[2].kind == JSON_TREE_TRUTH && a->items[2].truth);
    assert_int_equal(a->items[3].kind, JSON_TREE_NULL);
    assert_string_equal(a->items[4].text, "\xc3\xa9");
    assert_int_equal(json_tree_find(json_tree_find(t, "b"), "c")->integer, 9007199254740993);
    assert_null(json_tree_find(json_tree_find(t, "nothing"), "c"));
    assert_null(json_tree_find(a, "c"));
    arena_release(&arena);
}

static void test_not_finite(void **state)
{
    static const char text[] =
        "{\"NaN\": NaN, \"b\": [Infinity,-Infinity], \"c\": \"a \\\" NaN\", \"d\": \"x\\\\\", \"e\": NaN}";
    struct arena arena = {0};
    const struct json_tree *t = read_tree(text, JSON_TREE_NOT_FINITE, &arena), *tree;
    struct error err;

    (void)state;
    assert_true(isnan(json_tree_find(t, "NaN")->number));
    assert_true(json_tree_find(t, "b")->items[0].number == INFINITY);
    assert_true(json_tree_find(t, "b")->items[1].number == -INFINITY);
    assert_string_equal(json_tree_find(t, "c")->text, "a \" NaN");
    assert_true(isnan(json_tree_find(t, "e")->number));
    assert_int_equal(json_tree_read(text, sizeof text - 1, 0, &arena, &tree, &err), -1);
    arena_release(&arena);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "is not JSON"},
        {"{\"a\": 1", "is not JSON"},
        {"{\"a\": 1} {", "is not JSON"},
        {"{\"a\": 1, \"a\": 2}", "is not JSON"},
        {"{\"a\": 1e999}", "is not JSON"},
        {"{\"a\": \"\xff\"}", "is not JSON"},
        {"{\"a\\u0000\": 1}", "is not JSON"},
        {"NaN", "is not JSON"},
        {"{\"a\": NaNa}", "is not JSON"},
        {"{\"a\": nan}", "is not JSON"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int flags = strcmp(cases[i].text, "NaN") == 0 ? 0 : JSON_TREE_NOT_FINITE;
        const struct json_tree *tree = NULL;
        struct arena arena = {0};
        struct error err = {0};

        if (json_tree_read(cases[i].text, strlen(cases[i].text), flags, &arena, &tree, &err) == 0)
            fail_msg("read: %s", cases[i].text);
        assert_null(tree);
        assert_non_null(strstr(err.text, cases[i].message));
        arena_release(&arena);
    }
}

static void test_bounds(void **state)
{
    enum { MANY = 100000 };
    char *text = malloc(JSON_TREE_MAX_SIZE + 2);
    const struct json_tree *tree;
    struct arena arena = {0};
    struct error err;

    (void)state;
    for (int depth = JSON_TREE_MAX_DEPTH; depth <= JSON_TREE_MAX_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        assert_int_equal(json_tree_read(text, 2 * (size_t)depth, 0, &arena, &tree, &err),
                         depth > JSON_TREE_MAX_DEPTH ? -1 : 0);
    }
    assert_non_null(strstr(err.text, "deeper than 32"));
    memset(text, '[', MANY);
    assert_int_equal(json_tree_read(text, MANY, 0, &arena, &tree, &err), -1);
    memset(text, ' ', JSON_TREE_MAX_SIZE + 1);
    text[0] = '7';
    assert_int_equal(json_tree_read(text, JSON_TREE_MAX_SIZE, 0, &arena, &tree, &err), 0);
    assert_int_equal(json_tree_read(text, JSON_TREE_MAX_SIZE + 1, 0, &arena, &tree, &err), -1);
    assert_non_null(strstr(err.text, "at most 1048576"));
    free(text);
    arena_release(&arena);
}

/* "NAME=VALUE" of all members, or how it ends. */
static void check_walk(const char *text, const char *want)
{
    struct json_walk walk = {.at = text, .end = text + strlen(text)};
    struct json_member m;
    struct text t = {0};
    struct error err;
    int got;

    text_add(&t, "", 0);
    while ((got = json_walk_next(&walk, &m, &err)) > 0)
        text_printf(&t, "%.*s=%.*s;", (int)m.name_size, m.name, (int)m.value_size, m.value);
    if (got < 0)
        text_printf(&t, "%s", err.text);
    if (!strstr(t.s, want) || (got == 0 && strcmp(t.s, want) != 0))
        fail_msg("%s: \"%s\", wanted \"%s\"", text, t.s, want);
    text_release(&t);
}

static void test_walk(void **state)
{
    static const char *const broken[] = {
        "", " ", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{} x",
        "{\"a\":1} }", "{a:1}", "{\"a\" 1}", "{\"a\":\"b\"\"c\"}", "{\"a\":1 \"b\":2}x", "{\"a\":\"b",
        "{\"a\":[1,2}", "{\"a\\\":1}", "{:1}",
    };

    (void)state;
    check_walk("{}", "");
    check_walk(" { } ", "");
    check_walk("{\"a\":1}", "\"a\"=1;");
    check_walk("\n{ \"a\" : [1, {\"b\":\"},\"}] ,\"c\\\"\":\t\"x\\\\\" , \"\":{ } }\r\n",
               "\"a\"=[1, {\"b\":\"},\"}];\"c\\\"\"=\"x\\\\\";\"\"={ };");
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        check_walk(broken[i], "it is not JSON");
}

/* Every beginning of a record, and every byte of it changed: read or refused, never worse. */
static void test_damaged(void **state)
{
    static const char whole[] =
        "{\"args\": {\"test_envs\": [0, 1], \"x\": null}, \"loss\": NaN, \"t\": -1.5e-3, \"s\": \"\\n\"}";
    char text[sizeof whole];
    const struct json_tree *tree;
    struct error err;

    (void)state;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        struct arena arena = {0};

        assert_int_equal(json_tree_read(whole, n, JSON_TREE_NOT_FINITE, &arena, &tree, &err), -1);
        for (int byte = 0; byte < 256; byte++) {
            memcpy(text, whole, sizeof whole);
            text[n] = (char)byte;
            json_tree_read(text, sizeof whole - 1, JSON_TREE_NOT_FINITE, &arena, &tree, &err);
        }
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),   cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
