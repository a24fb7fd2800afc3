#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files and numbers that tests/test_picture.c compares core/data/decode/picture.h with.

    python3 tests/reference/pictures.py > tests/reference/pictures.h

Needs Pillow and numpy. The largest is one that libjpeg could decode at a smaller scale. Of the pixels as [height][width][3], and of those that Pillow's BILINEAR
resizes to [3][side][side] for both SIDES, the sum over byte * (place + 1) is kept."""
import io
import textwrap

import numpy as np
from PIL import Image

SIDES = 12, 37


def drawn(height, width):
    r, c = np.mgrid[0:height, 0:width]
    wave = 127 + 100 * np.sin(r / 5) * np.cos(c / 7)
    return np.stack([wave, (r * 5) % 256, 255 * ((r // 4 + c // 6) % 2)], -1).astype(np.uint8)


def file_of(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


rgb = Image.fromarray(drawn(30, 41))
alpha = rgb.convert("RGBA")
alpha.putalpha(Image.fromarray(drawn(30, 41)[:, :, 0]))
CASES = [
    ("jpeg", rgb, "JPEG", dict(quality=80)),
    ("jpeg, grey", rgb.convert("L"), "JPEG", dict(quality=90)),
    ("jpeg, progressive, chroma not halved", rgb, "JPEG",
     dict(quality=60, progressive=True, subsampling=0)),
    ("jpeg, CMYK", rgb.convert("CMYK"), "JPEG", dict(quality=85)),
    ("png", rgb, "PNG", {}),
    ("png, alpha", alpha, "PNG", {}),
    ("png, palette", rgb.quantize(16), "PNG", {}),
    ("png, black and white", rgb.convert("1"), "PNG", {}),
    ("png, enlarged", Image.fromarray(drawn(5, 7)), "PNG", {}),
    ("jpeg, five times as large", Image.fromarray(drawn(61, 73)), "JPEG", dict(quality=20)),
    ("webp", rgb, "WEBP", dict(quality=80)),
    ("webp, lossless", rgb, "WEBP", dict(lossless=True)),
    ("webp, alpha", alpha, "WEBP", dict(quality=60)),
]

print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *")
print(" * Pictures for test_picture.c, from Pillow %s. To renew:" % Image.__version__)
print(" *     python3 tests/reference/pictures.py > tests/reference/pictures.h\n */")
print("#ifndef TESTS_REFERENCE_PICTURES_H\n#define TESTS_REFERENCE_PICTURES_H\n")
print("#include <stddef.h>\n#include <stdint.h>\n\nenum { REFERENCE_N_SIDES = 2, REFERENCE_MAX_SIDE = %d };" % max(SIDES))
print("static const int reference_sides[] = {%d, %d};\n" % SIDES)
rows = []
for i, (name, picture, kind, options) in enumerate(CASES):
    data = file_of(picture, kind, **options)
    read = Image.open(io.BytesIO(data)).convert("RGB")
    weigh = lambda a: int((a.astype(np.uint64).ravel() * (np.arange(a.size, dtype=np.uint64) + 1)).sum())
    small = [np.asarray(read.resize((side, side), Image.BILINEAR)).transpose(2, 0, 1) for side in SIDES]
    print("static const unsigned char reference_file_%d[] = {" % i)
    print(textwrap.fill(", ".join(map(str, data)), 98, initial_indent="    ", subsequent_indent="    "))
    print("};\n")
    rows.append('    {"%s", reference_file_%d, sizeof reference_file_%d, %d, %d, %d, {%d, %d}},' % (
        name, i, i, read.height, read.width, weigh(np.asarray(read)), *map(weigh, small)))
print("static const struct {\n    const char *name;\n    const unsigned char *bytes;")
print("    size_t size;\n    int height, width;\n    uint64_t sum, resized_sums[REFERENCE_N_SIDES];\n} reference_pictures[] = {")
print("\n".join(rows))
print("};\n\n#endif")
