/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * picture: the pixels of a JPEG, PNG or WebP file; and pixels of another size.
 *
 * jpeg.c, png.c and webp.c are the only doors to libjpeg, libpng and libwebp. Sizes are checked before
 * memory is taken. A damaged or truncated file is an error, never a picture with a grey
 * end; alpha is dropped, 16 bits become 8, grey and CMYK become RGB. So is an animated WebP, as it shows many
 * pictures. Pixels are as they stand in the file, however a camera was held: as Pillow opens it.
 */
#ifndef DATA_DECODE_PICTURE_H
#define DATA_DECODE_PICTURE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

enum { PICTURE_MAX_PIXELS = 1 << 26, PICTURE_ROOM = 16 };

struct picture {
    int height, width;
    unsigned char *pixels; /* [height][width][3], RGB; PICTURE_ROOM bytes behind may be read */
};

/* What is made of a file: side x side pixels, turned as its EXIF tells or as they stand in it. */
struct picture_form {
    int side;
    bool follows_exif;
};

/* What the bytes of a file show, all its pixels: libjpeg could leave out three of four and be
 * faster, but what is resized from those is another picture. Refuses what is too long for side x side.
 * Memory from `arena`, as for the others. */
int picture_decode(const unsigned char *bytes, size_t size, int side, struct arena *arena,
                   struct picture *ret_picture, struct error *err);

/* y[3][side][side] of x[height][width][3], squeezed to a square: Pillow's BILINEAR, byte for
 * byte, which widens its triangle where it makes smaller, so that nothing aliases. */
void picture_resize(const struct picture *x, int side, struct arena *arena, unsigned char *y);

/* How a camera says that it was held: the orientation of TIFF 6.0, 1 to 8, in the EXIF of a JPEG or WebP file.
 * 1, upright, where nothing is said, or nothing that can be read. */
int picture_orientation(const unsigned char *bytes, size_t size);

/* Upright pixels of those of an orientation from 1 to 8: Pillow's ImageOps.exif_transpose. */
void picture_turn(struct picture *p, int orientation, struct arena *arena);

/* ---- for picture.c ---- */

int picture_decode_jpeg(const unsigned char *bytes, size_t size, struct arena *arena,
                        struct picture *ret_picture, struct error *err);
int picture_decode_png(const unsigned char *bytes, size_t size, struct arena *arena,
                       struct picture *ret_picture, struct error *err);
int picture_decode_webp(const unsigned char *bytes, size_t size, struct arena *arena,
                        struct picture *ret_picture, struct error *err);

/* Does it begin as a WebP file does? */
bool picture_is_webp(const unsigned char *bytes, size_t size);

/* Takes memory for height x width pixels; refuses more than PICTURE_MAX_PIXELS. */
int picture_init(struct picture *p, size_t height, size_t width, struct arena *arena,
                 struct error *err);

#endif
