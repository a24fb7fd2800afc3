/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/place.h"

#include "os/file.h"
#include "os/mount.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const endings[PLACE_FILES] = {"", "-wal", "-shm"};

static const char *const changes[PLACE_FILES][2] = {
    {"was removed or renamed", "was replaced by another file"},
    {"has lost its log, the file that ends in -wal", "has another log, the file that ends in -wal"},
    {"has lost its log's index, the file that ends in -shm",
     "has another index of its log, the file that ends in -shm"},
};

/* SQLite follows a link to the store before it names the files beside it. */
static const char *follow(const char *path, char ret_whole[PATH_MAX])
{
    struct stat st;
    bool is_link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);

    return is_link && realpath(path, ret_whole) ? ret_whole : path;
}

static int look(const char *path, const char *ending, struct stat *ret_st)
{
    char name[PATH_MAX + 8];

    snprintf(name, sizeof name, "%s%s", path, ending);
    return stat(name, ret_st);
}

void place_note(struct place *p, const char *path)
{
    char whole[PATH_MAX];
    const char *file = follow(path, whole);

    for (int i = 0; i < PLACE_FILES; i++) {
        struct stat st;

        p->files[i].is_there = look(file, endings[i], &st) == 0;
        if (p->files[i].is_there) {
            p->files[i].device = st.st_dev;
            p->files[i].number = st.st_ino;
        }
    }
}

/* A network's file system may come back under another number. */
static bool is_other_device(const char *path, dev_t a, dev_t b)
{
    char folder[FILE_FOLDER_SIZE];

    if (a == b)
        return false;
    file_folder(path, folder);
    return mount_network_name(folder) == NULL;
}

const char *place_change(const struct place *p, const char *path)
{
    char whole[PATH_MAX];
    const char *file = follow(path, whole);

    for (int i = 0; i < PLACE_FILES; i++) {
        struct stat st;

        if (!p->files[i].is_there)
            continue;
        if (look(file, endings[i], &st) < 0) {
            if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
                return changes[i][0];
            continue; /* it may be there, for all that we are told */
        }
        if (st.st_ino != p->files[i].number ||
            is_other_device(file, p->files[i].device, st.st_dev))
            return changes[i][1];
    }
    return NULL;
}
