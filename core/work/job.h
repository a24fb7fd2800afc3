/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * job: a stored spec made ready to be trained: its settings, its data set, the
 * file it starts from. What has changed since the plan was made is refused.
 */
#ifndef WORK_JOB_H
#define WORK_JOB_H

#include "learn/data_cache.h"
#include "learn/run.h"
#include "store/store.h"

struct job {
    struct settings spec;
    char spec_id[HASH_HEX_SIZE];
    struct run_input input; /* but for n_threads and checkpoint */
};

/* Puts this process into the spec's numeric profile, for so many threads. */
int job_enter_platform(const char *spec, int n_threads, struct error *err);

/* Texts are in `arena`, which outlives the job; the data set is the cache's, until
 * the next job is opened. Nothing has to be closed. */
int job_open(struct job *ret_job, struct store *store, const char *spec, const char *data_root,
             struct data_cache *cache, struct arena *arena, struct error *err);

#endif
