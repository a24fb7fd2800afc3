/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/job.h"

#include <string.h>

static int open_data(struct job *job, struct store *store, const char *data_root,
                     struct data_cache *cache, struct arena *arena, struct error *err)
{
    const char *digest = settings_string(&job->spec, "data.digest");
    struct settings description;

    settings_init(&description, arena);
    if (store_data_description(store, digest, &description, err) < 0 ||
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
    const char *init;

    *ret_job = (struct job){.input = {.settings = &ret_job->spec}};
    hash_block(spec, strlen(spec), ret_job->spec_id);
    settings_init(&ret_job->spec, arena);
    if (settings_parse(&ret_job->spec, spec, err) < 0)
        return error_context(err, "spec");
    init = settings_string(&ret_job->spec, "model.init");
    if (*init && store_file_path(store, init, arena, &ret_job->input.init, err) < 0)
        return -1;
    return open_data(ret_job, store, data_root, cache, arena, err);
}
