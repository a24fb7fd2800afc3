/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/weights.h"

#include "base/component.h"
#include "os/file_state.h"

#include <string.h>

static const struct hparam hparams[] = {
    {"init", HPARAM_TEXT, offsetof(struct init_config, init), .fallback = "\"\"", .high = 4000,
     .doc = "safetensors file with the weights to start from; empty: drawn from the seed"},
    {"init_except", HPARAM_TEXT, offsetof(struct init_config, init_except), .fallback = "\"\"",
     .high = 200,
     .doc = "parameters whose names begin so are drawn all the same, as \"head.\""},
    {"trains", HPARAM_TEXT, offsetof(struct init_config, trains), .fallback = "\"\"", .high = 200, .is_later = true,
     .doc = "only parameters whose names begin so are trained, as \"head.\"; empty: all"},
    {0},
};

const struct component init_component = {
    .name = "init",
    .doc = "what training starts from",
    .hparams = hparams,
    .config_size = sizeof(struct init_config),
};

int weights_digest(const char *path, char ret_digest[HASH_HEX_SIZE], struct error *err)
{
    struct safetensors file;

    if (safetensors_open(path, &file, err) < 0)
        return -1;
    hash_block(file.map.bytes, file.map.size, ret_digest);
    safetensors_close(&file);
    return 0;
}

/* Where the block has the k-th float of what a file holds. */
static size_t place_of(const struct param *item, size_t k)
{
    size_t out = (size_t)item->dims[0], in = item->size / out, row = k / in, column = k % in;

    if (item->channels_last) {
        size_t pixels = (size_t)item->dims[2] * (size_t)item->dims[3];

        column = column % pixels * (size_t)item->dims[1] + column / pixels;
    }
    return item->offset + (item->transposed ? column * out + row : k);
}

static struct tensor tensor_of(const struct param *item)
{
    struct tensor t = {.name = item->name, .type = TENSOR_F32, .n_dims = item->n_dims};

    for (int i = 0; i < item->n_dims; i++)
        t.dims[i] = (size_t)item->dims[i];
    return t;
}

static bool is_excepted(const char *name, const char *except)
{
    return *except && strncmp(name, except, strlen(except)) == 0;
}

static bool has_param(const struct params *p, const char *name)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->items[i].name, name) == 0)
            return true;
    return false;
}

/* PyTorch counts the batches of a batch norm beside its running statistics, and goes by the count nowhere. */
static bool is_batch_count(const char *name, const struct params *p)
{
    static const char COUNT[] = "num_batches_tracked", MEAN[] = "running_mean";
    size_t size = strlen(name), prefix = size - (sizeof COUNT - 1);

    if (size < sizeof COUNT - 1 || strcmp(name + prefix, COUNT) != 0)
        return false;
    for (int i = 0; i < p->n; i++)
        if (strlen(p->items[i].name) == prefix + sizeof MEAN - 1 && strncmp(p->items[i].name, name, prefix) == 0 &&
            strcmp(p->items[i].name + prefix, MEAN) == 0)
            return true;
    return false;
}

/* Finds all; found[i] stays NULL for what is excepted. */
static int match(const struct safetensors *file, const char *except, const struct params *p,
                 const struct tensor **found, struct error *err)
{
    for (int i = 0; i < p->n; i++) {
        struct tensor t = tensor_of(&p->items[i]);

        if (!is_excepted(t.name, except) &&
            safetensors_require_floats(file, t.name, t.n_dims, t.dims, &found[i], err) < 0)
            return -1;
    }
    for (int i = 0; i < file->n_tensors; i++) {
        const char *name = file->tensors[i].name;

        if (!is_excepted(name, except) && !has_param(p, name) && !is_batch_count(name, p))
            return error_set(err, "its tensor \"%s\" is no parameter of the model", name);
    }
    return 0;
}

/* A root is taken of what is below 0 otherwise, and the first evaluation is of no numbers. */
static int check_variances(const struct params *p, const struct tensor *const *found, struct error *err)
{
    for (int i = 0; i < p->n; i++)
        for (size_t k = 0; p->items[i].is_variance && found[i] && k < p->items[i].size; k++)
            if (!(tensor_float(found[i], k) >= 0))
                return error_set(err, "its tensor \"%s\" has %g, and is of variances: they are never below 0",
                                 p->items[i].name, tensor_float(found[i], k));
    return 0;
}

int weights_load(const char *path, const char *digest, const char *except,
                 const struct params *p, float *weights, struct error *err)
{
    struct arena arena = {0};
    const struct tensor **found = arena_alloc(&arena, (size_t)p->n * sizeof *found);
    struct safetensors file = {0};
    struct file_state state;
    char hex[HASH_HEX_SIZE];
    int result = -1;

    if (file_state_read(path, &state, err) < 0 || safetensors_open(path, &file, err) < 0)
        goto out;
    hash_block(file.map.bytes, file.map.size, hex);
    if (strcmp(hex, digest) != 0) {
        error_set(err, "\"%s\" has changed since the plan was made: its SHA-256 is %s, not %s",
                  path, hex, digest);
        goto out;
    }
    if (match(&file, except, p, found, err) < 0 || check_variances(p, found, err) < 0) {
        error_context(err, "\"%s\"", path);
        goto out;
    }
    for (int i = 0; weights && i < p->n; i++) {
        const struct param *item = &p->items[i];

        for (size_t k = 0; found[i] && k < item->size; k++)
            weights[place_of(item, k)] = tensor_float(found[i], k);
    }
    result = file_state_check(&state, err);
out:
    safetensors_close(&file);
    arena_release(&arena);
    return result;
}

int weights_fix(const char *trains, struct params *p, int n, struct error *err)
{
    int n_trained = 0, n_fixed = 0;

    for (int i = 0; i < n && *trains; i++) {
        struct param *item = &p->items[i];

        item->is_fixed = strncmp(item->name, trains, strlen(trains)) != 0;
        n_trained += !item->is_fixed && !item->is_buffer;
        n_fixed += item->is_fixed && !item->is_buffer;
    }
    if (*trains && n_fixed == 0)
        return error_set(err, "model.trains \"%s\" does nothing: all parameters of the model begin so", trains);
    if (*trains && n_trained == 0)
        return error_set(err, "model.trains \"%s\": no parameter of the model begins so; its last is \"%s\"", trains,
                         p->items[n - 1].name);
    return 0;
}

int weights_save(const char *path, const struct params *p, const float *weights,
                 const struct settings *metadata, struct error *err)
{
    struct arena arena = {0};
    struct tensor *tensors = arena_alloc(&arena, (size_t)p->n * sizeof *tensors);
    int result;

    for (int i = 0; i < p->n; i++) {
        const struct param *item = &p->items[i];
        float *floats = arena_alloc(&arena, item->size * sizeof *floats);

        for (size_t k = 0; k < item->size; k++)
            floats[k] = weights[place_of(item, k)];
        tensors[i] = tensor_of(item);
        tensors[i].bytes = floats;
    }
    result = safetensors_write(path, tensors, p->n, metadata, err);
    arena_release(&arena);
    return result;
}
