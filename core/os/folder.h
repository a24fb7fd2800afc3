/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folder: a folder of files that is there whole or not at all: it is filled under another name beside its
 * place.
 *
 *     folder_begin("model", &arena, &temporary, &err);
 *     ... files into `temporary` ...
 *     folder_publish(temporary, "model", &err);
 *     folder_remove(temporary);                     on failure
 */
#ifndef OS_FOLDER_H
#define OS_FOLDER_H

#include "base/arena.h"
#include "base/error.h"

/* Can a folder be put there? Nothing is, or an empty folder. */
int folder_check_free(const char *path, struct error *err);

/* Makes PATH.RANDOM.tmp, ours alone, and the folders above it. The name is in `arena`. */
int folder_begin(const char *path, struct arena *arena, const char **ret_temporary, struct error *err);

/* Gives it the name `path` in one step, which fails where folder_check_free would; on return it is on the
 * disk. */
int folder_publish(const char *temporary, const char *path, struct error *err);

/* With all that is in it; links in there are not followed. */
void folder_remove(const char *path);

#endif
