/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * job: a stored spec made ready to be trained: its settings, its data set, the
 * file it starts from. What has changed since the plan was made is refused.
 *
 * A spec is what somebody's store says: it is checked as a script is, so that what trains it meets
 * no setting that is missing, of another type or out of range, and nothing that this program does not
 * know is left out without a word.
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

/* The settings of a stored spec, checked; ret_settings has been given its arena. */
int job_read_spec(const char *spec, struct settings *ret_settings, struct error *err);

/* The same for one that is not to be trained here and now. */
int job_check_spec(const char *spec, struct error *err);

/* Puts this process into the spec's numeric profile, for so many threads. */
int job_enter_platform(const char *spec, int n_threads, struct error *err);

/* Texts are in `arena`, which outlives the job; the data set is the cache's, until
 * the next job is opened. Nothing has to be closed. */
int job_open(struct job *ret_job, struct store *store, const char *spec, const char *data_root,
             struct data_cache *cache, struct arena *arena, struct error *err);

#endif
