/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * checkpoints: where the checkpoints of a store's runs are. Those of
 * results/NAME.db lie in results/NAME.ckpt/, one SPEC-ID.safetensors for each run
 * that is at work or was stopped; a run that has ended needs its own no more.
 *
 * Two workers at one run would do no harm here: whoever writes last, the bytes
 * are those of some step of that run.
 */
#ifndef WORK_CHECKPOINTS_H
#define WORK_CHECKPOINTS_H

#include "store/store.h"

/* In `arena`. */
const char *checkpoints_path(struct arena *arena, const char *store_path, const char *spec_id);

/* Whose a checkpoint is: the run's, as computed by this very program in this environment.
 * Bits may differ between builds, of one commit too, and a run must not be half one's
 * and half the other's. `environment` is environment_read's, of which every line counts. */
void checkpoints_key(const char *spec_id, const struct settings *environment,
                     char ret_key[HASH_HEX_SIZE]);

/* Removes what a kill left behind: checkpoints of runs that have ended, and files
 * half written by processes that are gone. */
int checkpoints_clean(struct store *store, const char *store_path, struct error *err);

#endif
