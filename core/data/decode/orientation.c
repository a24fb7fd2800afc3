/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The orientation in EXIF (CIPA DC-008, 4.6), which is a TIFF file of its own, in an APP1 segment of a JPEG or a
 * chunk of a WebP. A stranger's bytes: no length is believed before it was compared with what is there. */
#include "data/decode/picture.h"

#include <stdint.h>
#include <string.h>

struct bytes {
    const unsigned char *at;
    size_t size;
    bool is_big; /* endian */
};

static uint32_t number(const struct bytes *b, size_t at, int n)
{
    uint32_t x = 0;

    for (int i = 0; i < n; i++)
        x = x << 8 | b->at[at + (size_t)(b->is_big ? i : n - 1 - i)];
    return x;
}

/* The value of tag 0x0112 in the first directory of a TIFF; 1 where there is none. */
static int read_tiff(struct bytes b)
{
    enum { HEAD = 8, ENTRY = 12, ORIENTATION = 0x0112, SHORT = 3 };
    size_t at, n;

    if (b.size >= 6 && memcmp(b.at, "Exif\0", 6) == 0) {
        b.at += 6;
        b.size -= 6;
    }
    if (b.size < HEAD || (memcmp(b.at, "II*\0", 4) != 0 && memcmp(b.at, "MM\0*", 4) != 0))
        return 1;
    b.is_big = *b.at == 'M';
    at = number(&b, 4, 4);
    if (at > b.size - 2)
        return 1;
    n = number(&b, at, 2);
    for (at += 2; n > 0 && b.size - at >= ENTRY; n--, at += ENTRY) {
        uint32_t value;

        if (number(&b, at, 2) != ORIENTATION)
            continue;
        value = number(&b, at + 8, 2);
        return number(&b, at + 2, 2) == SHORT && value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* Segments: 0xff, marker, length (of itself and what follows), up to the scan. */
static int read_jpeg(const struct bytes *b)
{
    enum { APP1 = 0xe1, SCAN = 0xda, FILL = 0xff };

    for (size_t at = 2; b->size - at >= 4 && b->at[at] == 0xff;) {
        int marker = b->at[at + 1];
        size_t size = number(b, at + 2, 2);

        if (marker == FILL) {
            at++;
            continue;
        }
        if (marker == SCAN || size < 2 || size > b->size - at - 2)
            return 1;
        if (marker == APP1 && size >= 8 && memcmp(b->at + at + 4, "Exif\0", 6) == 0)
            return read_tiff((struct bytes){.at = b->at + at + 4, .size = size - 2});
        at += 2 + size;
    }
    return 1;
}

/* Chunks: four letters, size, bytes, to a multiple of two. */
static int read_webp(const struct bytes *b)
{
    enum { HEAD = 8 };

    for (size_t at = 12; b->size - at >= HEAD;) {
        size_t size = number(b, at + 4, 4);

        if (size > b->size - at - HEAD)
            return 1;
        if (memcmp(b->at + at, "EXIF", 4) == 0)
            return read_tiff((struct bytes){.at = b->at + at + HEAD, .size = size});
        at += HEAD + size;
        at += size % 2 && at < b->size;
    }
    return 1;
}

int picture_orientation(const unsigned char *bytes, size_t size)
{
    struct bytes b = {.at = bytes, .size = size};

    if (picture_is_webp(bytes, size))
        return read_webp(&b);
    b.is_big = true;
    return size >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8 ? read_jpeg(&b) : 1;
}

/* Pixel (r, c) of the upright picture is the file's (r, c), or where it lies on its side (c, r); counted from
 * the last row, the last column or both. */
static const struct turn {
    bool is_on_side, from_last_row, from_last_column;
} turns[] = {
    [1] = {false, false, false}, [2] = {false, false, true}, [3] = {false, true, true},
    [4] = {false, true, false},  [5] = {true, false, false}, [6] = {true, true, false},
    [7] = {true, true, true},    [8] = {true, false, true},
};

void picture_turn(struct picture *p, int orientation, struct arena *arena)
{
    const struct turn *t = &turns[orientation];
    struct picture from = *p;
    size_t height = (size_t)from.height, width = (size_t)from.width;
    unsigned char *y;

    if (orientation == 1)
        return;
    p->height = t->is_on_side ? from.width : from.height;
    p->width = t->is_on_side ? from.height : from.width;
    p->pixels = y = arena_alloc(arena, 3 * height * width + PICTURE_ROOM);
    for (size_t r = 0; r < (size_t)p->height; r++)
        for (size_t c = 0; c < (size_t)p->width; c++, y += 3) {
            size_t row = t->is_on_side ? c : r, column = t->is_on_side ? r : c;

            row = t->from_last_row ? height - 1 - row : row;
            column = t->from_last_column ? width - 1 - column : column;
            memcpy(y, from.pixels + 3 * (row * width + column), 3);
        }
}
