/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/script.h"

#include "data/data_keys.h"
#include "learn/config/alias.h"
#include "os/confine.h"
#include "os/file.h"
#include "script/description.h"
#include "script/reader.h"

#include <string.h>

/* One script for the child: what it is told, and what it shall make of it. */
struct job {
    const char *path, *source;
    size_t size;
    const struct data_description *data;
    int n_data;
    const struct config_slot *slot; /* of a component */
    struct arena arena;             /* the child's */
};

/* ---- in the child ---- */

static int run(struct reader *r, struct job *job, struct error *err)
{
    r->arena = &job->arena;
    r->data = job->data;
    r->n_data = job->n_data;
    if (reader_open(r, err) < 0)
        return -1;
    return sandbox_run(&r->sandbox, job->path, job->source, job->size, err);
}

static int describe_data(void *context, struct text *answer, struct error *err)
{
    struct job *job = context;
    struct settings s;
    struct reader r = {.description = &s};

    settings_init(&s, &job->arena);
    if (run(&r, job, err) < 0)
        return -1;
    if (!settings_find(&s, "format"))
        return error_set(err, "%s: it describes no data set: return data_set { ... }", job->path);
    settings_write(answer, &s);
    return 0;
}

static int describe_experiment(void *context, struct text *answer, struct error *err)
{
    struct job *job = context;
    struct experiment e = {.arena = &job->arena};
    struct reader r = {.experiment = &e};

    grid_init(&e.grid, &job->arena);
    if (run(&r, job, err) < 0)
        return -1;
    if (!e.baseline)
        return error_set(err, "%s: it describes no experiment: return experiment { ... }",
                         job->path);
    description_write(answer, &e);
    return 0;
}

static int describe_component(void *context, struct text *answer, struct error *err)
{
    struct job *job = context;
    struct reader r = {0};
    struct settings s;

    settings_init(&s, &job->arena);
    if (run(&r, job, err) < 0 || reader_component(&r, job->slot, &s, err) < 0)
        return -1;
    settings_write(answer, &s);
    return 0;
}

/* ---- in the parent ---- */

static int do_job(struct job *job, int (*work)(void *, struct text *, struct error *),
                  struct arena *arena, char **ret_answer, struct error *err)
{
    const struct confine_task task = {job->path, work, job};

    job->arena.limit = CONFINE_MEMORY; /* the child's own limit, where a sanitizer lifts that */
    return confine_run(&task, arena, ret_answer, err);
}

/* A mark of UTF-8 at its start is of no matter. */
static int read_source(const char *path, struct arena *arena, struct job *job, struct error *err)
{
    static const char MARK[] = "\xEF\xBB\xBF";
    char *source;

    job->path = path;
    if (file_read(path, SCRIPT_MAX_SIZE, arena, &source, &job->size, err) < 0)
        return -1;
    job->source = source;
    if (strncmp(source, MARK, strlen(MARK)) == 0) {
        job->source += strlen(MARK);
        job->size -= strlen(MARK);
    }
    return 0;
}

static int load_description(const char *path, const char *name, struct arena *arena, struct settings *ret_settings,
                            struct error *err)
{
    struct job job = {0};
    const char *key;
    char *answer;

    if (reader_check_name(name, err) < 0)
        return error_context(err, "%s", path);
    if (read_source(path, arena, &job, err) < 0 || do_job(&job, describe_data, arena, &answer, err) < 0)
        return -1;
    if (settings_parse(ret_settings, answer, err) < 0 || data_keys_check(ret_settings, &key, err) < 0)
        return error_context(err, "%s", path);
    return 0;
}

int script_load_data(const char *directory, struct arena *arena,
                     const struct data_description **ret_data, int *ret_n, struct error *err)
{
    const char *const *names = file_names(directory, ".lua", arena, err);
    struct data_description *data;
    int n = 0;

    if (!names)
        return -1;
    while (names[n])
        n++;
    data = arena_alloc(arena, (size_t)(n + 1) * sizeof *data);
    for (int i = 0; i < n; i++) {
        data[i] = (struct data_description){.name = names[i]};
        settings_init(&data[i].settings, arena);
        if (load_description(arena_printf(arena, "%s/%s.lua", directory, names[i]), names[i], arena,
                             &data[i].settings, err) == 0)
            continue;
        if (err->status != EXIT_BAD_INPUT)
            return -1;
        data[i].broken = arena_strdup(arena, err->text);
    }
    *ret_data = data;
    *ret_n = n;
    return 0;
}

int script_check_name(const char *name, struct error *err)
{
    return reader_check_name(name, err);
}

int script_load_experiment(const char *path, const char *name,
                           const struct data_description *data, int n_data, struct arena *arena,
                           struct experiment *ret_experiment, struct error *err)
{
    struct experiment e = {
        .arena = arena, .name = name, .overrides = "", .data = data, .n_data = n_data};
    struct job job = {.data = data, .n_data = n_data};
    char *answer;

    if (read_source(path, arena, &job, err) < 0)
        return -1;
    e.source = job.source;
    if (do_job(&job, describe_experiment, arena, &answer, err) < 0)
        return -1;
    if (description_read(answer, &e, err) < 0)
        return error_context(err, "%s", path);
    *ret_experiment = e;
    return 0;
}

int script_parse_component(const char *text, const char *slot, struct settings *ret_settings,
                           struct error *err)
{
    struct arena *arena = ret_settings->arena;
    const struct config_slot *s = config_find_slot(slot);
    const char *name = arena_printf(arena, "%.*s", (int)strcspn(text, "{ "), text);
    bool is_known = alias_find(s->kind, name) || component_find(s->kind, name, err);
    const char *source = arena_printf(arena, "return %s%s", text, strchr(text, '{') ? "" : "{}");
    struct job job = {.path = slot, .source = source, .size = strlen(source), .slot = s};
    struct experiment e = {.arena = arena};
    const struct component *components[CONFIG_MAX_COMPONENTS];
    char *answer;

    if (!is_known || do_job(&job, describe_component, arena, &answer, err) < 0 ||
        settings_parse(ret_settings, answer, err) < 0)
        return -1;
    grid_init(&e.grid, arena);
    for (int i = 0; i < ret_settings->n_items; i++) {
        const struct setting *item = &ret_settings->items[i];

        if (config_slot_of(item->name) != s)
            return error_set(err, "%s: \"%s\" is not of it", slot, item->name);
        if (experiment_check(&e, NULL, item->name, &item->value, 1, err) != SETTING_FITS)
            return error_context(err, "%s", slot);
        experiment_put(&e, NULL, item->name, &item->value, 1);
    }
    config_components(s, component_find(s->kind, settings_string(ret_settings, slot), err),
                      components);
    for (int i = 0; components[i]; i++)
        component_defaults(components[i], slot, ret_settings);
    return 0;
}
