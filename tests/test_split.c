/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is trained on, held out and tested, where a data set has no test part or validation of its own: parts without
 * an example in common, in the proportions that were asked for, the same for a seed and others for another. */
#include "data/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 1000, N_CLASSES = 4 };

static const int sizes[N_CLASSES] = {700, 250, 42, 8};
static struct arena arena;
static uint16_t labels[N];

/* Classes of unequal sizes, mixed; of which n_test are the test part. */
static struct dataset sample(int n_test)
{
    struct rng rng = rng_seed(5);
    uint32_t order[N];
    struct dataset d = {.name = "sample", .n_classes = N_CLASSES};
    int n = 0;

    for (uint32_t i = 0; i < N; i++)
        order[i] = i;
    rng_shuffle(&rng, order, N);
    for (int c = 0; c < N_CLASSES; c++)
        for (int i = 0; i < sizes[c]; i++)
            labels[order[n++]] = (uint16_t)c;
    d.train = (struct pool){.n = N - n_test, .labels = labels};
    d.test = (struct pool){.n = n_test, .labels = labels + N - n_test};
    return d;
}

static struct split_config defaults(void)
{
    return (struct split_config){.imbalance = 1, .validation = 3, .test_share = 0.2, .folds = 5};
}

static struct split make(const struct dataset *d, const struct split_config *config, int seed)
{
    struct split s;
    struct error err;

