/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/folder.h"

#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_empty(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int n = 0;

    if (!dir)
        return false;
    while ((entry = readdir(dir)))
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n == 0;
}

int folder_check_free(const char *path, struct error *err)
{
    struct stat st;

    if (lstat(path, &st) < 0 || is_empty(path))
        return 0;
    return error_set(err, "\"%s\" is there already%s; remove it or give another name", path,
                     S_ISDIR(st.st_mode) ? " and not empty" : "");
}

int folder_begin(const char *path, struct arena *arena, const char **ret_temporary, struct error *err)
{
    const char *temporary;
    char above[FILE_FOLDER_SIZE];
    uint32_t word;

    file_folder(path, above);
    if (file_make_directory(above, err) < 0)
        return -1;
    do {
        if (getrandom(&word, sizeof word, 0) != sizeof word)
            return file_fail(err, "make the folder", path);
        temporary = arena_printf(arena, "%s.%08x.tmp", path, (unsigned)word);
    } while (mkdir(temporary, 0777) < 0 && errno == EEXIST);
    if (!file_is_directory(temporary))
        return file_fail(err, "make the folder", path);
    *ret_temporary = temporary;
    return 0;
}

int folder_publish(const char *temporary, const char *path, struct error *err)
{
    char above[FILE_FOLDER_SIZE];

    file_folder(path, above);
    if (file_sync_folder(temporary) == 0 && rename(temporary, path) == 0 && file_sync_folder(above) == 0)
        return 0;
    return file_fail(err, "make the folder", path);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st, (void)kind, (void)place;
    remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
