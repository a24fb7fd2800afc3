/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/batch.h"
#include "data/noisy_labels.h"
#include "learn/data_cache.h"
#include "sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* A data root with two train files of two pictures and a test file of one. */
struct root {
    struct arena arena;
    char path[64];
    struct settings description, settings;
};

static void write_records(struct root *r, const char *name, int n, int label_bytes, int label,
                          int fill, long cut)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", r->path, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < label_bytes; k++)
            fputc(k == label_bytes - 1 ? label : 99, f);
        for (int k = 0; k < 3072; k++)
            fputc((fill + i) & 0xff, f);
    }
    assert_int_equal(fclose(f), 0);
    if (cut)
        assert_int_equal(truncate(path, n * (3072L + label_bytes) - cut), 0);
}

static void set_list(struct root *r, const char *key, const char *text)
{
    struct value v;
    struct error err;

    assert_int_equal(value_parse(text, &r->arena, &v, &err), 0);
    settings_set(&r->description, key, v);
}

static struct root *make_root(int label_bytes)
{
    struct root *r = calloc(1, sizeof *r);

    strcpy(r->path, "/tmp/rgdbench-test-XXXXXX");
    assert_non_null(mkdtemp(r->path));
    settings_init(&r->description, &r->arena);
    settings_init(&r->settings, &r->arena);
    settings_set(&r->description, "format", value_string("cifar"));
    settings_set(&r->description, "label_bytes", value_number(label_bytes));
    set_list(r, "classes", "[\"a\",\"b\"]");
    set_list(r, "train", "[\"one.bin\",\"two.bin\"]");
    set_list(r, "test", "[\"test.bin\"]");
    set_list(r, "records", "[2,1]");
    write_records(r, "one.bin", 2, label_bytes, 0, 10, 0);
    write_records(r, "two.bin", 2, label_bytes, 1, 20, 0);
    write_records(r, "test.bin", 1, label_bytes, 1, 30, 0);
    return r;
}

static void free_root(struct root *r)
{
    static const char *const names[] = {"one.bin", "two.bin", "test.bin", "moved.bin", "labels.tsv"};
    char path[200];

    for (int i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", r->path, names[i]);
        unlink(path);
    }
    rmdir(r->path);
    arena_release(&r->arena);
    free(r);
}

static int open_root(struct root *r, const char *root, struct dataset *d, struct error *err)
{
    struct dataset_source source = {"tiny", root, &r->description, NULL};

    return dataset_open(d, &source, &r->settings, err);
}

static void test_cifar(void **state)
{
    (void)state;
    for (int label_bytes = 1; label_bytes <= 2; label_bytes++) {
        struct root *r = make_root(label_bytes);
        struct dataset d;
        struct error err;

        assert_int_equal(open_root(r, r->path, &d, &err), 0);
        assert_int_equal(d.train.n, 4);
        assert_int_equal(d.test.n, 1);
        assert_int_equal(d.train.labels[1], 0);
        assert_int_equal(d.train.labels[2], 1);
        assert_int_equal(d.train.values[0].bytes[3][3071], 21);
        assert_string_equal(d.class_names[1], "b");
        dataset_close(&d);
        free_root(r);
    }
}

static void test_digest_is_of_content(void **state)
{
    struct root *r = make_root(1);
    struct dataset d;
    struct error err;
    char before[HASH_HEX_SIZE], from[200], to[200];

    (void)state;
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    strcpy(before, d.digest);
    dataset_close(&d);
    snprintf(from, sizeof from, "%s/two.bin", r->path);
    snprintf(to, sizeof to, "%s/moved.bin", r->path);
    assert_int_equal(rename(from, to), 0);
    set_list(r, "train", "[\"one.bin\",\"moved.bin\"]");
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    assert_string_equal(d.digest, before);
    dataset_close(&d);
    write_records(r, "test.bin", 1, 1, 1, 31, 0);
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    assert_string_not_equal(d.digest, before);
    dataset_close(&d);
    free_root(r);
}

