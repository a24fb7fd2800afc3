/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset.h"
#include "data/table/table.h"
#include "os/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A description, and the texts of train.csv, validation.csv and test.csv; NULL: there is none. */
struct given {
    const char *description, *files[TABLE_N_PARTS];
};

static int read_given(const struct given *g, struct arena *arena, struct table *ret_table, struct error *err)
{
    static const char *const names[] = {"train.csv", "validation.csv", "test.csv"};
    struct table_file files[TABLE_N_PARTS];
    struct table_files parts[TABLE_N_PARTS];
    struct settings description;

    settings_init(&description, arena);
    assert_int_equal(settings_parse(&description, g->description, err), 0);
    for (int p = 0; p < TABLE_N_PARTS; p++) {
        size_t size = g->files[p] ? strlen(g->files[p]) : 0;

        files[p] = (struct table_file){names[p], memcpy(arena_alloc(arena, size), g->files[p] ? g->files[p] : "", size),
                                       size};
        parts[p] = (struct table_files){&files[p], g->files[p] != NULL};
    }
    return table_read(&description, parts, arena, ret_table, err);
}

static void read_good(const struct given *g, struct arena *arena, struct table *ret_table)
{
    struct error err = {0};

    if (read_given(g, arena, ret_table, &err) < 0)
        fail_msg("%s", err.text);
}

static void test_columns(void **state)
{
    const struct given g = {
        "categories = [\"job\",\"town\"]\ngroups = [\"sex\",\"pay\"]\nignore = [\"sex\",\"text\"]\nlabel = \"pay\"\n"
        "missing = [\"?\",\"\"]\nothers = \"number\"\n",
        {"job,age,sex,text,town,rate,pay\n"
         "b,30,F,\"two\nlines\",x, 1.5e1 ,>50\n"
         "?,?,M,,y,-.25,<=50\n",
         "job,age,sex,text,town,rate,pay\na,31,F,,z,,<=50\n",
         "job,age,sex,text,town,rate,pay\nmissing,1e3,M,t,x,7,>50\n"}};
    struct arena arena = {0};
    struct table t;

    (void)state;
    read_good(&g, &arena, &t);
    assert_true(t.n_rows == 4 && t.n[TABLE_TRAIN] == 2 && t.n[TABLE_VALIDATION] == 1 && t.n[TABLE_TEST] == 1);
    assert_true(t.n_numbers == 2 && t.n_categories == 2 && t.n_classes == 2 && !t.targets);
    assert_string_equal(t.number_names[0], "age");
    assert_string_equal(t.number_names[1], "rate");
    assert_true(t.numbers[0] == 30 && t.numbers[1] == 15 && isnan(t.numbers[2]) && t.numbers[3] == -0.25f);
    assert_true(t.numbers[4] == 31 && isnan(t.numbers[5]) && t.numbers[6] == 1000 && t.numbers[7] == 7);

    assert_string_equal(t.categories[0].name, "job");
    assert_true(t.categories[0].n_levels == 4 && t.categories[0].missing == 3);
    assert_string_equal(t.categories[0].levels[0], "a");
    assert_string_equal(t.categories[0].levels[1], "b");
    assert_string_equal(t.categories[0].levels[2], "missing");
    assert_string_equal(t.categories[0].levels[3], "(missing)");
    assert_true(t.categories[1].n_levels == 3 && t.categories[1].missing == -1);
    assert_true(t.codes[0] == 1 && t.codes[1] == 0 && t.codes[2] == 3 && t.codes[3] == 1);
    assert_true(t.codes[4] == 0 && t.codes[5] == 2 && t.codes[6] == 2 && t.codes[7] == 0);

    assert_string_equal(t.answer_name, "pay");
    assert_string_equal(t.class_names[0], "<=50");
    assert_string_equal(t.class_names[1], ">50");
    assert_true(t.labels[0] == 1 && t.labels[1] == 0 && t.labels[2] == 0 && t.labels[3] == 1);

    assert_int_equal(t.n_groups, 4);
    assert_string_equal(t.group_names[0], "F, <=50");
    assert_string_equal(t.group_names[1], "F, >50");
    assert_string_equal(t.group_names[3], "M, >50");
    assert_true(t.groups[0] == 1 && t.groups[1] == 2 && t.groups[2] == 0 && t.groups[3] == 3);
    assert_int_equal(t.n_notes, 2);
    assert_string_equal(t.notes[0], "group \"F, <=50\" is not in the training part");
    arena_release(&arena);
}

