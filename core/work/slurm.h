/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slurm: a sweep as an array job of Slurm, and a second job that joins what its tasks have done.
 *
 * It writes two batch scripts, which a user may read, change and submit by hand, and gives them to
 * sbatch; no part of Slurm is linked. Each task works on a store of its own, so that no two machines
 * write to one file. A task is warned before its time is over, writes its checkpoints, and queues
 * itself again; one that Slurm requeues goes on as well. Both scripts may run any number of times.
 *
 *     struct slurm s;
 *     slurm_read(&s, "tasks=16 time=02:00:00 mem=2G", arena, err);
 *     slurm_write_array(&s, &job, &text); slurm_write_merge(&s, &job, &text);
 *     slurm_submit(array_path, NULL, id, err); slurm_submit(merge_path, id, merge_id, err);
 */
#ifndef WORK_SLURM_H
#define WORK_SLURM_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Options in the order of the table in slurm.c. */
enum { SLURM_N_OPTIONS = 13 };

struct slurm {
    const char *values[SLURM_N_OPTIONS]; /* "": left to the cluster */
    int n_tasks, n_cpus; /* of those; cpus of each task */
};

/* Words NAME=VALUE, with blanks between; what is not given is as the table says. Texts in `arena`. */
int slurm_read(struct slurm *ret_slurm, const char *words, struct arena *arena, struct error *err);

struct slurm_job {
    const char *name;    /* of the experiment */
    const char *folder;  /* of this submission: K.db, K.out of task K; merge.out, merged */
    const char *program; /* this one's path */
    const char *const *arguments; /* of the sweep behind its store, NULL-ended */
};

void slurm_write_array(const struct slurm *slurm, const struct slurm_job *job, struct text *t);
void slurm_write_merge(const struct slurm *slurm, const struct slurm_job *job, struct text *t);

/* Is there an sbatch? Says where to go where there is none. */
int slurm_check(struct error *err);

enum { SLURM_ID_SIZE = 24 };

/* Submits a script; `after`: an id, to begin when that job has ended, well or not; or NULL. An error
 * has what sbatch says, on one line. */
int slurm_submit(const char *script, const char *after, char ret_id[SLURM_ID_SIZE],
                 struct error *err);

#endif
