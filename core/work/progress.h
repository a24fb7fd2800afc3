/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * progress: what a sweep tells on standard error while it works: one line that is
 * rewritten on a terminal, else a line for each run that ends.
 */
#ifndef WORK_PROGRESS_H
#define WORK_PROGRESS_H

#include "store/store.h"

struct progress {
    bool is_quiet, is_terminal;
    double start, last;       /* clock_now() */
    int n_jobs;
    int n_ended, n_failed;    /* since the start */
    double seconds;           /* that they took */
    long since;               /* the last one told of */
    struct measure select_by;
    double best;              /* of it on validation data, as it is stored; NaN: none yet */
    char best_label[200];
    int n_written;            /* columns of the line that stands */
};

/* `since`: runs that ended up to this one are old news. */
void progress_start(struct progress *p, int n_jobs, bool is_quiet, const struct measure *select_by, long since);

/* Reads which runs have ended since, and tells of them. */
int progress_tell(struct progress *p, struct store *store, const struct store_counts *counts,
                  struct error *err);

/* Rewrites the line, where there is one, five times a second. */
void progress_show(struct progress *p, const struct store_counts *counts);

/* Ends the line that stands. */
void progress_end(struct progress *p);

#endif
