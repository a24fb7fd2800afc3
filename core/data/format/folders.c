/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/format/folders.h"

#include "data/dataset.h"
#include "data/format/folder_names.h"
#include "data/format/folders_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct names {
    const char **items;
    int n;
};

static void add_name(struct names *names, const char *name, struct arena *arena)
{
    names->items = arena_grow(arena, names->items, names->n, sizeof *names->items);
    names->items[names->n++] = name;
}

void folders_add_note(struct text *note, const char *format, ...)
{
    va_list args;

    if (note->size)
        text_add_string(note, "; ");
    va_start(args, format);
    text_print(note, format, args);
    va_end(args);
}

/* What was found beside folders that count. */
struct passed {
    int n;
    const char *first; /* below the root */
};

static void pass_over(struct passed *p, const char *path)
{
    p->first = p->n++ ? p->first : path;
}

/* The path of `name` in the folder `group` of the root, below it; a group may be the root, "". */
static const char *below(const char *group, const char *name, struct arena *arena)
{
    return *group ? arena_printf(arena, "%s/%s", group, name) : name;
}

/* The folders in a group. */
static int list_folders(const char *root, const char *group, struct arena *arena,
                        struct names *ret_names, struct passed *passed, struct error *err)
{
    struct folder_names all;
    struct names names = {0};
    const char *path = *group ? arena_printf(arena, "%s/%s", root, group) : root;

    if (folder_names_read(path, arena, &all, err) < 0)
        return -1;
    for (int i = 0; i < all.n; i++) {
        if (all.items[i].is_folder)
            add_name(&names, all.items[i].name, arena);
        else
            pass_over(passed, below(group, all.items[i].name, arena));
    }
    *ret_names = names;
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The classes of all groups, sorted. */
static int list_classes(struct folders *f, struct arena *arena, struct passed *passed,
                        struct error *err)
{
    struct names classes = {0};
    int n = 0;

    for (int g = 0; g < f->n_groups; g++) {
        struct names own = {0};

        if (f->groups[g] && list_folders(f->root, f->groups[g], arena, &own, passed, err) < 0)
            return -1;
        for (int i = 0; i < own.n; i++)
            add_name(&classes, own.items[i], arena);
    }
    if (classes.n)
        qsort(classes.items, (size_t)classes.n, sizeof *classes.items, by_bytes);
    for (int i = 0; i < classes.n; i++)
        if (i == 0 || strcmp(classes.items[i], classes.items[n - 1]) != 0)
            classes.items[n++] = classes.items[i];
    if (n < 2 || n > DATASET_MAX_CLASSES)
        return f->layout == FOLDERS_CLASSES
                   ? error_set(err, "\"%s\" has %d folders, not 2 to %d classes", f->root, n,
                               DATASET_MAX_CLASSES)
                   : error_set(err, "the %s in \"%s\" have %d folders, not 2 to %d classes",
                               folders_layouts[f->layout], f->root, n, DATASET_MAX_CLASSES);
    f->classes = classes.items;
    f->n_classes = n;
    return 0;
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
    file->is_picture = S_ISREG(st.st_mode) && folder_names_picture(file->path);
    file->size = st.st_size;
    file->inode = (int64_t)st.st_ino;
    file->modified = nanoseconds(st.st_mtim);
    file->changed = nanoseconds(st.st_ctim);
}

/* The files of one class of one group. */
static int add_files(struct folders *f, struct folder_file **files, int group, int label,
                     struct arena *arena, struct error *err)
{
    const char *folder = below(f->groups[group], f->classes[label], arena);
    const char *path = arena_printf(arena, "%s/%s", f->root, folder);
    struct folder_names names;

    if (!file_is_directory(path))
        return 0;
    if (folder_names_read(path, arena, &names, err) < 0)
        return -1;
    for (int i = 0; i < names.n; i++) {
        struct folder_file file = {.path = below(folder, names.items[i].name, arena),
                                   .group = (uint16_t)group, .label = (uint16_t)label};

        look(&file, f->root, arena);
        *files = arena_grow(arena, *files, f->n_files, sizeof **files);
        (*files)[f->n_files++] = file;
    }
    return 0;
}

static int find_environments(struct folders *f, struct arena *arena, struct passed *passed,
                             struct error *err)
{
    struct names names;

