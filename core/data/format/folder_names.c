/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/format/folder_names.h"

#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int by_bytes(const void *a, const void *b)
{
    return strcmp(((const struct folder_name *)a)->name, ((const struct folder_name *)b)->name);
}

static bool is_in(const char *name, const char *const *list)
{
    while (*list && strcasecmp(name, *list) != 0)
        list++;
    return *list;
}

/* Thumbnails, settings and forks of files that nobody put there. */
static bool is_left_behind(const char *name)
{
    static const char *const names[] = {"Thumbs.db", "ehthumbs.db", "desktop.ini", "__MACOSX",
                                        "@eaDir", NULL};

    return *name == '.' || is_in(name, names);
}

bool folder_names_picture(const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".webp", NULL};
    const char *dot = strrchr(name, '.');

    return dot && is_in(dot, endings);
}

int folder_names_read(const char *path, struct arena *arena, struct folder_names *ret_names,
                      struct error *err)
{
    DIR *directory = opendir(path);
    struct folder_name *items = NULL;
    struct dirent *entry;
    int n = 0;

    if (!directory)
        return error_set(err, "could not open \"%s\": %s", path, strerror(errno));
    while ((entry = readdir(directory))) {
        bool is_known = entry->d_type == DT_DIR || entry->d_type == DT_REG;

        if (is_left_behind(entry->d_name))
            continue;
        items = arena_grow(arena, items, n, sizeof *items);
        items[n].name = arena_strdup(arena, entry->d_name);
        items[n++].is_folder =
            is_known ? entry->d_type == DT_DIR
                     : file_is_directory(arena_printf(arena, "%s/%s", path, entry->d_name));
    }
    closedir(directory);
    if (n)
        qsort(items, (size_t)n, sizeof *items, by_bytes);
    *ret_names = (struct folder_names){items, n};
    return 0;
}
