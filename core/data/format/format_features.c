/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Features of examples, as any network outside this program has made them: one safetensors file with
 *
 *     features      [n][d] floats (F32, F16, BF16, F64)
 *     labels        [n] whole numbers, from 0
 *     environments  [n] likewise; (optional for `features`, where they are groups)
 *     parts         [n] 0 train, 1 test, 2 validation; (optional; for `features` alone)
 *
 * Names of classes and of environments are in the file's metadata, "classes" and "environments", a line for each; or
 * lists of the description; else they are the numbers. Two formats have the same file: `features` holds out examples,
 * `environment_features` whole environments. */
#include "data/dataset.h"

#include "io/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PART_TRAIN, PART_TEST, PART_VALIDATION, N_PARTS };

struct reader {
    struct dataset *d;
    const struct dataset_source *source;
    struct safetensors file;
    size_t n, width;
    int *labels, *environments, *parts; /* [n]; the latter two NULL where they are not in the file */
};

static int find_features(struct reader *r, const struct tensor **ret_tensor, struct error *err)
{
    const struct tensor *t = safetensors_find(&r->file, "features");

    if (!t)
        return error_set(err, "it has no tensor \"features\"");
    if (t->n_dims != 2 || t->dims[0] == 0 || t->dims[1] == 0 || t->dims[0] > 1 << 30 || t->dims[1] > 1 << 20)
        return error_set(err, "its \"features\" are not rows of features");
    if (t->type != TENSOR_F32 && t->type != TENSOR_F16 && t->type != TENSOR_BF16 && t->type != TENSOR_F64)
        return error_set(err, "its \"features\" are %s, not F32, F16, BF16 or F64", tensor_type_name(t->type));
    r->n = t->dims[0];
    r->width = t->dims[1];
    *ret_tensor = t;
    return 0;
}

/* A tensor of whole numbers from 0 to most; *ret_numbers stays NULL where there is none. */
static int read_numbers(struct reader *r, const char *name, int most, int **ret_numbers, struct error *err)
{
    const struct tensor *t = safetensors_find(&r->file, name);
    int *numbers;

    if (!t)
        return 0;
    if (t->n_dims != 1 || t->dims[0] != r->n)
        return error_set(err, "its \"%s\" are not one number for each of the %zu rows of \"features\"", name, r->n);
    numbers = arena_alloc(&r->d->arena, r->n * sizeof *numbers);
    for (size_t i = 0; i < r->n; i++) {
        int64_t x;

        if (!tensor_integer(t, i, &x))
            return error_set(err, "its \"%s\" are %s, not whole numbers", name, tensor_type_name(t->type));
        if (x < 0 || x > most)
            return error_set(err, "row %zu of \"%s\" is %lld, not from 0 to %d", i, name, (long long)x, most);
        numbers[i] = (int)x;
    }
    *ret_numbers = numbers;
    return 0;
}

/* The names of numbers 0 .. n-1. */
static int read_names(struct reader *r, const char *key, int n, const char *const **ret_names, struct error *err)
{
    struct arena *arena = &r->d->arena;
    const struct value *list = settings_find(r->source->description, key), *text = settings_find(&r->file.metadata, key);
    const char **names = arena_alloc(arena, ((size_t)n + 1) * sizeof *names);
    const char *at = text && !list ? text->string : "";
    int n_names = 0;

    if (list && dataset_find_list(r->source, key, &list, err) < 0)
        return -1;
    for (int i = 0; list && i < list->n_items; i++, n_names++)
        if (i < n)
            names[i] = arena_strdup(arena, list->items[i].string);
    for (; *at; at += strcspn(at, "\n"), at += *at == '\n', n_names++)
        if (n_names < n)
            names[n_names] = arena_printf(arena, "%.*s", (int)strcspn(at, "\n"), at);
    if (n_names == 1 && n > 1 && strchr(names[0], ','))
        return error_set(err, "its \"%s\" are \"%.60s\": a name a line is wanted, and no \",\" between", key, names[0]);
    if (n_names && n_names != n)
        return error_set(err, "%d names are in its \"%s\", and numbers go from 0 to %d", n_names, key, n - 1);
    for (int i = 0; n_names == 0 && i < n; i++)
        names[i] = arena_printf(arena, "%d", i);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(names[i], names[k]) == 0)
                return error_set(err, "two of its \"%s\" are called \"%s\"", key, names[i]);
    *ret_names = names;
    return 0;
}

static int count(const int *numbers, size_t n)
{
    int most = 0;

    for (size_t i = 0; numbers && i < n; i++)
        if (numbers[i] > most)
            most = numbers[i];
    return most + 1;
}

/* The rows whose key is k, behind those that are in `order`; gives how many there are then. */
static size_t take_rows(const int *keys, int k, size_t n, uint32_t *order, size_t n_taken)
{
    for (size_t i = 0; i < n; i++)
        if ((keys ? keys[i] : 0) == k)
            order[n_taken++] = (uint32_t)i;
    return n_taken;
}

static double feature_at(const struct tensor *t, size_t k)
{
    double x;

    if (t->type != TENSOR_F64)
        return (double)tensor_float(t, k);
    memcpy(&x, (const unsigned char *)t->bytes + k * sizeof x, sizeof x);
    return x;
}

/* The rows order[n] as a pool. */
static int fill_pool(struct reader *r, const struct tensor *features, const uint32_t *order, size_t n,
                     struct pool *pool, struct error *err)
{
    uint16_t *labels, *groups = arena_alloc(&r->d->arena, n * sizeof *groups);
    float *x;

