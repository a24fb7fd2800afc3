/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * state: what outlives a step, as named blocks where their owners keep them. Whoever keeps something adds it when it is
 * opened; a checkpoint saves and restores all, and knows none.
 *
 * A block that steps change belongs here; tests/test_run.c stops and goes on with every objective and optimizer to
 * find one that was forgotten.
 */
#ifndef LEARN_STATE_H
#define LEARN_STATE_H

#include "base/arena.h"
#include "io/safetensors.h"

struct state {
    struct arena *arena;
    struct tensor *blocks;
    int n;
};

/* Borrows name and bytes. A type of one byte is to be added last, as it would leave those behind it unaligned. */
void state_add(struct state *s, const char *name, enum tensor_type type, void *bytes, size_t n);

/* One number. */
void state_add_one(struct state *s, const char *name, enum tensor_type type, void *bytes);

#endif
