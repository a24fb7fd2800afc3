/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/decode/picture_cache.h"

#include "data/dataset.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct config {
    int size;
    bool skip_bad;
    int exif; /* enum exif */
};

enum exif { EXIF_IGNORE, EXIF_FOLLOW };
static const char *const exifs[] = {[EXIF_IGNORE] = "ignore", [EXIF_FOLLOW] = "follow", NULL};

static const struct hparam hparams[] = {
    {"size", HPARAM_INTEGER, offsetof(struct config, size), .fallback = "64", .low = 8,
     .high = 224, .doc = "pictures are resized to size x size pixels, whatever shape they had"},
    {"skip_bad", HPARAM_BOOL, offsetof(struct config, skip_bad), .fallback = "false",
     .doc = "leave out files that are damaged or no pictures, instead of stopping"},
    {"exif", HPARAM_CHOICE, offsetof(struct config, exif), .fallback = "\"ignore\"", .choices = exifs,
     .is_later = true,
     .doc = "what EXIF says of how the camera was held: ignore it, as torchvision does, or follow it and turn "
            "the picture upright"},
    {0},
};

/* The folder in the description, in d's arena; NULL where it has none. */
static const char *find_root(const struct dataset_source *source, struct arena *arena,
                             struct error *err)
{
    const struct value *v = settings_find(source->description, "folder");

    if (!v || v->kind != VALUE_STRING) {
        error_set(err, "its description has no text \"folder\"");
        return NULL;
    }
    if (dataset_check_path("folder", v->string, err) < 0)
        return NULL;
    if (!source->root) {
        error_set(err, "no data root: set RGDBENCH_DATA to the folder that holds \"%s\"",
                  v->string);
        return NULL;
    }
    return arena_printf(arena, "%s/%s", source->root, v->string);
}

/* The pictures that the cache kept. */
static void take_pictures(struct dataset *d, const struct folders *f, const struct picture_cache *c,
                          int side)
{
    int sizes[DATASET_MAX_GROUPS] = {0}, at = 0;
    uint16_t *labels;

    for (int i = 0; i < f->n_files; i++)
        sizes[f->files[i].environment] += c->kept[i];
    dataset_environments_init(d, f->environments, sizes, f->n_environments, &labels);
    for (int i = 0; i < f->n_files; i++) {
        if (!c->kept[i])
            continue;
        labels[at] = f->files[i].label;
        d->train.values[0].bytes[at] = c->pixels + (size_t)at * 3 * (size_t)side * (size_t)side;
        at++;
    }
}

static void note_all(struct dataset *d, const struct folders *f, const struct picture_cache *c,
                     bool follows_exif)
{
    struct text note = {0};

    if (*c->left_out)
        text_printf(&note, "left out %d of %d files, first %.*s", f->n_files - c->n_kept, f->n_files,
                    (int)strcspn(c->left_out, "\n"), c->left_out);
    if (c->n_turned && !follows_exif)
        text_printf(&note, "%sthe EXIF of %d pictures tells of a camera that was not held upright: they are "
                           "taken as they stand in the file (data.exif=follow turns them)",
                    note.size ? "; " : "", c->n_turned);
    d->note = note.size ? arena_strdup(&d->arena, note.s) : NULL;
    d->left_out = *c->left_out ? c->left_out : NULL;
    text_release(&note);
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    const struct config *own = config;
    const struct picture_form form = {own->size, own->exif == EXIF_FOLLOW};
    const char *root = find_root(source, &d->arena, err);
    struct picture_cache cache;
    struct folders folders;

    if (!root || folders_scan(root, &d->arena, &folders, err) < 0 ||
        picture_cache_open(&folders, &form, own->skip_bad, source->listener, &d->arena, &cache,
                           err) < 0)
        return -1;
    d->maps[d->n_maps++] = cache.map;
    dataset_watch_state(d, &cache.state);
    d->signature = signature_picture(3, own->size, own->size);
    d->class_names = folders.classes;
    d->n_classes = folders.n_classes;
    take_pictures(d, &folders, &cache, own->size);
    note_all(d, &folders, &cache, form.follows_exif);
    for (int e = 0; e < d->n_groups; e++) {
        int n;

        dataset_environment(d, e, &n);
        if (n == 0)
            return error_set(err, "environment \"%s\" has no picture that could be read",
                             d->group_names[e]);
    }
    return 0;
}

static bool is_present(const struct dataset_source *source, struct arena *arena,
                       const char **ret_missing)
{
    struct error err;
    const char *root = find_root(source, arena, &err);

    *ret_missing = root && !file_is_directory(root) ? root : NULL;
    return root && !*ret_missing;
}

const struct dataset_format dataset_format_folders = {
    .component =
        {
            .name = "folders",
            .doc = "JPEG, PNG and WebP files as FOLDER/ENVIRONMENT/CLASS/FILE, decoded once into cache/",
            .source = "the layout of DomainBed and torchvision's ImageFolder",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .has_environments = true,
    .is_present = is_present,
    .load = load,
};
