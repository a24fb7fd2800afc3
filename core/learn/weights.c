/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/weights.h"

#include "base/component.h"
#include "os/file_state.h"

#include <string.h>

static const struct hparam hparams[] = {
    {"init", HPARAM_TEXT, offsetof(struct init_config, init), .fallback = "\"\"", .high = 4000,
     .doc = "safetensors file with the weights to start from, or its folder, here or below the data root; empty: drawn "
            "from the seed"},
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

const char *weights_find(const char *name, const char *root, struct arena *arena, struct error *err)
{
    bool is_elsewhere = root && !file_exists(name) && file_stays_below(name);
    const char *path = is_elsewhere ? arena_printf(arena, "%s/%s", root, name) : name;
    const char *file = file_is_directory(path) ? arena_printf(arena, "%s/model.safetensors", path) : path;

    if (file_exists(file))
        return file;
    if (is_elsewhere && file == path)
        error_set(err, "there is no \"%s\", here or below \"%s\"", name, root);
    else
        error_set(err, "there is no \"%s\"", file);
    return NULL;
}

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

/* Tensors of a file that are one parameter. */
static int n_parts(const struct param *item)
{
    int n = 0;

    while (item->parts && item->parts[n])
        n++;
    return n ? n : 1;
}

static struct tensor tensor_of(const struct param *item, int part)
{
    struct tensor t = {.name = item->parts ? item->parts[part] : item->name, .type = TENSOR_F32, .n_dims = item->n_dims};

    for (int i = 0; i < item->n_dims; i++)
        t.dims[i] = (size_t)item->dims[i];
    t.dims[0] /= (size_t)n_parts(item);
    return t;
}

static int count_tensors(const struct params *p)
{
    int n = 0;

    for (int i = 0; i < p->n; i++)
        n += n_parts(&p->items[i]);
    return n;
}

static bool begins(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

static bool begins_any(const char *name, const char *const *starts)
{
    for (int i = 0; starts && starts[i]; i++)
        if (begins(name, starts[i]))
            return true;
    return false;
}

static bool is_excepted(const char *name, const char *except)
{
    return *except && begins(name, except);
}

/* Is `theirs`, a tensor's name in a file, `ours` but for its end? */
static bool is_renamed(const char *theirs, const char *ours, const char *const (*renames)[2])
{
    for (int i = 0; renames[i][0]; i++) {
        size_t size = strlen(ours), n = strlen(renames[i][0]);

        if (size >= n && strcmp(ours + size - n, renames[i][0]) == 0 && strncmp(theirs, ours, size - n) == 0 &&
            strcmp(theirs + size - n, renames[i][1]) == 0)
            return true;
    }
    return strcmp(theirs, ours) == 0;
}

static bool is_name(const char *theirs, const char *ours, const struct params_file *file)
{
    if (!file)
        return strcmp(theirs, ours) == 0;
    return is_renamed(theirs, ours, file->renames) ||
           (begins(ours, file->prefix) && is_renamed(theirs, ours + strlen(file->prefix), file->renames));
}

/* The name that the file has it by; else ours. */
static const char *name_in(const struct safetensors *file, const char *ours, const struct params_file *other)
{
    for (int i = 0; i < file->n_tensors; i++)
        if (is_name(file->tensors[i].name, ours, other))
            return file->tensors[i].name;
    return ours;
}

static bool has_param(const struct params *p, const char *name)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < n_parts(&p->items[i]); k++)
            if (is_name(name, tensor_of(&p->items[i], k).name, p->file))
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

static bool is_ignored(const char *name, const struct params *p)
{
    const struct params_file *file = p->file;

    return is_batch_count(name, p) ||
           (file && (begins_any(name, file->ignored) ||
                     (begins(name, file->prefix) && begins_any(name + strlen(file->prefix), file->ignored))));
}

/* The first few names of a list, and how many more there are. */
struct names {
    struct text text;
    int n;
};

enum { MOST_NAMED = 3 };

static void add_name(struct names *names, const char *name)
{
    if (names->n++ < MOST_NAMED)
        text_printf(&names->text, names->text.size ? ", \"%s\"" : "\"%s\"", name);
}

static const char *write_names(struct names *names)
{
    if (names->n > MOST_NAMED)
        text_printf(&names->text, " and %d more", names->n - MOST_NAMED);
    return names->text.s;
}

static bool may_lack(const char *name, const char *except, const struct params *p)
{
    return is_excepted(name, except) || (p->file && begins_any(name, p->file->drawn));
}

/* Whoever takes the wrong model or file sees by both lists which. */
static int check_names(const struct safetensors *file, const char *except, const struct params *p, struct error *err)
{
    struct names lacking = {.n = 0}, left = {.n = 0};

    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < n_parts(&p->items[i]); k++) {
            const char *name = tensor_of(&p->items[i], k).name;

            if (!may_lack(name, except, p) && !safetensors_find(file, name_in(file, name, p->file)))
                add_name(&lacking, name);
        }
    for (int i = 0; i < file->n_tensors; i++) {
        const char *name = file->tensors[i].name;

        if (!is_excepted(name, except) && !has_param(p, name) && !is_ignored(name, p))
            add_name(&left, name);
    }
    if (lacking.n && left.n)
        error_set(err, "it has no tensor %s; no parameter of the model is its tensor %s", write_names(&lacking),
                  write_names(&left));
    else if (lacking.n)
        error_set(err, "it has no tensor %s", write_names(&lacking));
    else if (left.n)
        error_set(err, "no parameter of the model is its tensor %s", write_names(&left));
    text_release(&lacking.text);
    text_release(&left.text);
    return lacking.n || left.n ? -1 : 0;
}