static void expect(struct root *r, const char *root, const char *part)
{
    struct dataset d;
    struct error err;

    assert_int_equal(open_root(r, root, &d, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    assert_non_null(strstr(err.text, "data set \"tiny\""));
}

static void write_labels(struct root *r, const char *text)
{
    char path[200];
    struct error err;

    snprintf(path, sizeof path, "%s/labels.tsv", r->path);
    assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

/* Labels of people, by the names that the description gives them, are another data set than one without, or with
 * others; and what is not of these pictures is refused. */
static void test_noisy_labels(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"own\tbad\tworse\n0\t0\t1\n0\t1\t1\n1\t1\t1\n0\t1\t1\n",
         "labels.tsv:5: own is 0, but training example 4 has label 1"},
        {"own\tbad\tworse\n0\t0\t1\n0\t1\t1\n1\t1\t1\n", "3 lines of labels for 4 training examples: truncated?"},
        {"own\tbad\tworse\n0\t0\t1\n0\t1\t1\n1\t1\t1\n1\t1\t1\n1\t1\t1\n", ":6: more lines than the 4"},
        {"own\tbad\tworse\n0\t0\t2\n", ":2: worse \"2\" is not a class from 0 to 1"},
        {"own\tbad\tworse\n0\t-1\t0\n", ":2: bad \"-1\" is not a class"},
        {"own\tbad\tworse\n0\t\t0\n", ":2: bad \"\" is not a class"},
        {"own\tbad\n0\t0\n", ":1: no column \"worse\""},
        {"", "labels.tsv"},
    };
    struct root *r = make_root(1);
    struct dataset d;
    struct error err;
    char before[HASH_HEX_SIZE], one[HASH_HEX_SIZE];

    (void)state;
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    assert_int_equal(d.n_noisy, 0);
    strcpy(before, d.digest);
    dataset_close(&d);

    settings_set(&r->description, "noisy_file", value_string("labels.tsv"));
    expect(r, r->path, "some of noisy_file, noisy_labels and clean_labels, but not all");
    settings_set(&r->description, "clean_labels", value_string("own"));
    set_list(r, "noisy_labels", "[\"some bad\",\"most worse\"]");
    expect(r, r->path, "could not open");
    write_labels(r, "own\tbad\tworse\r\n0\t0\t1\r\n0\t1\t1\r\n1\t1\t0\r\n1\t1\t0");
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    assert_int_equal(d.n_noisy, 2);
    assert_int_equal(noisy_labels_find(&d, "some", &err)->labels[1], 1);
    assert_int_equal(noisy_labels_find(&d, "most", &err)->labels[3], 0);
    assert_null(noisy_labels_find(&d, "mos", &err));
    assert_string_equal(err.text, "unknown data.noisy_labels \"mos\", did you mean \"most\"?; known: some most");
    assert_string_not_equal(d.digest, before);
    strcpy(one, d.digest);
    dataset_close(&d);
    write_labels(r, "own\tbad\tworse\n0\t0\t1\n0\t1\t1\n1\t1\t0\n1\t1\t1\n");
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    assert_string_not_equal(d.digest, one);
    dataset_close(&d);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_labels(r, bad[i].text);
        expect(r, r->path, bad[i].error);
    }
    set_list(r, "noisy_labels", "[\"some\"]");
    expect(r, r->path, "noisy_labels: \"some\" is not \"NAME COLUMN\"");
    settings_set(&r->description, "clean_labels", value_number(1));
    expect(r, r->path, "clean_labels in its description is not a text");
    free_root(r);
}

static void test_bad_files(void **state)
{
    static const char *const wrong[] = {"2",       "[2]",        "[2,1,1]", "[2,0]",
                                        "[2.5,1]", "[\"2\",1]", "[2,3e9]"};
    struct root *r = make_root(1);

    (void)state;
    expect(r, NULL, "RGDBENCH_DATA");
    expect(r, "/nowhere", "/nowhere/one.bin");
    write_records(r, "two.bin", 2, 1, 1, 20, 100);
    expect(r, r->path, "two.bin");
    write_records(r, "two.bin", 0, 1, 1, 20, 0);
    expect(r, r->path, "two.bin");
    write_records(r, "two.bin", 1, 1, 1, 20, 0); /* cut off between two records */
    expect(r, r->path, "\"two.bin\" has 3073 bytes, not 6146, which are 2 records: truncated?");
    write_records(r, "two.bin", 2, 1, 7, 20, 0);
    expect(r, r->path, "7");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set_list(r, "records", wrong[i]);
        expect(r, r->path, "records in its description is not a list of two whole numbers");
    }
    settings_set(&r->description, "format", value_string("cifra"));
    expect(r, r->path, "did you mean \"cifar\"");
    free_root(r);
}

