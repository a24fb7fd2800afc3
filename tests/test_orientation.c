/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WebP, and what EXIF says of how a camera was held: files are made here, of the reference pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/decode/picture.h"
#include "pictures_fixture.h"

enum { JPEG = 0, WEBP = 10, WEBP_LOSSLESS, N_ORIENTATIONS = 8, MOST = 8192 };

/* Bytes, least first. */
static unsigned char *put(unsigned char *to, uint32_t x, int n, bool is_big)
{
    for (int i = 0; i < n; i++)
        to[i] = (unsigned char)(x >> 8 * (is_big ? n - 1 - i : i));
    return to + n;
}

static unsigned char *put_bytes(unsigned char *to, const void *bytes, size_t n)
{
    memcpy(to, bytes, n);
    return to + n;
}

/* A TIFF of two tags, the width and the orientation, of which the kind is 3, a short. */
static size_t make_tiff(unsigned char *bytes, bool is_big, int kind, uint32_t orientation)
{
    unsigned char *to = put_bytes(bytes, is_big ? "MM\0*" : "II*\0", 4);

    to = put(to, 8, 4, is_big);
    to = put(to, 2, 2, is_big);
    to = put(put(put(put(to, 0x0100, 2, is_big), 4, 2, is_big), 1, 4, is_big), 41, 4, is_big);
    to = put(put(put(to, 0x0112, 2, is_big), (uint32_t)kind, 2, is_big), 1, 4, is_big);
    to = put(put(to, orientation, 2, is_big), 0, 2, is_big);
    return (size_t)(put(to, 0, 4, is_big) - bytes);
}

/* The reference JPEG with that TIFF in an APP1 behind a comment and an APP1 of another kind. */
static size_t make_jpeg(const unsigned char *tiff, size_t tiff_size, unsigned char *bytes)
{
    const unsigned char *from = reference_pictures[JPEG].bytes;
    unsigned char *to = put_bytes(bytes, from, 2);

    to = put_bytes(to, "\xff\xfe\0\x04" "ab" "\xff\xe1\0\x0chttp://x\0\0", 20);
    to = put(put_bytes(to, "\xff\xe1", 2), (uint32_t)(8 + tiff_size), 2, true);
    to = put_bytes(put_bytes(to, "Exif\0", 6), tiff, tiff_size);
    to = put_bytes(to, from + 2, reference_pictures[JPEG].size - 2);
    return (size_t)(to - bytes);
}

/* The chunk of reference WebP i in a file with a head that has these flags, and that TIFF behind. */
static size_t make_webp(int i, int flags, const unsigned char *tiff, size_t tiff_size, unsigned char *bytes)
{
    size_t size = reference_pictures[i].size - 12;
    unsigned char *to = put_bytes(bytes, "RIFF", 4), *end;

    end = put_bytes(to + 4, "WEBPVP8X", 8);
    end = put(put(end, 10, 4, false), (uint32_t)flags, 4, false);
    end = put(put(end, (uint32_t)reference_pictures[i].width - 1, 3, false),
              (uint32_t)reference_pictures[i].height - 1, 3, false);
    end = put_bytes(end, reference_pictures[i].bytes + 12, size);
    end = put(put_bytes(end, "EXIF", 4), (uint32_t)tiff_size, 4, false);
    end = put_bytes(end, tiff, tiff_size);
    if (tiff_size % 2)
        *end++ = 0;
    put(to, (uint32_t)(end - to - 4), 4, false);
    return (size_t)(end - bytes);
}

enum { HAS_ANIMATION = 2, HAS_EXIF = 8 };

