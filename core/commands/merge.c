/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * merge and fsck: stores put together, and taken apart. */
#include "base/listener.h"
#include "base/text.h"
#include "commands/command.h"
#include "commands/project.h"
#include "os/file.h"
#include "os/say.h"
#include "store/store.h"

#include <string.h>

/* NAME stands for results/NAME.db; what has a slash or ends in .db is a path. */
static const char *store_path(const struct invocation *in, const char *word)
{
    return strchr(word, '/') || !text_is_name(word) ? word : project_store_path(in->arena, word);
}

/* The stores in results/OUT.shards/, whatever they are called; NULL-ended. */
static const char *const *find_shards(const struct invocation *in, struct error *err)
{
    const char *folder = project_path(in->arena, "results", in->words[0], ".shards");
    const char *const *names = NULL;
    const char **paths;
    int n = 0;

    if (!text_is_name(in->words[0])) {
        error_set(err, "merge %s: name the stores that are to be joined", in->words[0]);
        return NULL;
    }
    names = file_list(folder, ".db", in->arena, err);
    if (names && !names[0])
        error_set(err, "there are no stores in \"%s\": name those that are to be joined", folder);
    if (!names || !names[0])
        return NULL;
    while (names[n])
        n++;
    paths = arena_alloc(in->arena, ((size_t)n + 1) * sizeof *paths);
    for (int i = 0; i < n; i++)
        paths[i] = arena_printf(in->arena, "%s/%s.db", folder, names[i]);
    return paths;
}

static const char *const *list_stores(const struct invocation *in, struct error *err)
{
    const char **paths = arena_alloc(in->arena, (size_t)in->n_words * sizeof *paths);

    if (in->n_words == 1)
        return find_shards(in, err);
    for (int i = 1; i < in->n_words; i++) {
        paths[i - 1] = store_path(in, in->words[i]);
        if (!file_exists(paths[i - 1])) {
            error_set(err, "there is no store \"%s\"", paths[i - 1]);
            return NULL;
        }
    }
    return paths;
}

/* *ret_n: of the stores, from the first on, that were taken. */
static int take(const char *const *paths, struct store *into, int *ret_n, struct error *err)
{
    for (int i = 0; paths[i]; i++) {
        struct store *from = NULL;
        struct store_merged m;
        int result = store_open(paths[i], STORE_READ, &from, err) == 0 && store_freeze(from, err) == 0 &&
                             store_merge(into, from, MERGE_ALL, &m, err) == 0
                         ? 0
                         : -1;

        store_close(from);
        if (result < 0)
            return -1;
        *ret_n = i + 1;
        say(stdout, "%s: %d results taken, %d there already, %d runs without\n", paths[i], m.n_new,
            m.n_same, m.n_left);
    }
    return 0;
}

/* A new OUT gets its name when what could be taken is in it. */
static int make_new(const char *path, const char *const *paths, struct arena *arena, struct error *err)
{
    struct store *into = NULL;
    struct store_draft draft;
    struct error failure;
    int result, n = 0;

    if (store_begin(path, arena, &draft, &into, err) < 0)
        return -1;
    result = take(paths, into, &n, err);
    if (store_publish(&draft, into, n > 0, result < 0 ? &failure : err) < 0)
        return -1;
    return result;
}

int command_merge(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *path = store_path(in, in->words[0]);
    const char *const *paths = list_stores(in, err); /* before OUT is made */
    struct store *into = NULL;
    int n = 0;

    (void)ret_status;
    if (!paths)
        return -1;
    if (!file_exists(path))
        return make_new(path, paths, in->arena, err);
    if (store_open(path, STORE_CREATE, &into, err) < 0)
        return -1;
    return store_leave(into, take(paths, into, &n, err), err);
}

static void tell(void *context, const char *line, bool is_last)
{
    (void)context, (void)is_last;
    say(stdout, "%s\n", line);
}

static int rescue(const struct invocation *in, struct store *from, struct error *err)
{
    struct store_merged m;
    int result = store_rescue(from, in->rescue, &m, err);

    if (result == 0)
        say(stdout, "%s: %d results rescued; %d damaged runs left out. Put in its place and swept "
                    "again, it has them computed anew\n", in->rescue, m.n_new, m.n_damaged);
    return result;
}

int command_fsck(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const struct listener listener = {NULL, tell};
    struct store *store = NULL;
    struct store_soundness s;
    int result = -1;

    if (store_open(store_path(in, in->words[0]), STORE_READ, &store, err) == 0 &&
        store_freeze(store, err) == 0 && store_fsck(store, &listener, &s, err) == 0) {
        say(stdout, "%d runs, %d sound%s\n", s.n_runs, s.n_sound,
            s.n_found ? "; the store is damaged" : "");
        *ret_status = s.n_found ? EXIT_MISMATCH : EXIT_OK;
        result = in->rescue ? rescue(in, store, err) : 0;
    }
    store_close(store);
    return result;
}