    dataset_table_init(r->d, pool, (int)n, &x, &labels);
    for (size_t i = 0; i < n; i++) {
        labels[i] = (uint16_t)r->labels[order[i]];
        groups[i] = r->environments ? (uint16_t)r->environments[order[i]] : 0;
        for (size_t c = 0; c < r->width; c++) {
            x[i * r->width + c] = (float)feature_at(features, order[i] * r->width + c);
            if (!isfinite(x[i * r->width + c]))
                return error_set(err, "row %u of \"features\" is not finite at column %zu", order[i], c);
        }
    }
    pool->groups = r->environments ? groups : NULL;
    return 0;
}

static int fill_pools(struct reader *r, const struct tensor *features, struct error *err)
{
    struct dataset *d = r->d;
    uint32_t *order = arena_alloc(&d->arena, r->n * sizeof *order);
    size_t n_train, n_kept, n = 0;

    if (d->has_environments) {
        for (int e = 0; e < d->n_groups; e++) {
            size_t before = n;

            n = take_rows(r->environments, e, r->n, order, n);
            if (n == before)
                return error_set(err, "environment %d (\"%s\") has no row", e, d->group_names[e]);
        }
        return fill_pool(r, features, order, n, &d->train, err);
    }
    n_train = take_rows(r->parts, PART_TRAIN, r->n, order, 0);
    n_kept = take_rows(r->parts, PART_VALIDATION, r->n, order, n_train);
    n = take_rows(r->parts, PART_TEST, r->n, order, n_kept);
    d->n_validation = (int)(n_kept - n_train);
    if (n_train == 0)
        return error_set(err, "its \"parts\" have no row to train on");
    return fill_pool(r, features, order, n_kept, &d->train, err) < 0 ||
                   (n > n_kept && fill_pool(r, features, order + n_kept, n - n_kept, &d->test, err) < 0)
               ? -1
               : 0;
}

static int read_file(struct reader *r, bool has_environments, struct error *err)
{
    struct dataset *d = r->d;
    const struct tensor *features = NULL;

    if (find_features(r, &features, err) < 0 ||
        read_numbers(r, "labels", DATASET_MAX_CLASSES - 1, &r->labels, err) < 0 ||
        read_numbers(r, "environments", DATASET_MAX_GROUPS - 1, &r->environments, err) < 0 ||
        read_numbers(r, "parts", N_PARTS - 1, &r->parts, err) < 0)
        return -1;
    if (!r->labels)
        return error_set(err, "it has no tensor \"labels\"");
    if (has_environments && !r->environments)
        return error_set(err, "it has no tensor \"environments\"; as format = \"features\" it needs none");
    if (has_environments && r->parts)
        return error_set(err, "it has \"parts\", and environments are held out instead; format = \"features\" keeps them");
    d->n_classes = count(r->labels, r->n);
    if (d->n_classes < 2)
        return error_set(err, "its \"labels\" are 0 in all rows: two classes are wanted at least");
    d->n_groups = r->environments ? count(r->environments, r->n) : 0;
    d->has_environments = has_environments;
    d->signature = signature_numbers((int)r->width, NULL);
    if (read_names(r, "classes", d->n_classes, &d->class_names, err) < 0 ||
        (d->n_groups && read_names(r, "environments", d->n_groups, &d->group_names, err) < 0))
        return -1;
    return fill_pools(r, features, err);
}

static int load_features(struct dataset *d, const struct dataset_source *source, bool has_environments,
                         struct error *err)
{
    struct reader r = {.d = d, .source = source};
    const char *path = dataset_find_path(source, "file", &d->arena, err);
    const struct file_map *map;
    int result;

    if (!path || dataset_map(d, path, &map, err) < 0 ||
        dataset_add_file(d, settings_string(source->description, "file"), map->bytes, map->size, err) < 0 ||
        safetensors_open(path, &r.file, err) < 0)
        return -1;
    result = read_file(&r, has_environments, err);
    safetensors_close(&r.file);
    return result < 0 ? error_context(err, "\"%s\"", path) : 0;
}

static int load_plain(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    (void)config;
    return load_features(d, source, false, err);
}

static int load_by_environment(struct dataset *d, const struct dataset_source *source, const void *config,
                               struct error *err)
{
    (void)config;
    return load_features(d, source, true, err);
}

static bool is_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing)
{
    struct error err;
    const char *path = dataset_find_path(source, "file", arena, &err);

    *ret_missing = path && !file_exists(path) ? path : NULL;
    return path && !*ret_missing;
}

static const struct data_key keys[] = {
    {"file", DATA_KEY_TEXT, .is_needed = true, .doc = "the safetensors file, below the data root"},
    {"classes", DATA_KEY_TEXTS, .doc = "names of labels 0, 1, ..., in place of the file's own"},
    {"environments", DATA_KEY_TEXTS, .doc = "names of environments 0, 1, ..., likewise"},
    {0},
};

const struct dataset_format dataset_format_features = {
    .component =
        {
            .name = "features",
            .doc = "a safetensors file of features and labels, as any other network has made them",
            .source = "https://github.com/huggingface/safetensors",
        },
    .keys = keys,
    .is_present = is_present,
    .load = load_plain,
};

const struct dataset_format dataset_format_environment_features = {
    .component =
        {
            .name = "environment_features",
            .doc = "the same with environments, which are held out as DomainBed does",
            .source = "https://github.com/huggingface/safetensors",
        },
    .keys = keys,
    .has_environments = true,
    .is_present = is_present,
    .load = load_by_environment,
};
