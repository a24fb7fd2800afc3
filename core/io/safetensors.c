/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format is described in the README of https://github.com/huggingface/safetensors.
 *
 * A header may have 100 MB, which as a tree would be ten times that, and of a hostile file a
 * hundred times. So it is walked, and one entry at a time is a tree: memory grows with the
 * number of tensors. */
#include "io/safetensors.h"

#include "base/hash.h"
#include "io/json_tree.h"

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
    MAX_HEADER = 100000000, /* bytes: Hugging Face's own */
    MAX_METADATA = 1000,    /* texts of ours */
};

/* ---- reading ---- */

/* Two whole numbers. */
static int read_span(const struct json_tree *j, size_t ret_span[2], struct error *err)
{
    if (!j || j->kind != JSON_TREE_LIST || j->n_items != 2)
        return error_set(err, "data_offsets is not two numbers");
    for (int i = 0; i < 2; i++) {
        if (j->items[i].kind != JSON_TREE_INTEGER || j->items[i].integer < 0)
            return error_set(err, "data_offsets holds what is not a whole number from 0");
        ret_span[i] = (size_t)j->items[i].integer;
    }
    return 0;
}

/* How many bits so many numbers of a shape have, or -1 where that is more than a file can. */
static int count_bits(const struct json_tree *shape, size_t bits, size_t *ret_bits)
{
    for (int i = 0; i < shape->n_items; i++)
        if (__builtin_mul_overflow(bits, (size_t)shape->items[i].integer, &bits))
            return -1;
    *ret_bits = bits;
    return 0;
}

static int check_shape(const struct json_tree *shape, size_t bits, size_t n_bytes,
                       struct error *err)
{
    size_t all;

    if (!shape || shape->kind != JSON_TREE_LIST)
        return error_set(err, "shape is not a list of numbers");
    for (int i = 0; i < shape->n_items; i++)
        if (shape->items[i].kind != JSON_TREE_INTEGER || shape->items[i].integer < 0)
            return error_set(err, "shape holds what is not a whole number from 0");
    if (bits && (count_bits(shape, bits, &all) < 0 || all % 8 || all / 8 != n_bytes))
        return error_set(err, "its shape does not fill its %zu bytes", n_bytes);
    return 0;
}

/* "C64 [2, 3]", for messages. */
static void describe_other(struct tensor *t, const char *dtype, const struct json_tree *shape,
                           struct arena *arena)
{
    struct text s = {0};

    text_printf(&s, "%.20s [", dtype);
    for (int i = 0; i < shape->n_items && i <= TENSOR_MAX_DIMS; i++)
        text_printf(&s, i == TENSOR_MAX_DIMS ? ", ..." : i ? ", %lld" : "%lld",
                    (long long)shape->items[i].integer);
    text_printf(&s, "]");
    t->other = arena_strdup(arena, s.s);
    text_release(&s);
}

/* One entry of the header; its bytes begin at data. */
static int read_tensor(const struct json_tree *j, const unsigned char *data, size_t data_size,
                       struct arena *arena, struct tensor *t, struct error *err)
{
    const struct json_tree *dtype = json_tree_find(j, "dtype"), *shape = json_tree_find(j, "shape");
    size_t span[2] = {0}, bits;

    if (!dtype || !shape || !json_tree_find(j, "data_offsets"))
        return error_set(err, "its entry is not {dtype, shape, data_offsets}");
    if (dtype->kind != JSON_TREE_TEXT)
        return error_set(err, "its dtype is not a text");
    t->type = tensor_find_type(dtype->text, &bits);
    if (read_span(json_tree_find(j, "data_offsets"), span, err) < 0)
        return -1;
    if (span[0] > span[1] || span[1] > data_size)
        return error_set(err, "data_offsets [%zu, %zu] are not inside the %zu bytes of data",
                         span[0], span[1], data_size);
    if (check_shape(shape, bits, span[1] - span[0], err) < 0)
        return -1;
    if (shape->n_items > TENSOR_MAX_DIMS)
        t->type = TENSOR_OTHER;
    if (t->type == TENSOR_OTHER)
        describe_other(t, dtype->text, shape, arena);
    for (int i = 0; i < shape->n_items && t->type != TENSOR_OTHER; i++)
        t->dims[t->n_dims++] = (size_t)shape->items[i].integer;
    t->n_bytes = span[1] - span[0];
    t->bytes = data + span[0];
    return 0;
}

