/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only door to jansson. The format is described in the README of
 * https://github.com/huggingface/safetensors. */
#include "base/safetensors.h"

#include "base/hash.h"
#include "base/json_tree.h"

#include <assert.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char METADATA[] = "__metadata__", SEAL[] = "rgdbench.sha256";

/* What a sealed header begins with; the digits follow, at one place in every file. */
static const char SEALED[] = "{\"__metadata__\":{\"rgdbench.sha256\":\"";

enum {
    LENGTH_SIZE = 8,
    SEAL_AT = LENGTH_SIZE + sizeof SEALED - 1,
    SEAL_SIZE = 64,
    ALIGNMENT = 8,
    MAX_HEADER = JSON_TREE_MAX_SIZE, /* bytes; what the parser makes of them stays below 200 MB */
    MAX_TENSORS = 1 << 16,
    MAX_METADATA = 1000,
    MAX_NAME = 200,
};

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [TENSOR_F64] = {"F64", 8}, [TENSOR_I64] = {"I64", 8},   [TENSOR_U64] = {"U64", 8},
    [TENSOR_F32] = {"F32", 4}, [TENSOR_I32] = {"I32", 4},   [TENSOR_U32] = {"U32", 4},
    [TENSOR_F16] = {"F16", 2}, [TENSOR_BF16] = {"BF16", 2}, [TENSOR_I16] = {"I16", 2},
    [TENSOR_U16] = {"U16", 2}, [TENSOR_I8] = {"I8", 1},     [TENSOR_U8] = {"U8", 1},
    [TENSOR_BOOL] = {"BOOL", 1},
};

enum { N_TYPES = sizeof types / sizeof *types };

size_t tensor_count(const struct tensor *t)
{
    size_t n = 1;

    for (int i = 0; i < t->n_dims; i++)
        n *= t->dims[i];
    return n;
}

size_t tensor_size(const struct tensor *t)
{
    return tensor_count(t) * types[t->type].size;
}

const char *tensor_type_name(enum tensor_type type)
{
    return types[type].name;
}

/* ---- reading ---- */

static int read_type(const struct json_tree *j, enum tensor_type *ret_type, struct error *err)
{
    const char *name = j ? j->text : NULL;

    for (int i = 0; name && i < N_TYPES; i++) {
        if (strcmp(name, types[i].name) == 0) {
            *ret_type = (enum tensor_type)i;
            return 0;
        }
    }
    return error_set(err, "dtype \"%.20s\" is not one of the format's", name ? name : "");
}

/* The whole numbers of an array, `max` at most. Gives how many, or -1. */
static int read_sizes(const struct json_tree *j, const char *what, int max, size_t *ret_sizes,
                      struct error *err)
{
    if (!j || j->kind != JSON_TREE_LIST || j->n_items > max)
        return error_set(err, "%s is not a list of at most %d numbers", what, max);
    for (int i = 0; i < j->n_items; i++) {
        if (j->items[i].kind != JSON_TREE_INTEGER || j->items[i].integer < 0)
            return error_set(err, "%s holds what is not a whole number from 0", what);
        ret_sizes[i] = (size_t)j->items[i].integer;
    }
    return j->n_items;
}

/* The bytes that a shape needs, or -1 where that is more than `available`. */
static int check_size(const struct tensor *t, size_t available)
{
    size_t size = types[t->type].size;

    for (int i = 0; i < t->n_dims; i++)
        if (__builtin_mul_overflow(size, t->dims[i], &size))
            return -1;
    return size == available ? 0 : -1;
}

/* One entry of the header; its bytes begin at data. */
static int read_tensor(const struct json_tree *j, const unsigned char *data, size_t data_size,
                       struct tensor *t, struct error *err)
{
    size_t span[2];

    if (j->kind != JSON_TREE_TABLE || j->n_items != 3)
        return error_set(err, "its entry is not {dtype, shape, data_offsets}");
    if (read_type(json_tree_find(j, "dtype"), &t->type, err) < 0)
        return -1;
    t->n_dims = read_sizes(json_tree_find(j, "shape"), "shape", TENSOR_MAX_DIMS, t->dims, err);
    if (t->n_dims < 0)
        return -1;
    switch (read_sizes(json_tree_find(j, "data_offsets"), "data_offsets", 2, span, err)) {
    case -1:
        return -1;
    case 2:
        break;
    default:
        return error_set(err, "data_offsets is not two numbers");
    }
    if (span[0] > span[1] || span[1] > data_size)
        return error_set(err, "data_offsets [%zu, %zu] are not inside the %zu bytes of data",
                         span[0], span[1], data_size);
    if (check_size(t, span[1] - span[0]) < 0)
        return error_set(err, "its shape does not fill its %zu bytes", span[1] - span[0]);
    t->bytes = data + span[0];
    return 0;
}

