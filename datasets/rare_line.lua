-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drawn by the program itself: needs no file, and is the same on every machine.
return data_set {
    doc = "a number of one number, on a line or rarely on another; made on the spot",
    origin = "core/data/format_plane.c",
    licence = "GPL-3.0-or-later",
    format = "rare_line",
}
