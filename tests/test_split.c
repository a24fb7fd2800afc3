/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is trained on, held out and tested, where a data set has no test part or validation of its own: parts without
 * an example in common, in the proportions that were asked for, the same for a seed and others for another. LDAM-DRW's
 * subsets are numpy's, and of CIFAR-10 (in RGDBENCH_DATA) those that are known by their SHA-256. */
#include "data/split.h"

#include "base/hash.h"
#include "os/file.h"
#include "reference/subsets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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

/* What is set aside was of validation, and is not any more; of each class in each group its share. */
static void test_set_aside(void **state)
{
    static const char *const names[] = {"others", "rare"};
    static uint16_t groups[N];
    struct dataset d = sample(0);
    struct split_config config = defaults();
    struct error err;

    (void)state;
    for (int i = 0; i < N; i++)
        groups[i] = (uint16_t)(i % 3 == 0 && labels[i] < 2); /* of small classes a cell might have one example */
    d.n_groups = 2;
    d.group_names = names;
    config.validation_share = 0.5;
    for (int seed = 0; seed < 6; seed++) {
        bool is_seen[N] = {false};
        struct split whole = make(&d, &config, seed), s = whole, again = whole;
        int counts[2][N_CLASSES], before[N_CLASSES], of_groups[2][2] = {{0}};

        d.train.groups = seed % 2 ? groups : NULL;
        assert_int_equal(split_set_aside(&s, &d, 0.25, seed, &arena, &err), 0);
        assert_int_equal(split_set_aside(&again, &d, 0.25, seed, &arena, &err), 0);
        assert_int_equal(s.n_validation + s.n_set_aside, whole.n_validation);
        assert_memory_equal(s.set_aside, again.set_aside, (size_t)s.n_set_aside * sizeof *s.set_aside);
        count(s.validation, s.n_validation, is_seen, counts[0]);
        count(s.set_aside, s.n_set_aside, is_seen, counts[1]);
        for (int i = 0; i < whole.n_validation; i++)
            assert_true(is_seen[whole.validation[i]]);
        count(whole.validation, whole.n_validation, (bool[N]){false}, before);
        for (int c = 0; c < N_CLASSES; c++)
            assert_true(abs(4 * counts[1][c] - before[c]) <= 4 && counts[1][c] > 0 && counts[0][c] > 0);
        for (int i = 0; i < s.n_set_aside; i++)
            of_groups[1][groups[s.set_aside[i]]]++;
        for (int i = 0; i < s.n_validation; i++)
            of_groups[0][groups[s.validation[i]]]++;
        for (int g = 0; g < 2 && seed % 2; g++)
            assert_true(abs(3 * of_groups[1][g] - of_groups[0][g]) <= 2 * 4 * N_CLASSES);
    }
    { /* A cell of one would be what nobody trains on. */
        struct split s = make(&d, &config, 0);

        memset(groups, 0, sizeof groups);
        groups[s.validation[0]] = 1;
        d.train.groups = groups;
        assert_int_equal(split_set_aside(&s, &d, 0.25, 0, &arena, &err), -1);
        assert_non_null(strstr(err.text, "in group \"rare\" in the validation part: too few to train on some"));
    }
    d.train.groups = NULL;
    config.validation_share = 0.1;
    {
        struct split s = make(&d, &config, 0);

        assert_int_equal(split_set_aside(&s, &d, 0.5, 0, &arena, &err), -1);
        assert_non_null(strstr(err.text, "1 of class 3 in the validation part: too few to train on some and to select by others"));
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
        {{.imbalance = 1, .validation = 50, .validation_from = SPLIT_FROM_TEST, .test_share = 0.2, .folds = 5}, &d,
         "data.validation_from does nothing: these data have a validation part"},
        {{.imbalance = 1, .validation = 3, .validation_from = SPLIT_FROM_TEST, .test_share = 0.2, .folds = 5}, &small,
         "data.validation_from \"test\" is of data with a test part"},
        {{.imbalance = 2, .subset = SPLIT_LDAM, .validation = 3, .test_share = 0.2, .folds = 5}, &small,
         "data.subset \"ldam\" is of data with a test part"},
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

static struct split_config ldam(double imbalance, bool is_step, int rand_number)
{
    struct split_config config = defaults();

    config.subset = SPLIT_LDAM;
    config.imbalance = imbalance;
    config.profile = is_step ? SPLIT_STEP : SPLIT_EXP;
    config.rand_number = rand_number;
    return config;
}

static const uint32_t *list_subset(const struct dataset *d, const struct split_config *config, int *ret_n)
{
    uint32_t *places;
    struct error err;

    if (split_list_subset(d, config, 5, &arena, &places, ret_n, &err) < 0)
        fail_msg("%s", err.text);
    return places;
}

static void test_ldam_is_numpys(void **state)
{
    uint16_t classes[SUBSETS_N];
    struct dataset d = {.n_classes = SUBSETS_N_CLASSES, .train = {.n = SUBSETS_N, .labels = classes},
                        .test = {.n = 20, .labels = classes}};

    (void)state;
    for (int i = 0; i < SUBSETS_N; i++)
        classes[i] = (uint16_t)(i * i % 9 % SUBSETS_N_CLASSES);
    for (size_t i = 0; i < sizeof reference_subsets / sizeof *reference_subsets; i++) {
        const struct split_config config = ldam(reference_subsets[i].imbalance, reference_subsets[i].is_step,
                                                reference_subsets[i].rand_number);
        int n;
        const uint32_t *places = list_subset(&d, &config, &n);

        assert_int_equal(n, reference_subsets[i].n);
        assert_memory_equal(places, reference_subsets[i].places, (size_t)n * sizeof *places);
    }
}

/* What is trained on is LDAM-DRW's subset whatever the seed, less what is held out of it where that is asked for;
 * validation and test are the seed's. */
static void test_ldam_is_held_out_of(void **state)
{
    struct dataset d = sample(200);
    struct split_config config = ldam(10, false, 0);
    struct split s, other;
    struct error err;
    int n, n_kept = 0, counts[N_CLASSES];
    const uint32_t *places = list_subset(&d, &config, &n);
    bool is_subset[N] = {false}, is_seen[N] = {false}, is_tested[N] = {false};

    (void)state;
    for (int i = 0; i < n; i++)
        is_subset[places[i]] = true;
    assert_int_equal(split_make(&d, &config, 1, &arena, &s, &err), -1);
    assert_non_null(strstr(err.text, "data.subset \"ldam\" leaves 0 unused of class 0, too few to validate with"));

    config.validation_own = 2;
    s = make(&d, &config, 1);
    count(s.train, s.n_train, is_seen, counts);
    count(s.validation, s.n_validation, is_seen, counts);
    for (int i = 0; i < s.n_train; i++)
        n_kept += is_subset[s.train[i]];
    assert_int_equal(n_kept, s.n_train);
    assert_int_equal(s.n_train, n - N_CLASSES * 2); /* of small classes, too, the subset keeps all that there are */
    other = make(&d, &config, 2);
    assert_memory_not_equal(s.validation, other.validation, (size_t)s.n_validation * sizeof *s.validation);

    config.validation_own = 0;
    config.validation = 1;
    config.validation_from = SPLIT_FROM_TEST;
    s = make(&d, &config, 1);
    other = make(&d, &config, 2);
    assert_true(s.is_validation_of_test && !s.is_test_drawn);
    assert_int_equal(s.n_train, n);
    assert_memory_equal(s.train, other.train, (size_t)n * sizeof *s.train);
    for (int i = 0; i < n; i++)
        assert_true(is_subset[s.train[i]]);
    assert_int_equal(s.n_validation, N_CLASSES);
    assert_int_equal(s.n_test, 200 - N_CLASSES);
    for (int i = 0; i < s.n_validation; i++)
        is_tested[s.validation[i]] = true;
    for (int i = 0; i < s.n_test; i++) {
        assert_true(s.test[i] < 200 && !is_tested[s.test[i]]);
        is_tested[s.test[i]] = true;
    }
    assert_null(s.class_weights); /* as many of each */
    assert_memory_not_equal(s.validation, other.validation, (size_t)s.n_validation * sizeof *s.validation);
    config.validation = 50;
    assert_int_equal(split_make(&d, &config, 1, &arena, &s, &err), -1);
    assert_non_null(strstr(err.text, "data.validation_from \"test\" with data.validation 50 leaves class"));
}

/* The labels of CIFAR-10's training part, in the files' order; false without the files. */
static bool read_cifar(uint16_t *ret_labels)
{
    enum { PER_FILE = 10000, RECORD = 3073 };
    const char *root = getenv("RGDBENCH_DATA");

    for (int f = 0; root && f < 5; f++) {
        struct file_map map;
        struct error err;

        if (file_map_open(arena_printf(&arena, "%s/cifar-10-batches-bin/data_batch_%d.bin", root, f + 1), &map, &err) < 0)
            return false;
        assert_int_equal(map.size, PER_FILE * RECORD);
        for (int i = 0; i < PER_FILE; i++)
            *ret_labels++ = map.bytes[(size_t)i * RECORD];
        file_map_close(&map);
    }
    return root != NULL;
}

static void test_ldam_of_cifar(void **state)
{
    enum { N_CIFAR = 50000 };
    static const struct {
        double imbalance;
        bool is_step;
        int n;
        const char *sha256; /* of the places in decimal, with commas between */
    } known[] = {
        {10, false, 20431, "115aee6bd4449a27d8fa9368baf4ae0e557ec457126a96152d64742026f79d20"},
        {20, false, 17023, "e2369fb551259527f730a26d619fe5693f01c772bc211a308f74337166341169"},
        {50, false, 13996, "6a220ab7cf36770f57474e6f1e446468fa0cb7726565e34ca41d3f4d3b6363f6"},
        {100, false, 12406, "3e3a7d09bdc456621f318963827870cf616a944beb8ab2f6335804cdc695c655"},
        {200, false, 11203, "1d16aba86a74dbeba225e06541af5eaf6121053851a152d46d9dad97df4847c5"},
        {100, true, 25250, "57ae363dde33223b006244c8aed28728f4a4a80bbe3bfe947034ee64edc911f5"},
    };
    uint16_t *classes = arena_alloc(&arena, N_CIFAR * sizeof *classes);
    struct dataset d = {.n_classes = 10, .train = {.n = N_CIFAR, .labels = classes},
                        .test = {.n = 100, .labels = classes}};

    (void)state;
    if (!read_cifar(classes))
        skip();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct split_config config = ldam(known[i].imbalance, known[i].is_step, 0);
        char hex[HASH_HEX_SIZE], digits[16];
        struct hash h;
        int n;
        const uint32_t *places = list_subset(&d, &config, &n);

        hash_init(&h, HASH_SHA256);
        for (int k = 0; k < n; k++)
            hash_update(&h, digits, (size_t)snprintf(digits, sizeof digits, k ? ",%u" : "%u", places[k]));
        hash_hex(&h, hex);
        assert_int_equal(n, known[i].n);
        assert_string_equal(hex, known[i].sha256);
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
        cmocka_unit_test(test_drawn_share), cmocka_unit_test(test_set_aside), cmocka_unit_test(test_folds), cmocka_unit_test(test_official),
        cmocka_unit_test(test_join),        cmocka_unit_test(test_refused), cmocka_unit_test(test_few), cmocka_unit_test(test_ldam_is_numpys),
        cmocka_unit_test(test_ldam_is_held_out_of), cmocka_unit_test(test_ldam_of_cifar),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
