/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/command.h"
#include "commands/project.h"
#include "learn/platform.h"
#include "os/walls.h"
#include "work/worker.h"

#include <stdlib.h>

/* From here on it trains what a store says, on what files say: it starts no program, and writes to the
 * store's folder, the project's (checkpoints, cache/) and the log that is open. */
static int raise_walls(const struct invocation *in, struct error *err)
{
    struct invocation store = *in;
    const char *const *folders;
    const char *with_project[8] = {"."};

    store.n_words = 1;
    folders = project_folders(&store);
    for (int i = 0; folders[i]; i++)
        with_project[i + 1] = folders[i];
    return walls_raise(WALL_NETWORK | WALL_EXECUTE | WALL_FILES, with_project, err);
}

int command_worker(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct worker_options options = {
        .store_path = in->words[0],
        .plan = in->words[1],
        .numeric = in->words[2],
        .n_threads = atoi(in->words[3]),
        .checkpoint_interval = in->checkpoint_interval,
        .lease = in->lease,
        .parent = atoi(in->words[4]),
        .data_root = in->n_words > 5 ? in->words[5] : NULL,
    };

    (void)ret_status;
    if (platform_enter(options.numeric, options.n_threads, err) < 0)
        return -1;
    if (raise_walls(in, err) < 0)
        return -1;
    return worker_run(&options, err);
}
