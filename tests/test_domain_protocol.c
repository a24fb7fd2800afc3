/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data sets with environments, their files, and DomainBed's split of them. */
#include "data/split_domains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SIDE = 28, SIZE = SIDE * SIDE };

struct root {
    struct arena arena;
    char path[64];
    struct settings description, settings;
};

static void put_word(FILE *f, unsigned x)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((int)(x >> shift & 0xff), f);
}

/* Of every picture: so that each tells whether it was rotated well. Such ramps have pixels at 30,
 * 45 and 60 degrees that another order of the same sums cuts off to another byte. */
static unsigned char pixel(int r, int c)
{
    return (unsigned char)(16 * (r + c >= SIDE ? r + c : r ^ c));
}

static void write_pair(struct root *r, const char *name, int n, int n_labels, long cut)
{
    const char *pictures = arena_printf(&r->arena, "%s/%s-images", r->path, name);
    FILE *f = fopen(pictures, "wb");

    assert_non_null(f);
    put_word(f, 0x0803);
    put_word(f, (unsigned)n);
    put_word(f, SIDE);
    put_word(f, SIDE);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < SIZE; k++)
            fputc(pixel(k / SIDE, k % SIDE), f);
    fclose(f);
    if (cut)
        assert_int_equal(truncate(pictures, 16 + (long)n * SIZE - cut), 0);
    f = fopen(arena_printf(&r->arena, "%s/%s-labels", r->path, name), "wb");
    assert_non_null(f);
    put_word(f, 0x0801);
    put_word(f, (unsigned)n_labels);
    for (int i = 0; i < n_labels; i++)
        fputc(i % 10, f);
    fclose(f);
}

static void set_files(struct root *r, const char *key, const char *name)
{
    struct value v;
    struct error err;

    assert_int_equal(value_parse(arena_printf(&r->arena, "[\"%s-images\",\"%s-labels\"]", name,
                                              name), &r->arena, &v, &err), 0);
    settings_set(&r->description, key, v);
}

static struct root *make_root(const char *format)
{
    struct root *r = calloc(1, sizeof *r);

    strcpy(r->path, "/tmp/rgdbench-test-XXXXXX");
    assert_non_null(mkdtemp(r->path));
    settings_init(&r->description, &r->arena);
    settings_init(&r->settings, &r->arena);
    settings_set(&r->description, "format", value_string(format));
    set_files(r, "train", "train");
    set_files(r, "test", "t10k");
    return r;
}

static void free_root(struct root *r)
{
    assert_int_equal(system(arena_printf(&r->arena, "rm -rf %s", r->path)), 0);
    arena_release(&r->arena);
    free(r);
}

static int open_data(struct root *r, struct dataset *d, struct error *err)
{
    struct dataset_source source = {"tested", r->path, &r->description, NULL};

    return dataset_open(d, &source, &r->settings, err);
}

static void test_coloured_digits(void **state)
{
    struct root *r = make_root("coloured_digits");
    struct dataset d;
    struct error err;
    int n_agree[3] = {0}, n, first;

    (void)state;
    write_pair(r, "t10k", 3001, 3001, 0);
    assert_int_equal(open_data(r, &d, &err), 0);
    assert_int_equal(d.n_groups, 3);
    assert_int_equal(d.train.n, 3001);
    assert_string_equal(d.note, "only the file of 3001 test pictures is there, and used");
    first = dataset_environment(&d, 1, &n);
    assert_int_equal(first, 1001);
    assert_int_equal(n, 1000);
    for (int i = 0; i < d.train.n; i++) {
        const unsigned char *x = d.train.values[0].bytes[i];
        bool has_first = x[1] != 0, has_second = x[SIZE + 1] != 0;

        assert_true(has_first != has_second); /* one channel is black */
        n_agree[d.train.groups[i]] += has_second == d.train.labels[i];
    }
    assert_in_range(n_agree[0], 860, 940);
    assert_in_range(n_agree[1], 750, 850);
    assert_in_range(n_agree[2], 60, 140);
    dataset_close(&d);
    free_root(r);
}

/* Sums over byte * (place + 1) of what Pillow's Image.rotate with BILINEAR gave. */
static void test_rotated_digits(void **state)
{
    static const uint64_t sums[] = {36051968, 32414927, 30915716,
                                     29698550, 30815448, 32489575};
    struct root *r = make_root("rotated_digits");
    struct dataset d;
    struct error err;

    (void)state;
    write_pair(r, "train", 36, 36, 0);
    write_pair(r, "t10k", 1, 1, 0);
    assert_int_equal(open_data(r, &d, &err), 0);
    assert_null(d.note);
    assert_int_equal(d.train.n, 37);
    for (int i = 0; i < d.train.n; i++) {
        uint64_t sum = 0;

        for (int k = 0; k < SIZE; k++)
            sum += (uint64_t)d.train.values[0].bytes[i][k] * (uint64_t)(k + 1);
        assert_true(sum == sums[d.train.groups[i]]);
    }
    dataset_close(&d);
    free_root(r);
}

