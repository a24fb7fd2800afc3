/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/format/idx.h"

#include "data/source/archive.h"

#include <string.h>

enum { MAX_PICTURES = 10000000 };
enum { BYTES_1D = 0x0801, BYTES_3D = 0x0803 };
static const size_t MAX_SIZE = (size_t)1 << 31;

/* `name` with the other of "-idx" and ".idx" in its last part; NULL where it has neither. */
static const char *other_name(const char *name, struct arena *arena)
{
    char *other = arena_strdup(arena, name), *leaf = strrchr(other, '/'), *at;

    leaf = leaf ? leaf : other;
    if ((at = strstr(leaf, "-idx")))
        *at = '.';
    else if ((at = strstr(leaf, ".idx")))
        *at = '-';
    return at ? other : NULL;
}

const char *idx_find(const struct dataset_source *source, const char *name, struct arena *arena)
{
    static const char *const endings[] = {"", ".gz"};

    for (int i = 0; i < 2 && name && source->root; i++, name = other_name(name, arena))
        for (int k = 0; k < 2; k++) {
            const char *path = arena_printf(arena, "%s/%s%s", source->root, name, endings[k]);

            if (file_exists(path) && !file_is_directory(path))
                return path;
        }
    return NULL;
}

int idx_refuse_missing(const char *path, struct error *err)
{
    return error_set(err, "could not open \"%s\", nor with .gz behind it, nor with the other of "
                          "\"-idx\" and \".idx\" in it", path);
}

/* As it was when we began: later it may change, as what is used is in memory. */
static int unpack(struct dataset *d, const char *path, unsigned char **ret_bytes, size_t *ret_size,
                  struct error *err)
{
    struct file_state state;

    return file_state_read(path, &state, err) < 0 ||
                   archive_read_gzip(path, MAX_SIZE, &d->arena, ret_bytes, ret_size, err) < 0
               ? -1
               : file_state_check(&state, err);
}

/* The bytes of the description's file `name`: 1, 0 or -1 as idx_read. */
static int read_bytes(struct dataset *d, const struct dataset_source *source, const char *name,
                      const unsigned char **ret_bytes, size_t *ret_size, const char **ret_path,
                      struct error *err)
{
    const char *path = idx_find(source, name, &d->arena);
    const struct file_map *map;
    unsigned char *bytes;

    *ret_path = path ? path : arena_printf(&d->arena, "%s/%s", source->root, name);
    if (!path)
        return 0;
    if (strlen(path) < 3 || strcmp(path + strlen(path) - 3, ".gz") != 0) {
        if (dataset_map(d, path, &map, err) < 0)
            return -1;
        *ret_bytes = map->bytes;
        *ret_size = map->size;
    } else {
        if (unpack(d, path, &bytes, ret_size, err) < 0)
            return -1;
        *ret_bytes = bytes;
    }
    return dataset_add_file(d, name, *ret_bytes, *ret_size, err) < 0 ? -1 : 1;
}

static uint32_t word_at(const unsigned char *bytes, int i)
{
    const unsigned char *w = bytes + 4 * i;

    return (uint32_t)w[0] << 24 | (uint32_t)w[1] << 16 | (uint32_t)w[2] << 8 | w[3];
}

/* Checks the head of n_sizes sizes against the file's, and gives the sizes. */
static int parse_head(const unsigned char *bytes, size_t size, const char *path, uint32_t kind,
                      int n_sizes, uint32_t *ret_sizes, struct error *err)
{
    size_t head = 4 * (1 + (size_t)n_sizes), wanted = 1;

    if (size < head || word_at(bytes, 0) != kind)
        return error_set(err, "\"%s\" is no IDX file of %s", path,
                         kind == BYTES_3D ? "pictures" : "labels");
    for (int i = 0; i < n_sizes; i++) {
        ret_sizes[i] = word_at(bytes, 1 + i);
        if (ret_sizes[i] < 1 || ret_sizes[i] > (i ? (uint32_t)DATASET_MAX_SIDE : (uint32_t)MAX_PICTURES))
            return error_set(err, "\"%s\" says that it holds %u, not a sound size", path,
                             ret_sizes[i]);
        wanted *= ret_sizes[i];
    }
    if (size - head != wanted)
        return error_set(err, "\"%s\" has %zu bytes behind its head, not %zu: truncated?", path,
                         size - head, wanted);
    return 0;
}

static int find_first_label(const struct dataset_source *source, int n_classes, int *ret_first,
                            struct error *err)
{
    const struct value *v = settings_find(source->description, "first_label");

    *ret_first = 0;
    if (!v)
        return 0;
    if (v->kind != VALUE_NUMBER || !(v->number >= 0 && v->number <= 256 - n_classes) ||
        v->number != (int)v->number)
        return error_set(err, "first_label in its description is not a whole number from 0 to %d: "
                              "a label is a byte, and there are %d classes", 256 - n_classes,
                         n_classes);
    *ret_first = (int)v->number;
    return 0;
}

/* labels[n] as numbers of classes, from 0. */
static int take_labels(struct dataset *d, const unsigned char *labels, uint32_t n, int first,
                       int n_classes, const char *path, const unsigned char **ret_labels,
                       struct error *err)
{
    unsigned char *own;

