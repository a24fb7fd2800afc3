/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep: runs what is left of the store's current plan on worker processes.
 *
 * One failed run stops no other. A worker that dies costs its run what it
 * did since its last checkpoint; one that is stopped does so when its lease has run out. Any number
 * of sweeps share the runs of one store, and each ends when all runs of its plan have. A SIGINT,
 * SIGTERM, SIGHUP (unless nohup has it ignored), SIGQUIT, SIGUSR1 or SIGXCPU stops the workers
 * cleanly within 5 s; the same sweep goes on later. A SIGINT meanwhile ends them at once; the others
 * do not, as make, shells and batch systems send one of them several times.
 */
#ifndef WORK_SWEEP_H
#define WORK_SWEEP_H

#include "store/store.h"

struct sweep_options {
    const char *store_path, *log_path;
    const char *data_root; /* NULL: none */
    int n_jobs, n_threads; /* worker processes; threads in each */
    int max_failures; /* stop when so many runs have failed; 0: go on */
    double worker_memory; /* bytes of data that a worker may have; INFINITY: any */
    double checkpoint_interval; /* seconds; 0: after every step */
    double lease; /* seconds after which the run of a worker that is silent is taken over */
    bool is_quiet;
};

/* *ret_signal: the signal that ended it early, or 0. Where the store is taken away from under it, it
 * stops; store_leave then saves what there is. */
int sweep_run(struct store *store, const struct sweep_options *options,
              struct store_counts *ret_counts, int *ret_signal, struct error *err);

#endif
