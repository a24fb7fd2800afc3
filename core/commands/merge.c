/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * merge and fsck: stores put together, and taken apart. */
#include "base/file.h"
#include "base/listener.h"
#include "base/say.h"
#include "base/text.h"
#include "commands/command.h"
#include "commands/project.h"
#include "lab/store.h"

#include <string.h>

/* NAME stands for results/NAME.db; what has a slash or ends in .db is a path. */
static const char *store_path(const struct invocation *in, const char *word)
{
    return strchr(word, '/') || !text_is_name(word) ? word : project_store_path(in->arena, word);
}

int command_merge(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *into = NULL;
    int result = -1;

    (void)ret_status;
    for (int i = 1; i < in->n_words; i++) /* before OUT is made */
        if (!file_exists(store_path(in, in->words[i])))
            return error_set(err, "there is no store \"%s\"", store_path(in, in->words[i]));
    if (store_open(store_path(in, in->words[0]), STORE_CREATE, &into, err) < 0)
        return -1;
    for (int i = 1; i < in->n_words; i++) {
        struct store *from = NULL;
        struct store_merged m;

        result = store_open(store_path(in, in->words[i]), STORE_READ, &from, err) == 0 &&
                         store_freeze(from, err) == 0 && store_merge(into, from, MERGE_ALL, &m, err) == 0
                     ? 0
                     : -1;
        store_close(from);
        if (result < 0)
            break;
        say(stdout, "%s: %d results taken, %d there already, %d runs without\n",
            store_path(in, in->words[i]), m.n_new, m.n_same, m.n_left);
    }
    store_close(into);
    return result;
}

static void tell(void *context, const char *line, bool is_last)
{
    (void)context, (void)is_last;
    say(stdout, "%s\n", line);
}

static int rescue(const struct invocation *in, struct store *from, struct error *err)
{
    struct store *into = NULL;
    struct store_merged m;
    int result;

    if (file_exists(in->rescue))
        return error_set(err, "\"%s\" is there already; a rescue makes a new store", in->rescue);
    result = store_open(in->rescue, STORE_CREATE, &into, err) == 0 &&
                     store_merge(into, from, MERGE_SOUND, &m, err) == 0
                 ? 0
                 : -1;
    store_close(into);
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