/* Without a header: by number, or by the names of the description. Labels that are numbers have their order. */
static void test_no_header(void **state)
{
    const struct given by_number = {"header = false\nlabel = 3\nnumbers = [1]\nothers = \"category\"\n",
                                    {"1,a,10,\n2,b,9,\n3,b,10,\n", NULL, NULL}};
    const struct given by_name = {"classes = [10,9]\ncolumns = [\"the age number\",\"b\",\"y  label\"]\ncomment = \"|\"\n"
                                  "groups = \"the age\"\nheader = false\nignore = []\nlabel_strip = \".\"\n"
                                  "others = \"category\"\nquote = \"\"\nseparator = \" \"\n",
                                  {"1 \"a 10\n", NULL, "|a comment\n2\tb  9.\n 2  b  10.  \n"}};
    const struct given target = {"others = \"number\"\nseparator = \"\\u0009\"\ntarget = \"y\"\n",
                                 {"x\ty\n1\t2.5\n2\t-1\n", NULL, NULL}};
    struct given wrong = by_name;
    struct arena arena = {0};
    struct error err = {0};
    struct table t;

    (void)state;
    read_good(&by_number, &arena, &t);
    assert_true(t.n_rows == 3 && t.n_numbers == 1 && t.n_categories == 1 && t.n_classes == 2);
    assert_string_equal(t.categories[0].name, "2");
    assert_string_equal(t.class_names[0], "9");
    assert_true(t.labels[0] == 1 && t.labels[1] == 0 && !t.groups);

    assert_int_equal(read_given(&by_name, &arena, &t, &err), -1); /* class 9 is not trained on */
    assert_string_equal(err.text, "test.csv:2: y \"9\" is in the test part, but not in the training part");
    wrong.files[TABLE_TRAIN] = "1 \"a 10\n3 c 9\n";
    read_good(&wrong, &arena, &t);
    assert_true(t.n[TABLE_TRAIN] == 2 && t.n[TABLE_TEST] == 2 && t.n_groups == 3);
    assert_string_equal(t.number_names[0], "the age");
    assert_string_equal(t.class_names[0], "10"); /* the order of the description */
    assert_string_equal(t.categories[0].levels[0], "\"a");
    assert_string_equal(t.group_names[2], "3");
    assert_true(t.labels[0] == 0 && t.labels[1] == 1 && t.labels[2] == 1 && t.groups[2] == 1);

    read_good(&target, &arena, &t);
    assert_true(t.n_classes == 0 && !t.labels && t.targets[0] == 2.5f && t.targets[1] == -1);
    assert_string_equal(t.answer_name, "y");
    arena_release(&arena);
}

#define YX "label = \"y\"\nothers = \"number\"\n"
#define YC "label = \"y\"\nothers = \"category\"\n"

