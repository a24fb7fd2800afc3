/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoding and resizing against Pillow; damaged files; the cache of a folder. */
#include "data/dataset.h"
#include "data/decode/picture.h"
#include "reference/pictures.h"

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "pictures_fixture.h"

enum { N_PICTURES = sizeof reference_pictures / sizeof *reference_pictures };

static void test_against_pillow(void **state)
{
    (void)state;
    for (int i = 0; i < N_PICTURES; i++) {
        unsigned char small[3 * REFERENCE_MAX_SIDE * REFERENCE_MAX_SIDE];
        struct arena arena = {0};
        struct picture p;
        struct error err;

        if (picture_decode(reference_pictures[i].bytes, reference_pictures[i].size, 4096, &arena,
                           &p, &err) < 0)
            fail_msg("%s: %s", reference_pictures[i].name, err.text);
        assert_int_equal(p.height, reference_pictures[i].height);
        assert_int_equal(p.width, reference_pictures[i].width);
        if (weigh(p.pixels, 3 * (size_t)p.height * (size_t)p.width) != reference_pictures[i].sum)
            fail_msg("%s: other pixels than Pillow's", reference_pictures[i].name);
        for (int k = 0; k < REFERENCE_N_SIDES; k++) {
            int side = reference_sides[k];

            assert_int_equal(picture_decode(reference_pictures[i].bytes, reference_pictures[i].size,
                                            side, &arena, &p, &err), 0);
            picture_resize(&p, side, &arena, small);
            if (weigh(small, 3 * (size_t)(side * side)) != reference_pictures[i].resized_sums[k])
                fail_msg("%s: other pixels than Pillow's at %d x %d", reference_pictures[i].name,
                         side, side);
        }
        arena_release(&arena);
    }
}

/* A PNG of so many grey pixels in one row. */
static size_t write_row(png_uint_32 width, unsigned char *ret_bytes, size_t room)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = width, .height = 1,
                       .format = PNG_FORMAT_GRAY};
    unsigned char *row = calloc(1, width);
    png_alloc_size_t size = room;

    assert_true(png_image_write_to_memory(&image, ret_bytes, &size, 0, row, 0, NULL));
    free(row);
    return size;
}

static void test_too_long(void **state)
{
    unsigned char bytes[4096];
    struct arena arena = {0};
    struct picture p;
    struct error err;

    (void)state;
    assert_int_equal(picture_decode(bytes, write_row(65535, bytes, sizeof bytes), 8, &arena, &p,
                                    &err), 0);
    assert_int_equal(picture_decode(bytes, write_row(65536, bytes, sizeof bytes), 8, &arena, &p,
                                    &err), -1);
    assert_string_equal(err.text, "1 x 65536 pixels are too long for 8 x 8");
    arena_release(&arena);
}

/* libjpeg takes memory for all of a progressive picture before it decodes any. */
static void test_too_large(void **state)
{
    const unsigned char size[] = {0xff, 0xdc, 0xff, 0xdc}; /* 65500 x 65500: 25 GB of it */
    unsigned char *bytes = malloc(reference_pictures[2].size), *frame;
    struct arena arena = {0};
    struct picture p;
    struct error err;

    (void)state;
    memcpy(bytes, reference_pictures[2].bytes, reference_pictures[2].size);
    frame = memmem(bytes, reference_pictures[2].size, "\xff\xc2", 2);
    assert_non_null(frame);
    memcpy(frame + 5, size, sizeof size);
    assert_int_equal(picture_decode(bytes, reference_pictures[2].size, 8, &arena, &p, &err), -1);
    assert_string_equal(err.text, "65500 x 65500 pixels, not from 1 to 67108864");
    free(bytes);
    arena_release(&arena);
}

/* No truncation of a file, however short, passes for a picture. */
static void test_truncated(void **state)
{
    (void)state;
    for (int i = 0; i < N_PICTURES; i++)
        for (size_t size = 0; size + 1 < reference_pictures[i].size; size += 7) {
            unsigned char *bytes = malloc(size + 1); /* so that a sanitizer sees its end */
            struct arena arena = {0};
            struct picture p;
            struct error err = {0};

            memcpy(bytes, reference_pictures[i].bytes, size);
            assert_int_equal(picture_decode(bytes, size, 4096, &arena, &p, &err), -1);
            assert_true(err.text[0] != 0);
            arena_release(&arena);
            free(bytes);
        }
}

/* ---- a folder ---- */

/* Two environments of two classes, of one or two pictures each. */
static struct root *make_root(void)
{
    static const char *const names[] = {"a/cat/1.jpg", "a/cat/2.JPEG", "a/dog/1.png",
                                        "b/cat/x.jpg", "b/dog/y.png",  "b/dog/z.png"};
    struct root *r = make_empty_root("folders");

    for (int i = 0; i < 6; i++)
        write_picture(r, names[i], i);
    write_file(r, "a/.hidden", (const unsigned char *)"x", 1);
    return r;
}

static char told[2000];

static void listen(void *context, const char *line, bool is_last)
{
    (void)context;
    if (is_last)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", line);
}

