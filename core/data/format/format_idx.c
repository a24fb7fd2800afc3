/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/format/idx.h"

static int load_pool(struct dataset *d, const struct dataset_source *source, const char *key,
                     struct pool *pool, struct error *err)
{
    struct idx idx;
    const char *missing;
    uint16_t *labels;
    const int *side = d->signature.fields[0].shape + 1;
    int got = idx_read(d, source, key, d->n_classes, &idx, &missing, err);

    if (got <= 0)
        return got < 0 ? -1 : idx_refuse_missing(missing, err);
    if (d->signature.n && (side[0] != idx.height || side[1] != idx.width))
        return error_set(err, "its train pictures are %d x %d, its test pictures %d x %d",
                         side[0], side[1], idx.height, idx.width);
    d->signature = signature_picture(1, idx.height, idx.width);
    dataset_pool_init(d, pool, idx.n, &labels);
    for (int i = 0; i < idx.n; i++) {
        labels[i] = idx.labels[i];
        pool->values[0].bytes[i] = idx.pixels + (size_t)i * (size_t)idx.height * (size_t)idx.width;
    }
    return 0;
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    (void)config;
    if (dataset_take_classes(d, source, err) < 0 ||
        load_pool(d, source, "train", &d->train, err) < 0)
        return -1;
    return load_pool(d, source, "test", &d->test, err);
}

static bool is_there(const struct dataset_source *source, const char *name, struct arena *arena)
{
    return idx_find(source, name, arena) != NULL;
}

static bool is_present(const struct dataset_source *source, struct arena *arena,
                       const char **ret_missing)
{
    return dataset_has_files(source, "train", is_there, arena, ret_missing) &&
           dataset_has_files(source, "test", is_there, arena, ret_missing);
}

static const struct data_key keys[] = {
    DATASET_FILE_KEYS,
    {"classes", DATA_KEY_TEXTS, .is_needed = true, .doc = "their names, in the order of the labels"},
    {"first_label", DATA_KEY_NUMBER, .doc = "the label of the first class, where that is not 0"},
    {0},
};

const struct dataset_format dataset_format_idx = {
    .component =
        {
            .name = "idx",
            .doc = "MNIST's IDX files, plain or .gz: grey pictures and labels",
            .source = "LeCun, Cortes, Burges: http://yann.lecun.com/exdb/mnist",
        },
    .keys = keys,
    .is_present = is_present,
    .load = load,
};
