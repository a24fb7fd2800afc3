/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * export-weights: a finished run's weights, in a file, or in a folder as others read it. The store has their hash
 * only; they are trained anew, which gives the same bits, and compared with it. */
#include "commands/command.h"
#include "commands/project.h"
#include "commands/weights_folder.h"
#include "learn/weights.h"
#include "os/file.h"
#include "os/folder.h"
#include "os/say.h"
#include "os/walls.h"
#include "work/checkpoints.h"
#include "work/environment.h"
#include "work/job.h"

#include <string.h>
#include <unistd.h>

struct exporter {
    const char *path;
    const struct weights_folder *folder; /* NULL: into a file */
    const struct store_weights *wanted;
    struct arena *arena;
};

static int evaluated(void *context, const struct run_point *point, struct error *err)
{
    (void)context, (void)err;
    say(stderr, "step %ld of %ld\n", point->step, point->n_steps);
    return 0;
}

static bool should_stop(void *context, long step, long n_steps)
{
    (void)context, (void)step, (void)n_steps;
    return false;
}

static void save(void *context, struct text *t)
{
    (void)context, (void)t; /* metrics are in the store */
}

static int restore(void *context, const char *journal, struct error *err)
{
    (void)context, (void)journal, (void)err;
    return 0;
}

static void tell(void *context, const char *line)
{
    (void)context;
    say(stderr, "%s\n", line);
}

static int ended(void *context, const struct params *params, const float *weights,
                 struct error *err)
{
    const struct exporter *e = context;
    struct settings metadata;
    char hash[HASH_HEX_SIZE];

    params_hash(params, weights, hash);
    if (strcmp(hash, e->wanted->weights_hash) != 0)
        return error_set_status(err, EXIT_MISMATCH,
                                "the weights came out with hash %.12s, not %.12s as in the store: "
                                "another build of the program or another BLAS than the run's",
                                hash, e->wanted->weights_hash);
    settings_init(&metadata, e->arena);
    settings_set(&metadata, "format", value_string("pt"));
    settings_set(&metadata, "rgdbench.spec", value_string(e->wanted->spec));
    settings_set(&metadata, "rgdbench.weights_hash", value_string(hash));
    return e->folder ? weights_folder_write(e->folder, e->path, params, weights, &metadata, err)
                     : weights_save(e->path, params, weights, &metadata, err);
}

/* Where the words say that it goes. */
struct target {
    const char *path;
    bool is_folder;
};

static int find_target(const struct invocation *in, struct target *ret_target, struct error *err)
{
    char *path = arena_strdup(in->arena, in->words[2]);
    size_t size = strlen(path);

    *ret_target = (struct target){path, file_is_directory(path) || (size > 0 && path[size - 1] == '/')};
    while (size > 1 && path[size - 1] == '/')
        path[--size] = '\0';
    if (ret_target->is_folder)
        return folder_check_free(path, err);
    return file_exists(path) ? error_set(err, "\"%s\" is there already; remove it or give another name", path) : 0;
}

static int train(const struct invocation *in, struct store *store, const char *store_path, const struct target *target,
                 const struct store_weights *wanted, struct error *err)
{
    struct exporter exporter = {target->path, NULL, wanted, in->arena};
    const struct run_observer observer = {.context = &exporter,
                                          .evaluated = evaluated,
                                          .should_stop = should_stop,
                                          .save = save,
                                          .restore = restore,
                                          .ended = ended,
                                          .tell = tell};
    char key[HASH_HEX_SIZE];
    struct checkpoint checkpoint = {.key = key, .interval = in->checkpoint_interval};
    struct data_cache cache = {.listener = &project_listener};
    struct settings environment;
    struct weights_folder folder;
    struct run_result result;
    struct job job;
    int status;

    if (walls_raise(WALL_NETWORK | WALL_EXECUTE, NULL, err) < 0)
        return -1;
    settings_init(&environment, in->arena);
    environment_read(&environment);
    checkpoints_key(wanted->spec_id, &environment, key);
    checkpoint.path = checkpoints_path(in->arena, store_path, wanted->spec_id);
    status = job_open(&job, store, wanted->spec, in->data_root, &cache, in->arena, err);
    job.input.n_threads = in->n_threads;
    job.input.checkpoint = &checkpoint;
    folder = (struct weights_folder){&job.spec, job.input.dataset, in->arena};
    exporter.folder = target->is_folder ? &folder : NULL;
    if (status == 0 && target->is_folder)
        status = weights_folder_check(&folder, err);
    if (status == 0)
        status = run_train(&job.input, &observer, &result, err);
    if (status == 0)
        unlink(checkpoint.path);
    data_cache_close(&cache);
    return status;
}

int command_export_weights(const struct invocation *in, enum exit_status *ret_status,
                           struct error *err)
{
    const char *store_path = project_path(in->arena, "results", in->words[0], ".db");
    struct store_weights wanted;
    struct store *store = NULL;
    struct target target;
    int result = -1;

    (void)ret_status;
    if (find_target(in, &target, err) < 0)
        return -1;
    if (project_open_store(in->arena, in->words[0], STORE_READ, &store, err) == 0 &&
        store_read_weights(store, in->words[1], in->arena, &wanted, err) == 0 &&
        job_enter_platform(wanted.spec, in->n_threads, err) == 0)
        result = train(in, store, store_path, &target, &wanted, err);
    store_close(store);
    return result;
}
