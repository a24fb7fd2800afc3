/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * environment: what a run was computed with. For the record only; never part of
 * a run's identity or of a digest.
 */
#ifndef LAB_ENVIRONMENT_H
#define LAB_ENVIRONMENT_H

#include "base/settings.h"

/* Commit and dirty flag, compiler, flags, BLAS build and kernels, CPU, kernel and
 * library versions of this process. */
void environment_read(struct settings *ret_settings);

/* "rgdbench 0.1.0 (0123abcd, dirty)" */
const char *environment_version(void);

#endif