/* A description that does not say how many records a file has means the official ones. */
static void test_official_records(void **state)
{
    static const char *const wanted[] = {"not 30730000, which are 10000 records",
                                         "not 153700000, which are 50000 records"};

    (void)state;
    for (int label_bytes = 1; label_bytes <= 2; label_bytes++) {
        struct root *r = make_root(label_bytes);
        struct settings silent;

        settings_init(&silent, &r->arena);
        for (int i = 0; i < r->description.n_items; i++)
            if (strcmp(r->description.items[i].name, "records") != 0)
                settings_set(&silent, r->description.items[i].name, r->description.items[i].value);
        r->description = silent;
        expect(r, r->path, wanted[label_bytes - 1]);
        free_root(r);
    }
}

/* A file that has not the checksum of the description is named, in whatever order sums stand and of
 * whatever kind they are; but not where the digest is the one that a spec expects. */
static void test_sums(void **state)
{
    static const char *const names[] = {"one.bin", "two.bin", "test.bin"};
    static const char *const wrong[][2] = {
        {"\"12  one.bin\"", "item 1 of \"sums\" in its description is not a line as sha256sum"},
        {"\"%1$s  \"", "item 1 of \"sums\""},
        {"\"%1$s one.bin\"", "item 1 of \"sums\""},
        {"\"%1$s  three.bin\"", "names \"three.bin\", which is no file of train or test"},
        {"\"%1$s  ne.bin\"", "names \"ne.bin\""},
        {"5", "item 1 of \"sums\" in its description is not a text"},
        {"\"%1$s  two.bin\"", "\"two.bin\" has SHA-256 %2$s, but %1$s was published"},
        {"\"%1$s *one.bin\",\"%1$s  test.bin\"", "\"test.bin\" has SHA-256 "},
        {"\"%1$.32s  one.bin\"", "\"one.bin\" has MD5 "},
    };
    struct root *r = make_root(1);
    char sums[3][HASH_HEX_SIZE], path[200];
    struct dataset d;
    struct file_map map;
    struct error err;

    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", r->path, names[i]);
        assert_int_equal(file_map_open(path, &map, &err), 0);
        hash_block(map.bytes, map.size, sums[i]);
        file_map_close(&map);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *line = arena_printf(&r->arena, wrong[i][0], sums[0]);

        set_list(r, "sums", arena_printf(&r->arena, "[%s]", line));
        expect(r, r->path, arena_printf(&r->arena, wrong[i][1], sums[0], sums[1]));
    }
    set_list(r, "sums", arena_printf(&r->arena,
                                     "[\"%s  test.bin\",\"%s  one.bin\",\"%s *two.bin\"]",
                                     sums[2], sums[0], sums[1]));
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    dataset_close(&d);
    write_records(r, "two.bin", 2, 1, 1, 21, 0);
    expect(r, r->path, "it is damaged, or another file; if it is meant, change sums in "
                       "datasets/tiny.lua");
    settings_set(&r->settings, "data.digest", value_string(sums[0]));
    expect(r, r->path, "\"two.bin\" has SHA-256");
    set_list(r, "sums", arena_printf(&r->arena, "[\"%s  one.bin\"]", sums[0]));
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    settings_set(&r->settings, "data.digest", value_string(arena_strdup(&r->arena, d.digest)));
    dataset_close(&d);
    set_list(r, "sums", arena_printf(&r->arena, "[\"%s  one.bin\"]", sums[1]));
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    dataset_close(&d);
    free_root(r);
}

/* The sizes that the literature prints (METHODS: Cui et al., Cao et al.). */
static void test_long_tail_counts(void **state)
{
    static const struct {
        double imbalance;
        int total, counts[10];
    } cases[] = {
        {200, 11203, {5000, 2775, 1540, 854, 474, 263, 146, 81, 45, 25}},
        {100, 12406, {5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50}},
        {50, 13996, {5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100}},
        {20, 17023, {5000, 3584, 2569, 1842, 1320, 946, 678, 486, 348, 250}},
        {10, 20431, {5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500}},
    };
    int cifar100 = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int total = 0;

        for (int c = 0; c < 10; c++) {
            int n = split_class_count(SPLIT_EXP, 5000, cases[i].imbalance, c, 10);

            assert_int_equal(n, cases[i].counts[c]);
            total += n;
        }
        assert_int_equal(total, cases[i].total);
    }
    for (int c = 0; c < 100; c++)
        cifar100 += split_class_count(SPLIT_EXP, 500, 100, c, 100);
    assert_int_equal(cifar100, 10847);
    assert_int_equal(split_class_count(SPLIT_STEP, 5000, 100, 4, 10), 5000);
    assert_int_equal(split_class_count(SPLIT_STEP, 5000, 100, 5, 10), 50);
}

