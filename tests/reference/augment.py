#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_augment.c compares core/data/augment.h with.

    python3 tests/reference/augment.py > tests/reference/augment.h

Needs torchvision. Changes are made to floats; a value is kept in hundredths of a byte."""
import textwrap

import torch
import torchvision
from torchvision.transforms import functional as F

H, W = 6, 8
JITTERS = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue]

r, c = torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")
PICTURE = torch.stack([(r * 37 + c * 5) % 256, (c * 31 + r * r * 3) % 256, (r * c * 11 + 90) % 256])

# top, left, height, width, flip, order, brightness, contrast, saturation, hue, grey
SAME = [1, 1, 1, 0]
CASES = [
    (0, 0, H, W, 0, [0, 1, 2, 3], *SAME, 0),
    (1, 2, 5, 6, 0, [0, 1, 2, 3], *SAME, 0),
    (0, 1, 5, 7, 1, [0, 1, 2, 3], *SAME, 0),
    (0, 0, H, W, 0, [0, 1, 2, 3], 1.3, 1, 1, 0, 0),
    (0, 0, H, W, 0, [0, 1, 2, 3], 1, 0.7, 1, 0, 0),
    (0, 0, H, W, 0, [0, 1, 2, 3], 1, 1, 1.3, 0, 0),
    (0, 0, H, W, 0, [0, 1, 2, 3], 1, 1, 1, 0.3, 0),
    (0, 0, H, W, 0, [0, 1, 2, 3], 1, 1, 1, -0.17, 0),
    (0, 0, H, W, 0, [0, 1, 2, 3], *SAME, 1),
    (1, 0, 5, 7, 1, [3, 1, 0, 2], 0.8, 1.25, 0.75, 0.1, 0),
    (0, 2, 6, 6, 0, [2, 3, 1, 0], 1.25, 0.9, 1.2, -0.3, 1),
]


def changed(top, left, height, width, flip, order, *rest):
    amounts, is_grey = rest[:4], rest[4]
    x = F.resized_crop(PICTURE / 255, top, left, height, width, [H, W], antialias=True)
    x = F.hflip(x) if flip else x
    for k in order:
        x = JITTERS[k](x, amounts[k])
    return F.rgb_to_grayscale(x, 3) if is_grey else x


def numbers(values):
    text = ", ".join(str(v) for v in values)
    return textwrap.fill(text, 95, initial_indent="      ", subsequent_indent="      ")


print(f"""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changes to a picture for test_augment.c, from torchvision {torchvision.__version__.split("+")[0]}. To renew:
 *     python3 tests/reference/augment.py > tests/reference/augment.h
 */
#ifndef TESTS_REFERENCE_AUGMENT_H
#define TESTS_REFERENCE_AUGMENT_H

#include "data/augment.h"

enum {{ AUGMENT_H = {H}, AUGMENT_W = {W}, AUGMENT_SIZE = 3 * AUGMENT_H * AUGMENT_W }};

static const unsigned char augment_picture[AUGMENT_SIZE] = {{
{numbers(PICTURE.flatten().tolist())}}};

static const struct {{
    struct augment_change change;
    int hundredths[AUGMENT_SIZE];
}} augment_cases[] = {{""")
for top, left, height, width, flip, order, *rest in CASES:
    y = changed(top, left, height, width, flip, order, *rest) * 25500
    print(f"    {{{{{top}, {left}, {height}, {width}, {flip}, {{{', '.join(map(str, order))}}}, "
          f"{{{', '.join(map(str, rest[:4]))}}}, {rest[4]}}},\n     {{")
    print(numbers(y.flatten().round().int().tolist()) + "}},")
print("};\n\n#endif")
