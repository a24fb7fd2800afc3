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

#define ACCURACIES "method,condition,test_accuracy,epoch,setting,source"

static const char *head = ACCURACIES;
static char path[] = "/tmp/test_published.XXXXXX";

static int read_rows(const char *rows, struct arena *arena, struct published *p, struct error *err)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "%s\n%s", head, rows);
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
    assert_int_equal(read_rows("erm,imbalance=20,71.90,last,ResNet-32,A\n"
                               "RGD,imbalance=20,60,last,ResNet-32,B\n"
                               "erm,imbalance=20,70.360,best validation,ResNet-32,C\n"
                               "rgd,imbalance=50,50,last,ResNet-32,A\n"
                               "erm,imbalance=20,73,last,ResNet-56,C\n", &arena, &p, &err), 0);
    assert_false(published_has(&p, true));
    assert_true(published_has(&p, false));
    x = published_find(&p, "erm", "imbalance=20", false);
    assert_string_equal(published_text(x, &arena), "71.90 [1], 70.360 [3], 73 [4]");
    assert_string_equal(published_sources(x, &arena), "71.90: A; 70.360: C; 73: C");
    x = published_find(&p, "RGD", "imbalance=20", false);
    assert_string_equal(published_text(x, &arena), "60 [2]");
    assert_string_equal(published_sources(x, &arena), "B");
    assert_string_equal(published_text(published_find(&p, "rgd", "", false), &arena), "-");

    /* The sources of what is there, and by name what is not. */
    published_caption(&t, &p, &s, false);
    assert_string_equal(t.s, " Published numbers were measured elsewhere and are in no test: "
                             "[1] ResNet-32, epoch: last, A; [3] ResNet-32, epoch: best validation, C; "
                             "[4] ResNet-56, epoch: last, C. Published, but "
                             "not shown, as this table has no such row: RGD (imbalance=20), "
                             "rgd (imbalance=50).");
    text_release(&t);
    arena_release(&arena);
}

/* What test data chose, or may have chosen, is beside our oracle alone; either table says that the other has more. */
static void test_beside_the_oracle(void **state)
{
    static const struct selection items[] = {{.method = "erm", .condition = ""}, {.method = "rgd", .condition = ""}};
    const struct selections s = {.items = items, .n = 2};
    struct arena arena = {0};
    struct error err = {0};
    struct text t = {0};
    struct published p;

    (void)state;
    assert_int_equal(read_rows("erm,,71.90,best test,R,A\n"
                               "erm,,70.4,last,R,A\n"
                               "erm,,73,not stated,R,B\n"
                               "erm,,70.5,best validation,R,B\n"
                               "mixup,,74,best test,R,A\n", &arena, &p, &err), 0);
    assert_string_equal(published_text(published_find(&p, "erm", "", false), &arena), "70.4 [2], 70.5 [4]");
    assert_string_equal(published_text(published_find(&p, "erm", "", true), &arena), "71.90 [1], 73 [3]");
    published_caption(&t, &p, &s, false);
    assert_string_equal(t.s, " Published numbers were measured elsewhere and are in no test: [2] R, epoch: last, A; [4] R, "
                             "epoch: best validation, B. Published numbers of the epoch that is best on test data, or of "
                             "one that is not stated, stand beside the oracle of epochs=all. Published, but not shown, as "
                             "this table has no such row: mixup.");
    text_release(&t);
    published_caption(&t, &p, &s, true);
    assert_string_equal(t.s, " Published numbers were measured elsewhere and are in no test: [1] R, epoch: best test, A; "
                             "[3] R, epoch: not stated, B. Published numbers of the last epoch or of the best on "
                             "validation data stand in the table without epochs=all. Published, but not shown, as this "
                             "table has no such row: mixup.");
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
    check_bad("erm,,0.7410,last,R,A\n", ":2: test_accuracy \"0.7410\" is no percentage from 1 to 100");
    check_bad("erm,,50,last,R,A\nerm,x=1,100.5,last,R,A\n", ":3: test_accuracy \"100.5\" is no percentage");
    check_bad("erm,,50,lats,R,A\n",
              ":2: epoch \"lats\" is not one of: last, best validation, best test, not stated");
    check_bad("erm,,50,last,R,A\nerm,,51,last,R,B\nerm,,52,last,R,A\n",
              ":4: method \"erm\", condition \"\" stands there twice with this setting and source");
}

/* Numbers of another measure stand beside that one only. */
static void test_of_a_measure(void **state)
{
    struct arena arena = {0};
    struct error err = {0};
    struct published p;
    struct measure accuracy = {.name = "accuracy"}, score = {.name = "task_score"};

    (void)state;
    assert_int_equal(read_rows("erm,,71,last,A,B\n", &arena, &p, &err), 0);
    assert_ptr_equal(published_of(&p, &accuracy), &p);
    assert_null(published_of(&p, &score));
    head = "method,condition,test_task_score,epoch,setting,source";
    assert_int_equal(read_rows("erm,,0.0,last,BERT-Tiny,B\n", &arena, &p, &err), 0);
    assert_ptr_equal(published_of(&p, &score), &p);
    assert_null(published_of(&p, &accuracy));
    assert_string_equal(published_text(published_find(&p, "erm", "", false), &arena), "0.0 [1]");
    head = "method,condition,test_acuracy,epoch,setting,source";
    check_bad("erm,,50,last,R,A\n", "column \"test_acuracy\": no measure is called \"acuracy\"");
    head = "method,condition,test_log_loss,epoch,setting,source";
    check_bad("erm,,50,last,R,A\n", "no column is called test_accuracy, or test_ and another measure in percent");
    head = "method,condition,test_accuracy,epoch,setting,source,test_f1";
    check_bad("erm,,50,last,R,A,60\n", "columns \"test_accuracy\" and \"test_f1\": a file has the numbers of one measure");
    head = ACCURACIES;
    unlink(path);
    assert_int_equal(published_read(path, &arena, &p, &err), 0);
    assert_null(published_of(&p, &accuracy));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shown), cmocka_unit_test(test_beside_the_oracle),
                                       cmocka_unit_test(test_bad), cmocka_unit_test(test_of_a_measure)};
    int result;

    close(mkstemp(path));
    result = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return result;
}
