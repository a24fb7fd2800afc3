-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drawn by the program itself: needs no file, and is the same on every machine.
return data_set {
    doc = "customers who stay or leave, a table of numbers and categories; made on the spot",
    origin = "core/data/format/format_drawn_table.c",
    licence = "GPL-3.0-or-later",
    format = "drawn_table",
}
