/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * domainbed_job: one job of a DomainBed sweep, from its folder: the lines of results.jsonl,
 * each a JSON table {args, hparams, step, loss, env0_in_acc, env0_out_acc, ...}, and the file
 * `done` that DomainBed makes at the end.
 *
 * The files are a stranger's. A line counts where it is whole JSON, has what a table is made
 * from, in range, and is of the same arguments as the line before it; other lines are left
 * out and counted, and the first of them is told. Of two lines of one step the later counts:
 * DomainBed starts a stopped job again from step 0 and appends. A job has ended where `done`
 * is there; it is whole where its last line counts and is of the last step, as far as its
 * arguments say that: a line that was torn off is then no earlier checkpoint. Where args.steps
 * is null, the number of steps is the data set's, which the lines alone know.
 */
#ifndef DOMAINBED_DOMAINBED_JOB_H
#define DOMAINBED_DOMAINBED_JOB_H

#include "base/settings.h"
#include "domainbed/domainbed.h"

#include <stdbool.h>

struct domainbed_record {
    long n_made;           /* steps made; DomainBed's `step` and one */
    double loss;           /* NaN where there is none */
    bool has_loss;
    const double *in, *out; /* [n_environments] accuracy, 0 to 1 */
};

struct domainbed_job {
    const char *folder; /* its name in the tree */
    const char *algorithm, *dataset;
    int test_envs[DOMAINBED_MAX_ENVIRONMENTS], n_test_envs, n_environments;
    int draw, trial; /* hparams_seed, trial_seed */
    long n_steps;    /* args.steps, or where that is null up to the last line */
    bool has_steps;  /* it is not null */
    const char *spec;        /* what the job is, without paths, and the SHA-256 of its lines */
    const char *environment; /* text: versions, of out.txt; "" */
    const struct domainbed_record *records; /* [n_records], by n_made */
    int n_records;
    bool is_whole;
    /* what was found on the way */
    int n_bad_lines, n_repeated_lines, n_not_finite;
    const char *first_bad; /* `line 3: why`; NULL */
};

enum { DOMAINBED_MAX_FILE = 256 << 20, DOMAINBED_MAX_LINES = 100000 };

/* -1 where the file cannot be read at all, or no line of it counts. Memory from `arena`. */
int domainbed_job_read(const char *tree, const char *folder, struct arena *arena,
                       struct domainbed_job *ret_job, struct error *err);

#endif
