/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/launch.h"

#include "commands/project.h"
#include "os/file.h"
#include "os/process.h"
#include "os/say.h"
#include "work/slurm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SUBMISSIONS = 100000, MAX_ARGUMENTS = 8 };

struct launch {
    const struct invocation *in;
    const char *name, *folder, *array, *merge; /* folder: of this submission; scripts in it */
    struct slurm slurm;
};

static int read_options(struct launch *l, struct error *err)
{
    static const char *const launchers[] = {"slurm", NULL};
    const struct invocation *in = l->in;

    if (strcmp(in->launcher, "slurm") != 0)
        return text_unknown(err, "launcher", in->launcher, launchers);
    if (in->shard)
        return error_set(err, "--shard and --launcher do not go together: each task of a job has its "
                              "share");
    if (in->data_root && !text_is_plain(in->data_root)) /* a script is read before it is submitted */
        return error_set(err, "--data=%s: it has characters that cannot be shown, as in a script "
                              "they must; name it by a link", in->data_root);
    return slurm_read(&l->slurm, in->slurm ? in->slurm : "", in->arena, err);
}

/* Finds a number for this submission. */
static int choose_folder(struct launch *l, struct error *err)
{
    struct arena *arena = l->in->arena;

    for (int k = 1; k < MAX_SUBMISSIONS; k++) {
        l->folder = arena_printf(arena, "results/%s.slurm/%d", l->name, k);
        l->array = arena_printf(arena, "%s/array.sh", l->folder);
        l->merge = arena_printf(arena, "%s/merge.sh", l->folder);
        if (!file_exists(l->folder))
            return 0;
        if (!file_exists(arena_printf(arena, "%s/merged", l->folder)))
            return error_set(err, "what was submitted before is not merged yet: wait for its jobs "
                                  "(squeue), or cancel them and run: sh %s", l->merge);
    }
    return error_set(err, "%d submissions in \"results/%s.slurm\"", MAX_SUBMISSIONS, l->name);
}

/* What a task's sweep is given, as this one was. */
static const char *const *task_arguments(const struct launch *l)
{
    const struct invocation *in = l->in;
    const char **words = arena_alloc(in->arena, MAX_ARGUMENTS * sizeof *words);
    int n_jobs = in->n_jobs ? in->n_jobs : l->slurm.n_cpus / in->n_threads, n = 0;

    words[n++] = arena_printf(in->arena, "--jobs=%d", n_jobs > 1 ? n_jobs : 1);
    words[n++] = arena_printf(in->arena, "--threads=%d", in->n_threads);
    words[n++] = arena_printf(in->arena, "--checkpoint=%.17g", in->checkpoint_interval);
    words[n++] = arena_printf(in->arena, "--lease=%.17g", in->lease);
    if (in->data_root)
        words[n++] = arena_printf(in->arena, "--data=%s", in->data_root);
    if (in->is_fail_fast || in->max_failures)
        words[n++] = arena_printf(in->arena, "--max-failures=%d", in->is_fail_fast ? 1 : in->max_failures);
    words[n] = NULL;
    return words;
}

static int write_scripts(const struct launch *l, struct text *array, struct text *merge,
                         struct error *err)
{
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    struct slurm_job job = {.name = l->name, .folder = l->folder, .program = program,
                            .arguments = task_arguments(l)};

    if (n < 0)
        return error_set_status(err, EXIT_STORAGE, "could not find this program's path");
    program[n] = '\0';
    slurm_write_array(&l->slurm, &job, array);
    slurm_write_merge(&l->slurm, &job, merge);
    return 0;
}

/* Runs that are planned in `store`, where nothing may be at work. */
static int count_left(struct store *store, const char *name, int *ret_n, struct error *err)
{
    struct store_counts c;

    if (store_reclaim(store, process_is_alive, err) < 0 || store_count(store, &c, err) < 0)
        return -1;
    *ret_n = c.planned;
    return c.running ? error_set(err, "%d runs are being worked on here: wait until they have ended "
                                      "(make status EXP=%s)", c.running, name)
                     : 0;
}

static const char *task_path(const struct launch *l, int task)
{
    return arena_printf(l->in->arena, "%s/%d.db", l->folder, task);
}

/* The first task's store is what is left of `from`; the others are made like that one, which is
 * smaller, before it is cut to its share. */
