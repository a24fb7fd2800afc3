-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drawn by the program itself: needs no file, and is the same on every machine.
return data_set {
    doc = "sentences whose verb agrees with its subject or does not; made on the spot",
    origin = "core/data/text/format_drawn_text.c",
    licence = "GPL-3.0-or-later",
    format = "drawn_text",
}
