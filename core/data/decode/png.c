/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/decode/picture.h"

#include <png.h>
#include <string.h>

struct reader {
    const unsigned char *bytes;
    size_t size, at;
    struct arena *arena;
    struct error *err;
};

static void read_bytes(png_structp png, png_bytep to, size_t n)
{
    struct reader *r = png_get_io_ptr(png);

    if (n > r->size - r->at)
        png_error(png, "the file ends early");
    memcpy(to, r->bytes + r->at, n);
    r->at += n;
}

static void fail(png_structp png, png_const_charp message)
{
    struct reader *r = png_get_error_ptr(png);

    error_set(r->err, "damaged PNG: %s", message);
    longjmp(png_jmpbuf(png), 1);
}

static void be_silent(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

/* Whatever the file has, rows of RGB bytes. */
static void ask_for_rgb(png_structp png, png_infop info)
{
    png_set_strip_16(png);
    png_set_expand(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

static int read_rows(struct reader *r, png_structp png, png_infop info, struct picture *picture)
{
    png_uint_32 height, width;
    png_bytep *rows;

    png_read_info(png, info);
    height = png_get_image_height(png, info);
    width = png_get_image_width(png, info);
    if (picture_init(picture, height, width, r->arena, r->err) < 0)
        return -1;
    ask_for_rgb(png, info);
    if (png_get_rowbytes(png, info) != 3 * (size_t)width)
        return error_set(r->err, "a PNG of a kind that is not known");
    rows = arena_alloc(r->arena, height * sizeof *rows);
    for (png_uint_32 i = 0; i < height; i++)
        rows[i] = picture->pixels + 3 * (size_t)i * width;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    return 0;
}

int picture_decode_png(const unsigned char *bytes, size_t size, struct arena *arena,
                       struct picture *ret_picture, struct error *err)
{
    struct reader r = {.bytes = bytes, .size = size, .arena = arena, .err = err};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, fail, be_silent);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    volatile int result = -1;

    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return error_set_status(err, EXIT_STORAGE, "out of memory");
    }
    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_read_fn(png, &r, read_bytes);
        result = read_rows(&r, png, info, ret_picture);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return result;
}