static int make_stores(const struct launch *l, struct store *from, struct error *err)
{
    int n = l->slurm.n_tasks, result = 0;
    struct store *first = NULL;

    for (int task = 1; task <= n && result == 0; task++) {
        struct store *store = NULL;
        struct store_merged merged;

        result = store_open(task_path(l, task), STORE_CREATE, &store, err) == 0 &&
                         store_merge(store, first ? first : from, MERGE_PLANS, &merged, err) == 0 &&
                         (!first || store_take_share(store, task - 1, n, true, err) == 0)
                     ? 0
                     : -1;
        if (!first)
            first = store;
        else
            store_close(store);
    }
    if (result == 0)
        result = store_take_share(first, 0, n, true, err);
    store_close(first);
    return result;
}

/* So that a submission that was refused is not taken for one that is at work. */
static void remove_folder(const struct launch *l)
{
    for (int task = 1; task <= l->slurm.n_tasks; task++)
        unlink(task_path(l, task));
    unlink(l->array);
    unlink(l->merge);
    rmdir(l->folder);
}

static int make_folder(const struct launch *l, struct store *from, struct error *err)
{
    struct text array = {0}, merge = {0};
    int result = write_scripts(l, &array, &merge, err) == 0 &&
                         file_make_directory(l->folder, err) == 0 &&
                         file_write(l->array, array.s, array.size, err) == 0 &&
                         file_write(l->merge, merge.s, merge.size, err) == 0 &&
                         make_stores(l, from, err) == 0
                     ? 0
                     : -1;

    text_release(&array);
    text_release(&merge);
    return result;
}

static int submit(struct launch *l, struct store *store, int n_left, struct error *err)
{
    char array[SLURM_ID_SIZE], merge[SLURM_ID_SIZE];

    if (make_folder(l, store, err) < 0 || slurm_submit(l->array, NULL, array, err) < 0) {
        remove_folder(l);
        return -1;
    }
    if (slurm_submit(l->merge, array, merge, err) < 0)
        return error_context(err, "array job %s is submitted, but not the job that joins its results; "
                                  "when it has ended, run: sh %s", array, l->merge);
    if (!l->in->is_quiet) {
        say(stdout, "%d runs in %d tasks: array job %s, then job %s joins their results into "
                    "results/%s.db\n", n_left, l->slurm.n_tasks, array, merge, l->name);
        say(stdout, "scripts, stores and output: %s; how it goes: squeue --job=%s,%s\n", l->folder,
            array, merge);
    }
    return 0;
}

static int print_scripts(const struct launch *l, struct error *err)
{
    struct text array = {0}, merge = {0};

    if (write_scripts(l, &array, &merge, err) < 0)
        return -1;
    say(stdout, "# %s\n", l->array);
    say_page(stdout, array.s);
    say(stdout, "\n# %s\n", l->merge);
    say_page(stdout, merge.s);
    text_release(&array);
    text_release(&merge);
    return 0;
}

int launch(const struct invocation *in, struct error *err)
{
    struct launch l = {.in = in, .name = in->words[0]};
    struct store *store = NULL;
    struct experiment e;
    struct plan plan;
    int n_left, result = -1;

    if (read_options(&l, err) < 0 || (!in->is_dry && slurm_check(err) < 0) ||
        project_load(in->arena, l.name, in->words + 1, in->n_words - 1, &e, err) < 0 ||
        choose_folder(&l, err) < 0 ||
        plan_make(&e, in->data_root, in->is_quiet ? NULL : &project_listener, in->arena, &plan, err) < 0)
        return -1;
    if (plan.n_runs < l.slurm.n_tasks)
        l.slurm.n_tasks = plan.n_runs;
    if (!in->is_quiet)
        project_tell_plan(&plan, in->is_dry ? stdout : stderr);
    if (in->is_dry)
        return print_scripts(&l, err);
    setenv("RGDBENCH_NETWORK_STORE", "1", 0); /* as the scripts: one machine at a time has each store */
    if (project_put_plan(in, &plan, project_store_path(in->arena, l.name), &store, err) < 0 ||
        count_left(store, l.name, &n_left, err) < 0)
        goto out;
    if (n_left < l.slurm.n_tasks)
        l.slurm.n_tasks = n_left;
    result = n_left > 0 ? submit(&l, store, n_left, err) : 0;
    if (n_left == 0 && !in->is_quiet)
        say(stdout, "nothing is left to run: make table EXP=%s\n", l.name);
out:
    return store_leave(store, result, err);
}