static int read_metadata(struct safetensors *file, const struct json_tree *j, struct error *err)
{
    if (j->kind != JSON_TREE_TABLE || j->n_items > MAX_METADATA)
        return error_set(err, "__metadata__ is not a table of at most %d texts", MAX_METADATA);
    for (int i = 0; i < j->n_items; i++) {
        const struct json_tree *entry = &j->items[i];

        if (entry->kind != JSON_TREE_TEXT)
            return error_set(err, "__metadata__ \"%.40s\" is not a text", entry->name);
        if (strcmp(entry->name, SEAL) != 0)
            settings_set(&file->metadata, entry->name, value_string(entry->text));
    }
    return 0;
}

static int is_printable(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return 0;
    return 1;
}

/* By place in the file; where two begin together, the empty one first. */
static int by_place(const void *a, const void *b)
{
    const struct tensor *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    if ((tensor_size(x) == 0) != (tensor_size(y) == 0))
        return tensor_size(x) == 0 ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int read_header(struct safetensors *file, const struct json_tree *header,
                       const unsigned char *data, size_t data_size, struct error *err)
{
    const unsigned char *at = data;

    if (header->kind != JSON_TREE_TABLE)
        return error_set(err, "the header is not a table");
    if (header->n_items > MAX_TENSORS)
        return error_set(err, "%d tensors; at most %d are read", header->n_items, MAX_TENSORS);
    file->tensors =
        arena_alloc(&file->arena, (size_t)(header->n_items + 1) * sizeof *file->tensors);
    for (int i = 0; i < header->n_items; i++) {
        const struct json_tree *entry = &header->items[i];
        const char *name = entry->name;
        struct tensor t = {0};

        if (strcmp(name, METADATA) == 0) {
            if (read_metadata(file, entry, err) < 0)
                return -1;
            continue;
        }
        if (!*name || strlen(name) > MAX_NAME || !is_printable(name))
            return error_set(err, "a tensor's name is empty, longer than %d bytes or unprintable",
                             MAX_NAME);
        if (read_tensor(entry, data, data_size, &t, err) < 0)
            return error_context(err, "tensor \"%.100s\"", name);
        t.name = arena_strdup(&file->arena, name);
        file->tensors[file->n_tensors++] = t;
    }
    qsort(file->tensors, (size_t)file->n_tensors, sizeof *file->tensors, by_place);
    for (int i = 0; i < file->n_tensors; i++) {
        if (file->tensors[i].bytes != at)
            return error_set(err, "tensor \"%.100s\" does not begin where the one before it ends",
                             file->tensors[i].name);
        at += tensor_size(&file->tensors[i]);
    }
    if (at != data + data_size)
        return error_set(err, "%zu bytes of data belong to no tensor", (size_t)(data + data_size - at));
    return 0;
}

/* Over the whole file, with zeros for the digits of the seal. */
struct sum {
    struct hash hash;
    char hex[HASH_HEX_SIZE];
};

static void sum_header(struct sum *sum, const char *header, size_t header_size)
{
    static const char zeros[SEAL_SIZE + 1] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    uint64_t length = htole64(header_size);
    size_t before = SEAL_AT - LENGTH_SIZE, behind = before + SEAL_SIZE;

    hash_init(&sum->hash, HASH_SHA256);
    hash_update(&sum->hash, &length, sizeof length);
    hash_update(&sum->hash, header, before);
    hash_update(&sum->hash, zeros, SEAL_SIZE);
    hash_update(&sum->hash, header + behind, header_size - behind);
}

static int check_seal(struct safetensors *file, const char *header, size_t header_size,
                      struct error *err)
{
    size_t before = sizeof SEALED - 1;
    const unsigned char *data = file->map.bytes + LENGTH_SIZE + header_size;
    struct sum sum;

    if (header_size < before + SEAL_SIZE || memcmp(header, SEALED, before) != 0)
        return 0;
    sum_header(&sum, header, header_size);
    hash_update(&sum.hash, data, file->map.size - LENGTH_SIZE - header_size);
    hash_hex(&sum.hash, sum.hex);
    if (memcmp(sum.hex, header + before, SEAL_SIZE) != 0)
        return error_set(err, "it is damaged: its content does not have the SHA-256 that it names");
    file->is_sealed = true;
    return 0;
}

static int read_file(struct safetensors *file, struct error *err)
{
    const char *header;
    size_t data_size;
    struct arena arena = {0};
    const struct json_tree *tree;
    uint64_t length;
    int result;

    if (file->map.size < LENGTH_SIZE + 2)
        return error_set(err, "not a safetensors file");
    header = (const char *)file->map.bytes + LENGTH_SIZE;
    memcpy(&length, file->map.bytes, sizeof length);
    length = le64toh(length);
    if (length > file->map.size - LENGTH_SIZE)
        return error_set(err, "not a safetensors file, or one that was cut short");
    if (length > MAX_HEADER)
        return error_set(err, "not a safetensors file, or one whose header has more than %d bytes",
                         MAX_HEADER);
    if (check_seal(file, header, length, err) < 0)
        return -1;
    if (*header != '{')
        return error_set(err, "its header does not begin with {: not a safetensors file");
    data_size = file->map.size - LENGTH_SIZE - length;
    result = json_tree_read(header, length, 0, &arena, &tree, err);
    if (result < 0)
        error_context(err, "its header");
    else
        result = read_header(file, tree, file->map.bytes + LENGTH_SIZE + length, data_size, err);
    arena_release(&arena);
    return result;
}

int safetensors_open(const char *path, struct safetensors *ret_file, struct error *err)
{
    struct safetensors file = {0};

    settings_init(&file.metadata, &file.arena);
    if (file_map_open(path, &file.map, err) < 0)
        return -1;
    if (read_file(&file, err) < 0) {
        safetensors_close(&file);
        return error_context(err, "\"%s\"", path);
    }
    *ret_file = file;
    ret_file->metadata.arena = &ret_file->arena;
    return 0;
}

void safetensors_close(struct safetensors *file)
{
    file_map_close(&file->map);
    arena_release(&file->arena);
    *file = (struct safetensors){0};
}

const struct tensor *safetensors_find(const struct safetensors *file, const char *name)
{
    for (int i = 0; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

static void describe(struct text *t, enum tensor_type type, int n_dims, const size_t *dims)
{
    text_printf(t, "%s [", types[type].name);
    for (int i = 0; i < n_dims; i++)
        text_printf(t, "%s%zu", i ? ", " : "", dims[i]);
    text_printf(t, "]");
}

int safetensors_require(const struct safetensors *file, const char *name, enum tensor_type type,
                        int n_dims, const size_t *dims, const struct tensor **ret_tensor,
                        struct error *err)
{
    const struct tensor *t = safetensors_find(file, name);
    struct text is = {0}, wanted = {0};

    if (!t)
        return error_set(err, "it has no tensor \"%s\"", name);
    if (t->type == type && t->n_dims == n_dims &&
        memcmp(t->dims, dims, (size_t)n_dims * sizeof *dims) == 0) {
        *ret_tensor = t;
        return 0;
    }
    describe(&is, t->type, t->n_dims, t->dims);
    describe(&wanted, type, n_dims, dims);
    error_set(err, "tensor \"%s\" is %s, not %s", name, is.s, wanted.s);
    text_release(&is);
    text_release(&wanted);
    return -1;
}

/* ---- writing ---- */

/* A JSON string. Keys and texts are ours: UTF-8. */
static void add_string(struct text *t, const char *s)
{
    text_add(t, "\"", 1);
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20)
            text_printf(t, "\\u%04x", (unsigned char)*s);
        else
            text_printf(t, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    }
    text_add(t, "\"", 1);
}

static void add_tensor(struct text *t, const struct tensor *tensor, size_t at)
{
    text_printf(t, ",");
    add_string(t, tensor->name);
    text_printf(t, ":{\"dtype\":\"%s\",\"shape\":[", types[tensor->type].name);
    for (int i = 0; i < tensor->n_dims; i++)
        text_printf(t, "%s%zu", i ? "," : "", tensor->dims[i]);
    text_printf(t, "],\"data_offsets\":[%zu,%zu]}", at, at + tensor_size(tensor));
}

/* The header with zeros for a seal, padded so that the data are aligned. */
static void make_header(struct text *t, const struct tensor *tensors, int n,
                        const struct settings *metadata)
{
    size_t at = 0;

    text_printf(t, "%s%0*d\"", SEALED, SEAL_SIZE, 0);
    for (int i = 0; metadata && i < metadata->n_items; i++) {
        text_printf(t, ",");
        add_string(t, metadata->items[i].name);
        text_printf(t, ":");
        add_string(t, metadata->items[i].value.string);
    }
    text_printf(t, "}");
    for (int i = 0; i < n; i++) {
        assert(at % types[tensors[i].type].size == 0);
        for (int k = 0; k < i; k++)
            assert(strcmp(tensors[k].name, tensors[i].name) != 0);
        add_tensor(t, &tensors[i], at);
        at += tensor_size(&tensors[i]);
    }
    text_printf(t, "}");
    while (t->size % ALIGNMENT)
        text_add(t, " ", 1);
}

int safetensors_write(const char *path, const struct tensor *tensors, int n,
                      const struct settings *metadata, struct error *err)
{
    struct arena arena = {0};
    struct file_part *parts = arena_alloc(&arena, (size_t)(n + 2) * sizeof *parts);
    struct text header = {0};
    struct sum sum;
    uint64_t length;
    int result;

    make_header(&header, tensors, n, metadata);
    length = htole64(header.size);
    sum_header(&sum, header.s, header.size);
    parts[0] = (struct file_part){&length, sizeof length};
    parts[1] = (struct file_part){header.s, header.size};
    for (int i = 0; i < n; i++) {
        parts[i + 2] = (struct file_part){tensors[i].bytes, tensor_size(&tensors[i])};
        hash_update(&sum.hash, parts[i + 2].bytes, parts[i + 2].size);
    }
    hash_hex(&sum.hash, sum.hex);
    memcpy(header.s + SEAL_AT - LENGTH_SIZE, sum.hex, SEAL_SIZE);
    result = file_write_parts(path, parts, n + 2, err);
    text_release(&header);
    arena_release(&arena);
    return result;
}
