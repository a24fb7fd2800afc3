/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * platform: the numeric profile of this process, for the layers above, which do
 * not see math/.
 */
#ifndef LEARN_PLATFORM_H
#define LEARN_PLATFORM_H

#include "base/settings.h"

/* Makes this process compute in the named profile. OpenBLAS reads its settings
 * when it is loaded, so the program may be executed anew, with `argv`; then the
 * call does not come back. Fails with EXIT_MISMATCH where the linked OpenBLAS would
 * break the promise of the same bits (math/self_test.h). */
int platform_enter(const char *numeric, char *const *argv, struct error *err);

/* The rate of products of 1024-cubed matrices by one thread, the best of a few, in 1e9
 * operations a second (an addition and a multiplication are two). A tenth of a second. */
double platform_peak(void);

/* Adds blas, blas.core. */
void platform_read(struct settings *s);

#endif
