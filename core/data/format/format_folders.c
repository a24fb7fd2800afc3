/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Formats folders and pictures: one reader. The first has environments, the second a training pool and, where the
 * folder has such a part, a test pool. */
#include "data/decode/picture_cache.h"

#include "data/dataset.h"
#include "data/format/folders_private.h"

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

/* As the description has it, or by looking. A format with environments has that layout, one without
 * the others. */
static int choose_layout(const struct dataset *d, const struct dataset_source *source, const char *root,
                         enum folders_layout *ret_layout, struct error *err)
{
    const struct value *v = settings_find(source->description, "layout");
    bool has_environments = d->format->has_environments;
    struct arena arena = {0};
    int layout = 0, result = 0;

    if (v) {
        if (v->kind != VALUE_STRING)
            return error_set(err, "\"layout\" in its description is not a text");
        while (folders_layouts[layout] && strcmp(v->string, folders_layouts[layout]) != 0)
            layout++;
        if (!folders_layouts[layout])
            return text_unknown(err, "layout", v->string, folders_layouts);
        if ((layout == FOLDERS_ENVIRONMENTS) != has_environments)
            return error_set(err, "layout \"%s\" is one of format \"%s\", not of \"%s\"", v->string,
                             has_environments ? "pictures" : "folders", d->format->component.name);
        *ret_layout = (enum folders_layout)layout;
        return 0;
    }
    result = folders_find_layout(root, &arena, ret_layout, err);
    arena_release(&arena);
    if (result < 0 || (*ret_layout == FOLDERS_ENVIRONMENTS) == has_environments)
        return result;
    switch (*ret_layout) {
    case FOLDERS_ENVIRONMENTS:
        return error_set(err, "\"%s\" is ROOT/ENVIRONMENT/CLASS/PICTURE: format = \"folders\" reads it, or "
                              "format = \"pictures\" one environment alone, as folder = \"%s/ENVIRONMENT\"",
                         root, settings_string(source->description, "folder"));
    case FOLDERS_PARTS:
        return error_set(err, "\"%s\" could be train/, val/ and test/ of one data set, which format = "
                              "\"pictures\" reads, or environments of these names; then say layout = "
                              "\"environments\"", root);
    case FOLDERS_CLASSES:
        break;
    }
    return error_set(err, "\"%s\" is ROOT/CLASS/PICTURE: format = \"pictures\" reads it; \"folders\" is "
                          "ROOT/ENVIRONMENT/CLASS/PICTURE", root);
}

/* Pictures of n files that the cache kept, as examples of the pool; of `at` in the cache on, which is moved
 * behind them. */
static void take_pictures(struct pool *pool, uint16_t *labels, const struct folder_file *files,
                          const unsigned char *kept, int n, size_t picture_size,
                          const unsigned char **at)
{
    int k = 0;

    for (int i = 0; i < n; i++) {
        if (!kept[i])
            continue;
        labels[k] = files[i].label;
        pool->values[0].bytes[k++] = *at;
        *at += picture_size;
    }
}

static int take_environments(struct dataset *d, const struct folders *f, const struct picture_cache *c,
                             const int *sizes, size_t picture_size, struct error *err)
{
    const unsigned char *at = c->pixels;
    uint16_t *labels;

    dataset_environments_init(d, f->groups, sizes, f->n_groups, &labels);
    take_pictures(&d->train, labels, f->files, c->kept, f->n_files, picture_size, &at);
    for (int e = 0; e < d->n_groups; e++)
        if (sizes[e] == 0)
            return error_set(err, "environment \"%s\" has no picture that could be read", f->groups[e]);
    return 0;
}

/* Every class is trained on, and every part that is there has pictures. */
static int check_parts(const struct dataset *d, const struct folders *f, const int *sizes,
                       struct error *err)
{
    bool has[DATASET_MAX_CLASSES] = {false};

    for (int g = 0; g < f->n_groups; g++)
        if (f->groups[g] && sizes[g] == 0)
            return error_set(err, "\"%s/%s\" has no picture that could be read", f->root, f->groups[g]);
    for (int i = 0; i < sizes[FOLDERS_TRAIN]; i++)
        has[d->train.labels[i]] = true;
    for (int c = 0; c < f->n_classes; c++)
        if (!has[c])
            return error_set(err, "class \"%s\" has no picture to train on that could be read",
                             f->classes[c]);
    return 0;
}