    if (split_make(d, config, seed, &arena, &s, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

/* How many of each class; each example is in one part at most. */
static void count(const uint32_t *list, int n, bool *is_seen, int *ret_counts)
{
    memset(ret_counts, 0, N_CLASSES * sizeof *ret_counts);
    for (int i = 0; i < n; i++) {
        assert_true(list[i] < N && !is_seen[list[i]]);
        assert_true(i == 0 || list[i] > list[i - 1]);
        is_seen[list[i]] = true;
        ret_counts[labels[list[i]]]++;
    }
}

static void test_drawn_share(void **state)
{
    static const int test[N_CLASSES] = {140, 50, 8, 2};
    static const int validation[N_CLASSES] = {56, 20, 3, 1}; /* a tenth of what is left, rounded */
    struct dataset d = sample(0);
    struct split_config config = defaults();
    int counts[N_CLASSES];
    struct split first;

    (void)state;
    config.validation = 50;
    config.validation_share = 0.1;
    for (int seed = 0; seed < 20; seed++) {
        bool is_seen[N] = {false};
        struct split s = make(&d, &config, seed), again = make(&d, &config, seed);

        assert_true(s.is_test_drawn);
        count(s.test, s.n_test, is_seen, counts);
        assert_memory_equal(counts, test, sizeof test);
        count(s.validation, s.n_validation, is_seen, counts);
        assert_memory_equal(counts, validation, sizeof validation);
        count(s.train, s.n_train, is_seen, counts);
        for (int c = 0; c < N_CLASSES; c++)
            assert_int_equal(counts[c], sizes[c] - test[c] - validation[c]);
        assert_memory_equal(counts, s.class_counts, sizeof counts);
        assert_null(s.class_weights); /* it is in the data's proportions */
        assert_memory_equal(s.test, again.test, (size_t)s.n_test * sizeof *s.test);
        assert_memory_equal(s.train, again.train, (size_t)s.n_train * sizeof *s.train);
        if (seed == 0)
            first = s;
        else
            assert_memory_not_equal(s.test, first.test, (size_t)s.n_test * sizeof *s.test);
    }
}

/* Each example is tested once by as many seeds as folds; folds are of equal size, and so is each class in them. */
static void test_folds(void **state)
{
    struct dataset d = sample(0);
    struct split_config config = defaults();
    struct split last = {0};

    (void)state;
    config.split = SPLIT_FOLDS;
    for (int repetition = 0; repetition < 3; repetition++) {
        bool is_tested[N] = {false};

        for (int fold = 0; fold < 5; fold++) {
            struct split s = make(&d, &config, repetition * 5 + fold);
            bool is_seen[N] = {false};
            int counts[N_CLASSES];

            count(s.test, s.n_test, is_tested, counts);
            assert_int_equal(s.n_test, N / 5);
            for (int c = 0; c < N_CLASSES; c++)
                assert_true(counts[c] == sizes[c] / 5 || counts[c] == sizes[c] / 5 + 1);
            count(s.test, s.n_test, is_seen, counts);
            count(s.validation, s.n_validation, is_seen, counts);
            count(s.train, s.n_train, is_seen, counts);
            assert_int_equal(s.n_test + s.n_validation + s.n_train, N);
            if (fold == 0 && repetition)
                assert_memory_not_equal(s.test, last.test, (size_t)s.n_test * sizeof *s.test);
            if (fold == 0)
                last = s;
        }
        for (int i = 0; i < N; i++)
            assert_true(is_tested[i]);
    }
}

static void test_official(void **state)
{
    struct dataset d = sample(200);
    struct split_config config = defaults();
    bool is_seen[N] = {false};
    int counts[N_CLASSES];
    struct split s = make(&d, &config, 1);

    (void)state;
    assert_false(s.is_test_drawn);
    assert_int_equal(s.n_test, 200);
    for (uint32_t i = 0; i < 200; i++)
        assert_int_equal(s.test[i], i);
    d.n_validation = 100;
    config.validation = 50; /* as it is where nobody says */
    for (int seed = 1; seed < 4; seed++) { /* the data's own validation part, whatever the seed */
        s = make(&d, &config, seed);
        assert_int_equal(s.n_validation, 100);
        for (uint32_t i = 0; i < 100; i++)
            assert_int_equal(s.validation[i], 700 + i);
        assert_int_equal(s.n_train, 700);
        assert_null(s.class_weights);
    }
    config.validation = 3;
    config.split = SPLIT_DRAWN; /* of all that there is */
    d = dataset_join(&d, &arena);
    assert_int_equal(d.train.n, N);
    assert_memory_equal(d.train.labels, labels, sizeof labels);
    s = make(&d, &config, 1);
    assert_true(s.is_test_drawn);
    count(s.test, s.n_test, is_seen, counts);
    count(s.validation, s.n_validation, is_seen, counts);
    count(s.train, s.n_train, is_seen, counts);
    assert_int_equal(s.n_test + s.n_validation + s.n_train, N);
}

/* Values of all kinds go along. */
static void test_join(void **state)
{
    static const float numbers[] = {1, 2, 3, 4, 5, 6};
    static const int32_t codes[] = {7, 8, 9};
    static const uint16_t groups[] = {0, 1, 1}, classes[] = {1, 0, 1};
    static const float targets[] = {0.5f, 1.5f, 2.5f};
    struct dataset d = {
        .signature = {2, {{"numbers", FIELD_NUMBERS, {2, 1, 1}, NULL, NULL}, {"categories", FIELD_CATEGORIES, {1, 1, 1}, NULL, NULL}}},
        .train = {2, {{.numbers = numbers}, {.codes = codes}}, classes, targets, groups},
        .test = {1, {{.numbers = numbers + 4}, {.codes = codes + 2}}, classes + 2, targets + 2, groups + 2}};
    struct dataset all = dataset_join(&d, &arena);

    (void)state;
    assert_int_equal(all.train.n, 3);
    assert_int_equal(all.test.n, 0);
    assert_memory_equal(all.train.values[0].numbers, numbers, sizeof numbers);
    assert_memory_equal(all.train.values[1].codes, codes, sizeof codes);
    assert_memory_equal(all.train.labels, classes, sizeof classes);
    assert_memory_equal(all.train.targets, targets, sizeof targets);
    assert_memory_equal(all.train.groups, groups, sizeof groups);
}

static void test_refused(void **state)
{
    struct dataset d = sample(200), small = sample(0);
    struct {
        struct split_config config;
        const struct dataset *d;
        const char *text;
    } cases[] = {
        {{.imbalance = 1, .validation = 3, .test_share = 0.3, .folds = 5}, &d,
         "data.test_share 0.3 does nothing: these data have a test part"},
        {{.imbalance = 1, .validation = 3, .test_share = 0.3, .folds = 5, .split = SPLIT_FOLDS}, &small,
         "data.test_share 0.3 does nothing: data.folds"},
        {{.imbalance = 1, .validation = 50, .validation_share = 0.2, .test_share = 0.2, .folds = 5}, &d,
         "data.validation_share does nothing: these data have a validation part"},
        {{.imbalance = 1, .validation = 50, .test_share = 0.2, .folds = 5}, &small,
         "data.validation 50 leaves class 2 nothing to train on: it has 34 examples (data.validation_share"},
        {{.imbalance = 1, .validation = 3, .test_share = 0.2, .folds = 5}, &d,
         "data.validation does nothing: these data have a validation part"},
        {{.imbalance = 1, .validation = 50, .validation_own = 2, .test_share = 0.2, .folds = 5}, &d,
         "data.validation_own does nothing"},
        {{.imbalance = 1, .validation = 50, .validation_as = SPLIT_NATURAL, .test_share = 0.2, .folds = 5}, &d,
         "data.validation_as does nothing"},
    };

    (void)state;
    d.n_validation = 10;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct split s;
        struct error err = {.text = ""};

        assert_int_equal(split_make(cases[i].d, &cases[i].config, 0, &arena, &s, &err), -1);
        if (!strstr(err.text, cases[i].text))
            fail_msg("case %zu: %s", i, err.text);
    }
}

/* Of n examples, of two classes in turn or of numbers; n_test of them are the test part. */
static struct dataset few(int n, int n_test, bool is_number)
{
    static uint16_t of_two[40], of_one[40];

    for (int i = 0; i < 40; i++)
        of_two[i] = (uint16_t)(i % 2);
    return (struct dataset){.name = "few",
                            .n_classes = is_number ? 1 : 2,
                            .target = is_number ? TARGET_NUMBER : TARGET_CLASS,
                            .train = {.n = n - n_test, .labels = is_number ? of_one : of_two},
                            .test = {.n = n_test, .labels = is_number ? of_one : of_two}};
}

/* Parts that nothing can be measured on; and the fewest examples that do are told right. */
static void test_few(void **state)
{
    static const struct {
        int n, n_test;
        bool is_number;
        enum split_kind split;
        const char *text; /* NULL: it is enough */
    } cases[] = {
        {1, 0, false, SPLIT_OFFICIAL, "0 of 1 examples are in the test part: too few, 3 of a class are enough"},
        {4, 0, false, SPLIT_OFFICIAL, "0 of 4 examples are in the validation part: too few, 3 of a class are enough"},
        {5, 0, false, SPLIT_OFFICIAL, NULL},
        {4, 2, false, SPLIT_OFFICIAL, "0 of 4 examples are in the validation part: too few, 2 of a class are enough"},
        {5, 2, false, SPLIT_OFFICIAL, NULL},
        {4, 0, false, SPLIT_FOLDS, "0 of 4 examples are in the test part: too few, 5 of a class are enough"},
        {4, 0, true, SPLIT_OFFICIAL, "1 of 4 examples is in the test part: too few, 10 in all are enough"},
        {9, 0, true, SPLIT_OFFICIAL, "1 of 9 examples is in the validation part: too few, 10 in all are enough"},
        {10, 0, true, SPLIT_OFFICIAL, NULL},
        {30, 1, true, SPLIT_OFFICIAL, "1 of 30 examples is in the test part: too few"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset d = few(cases[i].n, cases[i].n_test, cases[i].is_number);
        struct split_config config = {.imbalance = 1, .validation = 50, .validation_share = 0.2, .test_share = 0.2,
                                      .folds = 5, .split = cases[i].split};
        struct error err = {.text = "taken"};
        struct split s;
        int result = split_make(&d, &config, 0, &arena, &s, &err);

        /* Counts that ask for too few. */
        if (cases[i].is_number && result == 0) {
            struct error small;

            config.validation_share = 0;
            config.validation = 1;
            assert_int_equal(split_make(&d, &config, 0, &arena, &s, &small), -1);
            assert_non_null(strstr(small.text, "too few, as data.validation asks for no more"));
        }
        if (result != (cases[i].text ? -1 : 0) || (cases[i].text && strcmp(err.text, cases[i].text) != 0))
            fail_msg("case %zu: %s", i, err.text);
    }
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn_share), cmocka_unit_test(test_folds), cmocka_unit_test(test_official),
        cmocka_unit_test(test_join),        cmocka_unit_test(test_refused), cmocka_unit_test(test_few),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
