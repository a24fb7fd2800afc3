/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cifar: the binary versions of CIFAR-10 and CIFAR-100.
 *
 * A file is nothing but records: the label bytes, then 32 x 32 pixels as a plane
 * of red, one of green and one of blue. CIFAR-10 has one label byte; CIFAR-100
 * has two, coarse then fine, of which the last is the label. That is our own
 * layout, so pictures are used where they lie in the mapped file. How many a file has
 * is not in it.
 */
#include "data/dataset.h"

enum { MAX_PICTURES = 10000000 }; /* in a list */
enum { CHANNELS = 3, SIDE = 32, PICTURE_SIZE = CHANNELS * SIDE * SIDE };

static int find_label_size(const struct settings *description, size_t *ret_size, struct error *err)
{
    const struct value *v = settings_find(description, "label_bytes");

    if (!v)
        return error_set(err, "its description has no label_bytes: "
                              "1 for CIFAR-10, 2 for CIFAR-100");
    if (v->kind != VALUE_NUMBER || (v->number != 1 && v->number != 2)) {
        struct text t = {0};

        value_write(&t, v);
        error_set(err, "label_bytes in its description is %s, not 1 (CIFAR-10) or 2 (CIFAR-100)",
                  t.s);
        text_release(&t);
        return -1;
    }
    *ret_size = (size_t)v->number;
    return 0;
}

/* How many records a file of the list `train` has, and one of `test`: the official ones, unless the
 * description says so, since a file cut off between two records would pass otherwise. */
static int find_records(const struct settings *description, size_t label_size, size_t ret_n[2],
                        struct error *err)
{
    const struct value *v = settings_find(description, "records");

    ret_n[0] = label_size == 1 ? 10000 : 50000;
    ret_n[1] = 10000;
    if (!v)
        return 0;
    for (int i = 0; i < 2; i++) {
        if (v->kind != VALUE_LIST || v->n_items != 2 || v->items[i].kind != VALUE_NUMBER ||
            !(v->items[i].number >= 1 && v->items[i].number <= MAX_PICTURES) ||
            v->items[i].number != (int)v->items[i].number)
            return error_set(err, "records in its description is not a list of two whole numbers "
                                  "from 1 to %d, of records in each file of train, and of test",
                             MAX_PICTURES);
        ret_n[i] = (size_t)v->items[i].number;
    }
    return 0;
}

static int check_size(const struct file_map *map, size_t record_size, size_t n, const char *name,
                      struct error *err)
{
    if (map->size == n * record_size)
        return 0;
    return error_set(err, "\"%s\" has %zu bytes, not %zu, which are %zu records: truncated? If it "
                          "is meant so, its description says records = {those of a train file, of "
                          "a test file}", name, map->size, n * record_size, n);
}

static int load_pool(struct dataset *d, const struct dataset_source *source, const char *key,
                     size_t label_size, size_t n_records, struct pool *pool, struct error *err)
{
    const struct value *names = settings_find(source->description, key);
    size_t record_size = label_size + PICTURE_SIZE, k = 0;
    int first, n_files;
    uint16_t *labels;

    if (dataset_map_files(d, source, key, &first, &n_files, err) < 0)
        return -1;
    if (n_records > MAX_PICTURES / (size_t)n_files)
        return error_set(err, "more than %d pictures in \"%s\"", MAX_PICTURES, key);
    for (int f = 0; f < n_files; f++)
        if (check_size(&d->maps[first + f], record_size, n_records, names->items[f].string,
                       err) < 0)
            return -1;

    dataset_pool_init(d, pool, (int)n_records * n_files, &labels);
    for (int f = 0; f < n_files; f++) {
        const unsigned char *record = d->maps[first + f].bytes;

        for (size_t i = 0; i < n_records; i++, k++, record += record_size) {
            labels[k] = record[label_size - 1];
            pool->values[0].bytes[k] = record + label_size;
            if (labels[k] >= d->n_classes)
                return error_set(err, "\"%s\": record %zu has label %d, not one from 0 to %d",
                                 names->items[f].string, i + 1, labels[k], d->n_classes - 1);
        }
    }
    return 0;
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    size_t label_size = 0, n[2];

    (void)config;
    d->signature = signature_picture(CHANNELS, SIDE, SIDE);
    if (find_label_size(source->description, &label_size, err) < 0 ||
        find_records(source->description, label_size, n, err) < 0 ||
        dataset_take_classes(d, source, err) < 0 ||
        load_pool(d, source, "train", label_size, n[0], &d->train, err) < 0)
        return -1;
    return load_pool(d, source, "test", label_size, n[1], &d->test, err);
}

static const struct data_key keys[] = {
    DATASET_FILE_KEYS,
    {"classes", DATA_KEY_TEXTS, .is_needed = true, .doc = "their names, in the order of the labels"},
    {"label_bytes", DATA_KEY_NUMBER, .is_needed = true, .doc = "1, or 2 where a coarse label is before it"},
    {"records", DATA_KEY_NUMBERS, .doc = "of a train file, of a test file, where they are not the official ones"},
    {0},
};

const struct dataset_format dataset_format_cifar = {
    .component =
        {
            .name = "cifar",
            .doc = "CIFAR-10 and CIFAR-100 binary files: records of label and 3x32x32 bytes",
            .source = "Krizhevsky, \"Learning multiple layers of features from tiny images\", "
                      "2009; https://www.cs.toronto.edu/~kriz/cifar.html",
        },
    .keys = keys,
    .load = load,
};
