/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * heartbeat: renews the lease of the run that a worker is at, from a thread of its own, so that
 * a long evaluation or a data set that is decoded first does not look like a death. A
 * worker that is stopped (SIGSTOP) or gone renews nothing.
 *
 *     heartbeat_start(path, 60, &heartbeat, &err);
 *     heartbeat_watch(heartbeat, claim.run, claim.fence);   run 0: none
 *     if (heartbeat_is_lost(heartbeat)) ...                 another worker has it
 *     heartbeat_stop(heartbeat);
 */
#ifndef WORK_HEARTBEAT_H
#define WORK_HEARTBEAT_H

#include "base/error.h"

#include <stdbool.h>

struct heartbeat;

/* `lease`: seconds of a lease; it is renewed four times in each. */
int heartbeat_start(const char *store_path, double lease, struct heartbeat **ret_heartbeat,
                    struct error *err);
void heartbeat_watch(struct heartbeat *h, long run, long fence);
bool heartbeat_is_lost(struct heartbeat *h); /* also where the store itself is gone */
void heartbeat_stop(struct heartbeat *h); /* takes NULL */

#endif