static int open_data(struct root *r, struct dataset *d, struct error *err)
{
    static const struct listener listener = {NULL, listen};
    struct dataset_source source = {"tested", r->path, &r->description, &listener};

    told[0] = '\0';

    return dataset_open(d, &source, &r->settings, err);
}

static int count_caches(void)
{
    struct arena arena = {0};
    struct error err;
    const char *const *names = file_names("cache", ".pictures", &arena, &err);
    int n = 0;

    assert_non_null(names);
    while (names[n])
        n++;
    arena_release(&arena);
    return n;
}

static void test_folder(void **state)
{
    static const uint16_t labels[] = {0, 0, 1, 0, 1, 1}, environments[] = {0, 0, 0, 1, 1, 1};
    struct root *r = make_root();
    struct dataset d, again;
    struct error err;

    (void)state;
    if (open_data(r, &d, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(d.train.n, 6);
    assert_string_equal(d.class_names[1], "dog");
    assert_string_equal(d.group_names[1], "b");
    assert_memory_equal(d.train.labels, labels, sizeof labels);
    assert_memory_equal(d.train.groups, environments, sizeof environments);
    for (int i = 0; i < 6; i++)
        assert_true(weigh(d.train.values[0].bytes[i], 3 * SMALL * SMALL) ==
                    reference_pictures[i].resized_sums[0]);
    assert_int_equal(open_data(r, &again, &err), 0);
    assert_string_equal(again.digest, d.digest);
    dataset_close(&again);
    assert_int_equal(count_caches(), 1);

    /* Touched, it is the same cache; changed, another one. */
    write_file(r, "a/cat/1.jpg", reference_pictures[0].bytes, reference_pictures[0].size);
    assert_int_equal(open_data(r, &again, &err), 0);
    assert_string_equal(again.digest, d.digest);
    dataset_close(&again);
    assert_int_equal(count_caches(), 1);
    write_file(r, "a/cat/1.jpg", reference_pictures[1].bytes, reference_pictures[1].size);
    assert_int_equal(open_data(r, &again, &err), 0);
    assert_string_not_equal(again.digest, d.digest);
    dataset_close(&again);
    assert_int_equal(count_caches(), 2);
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

static void test_bad_files(void **state)
{
    struct root *r = make_root();
    struct dataset d;
    struct error err;

    (void)state;
    write_file(r, "a/dog/2.jpg", reference_pictures[0].bytes, 300);
    write_file(r, "b/cat/notes.txt", (const unsigned char *)"x", 1);
    fails(r, "2 bad files in \"");
    fails(r, "/set\": a/dog/2.jpg: damaged JPEG: ");
    fails(r, "; b/cat/notes.txt: no .jpg, .jpeg, .png or .webp file; data.skip_bad=true leaves such out");
    assert_int_equal(count_caches(), 0);
    settings_set(&r->settings, "data.skip_bad", value_bool(true));
    assert_int_equal(open_data(r, &d, &err), 0);
    assert_int_equal(d.train.n, 6);
    assert_true(weigh(d.train.values[0].bytes[3], 3 * SMALL * SMALL) ==
                reference_pictures[3].resized_sums[0]);
    assert_non_null(strstr(d.note, "left out 2 of 8 files, first a/dog/2.jpg: damaged JPEG"));
    assert_non_null(strstr(d.left_out, "\nb/cat/notes.txt: no .jpg, .jpeg, .png or .webp file\n"));
    dataset_close(&d);
    settings_set(&r->settings, "data.skip_bad", value_bool(false));
    fails(r, "2 bad files in \""); /* from the cache that is there now */
    free_root(r);
}

/* At most 20 are named, and as many as fit a line. What a file is called gives no orders. */
static void test_many_bad_files(void **state)
{
    struct root *r = make_root();
    struct dataset d;
    struct error err;
    int n_lines = 0;

    (void)state;
    for (int i = 0; i < 30; i++)
        write_file(r, arena_printf(&r->arena, "a/cat/%02d\n.jpg", i), (const unsigned char *)"x", 1);
    assert_int_equal(open_data(r, &d, &err), -1);
    assert_null(strchr(err.text, '\n'));
    fails(r, "30 bad files in \"");
    fails(r, "a/cat/00?.jpg: neither JPEG nor PNG nor WebP; a/cat/01?.jpg: neither");
    fails(r, "; and 17 more; data.skip_bad=true leaves such out");
    for (int i = 0; i < 30; i++)
        assert_int_equal(unlink(arena_printf(&r->arena, "set/a/cat/%02d\n.jpg", i)), 0);
    for (int i = 0; i < 30; i++)
        write_file(r, arena_printf(&r->arena, "a/cat/%d.png", i + 10), (const unsigned char *)"", 0);
    fails(r, "a/cat/10.png: empty; a/cat/11.png: empty");
    fails(r, "a/cat/29.png: empty; and 10 more; data.skip_bad=true leaves such out");
    settings_set(&r->settings, "data.skip_bad", value_bool(true));
    assert_int_equal(open_data(r, &d, &err), 0);
    for (const char *c = d.left_out; *c; c++)
        n_lines += *c == '\n';
    assert_int_equal(n_lines, 30);
    dataset_close(&d);
    free_root(r);
}

/* The first file in cache/ that ends so, in the root's arena. */
static const char *cache_path(struct root *r, const char *ending)
{
    struct error err;
    const char *const *names = file_names("cache", ending, &r->arena, &err);

    assert_non_null(names);
    assert_non_null(names[0]);
    return arena_printf(&r->arena, "cache/%s%s", names[0], ending);
}

/* What is in the place of `path` is told once, and made anew to the same data. */
static void is_mended(struct root *r, const char *path, const char *digest, const char *what)
{
    char *line;
    struct dataset d;
    struct error err;

    if (open_data(r, &d, &err) < 0)
        fail_msg("%s: %s", what, err.text);
    assert_string_equal(d.digest, digest);
    dataset_close(&d);
    line = strstr(told, arena_printf(&r->arena, "\"%s\"", path));
    if (!line || !strstr(line, "made anew") || strstr(line + 2, path))
        fail_msg("%s: \"%s\" does not say once that %s is made anew", what, told, path);
    assert_int_equal(open_data(r, &d, &err), 0);
    assert_string_equal(told, "");
    dataset_close(&d);
}

/* Whatever a file in cache/ has become: never another picture, never an error. */
static void test_damaged_cache(void **state)
{
    static const char *const endings[] = {".pictures", ".known"};
    struct root *r = make_root();
    struct dataset d;
    struct error err;

    (void)state;
    assert_int_equal(system("sleep 2.6"), 0); /* then the folder is old enough to be known */
    assert_int_equal(open_data(r, &d, &err), 0);
    for (int e = 0; e < 2; e++) {
        const char *path = cache_path(r, endings[e]);
        size_t size;
        char *bytes;

        assert_int_equal(file_read(path, 1 << 20, &r->arena, &bytes, &size, &err), 0);
        for (size_t i = 0; i < 40; i++) {
            size_t at = i < 10 ? i * 7 % size : size * (i - 10) / 30; /* the head; all over */

            bytes[at] ^= (char)(1 << i % 8);
            assert_int_equal(file_write(path, bytes, size, &err), 0);
            is_mended(r, path, d.digest, arena_printf(&r->arena, "bit %zu of byte %zu", i % 8, at));
            bytes[at] ^= (char)(1 << i % 8);
        }
        for (size_t n = 0; n < size; n += 1 + size / 8) {
            assert_int_equal(file_write(path, bytes, n, &err), 0);
            is_mended(r, path, d.digest, arena_printf(&r->arena, "cut at %zu", n));
        }
        assert_int_equal(
            file_write_parts(path, (struct file_part[]){{bytes, size}, {"", 1}}, 2, &err), 0);
        is_mended(r, path, d.digest, "a byte more");
        assert_int_equal(system(arena_printf(&r->arena, "rm %s && mkfifo %s", path, path)), 0);
        is_mended(r, path, d.digest, "a FIFO");
    }
    /* The sealed file of another folder, of other pictures, in the place of this one's. */
    write_file(r, "a/cat/1.jpg", reference_pictures[1].bytes, reference_pictures[1].size);
    assert_int_equal(system("mv cache other"), 0);
    dataset_close(&d);
    assert_int_equal(open_data(r, &d, &err), 0);
    assert_int_equal(system("mv other/*.pictures cache/$(ls cache | grep pictures)"), 0);
    is_mended(r, cache_path(r, ".pictures"), d.digest, "another's");
    dataset_close(&d);
    free_root(r);
}

/* A link to nothing, or to itself, is a bad file as others are. */
static void test_dangling_links(void **state)
{
    struct root *r = make_root();
    struct dataset d;
    struct error err;

    (void)state;
    assert_int_equal(symlink("gone.jpg", "set/a/cat/3.jpg"), 0);
    assert_int_equal(symlink("w.png", "set/b/dog/w.png"), 0);
    assert_int_equal(symlink("1.png", "set/a/dog/2.png"), 0); /* a good one */
    fails(r, "/set\": a/cat/3.jpg: could not open it: No such file or directory; a link to nothing?; "
             "b/dog/w.png: could not open it: ");
    settings_set(&r->settings, "data.skip_bad", value_bool(true));
    if (open_data(r, &d, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(d.train.n, 7);
    assert_non_null(strstr(d.note, "left out 2 of 9 files, first a/cat/3.jpg: could not open it"));
    dataset_close(&d);
    write_file(r, "a/cat/gone.jpg", reference_pictures[0].bytes, reference_pictures[0].size);
    assert_int_equal(open_data(r, &d, &err), 0); /* the link is good now, and the cache another */
    assert_int_equal(d.train.n, 9);
    dataset_close(&d);
    free_root(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_pillow), cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_truncated),      cmocka_unit_test(test_folder),
        cmocka_unit_test(test_bad_files),      cmocka_unit_test(test_dangling_links),
        cmocka_unit_test(test_damaged_cache),   cmocka_unit_test(test_many_bad_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
