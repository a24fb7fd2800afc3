/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment is judged by: found by its name and for its data, turned for analysis and back. */
#include "measure_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct value names[] = {{.kind = VALUE_STRING, .string = "cat"}, {.kind = VALUE_STRING, .string = "a b"}};
static const struct value classes = {.kind = VALUE_LIST, .n_items = 2, .items = names};
static const struct value numbers = {.kind = VALUE_LIST};

static void test_names(void **state)
{
    struct arena arena = {0};
    struct measure m = measure_fixture("accuracy", &arena);

    (void)state;
    assert_string_equal(m.title, "accuracy");
    assert_string_equal(m.column, "test_accuracy");
    assert_string_equal(m.percent, " %");
    assert_int_equal(m.class_index, -1);
    assert_true(m.sign == 1 && m.unit == 100 && m.worst == 0);
    m = measure_fixture("f1:dog", &arena);
    assert_string_equal(m.title, "F1 of class dog");
    assert_string_equal(m.column, "test_f1:dog");
    assert_int_equal(m.class_index, 1);
    m = measure_fixture("log_loss", &arena);
    assert_true(m.sign == -1 && m.unit == 1 && m.worst == -INFINITY);
    assert_string_equal(m.percent, "");
    arena_release(&arena);
}

static void check_refused(const char *name, const struct value *data, const char *part)
{
    struct arena arena = {0};
    struct measure m;
    struct error err;

    assert_int_equal(measure_find(name, data, &arena, &m, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\": \"%s\" lacks \"%s\"", name, err.text, part);
    arena_release(&arena);
}

static void test_refused(void **state)
{
    (void)state;
    check_refused("acuracy", &classes, "did you mean \"accuracy\"?");
    check_refused("", &classes, "unknown measure");
    check_refused("f1", &classes, "measure=f1:CLASS");
    check_refused("accuracy:cat", &classes, "say measure=accuracy");
    check_refused("f1:cow", &classes, "the data have cat a b");
    check_refused("r2", &classes, "the data have 2 classes");
    check_refused("accuracy", &numbers, "the data's targets are numbers");
    check_refused("top5_accuracy", &classes, "needs 6 classes");
}

/* Of an error, the lower end of an interval is the upper one of what analysis holds. */
static void test_shown(void **state)
{
    struct arena arena = {0};
    struct measure accuracy = measure_fixture("accuracy", &arena), loss = measure_fixture("log_loss", &arena);
    struct text t = {0};
    double low, high;

    (void)state;
    assert_true(measure_shown(&accuracy, .5) == 50 && measure_shown(&loss, -.5) == .5);
    measure_show_ends(&accuracy, .1, .2, &low, &high);
    assert_true(low == 10 && high == 20);
    measure_show_ends(&loss, -.2, -.1, &low, &high);
    assert_true(low == .1 && high == .2);
    measure_add_difference(&t, &accuracy, .012);
    text_add_string(&t, "; ");
    measure_add_difference(&t, &loss, .012);
    text_add_string(&t, "; ");
    measure_add_difference(&t, &accuracy, -4e-5); /* no zero has a minus */
    text_add_string(&t, "; ");
    measure_add_difference(&t, &loss, 6e-5);
    assert_string_equal(t.s, "+1.20 points; -0.0120; +0.00 points; -0.0001");
    assert_string_equal(measure_worst(&accuracy, &arena), "counted as accuracy 0");
    assert_string_equal(measure_worst(&loss, &arena), "above any other log loss");
    loss = measure_fixture("brier", &arena);
    assert_string_equal(measure_worst(&loss, &arena), "counted as Brier score 2");
    text_release(&t);
    arena_release(&arena);
}

/* Each of the table can be named, whatever data it is of. */
static void test_all(void **state)
{
    (void)state;
    for (int i = 0; metric_at(i); i++) {
        const struct metric_type *type = metric_at(i);
        char name[80];
        struct error err;

        snprintf(name, sizeof name, "%s%s", type->name, type->by_class ? ":x" : "");
        assert_int_equal(measure_check(name, &err), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
