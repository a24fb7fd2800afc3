/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * import_domainbed: a DomainBed sweep's output tree, FOLDER/JOB/{results.jsonl,done}, as a
 * plan of runs that have ended: the algorithm is the method, data set and held-out
 * environments the condition, hparams_seed the point, trial_seed the seed.
 *
 * Left out, and counted by kind with the first of each by name: folders that are no job,
 * jobs that have not ended or are not whole, lines that are torn or repeated (domainbed_job.h),
 * and all but the first of several jobs of one algorithm, data set, held-out environments, draw
 * and trial. Jobs whose arguments leave the number of steps to the data set are taken as long as
 * they are; where they end before others of that data set, that is told.
 */
#ifndef DOMAINBED_IMPORT_DOMAINBED_H
#define DOMAINBED_IMPORT_DOMAINBED_H

#include "domainbed/domainbed_job.h"
#include "store/store.h"

enum import_kind {
    IMPORT_FOREIGN,    /* entries that are no job */
    IMPORT_UNFINISHED, /* jobs */
    IMPORT_CUT,        /* jobs that are not whole */
    IMPORT_UNREADABLE, /* jobs */
    IMPORT_DOUBLE,     /* jobs */
    IMPORT_BAD_LINES,
    IMPORT_REPEATED_LINES,
    IMPORT_SHORTER,    /* jobs than others of their data set; these are kept */
    IMPORT_NOT_FINITE, /* values; these too */
    IMPORT_N_KINDS,
};

struct import_findings {
    int counts[IMPORT_N_KINDS];
    const char *first[IMPORT_N_KINDS]; /* `JOB: why`; NULL where there is none */
};

struct import {
    struct plan plan; /* its experiment has title, question and baseline, and no methods */
    struct domainbed_job *jobs; /* [plan.n_runs] */
    struct import_findings findings;
};

/* baseline NULL: ERM, or where there is none the first algorithm. Fails where nothing is left.
 * Everything lives in `arena`. */
int import_domainbed_read(const char *tree, const char *name, const char *baseline,
                          struct arena *arena, struct import *ret_import, struct error *err);

int import_domainbed_store(const struct import *import, struct store *store, struct error *err);

/* "2 jobs have not ended: left out (the first: 0f3a: no file done)", a line each. */
void import_findings_write(const struct import_findings *f, struct text *t);

#endif
