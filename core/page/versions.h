/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * versions: which versions of the program computed an experiment's runs.
 */
#ifndef PAGE_VERSIONS_H
#define PAGE_VERSIONS_H

#include "analysis/select.h"

struct version {
    const char *commit; /* "" where a run does not say */
    bool is_dirty;      /* the build had changes that the commit has not */
    const char *patch;  /* the digest of those in core/ and the Makefile (store_read_patch); "" */
    int n_runs;
};

struct versions {
    const struct version *versions; /* the one with most runs first */
    int n;
};

/* Of the runs that ended, fresh seeds included; of two methods only, or, where a is NULL, of all.
 * Texts in `arena`. */
int versions_read(struct store *store, const struct selections *s, const char *a, const char *b,
                  struct arena *arena, struct versions *ret_code, struct error *err);

/* "0c68b34a12ff (30 runs), 1d79..., with changes (6 runs)" */
void versions_list(const struct versions *code, struct text *t);

/* As a section of a page: which, how many runs each, and what they differ in. */
int versions_write_page(struct store *store, const struct versions *code, struct text *t,
                        struct error *err);

#endif