    if (list_folders(f->root, "", arena, &names, passed, err) < 0)
        return -1;
    if (names.n < 2 || names.n > DATASET_MAX_GROUPS)
        return error_set(err, "\"%s\" has %d folders, not 2 to %d environments", f->root, names.n,
                         DATASET_MAX_GROUPS);
    f->groups = names.items;
    f->n_groups = names.n;
    return 0;
}

static int find_parts(struct folders *f, struct arena *arena, struct passed *passed, struct error *err)
{
    const char **parts = arena_alloc(arena, FOLDERS_N_PARTS * sizeof *parts);
    struct names names;

    if (list_folders(f->root, "", arena, &names, passed, err) < 0)
        return -1;
    for (int i = 0; i < names.n; i++) {
        int part = folders_part_named(names.items[i]);

        if (part < 0)
            pass_over(passed, names.items[i]);
        else if (parts[part])
            return error_set(err, "\"%s\" has both \"%s\" and \"%s\", which are the same part", f->root,
                             parts[part], names.items[i]);
        else
            parts[part] = names.items[i];
    }
    if (!parts[FOLDERS_TRAIN])
        return error_set(err, "\"%s\" has no folder \"train\"", f->root);
    if (!parts[FOLDERS_TEST]) {
        parts[FOLDERS_TEST] = parts[FOLDERS_VALIDATION];
        parts[FOLDERS_VALIDATION] = NULL;
    }
    f->groups = parts;
    f->n_groups = FOLDERS_N_PARTS;
    return 0;
}

static int find_groups(struct folders *f, struct arena *arena, struct passed *passed, struct error *err)
{
    static const char *const root[] = {""};

    switch (f->layout) {
    case FOLDERS_ENVIRONMENTS:
        return find_environments(f, arena, passed, err);
    case FOLDERS_PARTS:
        return find_parts(f, arena, passed, err);
    case FOLDERS_CLASSES:
        break;
    }
    f->groups = root;
    f->n_groups = 1;
    return 0;
}

static int find_files(struct folders *f, struct arena *arena, struct error *err)
{
    struct folder_file *files = NULL;

    for (int g = 0; g < f->n_groups; g++) {
        int before = f->n_files;

        for (int c = 0; f->groups[g] && c < f->n_classes; c++)
            if (add_files(f, &files, g, c, arena, err) < 0)
                return -1;
        if (f->groups[g] && f->n_files == before)
            return f->layout == FOLDERS_CLASSES
                       ? error_set(err, "the folders in \"%s\" hold no files", f->root)
                       : error_set(err, "%s \"%s\" in \"%s\" holds no files",
                                   f->layout == FOLDERS_PARTS ? "part" : "environment", f->groups[g], f->root);
    }
    f->files = files;
    return 0;
}

int folders_scan(const char *root, enum folders_layout layout, struct arena *arena,
                 struct folders *ret_folders, struct error *err)
{
    struct folders f = {.root = arena_strdup(arena, root), .layout = layout};
    struct passed passed = {0};
    struct text note = {0};
    int result = -1;

    if (find_groups(&f, arena, &passed, err) == 0 && list_classes(&f, arena, &passed, err) == 0 &&
        find_files(&f, arena, err) == 0)
        result = folders_check_classes(&f, &note, err);
    if (result == 0) {
        if (passed.n == 1)
            folders_add_note(&note, "passed over \"%s\", which is in no class", passed.first);
        else if (passed.n)
            folders_add_note(&note, "passed over %d files and folders that are in no class, first \"%s\"",
                             passed.n, passed.first);
        f.note = arena_strdup(arena, note.s ? note.s : "");
        *ret_folders = f;
    }
    text_release(&note);
    return result;
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
