-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drawn by the program itself: needs no file, and is the same on every machine.
return data_set {
    doc = "drawn figures in two classes, red or green: spurious correlation, class and attribute imbalance; made on the spot",
    origin = "core/data/format/format_subpopulation.c",
    licence = "GPL-3.0-or-later",
    format = "subpopulation_shapes",
}
