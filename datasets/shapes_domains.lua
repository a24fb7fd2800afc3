-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drawn by the program itself: needs no file, and is the same on every machine.
return data_set {
    doc = "10 kinds of drawn shapes in 4 styles, 32x32 in colour; made on the spot",
    origin = "core/data/format_shapes_domains.c",
    licence = "GPL-3.0-or-later",
    format = "shapes_domains",
}
