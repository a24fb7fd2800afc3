/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folder_names: what a folder holds, by the bytes of the names: its folders, and what else there is (a link to
 * nothing is none). What begins with a dot, and what systems leave behind unasked, is not in it.
 */
#ifndef DATA_FORMAT_FOLDER_NAMES_H
#define DATA_FORMAT_FOLDER_NAMES_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

struct folder_name {
    const char *name;
    bool is_folder; /* or a link to one */
};

struct folder_names {
    const struct folder_name *items; /* [n] */
    int n;
};

/* Memory from `arena`. */
int folder_names_read(const char *path, struct arena *arena, struct folder_names *ret_names,
                      struct error *err);

/* Does it end as pictures do that can be decoded: .jpg, .jpeg, .png, .webp in any case? */
bool folder_names_picture(const char *name);

#endif
