/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/decode/picture.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf away;
    struct arena *arena;
    struct error *err;
};

static void fail(j_common_ptr jpeg)
{
    struct reader *r = jpeg->client_data;
    char text[JMSG_LENGTH_MAX];

    jpeg->err->format_message(jpeg, text);
    error_set(r->err, "damaged JPEG: %s", text);
    longjmp(r->away, 1);
}

/* Warnings (level -1) tell of damage that libjpeg paints over; some are of no consequence. */
static void warn(j_common_ptr jpeg, int level)
{
    int code = jpeg->err->msg_code;

    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM &&
        code != JWRN_JFIF_MAJOR)
        fail(jpeg);
}

static void be_silent(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* Adobe writes CMYK inverted: 255 is no ink. */
static void from_cmyk(const unsigned char *x, unsigned width, unsigned char *y)
{
    for (unsigned i = 0; i < width; i++)
        for (int c = 0; c < 3; c++)
            y[3 * i + (unsigned)c] =
                (unsigned char)((x[4 * i + (unsigned)c] * x[4 * i + 3] + 127) / 255);
}

static int read_rows(struct reader *r, struct picture *picture)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    unsigned char *cmyk = NULL;
    bool is_cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;

    jpeg->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    if (picture_init(picture, jpeg->image_height, jpeg->image_width, r->arena, r->err) < 0)
        return -1; /* before libjpeg takes memory for all of a progressive one */
    jpeg_start_decompress(jpeg);
    if (is_cmyk)
        cmyk = arena_alloc(r->arena, 4 * (size_t)jpeg->output_width);
    while (jpeg->output_scanline < jpeg->output_height) {
        unsigned char *to =
            picture->pixels + 3 * (size_t)jpeg->output_scanline * jpeg->output_width;
        JSAMPROW row = is_cmyk ? cmyk : to;

        jpeg_read_scanlines(jpeg, &row, 1);
        if (is_cmyk)
            from_cmyk(cmyk, jpeg->output_width, to);
    }
    jpeg_finish_decompress(jpeg);
    return 0;
}

int picture_decode_jpeg(const unsigned char *bytes, size_t size, struct arena *arena,
                        struct picture *ret_picture, struct error *err)
{
    struct reader r = {.arena = arena, .err = err};
    volatile int result = -1;

    r.jpeg.err = jpeg_std_error(&r.errors);
    r.jpeg.client_data = &r;
    r.errors.error_exit = fail;
    r.errors.emit_message = warn;
    r.errors.output_message = be_silent;
    if (setjmp(r.away) == 0) {
        jpeg_create_decompress(&r.jpeg);
        jpeg_mem_src(&r.jpeg, bytes, size);
        jpeg_read_header(&r.jpeg, TRUE);
        result = read_rows(&r, ret_picture);
    }
    jpeg_destroy_decompress(&r.jpeg);
    return result;
}