/* What is refused, and by which words. */
static const struct {
    struct given given;
    const char *wanted;
} bad[] = {
    /* the description */
    {{YX "separator = \"ab\"\n", {"x"}}, "\"separator\" in its description is \"ab\": one sign is wanted"},
    {{YX "separator = \"\"\n", {"x"}}, "\"separator\" in its description is empty"},
    {{YX "separator = 1\n", {"x"}}, "\"separator\" in its description is not a text"},
    {{YX "quote = \".\"\n", {"x"}}, "\"quote\" in its description is \".\": it can be no part of a name or number"},
    {{YX "comment = \",\"\n", {"x"}}, "separator, quote and comment in its description are three different signs"},
    {{YX "header = \"no\"\n", {"x"}}, "\"header\" in its description is not true or false"},
    {{YX "missing = [true]\n", {"x"}}, "\"missing\" in its description: item 1 is not a text"},
    {{YX "columns = [\"x\",\"y\"]\n", {"x"}}, "\"columns\" in its description is for files without a header"},
    {{"others = \"number\"\n", {"x,y\n1,2\n"}}, "its description says no column to predict: label = \"NAME\" for classes"},
    {{YX "target = \"x\"\n", {"x,y\n1,2\n"}}, "its description says 2 columns to predict"},
    {{YX "ignore = \"x\"\n", {"x,y\n1,2\n"}}, "no number and no category is left to predict from"},
    {{YX "numbers = [\"x\"]\ncategories = [\"x\"]\n", {"x,y\n1,2\n"}},
     "column \"x\" is said to be of the kind number and of the kind category"},
    {{YX "numbers = [\"ages\"]\n", {"age,y\n1,2\n"}},
     "\"numbers\" in its description: \"train.csv\" has no column \"ages\", did you mean \"age\"?; it has: age y"},
    {{"label = \"y\"\n", {"a,b,y\n1,2,3\n"}}, "2 of 3 columns have no kind: \"a\", \"b\"; name them in numbers"},
    {{"label = \"y\"\nothers = \"numbers\"\n", {"a,y\n1,2\n"}},
     "\"others\" in its description: unknown kind of column \"numbers\", did you mean \"number\"?"},
    {{"label = \"y\"\nothers = \"label\"\n", {"a,y\n1,2\n"}}, "it can be number, category or ignore, not label"},
    {{"label = \"y\"\nothers = \"text\"\n", {"a,y\n1,2\n"}}, "it can be number, category or ignore, not text"},
    {{"columns = [\"a number\",\"b words\"]\nheader = false\n", {"1,2\n"}},
     "\"columns\" in its description: item 2, \"b words\": unknown kind of column \"words\""},
    {{"columns = [\"a number\"]\nheader = false\n", {"1,2\n"}},
     "\"train.csv\" has 2 columns, but \"columns\" in its description names 1"},
    {{YX "groups = [\"x\",\"x\"]\n", {"x,y\n1,2\n"}}, "\"groups\" in its description names \"x\" twice"},
    {{"groups = [\"y\"]\nothers = \"number\"\ntarget = \"y\"\n", {"x,y\n1,2\n"}}, "\"y\" is the target, a number"},
    {{YX "classes = [\"a\",\"a\"]\n", {"x,y\n1,a\n"}}, "\"classes\" in its description names \"a\" twice"},
    {{YX "classes = [\"a\",\"b\",\"c\"]\n", {"x,y\n1,a\n2,b\n"}},
     "\"classes\" in its description names \"c\", which no row has"},
    {{YX "classes = [\"left\",\"right\"]\n", {"x,y\n1,left\n2,rigth\n"}},
     "train.csv:3: y: \"classes\" in the description has no class \"rigth\", did you mean \"right\"?"},
    /* heads */
    {{YX, {"x,x,y\n1,2,3\n"}}, "\"train.csv\" has two columns \"x\", the 1. and the 2."},
    {{YX, {"x;y\n1;2\n"}}, "\"train.csv\" has one column only: is it separated otherwise? separator = \";\""},
    {{YX, {"x\ty\n1\t2\n"}}, "is it separated otherwise? separator = \"tab\""},
    {{YX, {"y\n1\n"}}, "\"train.csv\" has one column only: nothing to predict from"},
    {{YX, {"x\xE9,y\n1,2\n"}}, "\"train.csv\": the name of column 1, \"x?\", is not plain text in UTF-8"},
    {{YX, {"x,y\n1,a\n2,b\n", NULL, "y,x\na,1\n"}}, "test.csv:1: column 1 is \"y\", but \"x\" in \"train.csv\""},
    {{YX, {"x,y\n1,a\n2,b\n", NULL, "x,y,z\n1,a,2\n"}},
     "\"test.csv\" has 3 columns, but \"train.csv\" has 2: \"z\" is one more"},
    {{YX, {"x,z,y\n1,1,a\n", NULL, "x,z\n1,2\n"}},
     "\"test.csv\" has 2 columns, but \"train.csv\" has 3: \"y\" is lacking"},
    {{"header = false\nlabel = 2\nothers = \"number\"\n", {"1,a\n2,b\n", NULL, "1,a,1\n"}},
     "\"test.csv\" has 3 columns, but \"train.csv\" has 2"},
    {{YX, {"x,y\n1,a\n2,b\n", "x\n1\n"}}, "\"validation.csv\" has one column only"},
    {{YX, {"x,y\n"}}, "\"train.csv\" has no rows"},
    {{YX, {"x,y\n1,2,3\n"}}, "train.csv:2: 3 fields, but the first line has 2"},
    /* numbers */
    {{YX, {"x,y\n1,a\nred,b\n"}}, "train.csv:3: x \"red\" is not a number: is the column a category?"},
    {{YX, {"x,y\n1,a\nNA,b\n"}}, "train.csv:3: x \"NA\" is not a number: a missing value? missing = {\"NA\"}"},
    {{YX "missing = []\n", {"x,y\n,a\n"}}, "train.csv:2: x \"\" is not a number: a missing value? missing = {\"\"}"},
    {{YX, {"x,y\n\"1,5\",a\n"}}, "train.csv:2: x \"1,5\" is not a number; decimals have a point"},
    {{YX, {"x,y\n0x1f,a\n"}}, "train.csv:2: x \"0x1f\" is not a number"},
    {{YX, {"x,y\ninf,a\n"}}, "train.csv:2: x \"inf\" is not a number"},
    {{YX, {"x,y\n1e39,a\n"}}, "train.csv:2: x \"1e39\" is too large a number"},
    /* labels and targets */
    {{YX, {"x,y\n1,a\n2,\n"}}, "train.csv:3: the label, y, is missing"},
    {{YX "label_strip = \".\"\n", {"x,y\n1,a\n2,..\n"}}, "train.csv:3: the label, y, is empty"},
    {{"others = \"number\"\ntarget = \"y\"\n", {"x,y\n1,2\n2,\n"}}, "train.csv:3: the target, y, is missing"},
    {{"others = \"number\"\ntarget = \"y\"\n", {"x,y\n1,2\n2,2\n"}},
     "the target, y, is 2 in all rows of the training part"},
    {{YX, {"x,y\n1,a\n2,a\n"}}, "the label, y, is \"a\" in all rows"},
    {{YX, {"x,y\n1,Red Wine\n2,b\n3,redwine\n"}},
     "train.csv:4: y \"redwine\" differs from \"Red Wine\" (train.csv:2) in blanks or case alone"},
    {{YX, {"x,y\n1,\xC3\x84pfel\n2,b\n3,\xC3\xA4pfel\n"}},
     "train.csv:4: y \"\xC3\xA4pfel\" differs from \"\xC3\x84pfel\" (train.csv:2) in blanks or case alone"},
    {{YX, {"x,y\n1,no way\n2,b\n3,no\xC2\xA0way\n"}}, "(train.csv:2) in blanks or case alone"},
    {{YX, {"x,y\n1,1\n2,0\n3,1.0\n"}},
     "train.csv:4: y \"1.0\" differs from \"1\" (train.csv:2) in how a number is written alone: one class is wanted"},
    {{YX "classes = [\"1\",\"01\"]\n", {"x,y\n1,1\n2,01\n"}}, "differs from \"1\" (train.csv:2) in how a number"},
    {{YX, {"x,y\n1,a\n2,b\n", NULL, "x,y\n1,c\n"}},
     "test.csv:2: y \"c\" is in the test part, but not in the training part"},
    {{YX, {"x,y\n1,>50K\n2,b\n", NULL, "x,y\n1,>50K.\n"}},
     "test.csv:2: y \">50K.\" is in the test part, but not in the training part, which has \">50K\": label_strip = \".\"?"},
    {{"label = \"y\"\ntexts = \"s\"\n", {"s,y\nabc,a\nab\xE9,b\n"}},
     "train.csv:3: s: byte 3, 0xe9, is not UTF-8 (iconv -t UTF-8 makes it so)"},
    {{"columns = [\"s text\",\"y label\"]\nheader = false\nmore_fields = true\n", {"a,b,c\na\n"}},
     "train.csv:2: 1 fields; 2 are needed"},
    {{"label = \"y\"\nmore_fields = true\ntexts = \"s\"\n", {"s,y\na,b\n"}},
     "\"more_fields\" in its description is for files whose \"columns\" it names"},
    {{YX, {"x,y\n1,a\n2,b\xFF\n"}}, "train.csv:3: y \"b?\" is not plain text in UTF-8"},
    {{YC, {"x,y\n\"two\nlines\",a\n2,b\n"}}, "train.csv:2: x \"two lines\" is not plain text in UTF-8"},
};

