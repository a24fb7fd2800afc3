-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drawn by the program itself: needs no file, and is the same on every machine.
return data_set {
    doc = "two classes in the plane, a rare share of one beyond the other; made on the spot",
    origin = "core/data/format_plane.c",
    licence = "GPL-3.0-or-later",
    format = "rare_cluster",
}
