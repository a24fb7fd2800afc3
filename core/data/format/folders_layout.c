/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which layout a folder has, by what its folders hold: pictures, or folders. */
#include "data/format/folder_names.h"
#include "data/format/folders.h"
#include "data/format/folders_private.h"

#include <string.h>
#include <strings.h>

const char *const folders_layouts[] = {[FOLDERS_ENVIRONMENTS] = "environments",
                                       [FOLDERS_CLASSES] = "classes",
                                       [FOLDERS_PARTS] = "parts", NULL};

int folders_part_named(const char *name)
{
    static const struct {
        const char *name;
        enum folders_part part;
    } parts[] = {
        {"train", FOLDERS_TRAIN},         {"training", FOLDERS_TRAIN},
        {"val", FOLDERS_VALIDATION},      {"valid", FOLDERS_VALIDATION},
        {"validation", FOLDERS_VALIDATION}, {"dev", FOLDERS_VALIDATION},
        {"test", FOLDERS_TEST},           {"testing", FOLDERS_TEST},
    };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcasecmp(name, parts[i].name) == 0)
            return (int)parts[i].part;
    return -1;
}

/* The first folder of each kind, in the order of names; NULL: there is none. */
struct survey {
    const char *flat; /* holds pictures and no folders */
    const char *deep; /* holds folders and no pictures */
    const char *both;
    const char *part, *other; /* of all these: is called as a part, as none */
    bool has_train;
};

static int look_into(const char *root, const char *name, struct arena *arena, struct survey *s,
                     struct error *err)
{
    struct folder_names names;
    bool has_pictures = false, has_folders = false;

    if (folder_names_read(arena_printf(arena, "%s/%s", root, name), arena, &names, err) < 0)
        return -1;
    for (int i = 0; i < names.n; i++) {
        has_folders |= names.items[i].is_folder;
        has_pictures |= !names.items[i].is_folder && folder_names_picture(names.items[i].name);
    }
    if (has_folders || has_pictures) {
        const char **kind = !has_folders ? &s->flat : !has_pictures ? &s->deep : &s->both;
        const char **called = folders_part_named(name) < 0 ? &s->other : &s->part;

        *kind = *kind ? *kind : name;
        *called = *called ? *called : name;
        s->has_train |= folders_part_named(name) == FOLDERS_TRAIN;
    }
    return 0;
}

int folders_find_layout(const char *root, struct arena *arena, enum folders_layout *ret_layout,
                        struct error *err)
{
    struct survey s = {0};
    struct folder_names names;

    if (folder_names_read(root, arena, &names, err) < 0)
        return -1;
    for (int i = 0; i < names.n; i++)
        if (names.items[i].is_folder && look_into(root, names.items[i].name, arena, &s, err) < 0)
            return -1;
    if (s.both)
        return error_set(err, "\"%s/%s\" holds pictures and folders: it could be a class, which has pictures "
                              "only, or an environment or a part, which has folders of classes only; take one "
                              "out, or say layout = \"classes\", \"environments\" or \"parts\"", root, s.both);
    if (s.flat && s.deep)
        return error_set(err, "\"%s\" could be ROOT/CLASS/PICTURE, as \"%s\" holds pictures, or have classes one "
                              "folder deeper, as \"%s\" holds folders; take one out, or say layout = \"classes\", "
                              "\"environments\" or \"parts\"", root, s.flat, s.deep);
    if (!s.flat && !s.deep)
        return error_set(err, "\"%s\" has no folders with pictures, which are its classes, or with folders of "
                              "classes", root);
    if (s.flat && !s.other)
        return error_set(err, "\"%s/%s\" holds pictures: it could be a part without folders of classes, which none "
                              "can be read of, or a class of this name (layout = \"classes\")", root, s.flat);
    if (s.deep && !s.other && !s.has_train)
        return error_set(err, "\"%s\" has \"%s\" and no train: it could be a part, or an environment of this name "
                              "(layout = \"environments\")", root, s.deep);
    if (s.deep && s.other && s.part)
        return error_set(err, "\"%s\" has \"%s\", which is called as a part, and \"%s\", which is none (those are train, val "
                              "and test): say layout = \"parts\", or \"environments\", or take one out", root, s.part, s.other);
    *ret_layout = s.flat ? FOLDERS_CLASSES : s.other ? FOLDERS_ENVIRONMENTS : FOLDERS_PARTS;
    return 0;
}