static void test_shapes_and_split(void **state)
{
    struct arena arena = {0};
    struct split_config config = {.test_share = 0.2, .folds = 5, .imbalance = 10, .validation = 4};
    struct split a, b;
    struct dataset d, smaller;
    struct error err;
    bool is_validation[400] = {0};

    (void)state;
    sample_shapes(40, 5, 0.5, &d);
    sample_shapes(20, 5, 0.5, &smaller);
    for (int i = 0; i < smaller.train.n; i++) /* more pictures leave the first ones alone */
        assert_memory_equal(smaller.train.values[0].bytes[i], d.train.values[0].bytes[i], 3072);
    assert_int_equal(split_make(&d, &config, 1, &arena, &a, &err), 0);
    assert_int_equal(split_make(&d, &config, 1, &arena, &b, &err), 0);
    assert_int_equal(a.n_validation, 40);
    assert_int_equal(a.class_counts[0], 36); /* the head gives its validation pictures up */
    assert_int_equal(a.class_counts[9], 4);
    assert_memory_equal(a.train, b.train, (size_t)a.n_train * sizeof *a.train);
    for (int i = 0; i < a.n_validation; i++)
        is_validation[a.validation[i]] = true;
    for (int i = 0; i < a.n_train; i++)
        assert_false(is_validation[a.train[i]]);
    config.validation = 40;
    assert_int_equal(split_make(&d, &config, 1, &arena, &a, &err), -1);
    dataset_close(&d);
    dataset_close(&smaller);
    arena_release(&arena);
}

/* Class 0 of 40 has no unused pictures: it gives 5 where the others have 12. */
static void test_validation_beyond_the_head(void **state)
{
    struct arena arena = {0};
    struct split_config config = {.test_share = 0.2, .folds = 5, .imbalance = 10, .validation = 12, .validation_own = 5};
    struct split s;
    struct dataset d;
    struct error err;
    int n_held_out[10] = {0};

    (void)state;
    sample_shapes(40, 5, 0.5, &d);
    assert_int_equal(split_make(&d, &config, 1, &arena, &s, &err), 0);
    for (int i = 0; i < s.n_validation; i++)
        n_held_out[d.train.labels[s.validation[i]]]++;
    assert_int_equal(n_held_out[0], 5);
    assert_int_equal(s.class_counts[0], 35);
    assert_int_equal(n_held_out[1], 12); /* 40 less 30 are unused; 2 are its own */
    assert_int_equal(s.class_counts[1], 28);
    assert_int_equal(n_held_out[9], 12);
    assert_int_equal(s.class_counts[9], 4);
    for (int c = 0; c < 10; c++)
        assert_true(s.class_weights[c] == 1.0 / 10);
    config.validation_as = SPLIT_NATURAL;
    assert_int_equal(split_make(&d, &config, 1, &arena, &s, &err), 0);
    assert_true(s.class_weights[0] == 35.0 / s.n_train && s.class_weights[9] == 4.0 / s.n_train);
    config = (struct split_config){.test_share = 0.2, .folds = 5, .imbalance = 10, .validation = 12};
    assert_int_equal(split_make(&d, &config, 1, &arena, &s, &err), 0);
    assert_int_equal(s.n_validation, 120);
    assert_null(s.class_weights);
    dataset_close(&d);
    arena_release(&arena);
}

/* Ways to change a file while it is used. */
static void overwrite(const char *path)
{
    FILE *f = fopen(path, "r+b");

    assert_non_null(f);
    assert_true(fseek(f, 100, SEEK_SET) == 0 && fputc(77, f) == 77 && fclose(f) == 0);
}

static void append(const char *path)
{
    FILE *f = fopen(path, "ab");

    assert_true(f && fputc(77, f) == 77 && fclose(f) == 0);
}

static void shorten(const char *path)
{
    assert_int_equal(truncate(path, 3073), 0);
}

