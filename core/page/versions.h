/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * code: which versions of the program computed an experiment's runs.
 */
#ifndef PAGE_VERSIONS_H
#define PAGE_VERSIONS_H

#include "analysis/select.h"

struct code_version {
    const char *commit; /* "" where a run does not say */
    bool is_dirty;      /* the build had changes that the commit has not */
    const char *patch;  /* the digest of those in core/ and the Makefile (store_read_patch); "" */
    int n_runs;
};

struct code {
    const struct code_version *versions; /* the one with most runs first */
    int n;
};

/* Of the runs that ended, fresh seeds included; of two methods only, or, where a is NULL, of all.
 * Texts in `arena`. */
int code_read(struct store *store, const struct selections *s, const char *a, const char *b,
              struct arena *arena, struct code *ret_code, struct error *err);

/* "0c68b34a12ff (30 runs), 1d79..., with changes (6 runs)" */
void code_list(const struct code *code, struct text *t);

/* As a section of a page: which, how many runs each, and what they differ in. */
int code_write_page(struct store *store, const struct code *code, struct text *t, struct error *err);

#endif