static uint64_t sum_all(const struct dataset *d)
{
    uint64_t sum = 0;

    for (int i = 0; i < d->train.n; i++) {
        for (int k = 0; k < d->signature.fields[0].shape[0] * SIZE; k++)
            sum = sum * 31 + d->train.values[0].bytes[i][k];
        sum = sum * 31 + d->train.labels[i];
    }
    return sum;
}

/* Each trial its own; trial 0 what all have where they share one. Environments stay as large, and
 * what was opened stays as it was. */
static void check_drawings(const char *format)
{
    struct root *r = make_root(format);
    struct dataset d, drawn;
    struct error err;
    uint64_t shared;

    write_pair(r, "t10k", 301, 301, 0);
    assert_int_equal(open_data(r, &d, &err), 0);
    assert_false(dataset_draw(&d, &r->settings, 1, &drawn));
    settings_set(&r->settings, "data.drawing", value_string("shared"));
    assert_false(dataset_draw(&d, &r->settings, 1, &drawn));
    settings_set(&r->settings, "data.drawing", value_string("trial"));
    shared = sum_all(&d);
    for (int trial = 0; trial < 3; trial++) {
        assert_true(dataset_draw(&d, &r->settings, trial, &drawn));
        assert_int_equal(sum_all(&drawn) == shared, trial == 0);
        assert_int_equal(drawn.train.n, d.train.n);
        assert_memory_equal(drawn.train.groups, d.train.groups,
                            (size_t)d.train.n * sizeof *d.train.groups);
        assert_string_equal(drawn.digest, d.digest);
        arena_release(&drawn.arena);
    }
    assert_true(sum_all(&d) == shared);
    dataset_close(&d);
    free_root(r);
}

static void test_drawings(void **state)
{
    (void)state;
    check_drawings("coloured_digits");
    check_drawings("rotated_digits");
}

static void test_split(void **state)
{
    static const uint32_t known[] = {7, 6, 10, 17, 2, 11, 13, 16, 15, 1,
                                     8, 9, 0,  3,  4, 5,  18, 19, 14, 12};
    struct root *r = make_root("coloured_digits");
    struct domain_split split;
    struct dataset d;
    struct error err;

    (void)state;
    write_pair(r, "train", 60, 60, 0);
    assert_int_equal(open_data(r, &d, &err), 0);
    domain_split_make(&d, 0, 0, 0.2, &r->arena, &split);
    assert_int_equal(split.n_out, 4);
    assert_int_equal(split.n_in, 16);
    assert_memory_equal(split.out, known, 4 * sizeof *known);
    assert_memory_equal(split.in, known + 4, 16 * sizeof *known);
    domain_split_make(&d, 2, 5, 0.2, &r->arena, &split);
    for (int i = 0; i < 20; i++)
        assert_in_range(split.out[i], 40, 59);
    dataset_close(&d);
    free_root(r);
}