/* Texts of files, as they lie there; lines may be longer than their columns. */
static void test_texts(void **state)
{
    const struct given quoted = {"ignore = [\"id\"]\nlabel = \"y\"\ntexts = [\"b\",\"a\"]\n",
                                 {"id,a,y,b\n1, one ,no,\"say \"\"x\"\"\"\n2,\xC3\xA9,yes,\n", NULL,
                                  "id,a,y,b\n3,\"1,2\",no,z\n"}};
    const struct given longer = {"columns = [\"s text\",\"y target\"]\nheader = false\nmore_fields = true\nquote = \"\"\n"
                                 "separator = \"tab\"\n",
                                 {"a \"b\t1\n\"c\t2\tmore\t\n", NULL, NULL}};
    static const char *const wanted[] = {"say \"x\"", "one", "", "\xC3\xA9", "z", "1,2"};
    struct arena arena = {0};
    struct table t;

    (void)state;
    read_good(&quoted, &arena, &t);
    assert_true(t.n_texts == 2 && t.n_rows == 3 && t.n_numbers == 0 && t.labels[1] == 1);
    assert_string_equal(t.text_names[0], "b");
    for (int i = 0; i < 6; i++)
        assert_true(t.texts[i].size == strlen(wanted[i]) && memcmp(t.texts[i].text, wanted[i], t.texts[i].size) == 0);
    read_good(&longer, &arena, &t);
    assert_true(t.n_texts == 1 && t.n_rows == 2 && t.targets[1] == 2 && t.texts[1].size == 2);
    arena_release(&arena);
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct table t;

        if (read_given(&bad[i].given, &arena, &t, &err) == 0)
            fail_msg("taken; wanted \"%s\"", bad[i].wanted);
        if (!strstr(err.text, bad[i].wanted))
            fail_msg("got \"%s\", wanted \"%s\"", err.text, bad[i].wanted);
        assert_int_equal(err.status, EXIT_BAD_INPUT);
        arena_release(&arena);
    }
}

