/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The three knobs of subpopulation_shapes and subpopulation_digits: what groups they make, each alone and together. */
#include "data/dataset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { N_TRAIN = 2000, N_TEST = 400 };

struct knobs {
    double spurious, class_imbalance, attribute_imbalance;
};

static void set_numbers(struct settings *s, const struct knobs *k)
{
    settings_set(s, "data.train", value_number(N_TRAIN));
    settings_set(s, "data.test", value_number(N_TEST));
    settings_set(s, "data.spurious", value_number(k->spurious));
    settings_set(s, "data.class_imbalance", value_number(k->class_imbalance));
    settings_set(s, "data.attribute_imbalance", value_number(k->attribute_imbalance));
}

static int open_data(const char *format, const char *root, const struct knobs *k, double label_flip,
                     struct dataset *d, struct error *err)
{
    struct arena arena = {0};
    struct settings description, s;
    struct dataset_source source = {"tested", root, &description, NULL};
    struct value v;
    int status;

    settings_init(&description, &arena);
    settings_init(&s, &arena);
    settings_set(&description, "format", value_string(format));
    assert_int_equal(value_parse("[\"images\",\"labels\"]", &arena, &v, err), 0);
    if (root) {
        settings_set(&description, "train", v);
        settings_set(&description, "test", v);
    }
    set_numbers(&s, k);
    settings_set(&s, "data.label_flip", value_number(label_flip));
    settings_set(&s, "data.difficulty", value_number(0.2)); /* digits have none, and do not ask */
    status = dataset_open(d, &source, &s, err);
    arena_release(&arena);
    return status;
}

static void count(const struct pool *pool, int ret_counts[4])
{
    memset(ret_counts, 0, 4 * sizeof *ret_counts);
    for (int i = 0; i < pool->n; i++) {
        assert_int_equal(pool->labels[i], pool->groups[i] / 2); /* a group is a class in a colour */
        ret_counts[pool->groups[i]]++;
    }
}

static void check_colours(const struct dataset *d, const struct pool *pool)
{
    size_t size = field_size(&d->signature.fields[0]) / 2;

    for (int i = 0; i < pool->n; i++) {
        const unsigned char *x = pool->values[0].bytes[i];
        bool has_red = false, has_green = false;

        for (size_t k = 0; k < size; k++) {
            has_red |= x[k] != 0;
            has_green |= x[size + k] != 0;
        }
        assert_true(has_red != has_green);
        assert_int_equal(pool->groups[i] % 2, has_green);
    }
}

/* The last two rows by bisection on the odds ratio, where the code has a root. Each knob alone moves what it is named after and nothing else; all together keep both margins and the odds ratio. */
static void check_knobs(const char *format, const char *root)
{
    static const struct {
        struct knobs knobs;
        int counts[4]; /* first class red, green; second red, green */
    } rows[] = {
        {{0.5, 1, 1}, {500, 500, 500, 500}},
        {{0.9, 1, 1}, {900, 100, 100, 900}},
        {{0.5, 4, 1}, {800, 800, 200, 200}},
        {{0.5, 1, 4}, {800, 200, 800, 200}},
        {{0.5, 4, 4}, {1280, 320, 320, 80}},
        {{0.9, 4, 1}, {992, 608, 8, 392}},
        {{0.9, 4, 4}, {1522, 78, 78, 322}},
    };

    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const struct knobs *k = &rows[r].knobs;
        double odds = k->spurious / (1 - k->spurious), n = 0, ratio;
        struct dataset d;
        struct error err;
        int counts[4];

        if (open_data(format, root, k, 0.25, &d, &err) < 0)
            fail_msg("%s", err.text);
        count(&d.train, counts);
        check_colours(&d, &d.train);
        for (int g = 0; g < 4; g++) {
            assert_int_equal(counts[g], rows[r].counts[g]);
            n += counts[g];
        }
        assert_int_equal(n, N_TRAIN);
        assert_int_equal(counts[0] + counts[1], (int)(N_TRAIN * k->class_imbalance / (1 + k->class_imbalance)));
        assert_int_equal(counts[0] + counts[2], (int)(N_TRAIN * k->attribute_imbalance / (1 + k->attribute_imbalance)));
        ratio = (double)counts[0] * counts[3] / ((double)counts[1] * counts[2]);
        assert_true(fabs(log(ratio) - 2 * log(odds)) < 0.2); /* a group of eight is rounded */
        count(&d.test, counts);
        check_colours(&d, &d.test);
        for (int g = 0; g < 4; g++)
            assert_int_equal(counts[g], N_TEST / 4);
        dataset_close(&d);
    }
}

static void test_shapes(void **state)
{
    (void)state;
    check_knobs("subpopulation_shapes", NULL);
}

static void put_word(FILE *f, unsigned x)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(x >> shift & 0xff), f);
}

/* Pictures of 4 x 4 whose bytes are their label's and never 0. */
static void write_digits(const char *root, int n)
{
    char path[100];
    FILE *f;

    snprintf(path, sizeof path, "%s/images", root);
    assert_non_null(f = fopen(path, "wb"));
    put_word(f, 0x0803);
    put_word(f, (unsigned)n);
    put_word(f, 4);
    put_word(f, 4);
    for (int i = 0; i < 16 * n; i++)
        fputc(1 + i / 16 % 10, f);
    assert_int_equal(fclose(f), 0);
    snprintf(path, sizeof path, "%s/labels", root);
    assert_non_null(f = fopen(path, "wb"));
    put_word(f, 0x0801);
    put_word(f, (unsigned)n);
    for (int i = 0; i < n; i++)
        fputc(i % 10, f);
    assert_int_equal(fclose(f), 0);
}

/* The files are there twice, as train and as test. */
static void test_digits(void **state)
{
    static const struct knobs all = {0.9, 4, 1};
    char root[] = "/tmp/rgdbench-test-XXXXXX", path[100];
    struct dataset d;
    struct error err;
    int n_flipped = 0;

    (void)state;
    assert_non_null(mkdtemp(root));
    write_digits(root, 2000);
    check_knobs("subpopulation_digits", root);

    if (open_data("subpopulation_digits", root, &all, 0.25, &d, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < d.train.n; i++) {
        const unsigned char *x = d.train.values[0].bytes[i];
        int digit = (x[0] ? x[0] : x[16]) - 1;

        n_flipped += (digit >= 5) != d.train.labels[i];
    }
    assert_in_range(n_flipped, N_TRAIN * 2 / 10, N_TRAIN * 3 / 10);
    dataset_close(&d);

    write_digits(root, 1100);
    assert_int_equal(open_data("subpopulation_digits", root, &all, 0, &d, &err), -1);
    assert_non_null(strstr(err.text, "2200 pictures are too few for data.train and data.test of these imbalances: the "
                                     "train part lacks"));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", root, i ? "labels" : "images");
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes), cmocka_unit_test(test_digits)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
