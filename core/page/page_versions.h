/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page_versions: a page's section on the versions of the program that computed the runs: which, how many
 * runs each, and what they differ in.
 */
#ifndef PAGE_PAGE_VERSIONS_H
#define PAGE_PAGE_VERSIONS_H

#include "analysis/versions.h"

int page_versions_write(struct store *store, const struct versions *v, struct text *t, struct error *err);

#endif
