/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * launch: a sweep whose work is done elsewhere, by jobs of a cluster.
 */
#ifndef COMMANDS_LAUNCH_H
#define COMMANDS_LAUNCH_H

#include "commands/command.h"

/* sweep NAME --launcher=slurm: plans here and now, gives what is left of the plan in shares to the
 * tasks of an array job, and comes back. All of a submission is in results/NAME.slurm/NUMBER/. One is
 * refused while the last one is not merged: the same runs would be trained twice. */
int launch(const struct invocation *in, struct error *err);

#endif
