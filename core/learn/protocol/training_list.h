/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * training_list: what is trained on, in which order, how long. A run is one stage or, where it
 * trains just twice (Liu et al. 2021, JTT), two: the errors of the first model are
 * repeated in the list of the second, which starts anew.
 */
#ifndef LEARN_PROTOCOL_TRAINING_LIST_H
#define LEARN_PROTOCOL_TRAINING_LIST_H

#include "base/arena.h"
#include "math/rng.h"

#include <stdbool.h>
#include <stdint.h>

struct training_list {
    bool is_last;
    int64_t first; /* the step it begins with, of the run's */
    int epochs;
    int n;
    const uint32_t *list; /* [n] what an epoch goes through */
    long steps_per_epoch;
    struct rng rng;
    uint32_t *order; /* [n] a permutation of list */
    int order_epoch; /* whose order it is; -1: none's */
};

/* Puts the order of `epoch` into stage->order, unless it is there. */
void training_list_shuffle(struct training_list *stage, int epoch);

/* indices[n], each i with errors[i] `weight` times; gives the length of the list, in
 * `arena`. */
int training_list_repeat(const uint32_t *indices, int n, const unsigned char *errors, int weight,
                         struct arena *arena, const uint32_t **ret_list);

#endif