/* A part of the header as a tree, good until the next one is read. */
static int read_part(const char *text, size_t size, struct arena *scratch,
                     const struct json_tree **ret_tree, struct error *err)
{
    arena_clear(scratch);
    return json_tree_read(text, size, 0, scratch, ret_tree, err);
}

static int read_name(const struct json_member *m, struct arena *scratch, const char **ret_name,
                     struct error *err)
{
    const struct json_tree *tree;

    if (read_part(m->name, m->name_size, scratch, &tree, err) < 0)
        return -1;
    if (tree->kind != JSON_TREE_TEXT)
        return error_set(err, "a name is not a text");
    *ret_name = tree->text;
    return 0;
}

/* The texts: of a sealed file all, which are few; of others the first, whatever they are. */
static int read_metadata(struct safetensors *file, const struct json_member *table,
                         struct arena *scratch, struct error *err)
{
    struct json_walk walk = {.at = table->value, .end = table->value + table->value_size};
    const struct json_tree *text;
    struct json_member m;
    const char *name = NULL;
    int got;

    if (table->value_size == 0 || *table->value != '{')
        return error_set(err, "__metadata__ is not a table of texts");
    while ((got = json_walk_next(&walk, &m, err)) > 0) {
        if (m.value_size < 2 || *m.value != '"' || m.value[m.value_size - 1] != '"')
            return error_set(err, "__metadata__ %.*s is not a text",
                             (int)(m.name_size < 40 ? m.name_size : 40), m.name);
        if (!file->is_sealed && file->metadata.n_items == MAX_METADATA)
            continue;
        if (read_name(&m, scratch, &name, err) < 0)
            return -1;
        name = arena_strdup(&file->arena, name);
        if (read_part(m.value, m.value_size, scratch, &text, err) < 0)
            return -1;
        if (file->metadata.n_items == MAX_METADATA)
            return error_set(err, "__metadata__ has more than the %d texts of ours", MAX_METADATA);
        if (strcmp(name, SEAL) != 0)
            settings_set(&file->metadata, name, value_string(text->text));
    }
    return got;
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

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_names(const struct safetensors *file, struct error *err)
{
    struct arena arena = {0};
    const char **names = arena_alloc(&arena, (size_t)(file->n_tensors + 1) * sizeof *names);
    int result = 0;

    for (int i = 0; i < file->n_tensors; i++)
        names[i] = file->tensors[i].name;
    qsort(names, (size_t)file->n_tensors, sizeof *names, by_name);
    for (int i = 1; i < file->n_tensors && result == 0; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            result = error_set(err, "tensor \"%.100s\" is there twice", names[i]);
    arena_release(&arena);
    return result;
}

/* One behind the other, and nothing else. Sorts. */
static int check_places(struct safetensors *file, const unsigned char *data, size_t data_size,
                        struct error *err)
{
    const unsigned char *at = data;

    qsort(file->tensors, (size_t)file->n_tensors, sizeof *file->tensors, by_place);
    for (int i = 0; i < file->n_tensors; i++) {
        if (file->tensors[i].bytes != at)
            return error_set(err, "tensor \"%.100s\" does not begin where the one before it ends",
                             file->tensors[i].name);
        at += tensor_size(&file->tensors[i]);
    }
    if (at != data + data_size)
        return error_set(err, "%zu bytes of data belong to no tensor",
                         (size_t)(data + data_size - at));
    return 0;
}

static int count_members(const char *header, size_t size, int *ret_n, struct error *err)
{
    struct json_walk walk = {.at = header, .end = header + size};
    struct json_member m;
    int n = 0, got;

    while ((got = json_walk_next(&walk, &m, err)) > 0)
        n++;
    *ret_n = n;
    return got;
}

static int read_entry(struct safetensors *file, const struct json_member *m,
                      const unsigned char *data, size_t data_size, struct arena *scratch,
                      struct error *err)
{
    const struct json_tree *tree;
    struct tensor t = {0};

    if (read_name(m, scratch, &t.name, err) < 0)
        return -1;
    if (strcmp(t.name, METADATA) == 0)
        return read_metadata(file, m, scratch, err);
    t.name = arena_strdup(&file->arena, t.name);
    if (read_part(m->value, m->value_size, scratch, &tree, err) < 0 ||
        read_tensor(tree, data, data_size, &file->arena, &t, err) < 0)
        return error_context(err, "tensor \"%.100s\"", t.name);
    file->tensors[file->n_tensors++] = t;
    return 0;
}

static int read_header(struct safetensors *file, const char *header, size_t size,
                       const unsigned char *data, size_t data_size, struct error *err)
{
    struct json_walk walk = {.at = header, .end = header + size};
    struct arena scratch = {0};
    struct json_member m;
    int n, result = count_members(header, size, &n, err);

    if (result < 0)
        return error_context(err, "its header");
    file->tensors = arena_alloc(&file->arena, (size_t)(n + 1) * sizeof *file->tensors);
    while (result == 0 && json_walk_next(&walk, &m, err) > 0)
        result = read_entry(file, &m, data, data_size, &scratch, err);
    arena_release(&scratch);
    if (result < 0 || check_names(file, err) < 0)
        return -1;
    return check_places(file, data, data_size, err);
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
    uint64_t length;

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
    return read_header(file, header, length, file->map.bytes + LENGTH_SIZE + length, data_size,
                       err);
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

static void describe(struct text *t, const char *types_wanted, int n_dims, const size_t *dims)
{
    text_printf(t, "%s [", types_wanted);
    for (int i = 0; i < n_dims; i++)
        text_printf(t, "%s%zu", i ? ", " : "", dims[i]);
    text_printf(t, "]");
}

/* The tensor of that shape whose type is one of `wanted`, for messages `said`. */
static int require(const struct safetensors *file, const char *name, unsigned wanted,
                   const char *said, int n_dims, const size_t *dims,
                   const struct tensor **ret_tensor, struct error *err)
{
    const struct tensor *t = safetensors_find(file, name);
    struct text is = {0}, want = {0};

    if (!t)
        return error_set(err, "it has no tensor \"%s\"", name);
    if (wanted >> t->type & 1 && t->n_dims == n_dims &&
        memcmp(t->dims, dims, (size_t)n_dims * sizeof *dims) == 0) {
        *ret_tensor = t;
        return 0;
    }
    if (t->type == TENSOR_OTHER)
        text_printf(&is, "%s", t->other);
    else
        describe(&is, tensor_type_name(t->type), t->n_dims, t->dims);
    describe(&want, said, n_dims, dims);
    error_set(err, "tensor \"%s\" is %s, not %s", name, is.s, want.s);
    text_release(&is);
    text_release(&want);
    return -1;
}

int safetensors_require(const struct safetensors *file, const char *name, enum tensor_type type,
                        int n_dims, const size_t *dims, const struct tensor **ret_tensor,
                        struct error *err)
{
    return require(file, name, 1u << type, tensor_type_name(type), n_dims, dims, ret_tensor, err);
}

int safetensors_require_floats(const struct safetensors *file, const char *name, int n_dims,
                               const size_t *dims, const struct tensor **ret_tensor,
                               struct error *err)
{
    return require(file, name, 1u << TENSOR_F32 | 1u << TENSOR_F16 | 1u << TENSOR_BF16,
                   "F32, F16 or BF16", n_dims, dims, ret_tensor, err);
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
    text_printf(t, ":{\"dtype\":\"%s\",\"shape\":[", tensor_type_name(tensor->type));
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
        const struct tensor one = {.type = tensors[i].type};

        assert(at % tensor_size(&one) == 0);
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