/* ImageOps.exif_transpose of Pillow 9.4.0. */
static void test_turns(void **state)
{
    static const char *const turned[] = {"ABC/DEF", "CBA/FED", "FED/CBA", "DEF/ABC",
                                         "AD/BE/CF", "DA/EB/FC", "FC/EB/DA", "CF/BE/AD"};

    (void)state;
    for (int o = 1; o <= N_ORIENTATIONS; o++) {
        struct arena arena = {0};
        struct picture p = {2, 3, arena_alloc(&arena, 3 * 6 + PICTURE_ROOM)};
        char text[16], *to = text;

        for (int i = 0; i < 6; i++)
            memset(p.pixels + 3 * i, 'A' + i, 3);
        picture_turn(&p, o, &arena);
        for (int r = 0; r < p.height; r++) {
            *to = '/';
            to += r > 0;
            for (int c = 0; c < p.width; c++) {
                const unsigned char *pixel = p.pixels + 3 * (r * p.width + c);

                assert_true(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
                *to++ = (char)pixel[0];
            }
        }
        *to = '\0';
        assert_string_equal(text, turned[o - 1]);
        arena_release(&arena);
    }
}

static void test_read(void **state)
{
    unsigned char tiff[64], behind[64 + 6] = "Exif\0", bytes[MOST];

    (void)state;
    for (int is_big = 0; is_big < 2; is_big++)
        for (int o = 0; o <= N_ORIENTATIONS + 1; o++) {
            int want = o >= 1 && o <= N_ORIENTATIONS ? o : 1;
            size_t size = make_tiff(tiff, is_big, 3, (uint32_t)o);

            memcpy(behind + 6, tiff, size);
            assert_int_equal(picture_orientation(bytes, make_jpeg(tiff, size, bytes)), want);
            assert_int_equal(picture_orientation(bytes, make_webp(WEBP, HAS_EXIF, tiff, size, bytes)), want);
            assert_int_equal(
                picture_orientation(bytes, make_webp(WEBP_LOSSLESS, HAS_EXIF, behind, size + 6, bytes)), want);
            size = make_tiff(tiff, is_big, 4, (uint32_t)o); /* no short */
            assert_int_equal(picture_orientation(bytes, make_jpeg(tiff, size, bytes)), 1);
        }
    for (size_t i = 0; i < sizeof reference_pictures / sizeof *reference_pictures; i++)
        assert_int_equal(picture_orientation(reference_pictures[i].bytes, reference_pictures[i].size), 1);
}

/* Cut anywhere, it is read or it is not, and nothing beyond its end is. */
static void test_cut(void **state)
{
    unsigned char tiff[64], bytes[2][MOST];
    size_t size = make_tiff(tiff, true, 3, 6);
    size_t sizes[] = {make_jpeg(tiff, size, bytes[0]), make_webp(WEBP, HAS_EXIF, tiff, size, bytes[1])};

    (void)state;
    for (int k = 0; k < 2; k++)
        for (size_t n = 0; n < sizes[k]; n++) {
            unsigned char *cut = malloc(n + (n == 0)); /* so that a sanitizer sees its end */
            int got;

            memcpy(cut, bytes[k], n);
            got = picture_orientation(cut, n);
            assert_true(got == 1 || got == 6);
            free(cut);
        }
}

static void open_data(struct root *r, struct dataset *d)
{
    struct dataset_source source = {"tested", r->path, &r->description, NULL};
    struct error err;

    if (dataset_open(d, &source, &r->settings, &err) < 0)
        fail_msg("%s", err.text);
}

/* What the data set has of a picture that is held so, decoded and turned here. */
static void is_turned(const unsigned char *pixels, int i, int orientation)
{
    unsigned char small[3 * SMALL * SMALL];
    struct arena arena = {0};
    struct picture p;
    struct error err;

    assert_int_equal(picture_decode(reference_pictures[i].bytes, reference_pictures[i].size, SMALL, &arena, &p,
                                    &err), 0);
    picture_turn(&p, orientation, &arena);
    picture_resize(&p, SMALL, &arena, small);
    assert_memory_equal(pixels, small, sizeof small);
    arena_release(&arena);
}

/* JPEG and WebP of all eight: as they stand, which is said, or turned. */
static void test_data_set(void **state)
{
    struct root *r = make_empty_root("folders");
    unsigned char tiff[64], bytes[MOST];
    char digest[HASH_HEX_SIZE];
    struct dataset d;

    (void)state;
    for (int o = 1; o <= N_ORIENTATIONS; o++) {
        size_t size = make_tiff(tiff, o % 2, 3, (uint32_t)o);

        write_file(r, arena_printf(&r->arena, "a/jpeg/%d.jpg", o), bytes, make_jpeg(tiff, size, bytes));
        write_file(r, arena_printf(&r->arena, "b/webp/%d.webp", o), bytes,
                   make_webp(WEBP, HAS_EXIF, tiff, size, bytes));
    }
    for (int follows = 0; follows < 2; follows++) {
        if (follows)
            settings_set(&r->settings, "data.exif", value_string("follow"));
        open_data(r, &d);
        assert_int_equal(d.train.n, 2 * N_ORIENTATIONS);
        for (int o = 1; o <= N_ORIENTATIONS; o++) {
            is_turned(d.train.values[0].bytes[o - 1], JPEG, follows ? o : 1);
            is_turned(d.train.values[0].bytes[N_ORIENTATIONS + o - 1], WEBP, follows ? o : 1);
        }
        assert_true(!follows == (d.note && strstr(d.note, "the EXIF of 14 pictures tells of a camera that was not held "
                                                 "upright: they are taken as they stand")));
        if (follows)
            assert_string_not_equal(d.digest, digest);
        strcpy(digest, d.digest);
        dataset_close(&d);
    }
    free_root(r);
}

static void decodes_to(const unsigned char *bytes, size_t size, const char *want)
{
    struct arena arena = {0};
    struct picture p;
    struct error err = {0};

    assert_int_equal(picture_decode(bytes, size, SMALL, &arena, &p, &err), *want ? -1 : 0);
    assert_string_equal(err.text, want);
    arena_release(&arena);
}

static void test_webp(void **state)
{
    unsigned char tiff[64], bytes[MOST];
    size_t size = make_webp(WEBP, HAS_EXIF, tiff, make_tiff(tiff, true, 3, 1), bytes);

    (void)state;
    decodes_to(bytes, size, "");
    decodes_to(bytes, size - 40, "damaged WebP"); /* of the EXIF only */
    decodes_to(bytes, 40, "damaged WebP");
    memset(bytes + 60, 0, 4);
    put(bytes + 24, 5, 3, false); /* other sizes than the picture's */
    decodes_to(bytes, size, "damaged WebP");
    size = make_webp(WEBP, HAS_ANIMATION, tiff, 0, bytes);
    decodes_to(bytes, size, "an animated WebP, which has more pictures than one");
    decodes_to((const unsigned char *)"RIFF\1\0\0\0WAVE", 12, "neither JPEG nor PNG nor WebP");
    decodes_to((const unsigned char *)"RIFF\4\0\0\0WEBP", 12, "damaged WebP");

    /* 16383 x 16383 pixels of a lossless one: 268 million. */
    memcpy(bytes, reference_pictures[WEBP_LOSSLESS].bytes, reference_pictures[WEBP_LOSSLESS].size);
    put(bytes + 21, 0x0fffbffe, 4, false);
    decodes_to(bytes, reference_pictures[WEBP_LOSSLESS].size, "16383 x 16383 pixels, not from 1 to 67108864");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns), cmocka_unit_test(test_read),     cmocka_unit_test(test_cut),
        cmocka_unit_test(test_webp),  cmocka_unit_test(test_data_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
