/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folders_private: what the files of data/format/folders.h share. */
#ifndef DATA_FORMAT_FOLDERS_PRIVATE_H
#define DATA_FORMAT_FOLDERS_PRIVATE_H

#include "data/format/folders.h"

#include "base/text.h"

/* enum folders_part of a folder's name; -1: it is none. */
int folders_part_named(const char *name);

/* Are the classes of f's groups those that were meant? Errors as folders.h has it; what is only strange is
 * added to `note`. f->classes, groups and files are there. */
int folders_check_classes(const struct folders *f, struct text *note, struct error *err);

/* Adds the text behind what is there, with "; " between. */
void folders_add_note(struct text *note, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
