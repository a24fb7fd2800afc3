/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker: claims runs of a store, trains them, writes what they gave.
 *
 * A worker is a process of its own, started afresh. SIGTERM, SIGUSR1 and SIGXCPU make it write a
 * checkpoint, give its run back and leave; SIGINT, SIGHUP and SIGQUIT are left to the sweep that
 * started it. It ends by itself when that sweep does. While it trains it renews its lease of the run;
 * whose lease ran out loses the run to another worker, stops, and changes nothing.
 */
#ifndef WORK_WORKER_H
#define WORK_WORKER_H

#include "base/error.h"

/* Works until no planned run in that numeric profile is left, or it is told to
 * stop. A run that fails is recorded as failed and is no failure of the worker. */
struct worker_options {
    const char *store_path;
    const char *plan; /* digest */
    const char *numeric;
    const char *data_root; /* NULL: none */
    int n_threads;
    double checkpoint_interval; /* seconds; 0: after every step */
    double lease;               /* seconds that a run stays a dead worker's */
    int parent;                 /* process id of the sweep */
};

int worker_run(const struct worker_options *options, struct error *err);

#endif
