/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * platform: the numeric profile of this process, for the layers above, which do
 * not see math/.
 */
#ifndef LEARN_PLATFORM_H
#define LEARN_PLATFORM_H

#include "base/settings.h"

/* Makes this process compute in the named profile, on n_threads threads at most. Fails with
 * EXIT_MISMATCH where the OpenBLAS that is there would break the promise of the same bits
 * (math/self_test.h), with EXIT_STORAGE where there is none, no memory for it, or a small stack. */
int platform_enter(const char *numeric, int n_threads, struct error *err);

/* The rate of products of 1024-cubed matrices by one thread, the best of a few, in 1e9
 * operations a second (an addition and a multiplication are two). A tenth of a second. */
double platform_peak(void);

/* Adds blas, blas.core; after platform_enter. */
void platform_read(struct settings *s);

#endif
