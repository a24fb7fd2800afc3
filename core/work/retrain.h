/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * retrain: a stored run once more, without touching the store: to see whether the same
 * bits come out, and what they are on the way.
 *
 * The process must be in the run's numeric profile (platform.h).
 */
#ifndef WORK_RETRAIN_H
#define WORK_RETRAIN_H

#include "learn/data_cache.h"
#include "work/journal.h"

struct retrain {
    struct store *store;
    const char *data_root; /* NULL: none */
    int n_threads;
    struct data_cache cache; /* of the caller; zero at first, closed by it */
};

/* Trains `spec` to its end, or to `stop_at` steps where that is not negative. The
 * metrics it measured go into *ret_journal, in `arena`. */
int retrain_run(struct retrain *r, const char *spec, long stop_at, struct arena *arena,
                struct run_result *ret_result, struct journal *ret_journal, struct error *err);

#endif
