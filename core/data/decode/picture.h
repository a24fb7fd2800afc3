/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * picture: the pixels of a JPEG or PNG file; and pixels of another size.
 *
 * jpeg.c and png.c are the only doors to libjpeg and libpng. Sizes are checked before
 * memory is taken. A damaged or truncated file is an error, never a picture with a grey
 * end; alpha is dropped, 16 bits become 8, grey and CMYK become RGB.
 */
#ifndef DATA_DECODE_PICTURE_H
#define DATA_DECODE_PICTURE_H

#include "base/arena.h"
#include "base/error.h"

enum { PICTURE_MAX_PIXELS = 1 << 26, PICTURE_ROOM = 16 };

struct picture {
    int height, width;
    unsigned char *pixels; /* [height][width][3], RGB; PICTURE_ROOM bytes behind may be read */
};

/* What the bytes of a file show, all its pixels: libjpeg could leave out three of four and be
 * faster, but what is resized from those is another picture. Refuses what is too long for side x side.
 * Memory from `arena`, as for the others. */
int picture_decode(const unsigned char *bytes, size_t size, int side, struct arena *arena,
                   struct picture *ret_picture, struct error *err);

/* y[3][side][side] of x[height][width][3], squeezed to a square: Pillow's BILINEAR, byte for
 * byte, which widens its triangle where it makes smaller, so that nothing aliases. */
void picture_resize(const struct picture *x, int side, struct arena *arena, unsigned char *y);

/* ---- for picture.c ---- */

int picture_decode_jpeg(const unsigned char *bytes, size_t size, struct arena *arena,
                        struct picture *ret_picture, struct error *err);
int picture_decode_png(const unsigned char *bytes, size_t size, struct arena *arena,
                       struct picture *ret_picture, struct error *err);

/* Takes memory for height x width pixels; refuses more than PICTURE_MAX_PIXELS. */
int picture_init(struct picture *p, size_t height, size_t width, struct arena *arena,
                 struct error *err);

#endif
