/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/checkpoint.h"

#include <string.h>

static const char KEY[] = "rgdbench.checkpoint", JOURNAL[] = "journal";

static int make_folder_of(const char *path, struct arena *arena, struct error *err)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return 0;
    return file_make_directory(arena_printf(arena, "%.*s", (int)(slash - path), path), err);
}

int checkpoint_save(const struct checkpoint *c, const struct tensor *tensors, int n,
                    const char *journal, struct error *err)
{
    struct arena arena = {0};
    struct tensor *all = arena_alloc(&arena, (size_t)(n + 1) * sizeof *all);
    struct settings metadata;
    int result;

    memcpy(all, tensors, (size_t)n * sizeof *all);
    all[n] = (struct tensor){.name = JOURNAL,
                             .type = TENSOR_U8,
                             .n_dims = 1,
                             .dims = {strlen(journal)},
                             .bytes = journal};
    settings_init(&metadata, &arena);
    settings_set(&metadata, KEY, value_string(c->key));
    result = make_folder_of(c->path, &arena, err);
    if (result == 0)
        result = safetensors_write(c->path, all, n + 1, &metadata, err);
    arena_release(&arena);
    return result;
}

/* Is the file ours and whole, and does it hold what is asked for? */
static int check(const struct safetensors *file, const char *key, const struct tensor *tensors,
                 int n, const struct tensor **ret_found, struct error *err)
{
    const struct value *v = settings_find(&file->metadata, KEY);
    const struct tensor *journal = safetensors_find(file, JOURNAL);

    if (!file->is_sealed)
        return error_set(err, "it is damaged: its seal is missing");
    if (!v || strcmp(v->string, key) != 0)
        return error_set(err, "another run or another build of the program wrote it");
    if (!journal || journal->type != TENSOR_U8)
        return error_set(err, "it has no journal");
    for (int i = 0; i < n; i++)
        if (safetensors_require(file, tensors[i].name, tensors[i].type, tensors[i].n_dims,
                                tensors[i].dims, &ret_found[i], err) < 0)
            return -1;
    return 0;
}

int checkpoint_load(const struct checkpoint *c, const struct tensor *tensors, int n,
                    struct arena *arena, char **ret_journal, struct error *err)
{
    const struct tensor **found = arena_alloc(arena, (size_t)n * sizeof *found);
    const struct tensor *journal;
    struct safetensors file;

    if (!file_exists(c->path))
        return 0;
    if (safetensors_open(c->path, &file, err) < 0)
        return -1;
    if (check(&file, c->key, tensors, n, found, err) < 0) {
        safetensors_close(&file);
        return error_context(err, "\"%s\"", c->path);
    }
    for (int i = 0; i < n; i++)
        memcpy((void *)tensors[i].bytes, found[i]->bytes, tensor_size(found[i]));
    journal = safetensors_find(&file, JOURNAL);
    *ret_journal = arena_printf(arena, "%.*s", (int)tensor_size(journal),
                                (const char *)journal->bytes);
    safetensors_close(&file);
    return 1;
}
