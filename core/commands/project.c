/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/project.h"

#include "os/file.h"
#include "os/say.h"
#include "plan/detectable.h"
#include "plan/override.h"
#include "script/script.h"
#include "store/changed_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *project_path(struct arena *arena, const char *folder, const char *name,
                         const char *ending)
{
    return arena_printf(arena, "%s/%s%s", folder, name, ending);
}

bool project_is_store(const char *word)
{
    size_t length = strlen(word);

    return length > 3 && strcmp(word + length - 3, ".db") == 0;
}

const char *project_store_path(struct arena *arena, const char *word)
{
    return project_is_store(word) ? word : project_path(arena, "results", word, ".db");
}

const char *project_log_path(struct arena *arena, const char *store_path)
{
    return arena_printf(arena, "%.*s.log", (int)strlen(store_path) - 3, store_path);
}

/* Twice: as it is named, and where that leads. */
static void add_folder(const char **folders, int *n, struct arena *arena, const char *path)
{
    char *real = realpath(path, NULL);

    for (int i = 0; i < 2 && path; i++, path = real) {
        char *folder = arena_alloc(arena, FILE_FOLDER_SIZE);

        file_folder(path, folder);
        folders[(*n)++] = folder;
    }
    free(real);
}

const char *const *project_folders(const struct invocation *in)
{
    const char **folders =
        arena_alloc(in->arena, (2 * (size_t)in->n_words + 4) * sizeof *folders);
    int n = 0;

    folders[n++] = "results";
    for (int i = 0; i < in->n_words; i++) {
        const char *word = in->words[i];
        bool is_path = project_is_store(word) || (strchr(word, '/') && !file_is_directory(word));

        if (is_path || text_is_name(word))
            add_folder(folders, &n, in->arena,
                       is_path ? word : project_store_path(in->arena, word));
    }
    if (in->rescue)
        add_folder(folders, &n, in->arena, in->rescue);
    return folders;
}

static int unknown_experiment(struct arena *arena, const char *name, struct error *err)
{
    const char *const *names = file_names("experiments", ".lua", arena, err);

    if (!names)
        return -1;
    if (!names[0])
        return error_set(err, "there is no folder \"experiments\" here; run this in the "
                              "project's folder");
    for (int i = 0; names[i]; i++) /* of who gave the file */
        if (strcmp(name, project_path(arena, "experiments", names[i], ".lua")) == 0)
            return error_set(err, "\"%s\" is a file; its experiment is called \"%s\"", name,
                             names[i]);
    return text_unknown(err, "experiment", name, names);
}

int project_load(struct arena *arena, const char *name, const char *const *words, int n_words,
                 struct experiment *ret_experiment, struct error *err)
{
    const char *path = project_path(arena, "experiments", name, ".lua");
    const struct data_description *data;
    struct text overrides = {0};
    int n_data, result = 0;

    if (!text_is_name(name) || !file_exists(path))
        return unknown_experiment(arena, name, err);
    if (script_load_data("datasets", arena, &data, &n_data, err) < 0 ||
        script_load_experiment(path, name, data, n_data, arena, ret_experiment, err) < 0)
        return -1;
    for (int i = 0; i < n_words && result == 0; i++) {
        result = override_apply(ret_experiment, words[i], err);
        text_printf(&overrides, "%s\n", words[i]);
    }
    if (result == 0)
        result = override_end(ret_experiment, err);
    if (overrides.s)
        ret_experiment->overrides = arena_strdup(arena, overrides.s);
    text_release(&overrides);
    if (result == 0 && ret_experiment->n_methods &&
        !experiment_find_method(ret_experiment, ret_experiment->baseline))
        ret_experiment->baseline = ret_experiment->methods[0].label; /* the script's was dropped */
    return result;
}

int project_find_data(const struct invocation *in, const char *name, struct dataset_source *ret_source,
                      struct error *err)
{
    const struct data_description *data;
    int n;

    if (script_load_data("datasets", in->arena, &data, &n, err) < 0)
        return -1;
    data = data_description_find(data, n, name, err);
    if (!data)
        return -1;
    *ret_source = (struct dataset_source){data->name, in->data_root, &data->settings, &project_listener};
    return 0;
}

int project_open_data(const struct dataset_source *source, bool skips_bad, struct arena *arena, struct dataset *ret_dataset,
                      struct error *err)
{
    const struct component *format =
        component_find(&dataset_format_kind, settings_string(source->description, "format"), err);
    struct settings s;

    if (!format)
        return -1;
    settings_init(&s, arena);
    if (skips_bad && component_hparam(format, "skip_bad"))
        settings_set(&s, "data.skip_bad", value_bool(true));
    component_defaults(format, "data", &s);
    return dataset_open(ret_dataset, source, &s, err);
}

void project_tell_plan(const struct plan *plan, FILE *out)
{
    struct text t = {0};

    detectable_describe(plan, &t);
    say_page(out, t.s);
    text_release(&t);
}

void project_print_runs(const struct plan *plan)
{
    for (int i = 0; i < plan->n_runs; i++)
        say(stdout, "%.12s  %s  %s%s%s  seed %d\n", plan->runs[i].id, plan->runs[i].method,
            plan->runs[i].condition, plan->runs[i].condition[0] ? " " : "", plan->runs[i].point,
            plan->runs[i].seed);
}

int project_retry_failed(const struct invocation *in, struct store *store, struct error *err)
{
    int n = store_retry(store, "", false, err);

    if (n > 0 && !in->is_quiet)
        say(stderr, "trying %d failed runs again\n", n);
    return n < 0 ? -1 : 0;
}

int project_put_plan(const struct invocation *in, const struct plan *plan, const char *path,
                     struct store **ret_store, struct error *err)
{
    char folder[FILE_FOLDER_SIZE];
    struct text changed = {0};
    int result = -1;

    file_folder(path, folder);
    if (file_make_directory(folder, err) == 0 && store_open(path, STORE_CREATE, ret_store, err) == 0 &&
        changed_data_find(*ret_store, plan, &changed, err) == 0)
        result = store_put_plan(*ret_store, plan, err);
    if (result == 0 && changed.s && !in->is_quiet)
        say_page(stderr, changed.s);
    text_release(&changed);
    if (result < 0)
        return -1;
    return project_retry_failed(in, *ret_store, err);
}

int project_open_store(struct arena *arena, const char *name, enum store_mode mode,
                       struct store **ret_store, struct error *err)
{
    const char *path = project_path(arena, "results", name, ".db");

    if (!text_is_name(name))
        return unknown_experiment(arena, name, err);
    if (!file_exists(path)) {
        if (!file_exists(project_path(arena, "experiments", name, ".lua")))
            return unknown_experiment(arena, name, err);
        return error_set(err, "there are no results of \"%s\" yet: run `make sweep EXP=%s`", name,
                         name);
    }
    return store_open(path, mode, ret_store, err);
}

static void tell(void *context, const char *line, bool is_last)
{
    bool is_terminal = isatty(STDERR_FILENO);

    (void)context;
    if (is_terminal && !is_last)
        say_over(line);
    else if (is_terminal)
        say_clear();
    if (is_last)
        say(stderr, "%s\n", line);
}

const struct listener project_listener = {NULL, tell};