/* x,y with `n` rows; all columns have n values. */
static const char *many(int n, struct arena *arena)
{
    struct text t = {0};
    const char *s;

    text_add_string(&t, "x,y\n");
    for (int i = 0; i < n; i++)
        text_printf(&t, "v%d,%d\n", i, i);
    s = arena_strdup(arena, t.s);
    text_release(&t);
    return s;
}

static void check_many(const char *description, int n, const char *wanted)
{
    struct arena arena = {0};
    struct error err = {0};
    const struct given g = {description, {many(n, &arena), NULL, NULL}};
    struct table t;

    assert_int_equal(read_given(&g, &arena, &t, &err), wanted ? -1 : 0);
    if (wanted && !strstr(err.text, wanted))
        fail_msg("got \"%s\", wanted \"%s\"", err.text, wanted);
    arena_release(&arena);
}

static void test_limits(void **state)
{
    (void)state;
    check_many(YC, DATASET_MAX_CLASSES, NULL);
    check_many(YC, DATASET_MAX_CLASSES + 1,
               "train.csv:1002: the label, y, has more than 1000 classes: a number? target = \"y\"");
    check_many(YC "groups = [\"x\"]\n", TABLE_MAX_GROUPS, NULL);
    check_many(YC "groups = [\"x\"]\n", TABLE_MAX_GROUPS + 1, "\"groups\" in its description: more than 64 occur");
}