    for (uint32_t i = 0; i < n; i++)
        if (labels[i] < first || labels[i] >= first + n_classes)
            return error_set(err, "\"%s\": label %u is %d, not one from %d to %d; a description "
                                  "says classes, and first_label where that is not 0", path,
                             i + 1, labels[i], first, first + n_classes - 1);
    *ret_labels = labels;
    if (first == 0)
        return 0;
    *ret_labels = own = arena_alloc(&d->arena, n);
    for (uint32_t i = 0; i < n; i++)
        own[i] = (unsigned char)(labels[i] - first);
    return 0;
}

int idx_read(struct dataset *d, const struct dataset_source *source, const char *key, int n_classes,
             struct idx *ret_idx, const char **ret_missing, struct error *err)
{
    const struct value *list = NULL;
    const unsigned char *pixels = NULL, *labels = NULL;
    const char *pixels_path, *labels_path;
    size_t pixels_size, labels_size;
    uint32_t sizes[3], n_labels = 0;
    int got, first;

    if (dataset_find_files(source, key, &list, err) < 0 ||
        find_first_label(source, n_classes, &first, err) < 0)
        return -1;
    if (list->n_items != 2)
        return error_set(err, "\"%s\" in its description is not a file of pictures and one of "
                              "labels", key);
    if (!source->root)
        return error_set(err, "no data root: set RGDBENCH_DATA to the folder that holds \"%s\"",
                         list->items[0].string);
    got = read_bytes(d, source, list->items[0].string, &pixels, &pixels_size, ret_missing, err);
    pixels_path = *ret_missing;
    if (got <= 0)
        return got;
    got = read_bytes(d, source, list->items[1].string, &labels, &labels_size, &labels_path, err);
    if (got <= 0)
        return got < 0 ? -1 : error_set(err, "\"%s\" is there, but not its labels, \"%s\"",
                                        pixels_path, labels_path);
    if (parse_head(pixels, pixels_size, pixels_path, BYTES_3D, 3, sizes, err) < 0 ||
        parse_head(labels, labels_size, labels_path, BYTES_1D, 1, &n_labels, err) < 0)
        return -1;
    if (n_labels != sizes[0])
        return error_set(err, "\"%s\" has %u pictures, \"%s\" %u labels", pixels_path, sizes[0],
                         labels_path, n_labels);
    if (take_labels(d, labels + 8, n_labels, first, n_classes, labels_path, &labels, err) < 0)
        return -1;
    *ret_idx = (struct idx){(int)sizes[0], (int)sizes[1], (int)sizes[2], pixels + 16, labels};
    return 1;
}

/* b behind a. */
static struct idx join(struct arena *arena, const struct idx *a, const struct idx *b)
{
    size_t size = (size_t)a->height * (size_t)a->width;
    size_t n_a = (size_t)a->n, n_b = (size_t)b->n;
    unsigned char *pixels = arena_alloc(arena, (n_a + n_b) * size);
    unsigned char *labels = arena_alloc(arena, n_a + n_b);

    memcpy(pixels, a->pixels, n_a * size);
    memcpy(pixels + n_a * size, b->pixels, n_b * size);
    memcpy(labels, a->labels, n_a);
    memcpy(labels + n_a, b->labels, n_b);
    return (struct idx){a->n + b->n, a->height, a->width, pixels, labels};
}

int idx_read_all(struct dataset *d, const struct dataset_source *source, struct idx *ret_idx,
                 struct error *err)
{
    struct idx train, test;
    const char *missing[2];
    int has_train, has_test;

    has_train = idx_read(d, source, "train", IDX_DIGITS, &train, &missing[0], err);
    has_test = has_train < 0
                   ? -1
                   : idx_read(d, source, "test", IDX_DIGITS, &test, &missing[1], err);
    if (has_test < 0)
        return -1;
    if (!has_train && !has_test)
        return idx_refuse_missing(missing[0], err);
    if (has_train && has_test) {
        if (train.height != test.height || train.width != test.width)
            return error_set(err, "its train pictures are %d x %d, its test pictures %d x %d",
                             train.height, train.width, test.height, test.width);
        *ret_idx = join(&d->arena, &train, &test);
        return 0;
    }
    *ret_idx = has_train ? train : test;
    d->note = arena_printf(&d->arena, "only the file of %d %s pictures is there, and used",
                           ret_idx->n, has_train ? "train" : "test");
    return 0;
}

bool idx_is_present(const struct dataset_source *source, struct arena *arena,
                    const char **ret_missing)
{
    static const char *const keys[] = {"test", "train"};
    const struct value *list = NULL;
    struct error err;

    *ret_missing = NULL;
    for (int k = 0; k < 2; k++) {
        if (!source->root || dataset_find_files(source, keys[k], &list, &err) < 0)
            return false;
        *ret_missing = arena_printf(arena, "%s/%s", source->root, list->items[0].string);
        if (idx_find(source, list->items[0].string, arena)) {
            *ret_missing = NULL;
            return true;
        }
    }
    return false;
}
