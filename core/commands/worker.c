/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/command.h"
#include "lab/worker.h"
#include "learn/platform.h"

#include <stdlib.h>

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
    if (platform_enter(options.numeric, in->argv, err) < 0)
        return -1;
    return worker_run(&options, err);
}
