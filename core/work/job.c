/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/job.h"

#include "learn/platform.h"
#include "learn/weights.h"
#include "plan/spec.h"

#include <string.h>

int job_enter_platform(const char *spec, int n_threads, struct error *err)
{
    struct arena arena = {0};
    struct settings s;
    int result;

    settings_init(&s, &arena);
    result = spec_read(spec, &s, err);
    if (result == 0)
        result = platform_enter(settings_string(&s, "train.numeric"), n_threads, err);
    arena_release(&arena);
    return result;
}

static int check_format(const struct settings *spec, const struct settings *description,
                        struct error *err)
{
    const struct value *format = settings_find(description, "format");

    return format && value_equal(format, settings_find(spec, "data.format"))
               ? 0
               : error_set(err, "data set \"%s\" is described with another format than the run's",
                           settings_string(spec, "data"));
}

static int open_data(struct job *job, struct store *store, const char *data_root,
                     struct data_cache *cache, struct arena *arena, struct error *err)
{
    const char *digest = settings_string(&job->spec, "data.digest");
    struct settings description;

    settings_init(&description, arena);
    if (store_data_description(store, digest, &description, err) < 0 ||
        check_format(&job->spec, &description, err) < 0 ||
        data_cache_open(cache, &job->spec, &description, data_root, &job->input.dataset, err) < 0)
        return -1;
    if (strcmp(job->input.dataset->digest, digest) != 0)
        return error_set(err, "data set \"%s\" has changed since the plan was made",
                         job->input.dataset->name);
    return 0;
}

int job_open(struct job *ret_job, struct store *store, const char *spec, const char *data_root,
             struct data_cache *cache, struct arena *arena, struct error *err)
{
    const char *init, *name;

    *ret_job = (struct job){.input = {.settings = &ret_job->spec}};
    hash_block(spec, strlen(spec), ret_job->spec_id);
    settings_init(&ret_job->spec, arena);
    if (spec_read(spec, &ret_job->spec, err) < 0)
        return -1;
    init = settings_string(&ret_job->spec, "model.init");
    if (*init && (store_file_path(store, init, arena, &name, err) < 0 ||
                  !(ret_job->input.init = weights_find(name, data_root, arena, err))))
        return error_context(err, "model.init");
    return open_data(ret_job, store, data_root, cache, arena, err);
}