static void fails(struct root *r, const char *part)
{
    struct dataset d;
    struct error err;

    assert_int_equal(open_data(r, &d, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static void test_packed_files(void **state)
{
    struct root *r = make_root("idx");
    struct dataset plain, packed;
    struct value classes, sums;
    struct hash h;
    char sum[HASH_HEX_SIZE];
    struct error err;

    (void)state;
    settings_set(&r->description, "classes", value_bool(false));
    fails(r, "no list \"classes\"");
    assert_int_equal(value_parse("[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]",
                                 &r->arena, &classes, &err), 0);
    settings_set(&r->description, "classes", classes);
    fails(r, "train-images\", nor with .gz behind it");
    write_pair(r, "train", 20, 20, 0);
    write_pair(r, "t10k", 5, 5, 0);
    assert_int_equal(open_data(r, &plain, &err), 0);
    assert_int_equal(system(arena_printf(&r->arena, "gzip %s/*", r->path)), 0);
    assert_int_equal(open_data(r, &packed, &err), 0);
    assert_int_equal(packed.train.n, 20);
    assert_string_equal(plain.digest, packed.digest);
    assert_int_equal(system(arena_printf(&r->arena, "touch %s/*", r->path)), 0);
    assert_int_equal(dataset_check_bytes(&packed, &err), 0);
    hash_init(&h, HASH_MD5);
    hash_update(&h, plain.files[0].bytes, plain.files[0].size);
    hash_hex(&h, sum);
    dataset_close(&plain);
    dataset_close(&packed);
    for (int i = 0; i < 2; i++) { /* sums are of what is unpacked */
        const char *list = arena_printf(&r->arena, "[\"%s  train-images\"]", sum);

        assert_int_equal(value_parse(list, &r->arena, &sums, &err), 0);
        settings_set(&r->description, "sums", sums);
        if (i == 0) {
            assert_int_equal(open_data(r, &packed, &err), 0);
            dataset_close(&packed);
        } else {
            fails(r, "\"train-images\" has MD5 ");
        }
        sum[0] = sum[0] == '0' ? '1' : '0';
    }
    assert_int_equal(system(arena_printf(&r->arena, "truncate -s 60 %s/train-images.gz", r->path)), 0);
    fails(r, "train-images.gz\": truncated gzip input");
    assert_int_equal(system(arena_printf(&r->arena, "echo no > %s/train-images.gz", r->path)), 0);
    fails(r, "train-images.gz\": it is no gzip file");
    free_root(r);
}

/* train-FROM as `to`, packed where that ends so. */
static void move(struct root *r, const char *from, const char *to)
{
    const char *packs = strstr(to, ".gz") ? "gzip" : "cat";

    assert_int_equal(system(arena_printf(&r->arena, "cd %s && %s < train-%s > %s && rm train-%s",
                                         r->path, packs, from, to, from)), 0);
}

/* Files are found with a hyphen or a dot before "idx", plain or packed. */
static void test_names_of_files(void **state)
{
    static const char *const names[][2] = {
        {"x-idx3-ubyte", "y-idx1-ubyte"},       {"x.idx3-ubyte", "y.idx1-ubyte"},
        {"x-idx3-ubyte.gz", "y.idx1-ubyte"},    {"x.idx3-ubyte.gz", "y-idx1-ubyte.gz"},
    };
    enum { N = sizeof names / sizeof *names };
    static const char *const asked[2] = {"[\"x-idx3-ubyte\",\"y-idx1-ubyte\"]",
                                         "[\"x.idx3-ubyte\",\"y.idx1-ubyte\"]"};
    struct root *r = make_root("rotated_digits");
    char digest[HASH_HEX_SIZE];
    struct error err;

    (void)state;
    for (int i = 0; i < 2 * N; i++) {
        const char *const *name = names[i % N];
        struct dataset d;
        struct value v;

        assert_int_equal(value_parse(asked[i / N], &r->arena, &v, &err), 0);
        settings_set(&r->description, "train", v);
        fails(r, "nor with the other of \"-idx\" and \".idx\" in it");
        write_pair(r, "train", 20, 20, 0);
        move(r, "images", name[0]);
        move(r, "labels", name[1]);
        if (open_data(r, &d, &err) < 0)
            fail_msg("%s, %s: %s", name[0], name[1], err.text);
        assert_true(i == 0 || strcmp(d.digest, digest) == 0);
        memcpy(digest, d.digest, sizeof digest);
        dataset_close(&d);
        assert_int_equal(system(arena_printf(&r->arena, "rm %s/*", r->path)), 0);
    }
    free_root(r);
}

/* Labels are as many as there are classes, and may begin at another number than 0. */
static void test_labels(void **state)
{
    struct root *r = make_root("idx");
    struct dataset d;
    struct value v;
    struct error err;

    (void)state;
    write_pair(r, "train", 20, 20, 0);
    write_pair(r, "t10k", 8, 8, 0); /* the labels 0 to 7 */
    assert_int_equal(value_parse("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]",
                                 &r->arena, &v, &err), 0);
    settings_set(&r->description, "classes", v);
    fails(r, "train-labels\": label 10 is 9, not one from 0 to 8; a description says classes, and "
             "first_label where that is not 0");
    settings_set(&r->description, "first_label", value_number(1));
    fails(r, "train-labels\": label 1 is 0, not one from 1 to 9");
    assert_int_equal(system(arena_printf(&r->arena, "cd %s; for f in *-labels; do { head -c 8 $f; "
                                         "tail -c +9 $f | tr '\\0' '\\1'; } > n; mv n $f; done",
                                         r->path)), 0);
    if (open_data(r, &d, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(d.n_classes, 9);
    assert_int_equal(d.train.labels[0], 0);
    assert_int_equal(d.train.labels[9], 8);
    dataset_close(&d);
    settings_set(&r->description, "first_label", value_number(248));
    fails(r, "first_label in its description is not a whole number from 0 to 247");
    free_root(r);
}

static void test_bad_files(void **state)
{
    struct root *r = make_root("rotated_digits");

    (void)state;
    fails(r, "train-images\", nor with .gz behind it");
    write_pair(r, "train", 12, 11, 0);
    fails(r, "has 12 pictures");
    write_pair(r, "train", 12, 12, 1);
    fails(r, "truncated?");
    write_pair(r, "train", 3, 3, 0);
    fails(r, "3 pictures are not enough for 6 environments");
    assert_int_equal(system(arena_printf(&r->arena, "cp %s/train-labels %s/train-images", r->path,
                                         r->path)), 0);
    fails(r, "is no IDX file of pictures");
    free_root(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coloured_digits), cmocka_unit_test(test_rotated_digits),
        cmocka_unit_test(test_drawings),        cmocka_unit_test(test_split),
        cmocka_unit_test(test_packed_files),    cmocka_unit_test(test_names_of_files),
        cmocka_unit_test(test_labels),          cmocka_unit_test(test_bad_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