static void overwrite_and_set_back(const char *path)
{
    struct timespec times[2];
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    overwrite(path);
    times[0] = st.st_atim;
    times[1] = st.st_mtim;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void run_command(const char *format, const char *path)
{
    char command[500];

    snprintf(command, sizeof command, format, path, path, path, path);
    assert_int_equal(system(command), 0);
}

/* And such as the mapping sees nothing of: a copy in its place, backups by links. */
static void put_another(const char *path)
{
    run_command("cp %s %s.new; mv %s.new %s", path);
}

static void take_away(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void link_it(const char *path)
{
    run_command("ln %s %s.link", path);
}

static void set_mode(const char *path)
{
    assert_int_equal(chmod(path, 0600), 0);
}

static void touch(const char *path)
{
    assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
}

static void test_files_that_change(void **state)
{
    static const struct {
        void (*change)(const char *path);
        bool is_harmless;
    } ways[] = {{overwrite, false},   {append, false},   {shorten, false}, {overwrite_and_set_back, false},
                {put_another, true}, {take_away, true}, {link_it, true},  {set_mode, true},
                {touch, true}};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct root *r = make_root(1);
        struct dataset d;
        struct error err;
        char path[200];

        snprintf(path, sizeof path, "%s/two.bin", r->path);
        assert_int_equal(open_root(r, r->path, &d, &err), 0);
        assert_int_equal(dataset_check_bytes(&d, &err), 0);
        ways[i].change(path);
        assert_int_equal(dataset_check(&d, &err), ways[i].is_harmless ? 0 : -1);
        assert_int_equal(dataset_check_bytes(&d, &err), ways[i].is_harmless ? 0 : -1);
        if (!ways[i].is_harmless)
            assert_non_null(strstr(err.text, "data changed while it was used: \""));
        dataset_close(&d);
        run_command("rm -f %s.link", path);
        free_root(r);
    }
}

/* Who has it mapped can write without a trace in its times: found by its bytes. */
static void test_written_through_a_mapping(void **state)
{
    struct root *r = make_root(1);
    struct dataset d;
    struct error err;
    char path[200];
    unsigned char *bytes;
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/two.bin", r->path);
    assert_true((fd = open(path, O_RDWR)) >= 0);
    bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(bytes != MAP_FAILED);
    bytes[100]++; /* from here on the page is dirty */
    assert_int_equal(open_root(r, r->path, &d, &err), 0);
    bytes[100]++;
    assert_int_equal(dataset_check_bytes(&d, &err), -1);
    munmap(bytes, 4096);
    close(fd);
    dataset_close(&d);
    free_root(r);
}

/* Kept open for the next run only while the files stay as they are. */
static void test_kept_open(void **state)
{
    struct root *r = make_root(1);
    struct data_cache cache = {0};
    const struct dataset *d;
    char path[200], digest[HASH_HEX_SIZE];
    struct error err;

    (void)state;
    snprintf(path, sizeof path, "%s/two.bin", r->path);
    settings_set(&r->settings, "data", value_string("tiny"));
    settings_set(&r->settings, "data.format", value_string("cifar"));
    assert_int_equal(data_cache_open(&cache, &r->settings, &r->description, r->path, &d, &err), 0);
    strcpy(digest, d->digest);
    overwrite(path);
    assert_int_equal(data_cache_open(&cache, &r->settings, &r->description, r->path, &d, &err), 0);
    assert_string_not_equal(d->digest, digest);
    assert_int_equal(dataset_check(d, &err), 0);
    data_cache_close(&cache);
    free_root(r);
}

/* A file that would take minutes to read is refused by its number of pictures. */
static void test_too_many_pictures(void **state)
{
    struct root *r = make_root(1);

    (void)state;
    set_list(r, "train", "[\"one.bin\"]");
    set_list(r, "records", "[10000001,1]");
    expect(r, r->path, "whole numbers from 1 to 10000000, of records");
    set_list(r, "train", "[\"one.bin\",\"two.bin\"]");
    set_list(r, "records", "[5000001,1]");
    expect(r, r->path, "more than 10000000 pictures in \"train\"");
    free_root(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cifar),
        cmocka_unit_test(test_digest_is_of_content),
        cmocka_unit_test(test_noisy_labels),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_official_records),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_long_tail_counts),
        cmocka_unit_test(test_shapes_and_split),
        cmocka_unit_test(test_validation_beyond_the_head),
        cmocka_unit_test(test_too_many_pictures),
        cmocka_unit_test(test_files_that_change),
        cmocka_unit_test(test_written_through_a_mapping),
        cmocka_unit_test(test_kept_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