static void test_notes(void **state)
{
    const struct given g = {"categories = [\"town\",\"gone\"]\nlabel = \"y\"\nothers = \"number\"\n",
                            {",town,none,gone,y\n1,Cuba,,,a\n2,cuba,,,b\n3,C uba,,,b\n", NULL, NULL}};
    const char *const wanted[] = {
        "column 1 of \"train.csv\" has no name: it is \"column 1\"",
        "town \"Cuba\" (train.csv:2) and \"cuba\" (train.csv:3) differ in blanks or case alone, and are two levels; so are "
        "others",
        "number none is missing in all rows of the training part",
    };
    struct arena arena = {0};
    const struct given numbers = {"categories = \"x\"\nlabel = \"y\"\n",
                                  {"x,y\n01,a\n1,b\n2,a\n12345678901234567,a\n12345678901234568,a\n-0,b\n", NULL, NULL}};
    const struct given names = {YX, {"a,A,y\n1,2,a\n2,3,b\n", NULL, NULL}};
    const struct given ids = {"categories = \"x\"\ntarget = \"y\"\n", {many(1100, &arena), NULL, NULL}};
    struct table t;

    (void)state;
    read_good(&g, &arena, &t);
    assert_int_equal(t.n_notes, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(t.notes[i], wanted[i]);
    assert_string_equal(t.number_names[0], "column 1");
    assert_true(t.categories[0].n_levels == 3);
    assert_true(t.categories[1].n_levels == 1 && t.categories[1].missing == 0 && t.codes[1] == 0);
    read_good(&numbers, &arena, &t);
    assert_int_equal(t.n_notes, 1);
    assert_string_equal(t.notes[0], "x \"01\" (train.csv:2) and \"1\" (train.csv:3) differ in how a number is written alone, "
                                    "and are two levels");
    read_good(&names, &arena, &t);
    assert_int_equal(t.n_notes, 1);
    assert_string_equal(t.notes[0], "columns \"a\" and \"A\" differ in blanks or case alone, and are two");
    read_good(&ids, &arena, &t);
    assert_string_equal(t.notes[0], "category x has 1100 levels in 1100 rows: is it an identity, to be ignored?");
    arena_release(&arena);
}

/* One file in two places would test what was trained on. */
static void test_named_twice(void **state)
{
    static const char text[] = "x,y\n1,a\n2,b\n";
    const struct table_file files[] = {{"a.csv", text, sizeof text - 1}, {"b.csv", text, sizeof text - 1}};
    struct table_files parts[TABLE_N_PARTS] = {{files, 2}, {NULL, 0}, {files, 1}};
    struct arena arena = {0};
    struct error err = {0};
    struct settings description;
    struct table t;

    (void)state;
    settings_init(&description, &arena);
    assert_int_equal(settings_parse(&description, YX, &err), 0);
    assert_int_equal(table_read(&description, parts, &arena, &t, &err), -1);
    assert_string_equal(err.text, "\"a.csv\" is named twice: its rows would be in two places");
    parts[TABLE_TEST].n = 0;
    assert_int_equal(table_read(&description, parts, &arena, &t, &err), 0);
    assert_int_equal(t.n_rows, 4);
    parts[TABLE_TRAIN].n = 0;
    assert_int_equal(table_read(&description, parts, &arena, &t, &err), -1);
    assert_string_equal(err.text, "no file of the training part is named");
    arena_release(&arena);
}

/* UCI's own files, where the data root has them. */
static void test_adult(void **state)
{
    static const char description[] =
        "columns = [\"age number\",\"workclass category\",\"fnlwgt number\",\"education category\",\"education-num number\","
        "\"marital-status category\",\"occupation category\",\"relationship category\",\"race category\",\"sex category\","
        "\"capital-gain number\",\"capital-loss number\",\"hours-per-week number\",\"native-country category\","
        "\"income label\"]\ncomment = \"|\"\ngroups = [\"sex\",\"income\"]\nheader = false\nlabel_strip = \".\"\n"
        "missing = \"?\"\n";
    static const int cardinalities[] = {9, 16, 7, 15, 6, 5, 2, 42};
    static const char *const names[] = {"adult/adult.data", "adult/adult.test"};
    const char *root = getenv("RGDBENCH_DATA");
    struct file_map maps[2] = {{0}};
    struct table_file files[2];
    struct settings settings;
    struct arena arena = {0};
    struct error err;
    struct table t;
    int n_high[2] = {0};

    (void)state;
    for (int i = 0; i < 2 && root; i++) {
        if (file_map_open(arena_printf(&arena, "%s/%s", root, names[i]), &maps[i], &err) < 0)
            root = NULL;
        files[i] = (struct table_file){names[i], (const char *)maps[i].bytes, maps[i].size};
    }
    if (!root) {
        arena_release(&arena);
        skip();
    }
    settings_init(&settings, &arena);
    assert_int_equal(settings_parse(&settings, description, &err), 0);
    if (table_read(&settings, (struct table_files[]){{&files[0], 1}, {NULL, 0}, {&files[1], 1}}, &arena, &t, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(t.n[TABLE_TRAIN] == 32561 && t.n[TABLE_TEST] == 16281 && t.n_numbers == 6 && t.n_categories == 8);
    for (int c = 0; c < t.n_categories; c++)
        assert_int_equal(t.categories[c].n_levels, cardinalities[c]);
    for (int i = 0; i < t.n_rows; i++)
        n_high[i >= t.n[TABLE_TRAIN]] += t.labels[i];
    assert_string_equal(t.class_names[1], ">50K");
    assert_true(n_high[0] == 7841 && n_high[1] == 3846 && t.n_groups == 4 && t.n_notes == 0);
    assert_string_equal(t.group_names[1], "Female, >50K");
    for (int i = 0; i < 2; i++)
        file_map_close(&maps[i]);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns), cmocka_unit_test(test_no_header), cmocka_unit_test(test_bad),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_notes),     cmocka_unit_test(test_named_twice),
        cmocka_unit_test(test_adult),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
