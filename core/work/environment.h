/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * environment: what a run was computed with. For the record only; never part of
 * a run's identity or of a digest.
 */
#ifndef WORK_ENVIRONMENT_H
#define WORK_ENVIRONMENT_H

#include "base/settings.h"

/* Commit and dirty flag, compiler, flags, BLAS build and kernels, CPU, kernel and
 * library versions of this process. */
void environment_read(struct settings *ret_settings);

/* What the code that this was built from has and its commit has not: a diff of core/ and the Makefile,
 * "" where there is none or no repository was at hand. At most ENVIRONMENT_MAX_PATCH bytes. The
 * environment has its digest as commit.patch. */
enum { ENVIRONMENT_MAX_PATCH = 1 << 18 };
const char *environment_patch(void);

/* "rgdbench 0.1.0 (0123abcd, dirty)" */
const char *environment_version(void);

#endif
