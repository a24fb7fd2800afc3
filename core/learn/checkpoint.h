/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * checkpoint: the state of a run between two steps, in a sealed safetensors file.
 *
 * The state is a list of tensors whose bytes are where the run keeps them;
 * whatever a step changes and the next one reads must be in it. Random numbers
 * are keyed by seed, purpose and step (math/rng.h), so that none belong to it.
 *
 * A file serves only the run and the program that wrote it: its key says which.
 * What is damaged or another's is refused, never half loaded.
 */
#ifndef LEARN_CHECKPOINT_H
#define LEARN_CHECKPOINT_H

#include "io/safetensors.h"

struct checkpoint {
    const char *path; /* NULL: none is read or written */
    const char *key;  /* of the run and of what computes it */
    double interval;  /* seconds between two; 0: after every step */
};

/* Writes the tensors and `journal`, in one step for readers. Makes the folder. */
int checkpoint_save(const struct checkpoint *c, const struct tensor *tensors, int n,
                    const char *journal, struct error *err);

/* Fills the tensors' bytes, and *ret_journal in `arena`: 1; 0 where there is no
 * file; -1 where there is one that does not serve: then nothing has changed. */
int checkpoint_load(const struct checkpoint *c, const struct tensor *tensors, int n,
                    struct arena *arena, char **ret_journal, struct error *err);

#endif