/* The validation part stands at the end of `train`. Without a test part that pool stays empty. */
static int take_parts(struct dataset *d, const struct folders *f, const struct picture_cache *c,
                      const int *sizes, size_t picture_size, struct error *err)
{
    const unsigned char *at = c->pixels;
    int n_files = 0;
    uint16_t *labels;

    while (n_files < f->n_files && f->files[n_files].group != FOLDERS_TEST)
        n_files++;
    d->n_validation = sizes[FOLDERS_VALIDATION];
    dataset_pool_init(d, &d->train, sizes[FOLDERS_TRAIN] + d->n_validation, &labels);
    take_pictures(&d->train, labels, f->files, c->kept, n_files, picture_size, &at);
    dataset_pool_init(d, &d->test, sizes[FOLDERS_TEST], &labels);
    take_pictures(&d->test, labels, f->files + n_files, c->kept + n_files, f->n_files - n_files,
                  picture_size, &at);
    return check_parts(d, f, sizes, err);
}

static void note_layout(const struct folders *f, struct text *note)
{
    if (f->layout == FOLDERS_CLASSES) {
        folders_add_note(note, "read as ROOT/CLASS/PICTURE");
        return;
    }
    folders_add_note(note, "\"%s\" is the training part", f->groups[FOLDERS_TRAIN]);
    if (f->groups[FOLDERS_VALIDATION])
        text_printf(note, ", \"%s\" validation", f->groups[FOLDERS_VALIDATION]);
    if (f->groups[FOLDERS_TEST])
        text_printf(note, ", \"%s\" the test part", f->groups[FOLDERS_TEST]);
}

/* What was found, and what of it might not be meant. */
static void note_all(struct dataset *d, const struct folders *f, const struct picture_cache *c,
                     bool follows_exif)
{
    struct text note = {0};

    if (f->layout != FOLDERS_ENVIRONMENTS)
        note_layout(f, &note);
    if (*c->left_out)
        folders_add_note(&note, "left out %d of %d files, first %.*s", f->n_files - c->n_kept, f->n_files,
                         (int)strcspn(c->left_out, "\n"), c->left_out);
    if (c->n_turned && !follows_exif)
        folders_add_note(&note, "the EXIF of %d pictures tells of a camera that was not held upright: they are "
                                "taken as they stand in the file (data.exif=follow turns them)", c->n_turned);
    if (*f->note)
        folders_add_note(&note, "%s", f->note);
    d->note = note.size ? arena_strdup(&d->arena, note.s) : NULL;
    d->left_out = *c->left_out ? c->left_out : NULL;
    text_release(&note);
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    const struct config *own = config;
    const struct picture_form form = {own->size, own->exif == EXIF_FOLLOW};
    const char *root = dataset_find_path(source, "folder", &d->arena, err);
    size_t picture_size = 3 * (size_t)own->size * (size_t)own->size;
    int sizes[DATASET_MAX_GROUPS] = {0};
    enum folders_layout layout;
    struct picture_cache cache;
    struct folders folders;

    if (!root || choose_layout(d, source, root, &layout, err) < 0 ||
        folders_scan(root, layout, &d->arena, &folders, err) < 0 ||
        picture_cache_open(&folders, &form, own->skip_bad, source->listener, &d->arena, &cache, err) < 0)
        return -1;
    d->maps[d->n_maps++] = cache.map;
    dataset_watch_state(d, &cache.state);
    d->signature = signature_picture(3, own->size, own->size);
    d->class_names = folders.classes;
    d->n_classes = folders.n_classes;
    note_all(d, &folders, &cache, form.follows_exif);
    for (int i = 0; i < folders.n_files; i++)
        sizes[folders.files[i].group] += cache.kept[i];
    return layout == FOLDERS_ENVIRONMENTS
               ? take_environments(d, &folders, &cache, sizes, picture_size, err)
               : take_parts(d, &folders, &cache, sizes, picture_size, err);
}

static bool is_present(const struct dataset_source *source, struct arena *arena,
                       const char **ret_missing)
{
    struct error err;
    const char *root = dataset_find_path(source, "folder", arena, &err);

    *ret_missing = root && !file_is_directory(root) ? root : NULL;
    return root && !*ret_missing;
}

static const struct data_key keys[] = {
    {"folder", DATA_KEY_TEXT, .is_needed = true, .doc = "the folder of the pictures, below the data root"},
    {"layout", DATA_KEY_TEXT, .doc = "environments, classes or parts, where looking at the folders does not tell"},
    {0},
};

const struct dataset_format dataset_format_folders = {
    .component =
        {
            .name = "folders",
            .doc = "JPEG, PNG and WebP files as FOLDER/ENVIRONMENT/CLASS/FILE, decoded once into cache/",
            .source = "DomainBed's layout",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .keys = keys,
    .has_environments = true,
    .is_present = is_present,
    .load = load,
};

const struct dataset_format dataset_format_pictures = {
    .component =
        {
            .name = "pictures",
            .doc = "JPEG, PNG and WebP files as FOLDER/CLASS/FILE or FOLDER/{train,val,test}/CLASS/FILE, "
                   "decoded once into cache/",
            .source = "the layout of torchvision's ImageFolder",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .keys = keys,
    .is_present = is_present,
    .load = load,
};
