/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/format/folders.h"

#include "data/dataset.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct names {
    const char **items;
    int n;
};

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted names in a directory; only those of directories where asked. */
static int list(const char *path, bool only_directories, struct arena *arena,
                struct names *ret_names, struct error *err)
{
    DIR *directory = opendir(path);
    struct names names = {0};
    struct dirent *entry;

    if (!directory)
        return error_set(err, "could not open \"%s\": %s", path, strerror(errno));
    while ((entry = readdir(directory))) {
        if (entry->d_name[0] == '.' ||
            (only_directories &&
             !file_is_directory(arena_printf(arena, "%s/%s", path, entry->d_name))))
            continue;
        names.items = arena_grow(arena, names.items, names.n, sizeof *names.items);
        names.items[names.n++] = arena_strdup(arena, entry->d_name);
    }
    closedir(directory);
    if (names.n)
        qsort(names.items, (size_t)names.n, sizeof *names.items, by_bytes);
    *ret_names = names;
    return 0;
}

static int find(const struct names *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (strcmp(names->items[i], name) == 0)
            return i;
    return -1;
}

/* The classes of all environments, sorted. */
static int list_classes(const char *root, const struct names *environments, struct arena *arena,
                        struct names *ret_classes, struct error *err)
{
    struct names classes = {0};

    for (int e = 0; e < environments->n; e++) {
        struct names own = {0};

        if (list(arena_printf(arena, "%s/%s", root, environments->items[e]), true, arena, &own,
                 err) < 0)
            return -1;
        for (int i = 0; i < own.n; i++) {
            if (find(&classes, own.items[i]) >= 0)
                continue;
            classes.items = arena_grow(arena, classes.items, classes.n, sizeof *classes.items);
            classes.items[classes.n++] = own.items[i];
        }
    }
    if (classes.n)
        qsort(classes.items, (size_t)classes.n, sizeof *classes.items, by_bytes);
    *ret_classes = classes;
    return 0;
}

static bool has_picture_ending(const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".webp", NULL};
    const char *dot = strrchr(name, '.');

    for (int i = 0; dot && endings[i]; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Fills in what is seen from outside. */
static void look(struct folder_file *file, const char *root, struct arena *arena)
{
    struct stat st;

    if (stat(arena_printf(arena, "%s/%s", root, file->path), &st) < 0) {
        file->error = errno; /* as of a link to what is not there */
        return;
    }
    file->is_picture = S_ISREG(st.st_mode) && has_picture_ending(file->path);
    file->size = st.st_size;
    file->inode = (int64_t)st.st_ino;
    file->modified = nanoseconds(st.st_mtim);
    file->changed = nanoseconds(st.st_ctim);
}

/* The files of one class of one environment. */
static int add_files(struct folders *f, struct folder_file **files, int environment, int label,
                     struct arena *arena, struct error *err)
{
    const char *folder =
        arena_printf(arena, "%s/%s", f->environments[environment], f->classes[label]);
    const char *path = arena_printf(arena, "%s/%s", f->root, folder);
    struct names names = {0};

    if (!file_is_directory(path))
        return 0;
    if (list(path, false, arena, &names, err) < 0)
        return -1;
    for (int i = 0; i < names.n; i++) {
        struct folder_file file = {.path = arena_printf(arena, "%s/%s", folder, names.items[i]),
                                   .environment = (uint16_t)environment, .label = (uint16_t)label};

        look(&file, f->root, arena);
        *files = arena_grow(arena, *files, f->n_files, sizeof **files);
        (*files)[f->n_files++] = file;
    }
    return 0;
}

int folders_scan(const char *root, struct arena *arena, struct folders *ret_folders,
                 struct error *err)
{
    struct names environments = {0}, classes = {0};
    struct folders f = {.root = arena_strdup(arena, root)};
    struct folder_file *files = NULL;

    if (list(root, true, arena, &environments, err) < 0 ||
        list_classes(root, &environments, arena, &classes, err) < 0)
        return -1;
    if (environments.n < 2 || environments.n > DATASET_MAX_GROUPS)
        return error_set(err, "\"%s\" has %d folders, not 2 to %d environments", root,
                         environments.n, DATASET_MAX_GROUPS);
    if (classes.n < 2 || classes.n > DATASET_MAX_CLASSES)
        return error_set(err, "the environments in \"%s\" have %d folders, not 2 to %d classes",
                         root, classes.n, DATASET_MAX_CLASSES);
    f.environments = environments.items;
    f.n_environments = environments.n;
    f.classes = classes.items;
    f.n_classes = classes.n;
    for (int e = 0; e < f.n_environments; e++) {
        int before = f.n_files;

        for (int c = 0; c < f.n_classes; c++)
            if (add_files(&f, &files, e, c, arena, err) < 0)
                return -1;
        if (f.n_files == before)
            return error_set(err, "environment \"%s\" in \"%s\" holds no files",
                             f.environments[e], root);
    }
    f.files = files;
    *ret_folders = f;
    return 0;
}

int folders_check(const struct folders *f, struct error *err)
{
    struct arena arena = {0};
    int result = 0;

    for (int i = 0; i < f->n_files && result == 0; i++) {
        const struct folder_file *was = &f->files[i];
        struct folder_file now = {.path = was->path};

        arena_clear(&arena);
        look(&now, f->root, &arena);
        if (now.error != was->error || now.size != was->size || now.inode != was->inode ||
            now.modified != was->modified || now.changed != was->changed)
            result = error_set_status(err, EXIT_STORAGE, "data changed while it was used: \"%s/%s\"",
                                      f->root, was->path);
    }
    arena_release(&arena);
    return result;
}