/* Finds all, in the order of the parameters and their parts; found[i] stays NULL for what is excepted, and for what
 * files of others may lack. */
static int match(const struct safetensors *file, const char *except, const struct params *p,
                 const struct tensor **found, struct error *err)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < n_parts(&p->items[i]); k++, found++) {
            struct tensor t = tensor_of(&p->items[i], k);
            const char *name = name_in(file, t.name, p->file);

            if (!is_excepted(t.name, except) && safetensors_find(file, name) &&
                safetensors_require_floats(file, name, t.n_dims, t.dims, found, err) < 0)
                return -1;
        }
    return check_names(file, except, p, err);
}

/* A root is taken of what is below 0 otherwise, and the first evaluation is of no numbers. */
static int check_variances(const struct params *p, const struct tensor *const *found, struct error *err)
{
    for (int i = 0; i < p->n; found += n_parts(&p->items[i]), i++)
        for (size_t k = 0; p->items[i].is_variance && *found && k < p->items[i].size; k++)
            if (!(tensor_float(*found, k) >= 0))
                return error_set(err, "its tensor \"%s\" has %g, and is of variances: they are never below 0",
                                 p->items[i].name, tensor_float(*found, k));
    return 0;
}

static void copy_floats(const struct params *p, const struct tensor *const *found, float *weights)
{
    for (int i = 0; i < p->n; i++) {
        const struct param *item = &p->items[i];
        size_t size = item->size / (size_t)n_parts(item);

        for (size_t part = 0; part < (size_t)n_parts(item); part++, found++)
            for (size_t k = 0; *found && k < size; k++)
                weights[place_of(item, part * size + k)] = tensor_float(*found, k);
    }
}

int weights_load(const char *path, const char *digest, const char *except,
                 const struct params *p, float *weights, struct error *err)
{
    struct arena arena = {0};
    const struct tensor **found = arena_alloc(&arena, (size_t)count_tensors(p) * sizeof *found);
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
    if (weights)
        copy_floats(p, found, weights);
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
    struct tensor *tensors = arena_alloc(&arena, (size_t)count_tensors(p) * sizeof *tensors);
    int result, n = 0;

    for (int i = 0; i < p->n; i++) {
        const struct param *item = &p->items[i];
        float *floats = arena_alloc(&arena, item->size * sizeof *floats);

        for (size_t k = 0; k < item->size; k++)
            floats[k] = weights[place_of(item, k)];
        for (int part = 0; part < n_parts(item); part++, n++) {
            tensors[n] = tensor_of(item, part);
            tensors[n].bytes = floats + (size_t)part * (item->size / (size_t)n_parts(item));
        }
    }
    result = safetensors_write(path, tensors, n, metadata, err);
    arena_release(&arena);
    return result;
}
