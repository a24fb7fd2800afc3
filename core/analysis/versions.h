/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * versions: which versions of the program computed an experiment's runs.
 */
#ifndef ANALYSIS_VERSIONS_H
#define ANALYSIS_VERSIONS_H

#include "analysis/select.h"

struct version {
    const char *commit; /* "" where a run does not say */
    bool is_dirty;      /* the build had changes that the commit has not */
    const char *patch;  /* the digest of those in core/ and the Makefile (store_read_patch); "" */
    int n_runs;
};

struct versions {
    const struct version *items; /* the one with most runs first */
    int n;
};

/* Of the runs that ended, fresh seeds included; of two methods only, or, where a is NULL, of all.
 * Texts in `arena`. */
int versions_read(struct store *store, const struct selections *s, const char *a, const char *b,
                  struct arena *arena, struct versions *ret_versions, struct error *err);

/* "0c68b34a12ff (30 runs), 1d79..., with changes (6 runs)" */
void versions_list(const struct versions *versions, struct text *t);

/* Its commit, or "an unknown commit". */
const char *versions_name(const struct version *v);

#endif
