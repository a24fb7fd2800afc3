/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/job.h"

#include "learn/config/config.h"
#include "learn/platform.h"

#include <string.h>

static int check_version(const struct settings *s, struct error *err)
{
    const struct value *v = settings_find(s, "spec");

    if (v && v->kind == VALUE_NUMBER && v->number == PLAN_SPEC_VERSION)
        return 0;
    return v && v->kind == VALUE_NUMBER
               ? error_set(err, "its settings have the meaning of version %g; this program knows %d",
                           v->number, PLAN_SPEC_VERSION)
               : error_set(err, "no line says which version of their meaning the settings have");
}

/* One text for the same settings: no line twice, none out of order, no other way to write it. */
static int check_text(const struct settings *s, const char *spec, struct error *err)
{
    struct text t = {0};
    int line = 1, result = 0;
    const char *a = spec, *b;

    settings_write(&t, s);
    b = t.s ? t.s : "";
    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    if (*a != *b)
        result = error_set(err, "line %d is not as this program writes it", line);
    text_release(&t);
    return result;
}

int job_read_spec(const char *spec, struct settings *ret_settings, struct error *err)
{
    if (settings_parse(ret_settings, spec, err) < 0 || check_version(ret_settings, err) < 0 ||
        config_check(ret_settings, err) < 0 || check_text(ret_settings, spec, err) < 0)
        return error_context(err, "spec");
    return 0;
}

int job_check_spec(const char *spec, struct error *err)
{
    struct arena arena = {0};
    struct settings s;
    int result;

    settings_init(&s, &arena);
    result = job_read_spec(spec, &s, err);
    arena_release(&arena);
    return result;
}

int job_enter_platform(const char *spec, int n_threads, struct error *err)
{
    struct arena arena = {0};
    struct settings s;
    int result;

    settings_init(&s, &arena);
    result = job_read_spec(spec, &s, err);
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
    const char *init;

    *ret_job = (struct job){.input = {.settings = &ret_job->spec}};
    hash_block(spec, strlen(spec), ret_job->spec_id);
    settings_init(&ret_job->spec, arena);
    if (job_read_spec(spec, &ret_job->spec, err) < 0)
        return -1;
    init = settings_string(&ret_job->spec, "model.init");
    if (*init && store_file_path(store, init, arena, &ret_job->input.init, err) < 0)
        return -1;
    return open_data(ret_job, store, data_root, cache, arena, err);
}
