/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * training_list: what is trained on, in which order, how long: one stage of a run, of which there may be two
 * (protocol_just_train_twice.c, protocol_retrain.c).
 */
#ifndef LEARN_PROTOCOL_TRAINING_LIST_H
#define LEARN_PROTOCOL_TRAINING_LIST_H

#include "learn/sampler/sampler.h"

#include <stdbool.h>
#include <stdint.h>

struct pool;

struct training_list {
    bool is_last;
    const struct pool *pool; /* of the examples */
    bool is_plain;           /* without augmentation */
    double lr, warmup, late; /* as train.lr, train.warmup and train.late */
    int64_t first; /* the step it begins with, of the run's */
    int epochs;
    int n;                /* examples of an epoch */
    const uint32_t *list; /* [n] what it goes through, unless a sampler draws */
    const struct sampler_type *sampler;
    const struct sampler_groups *groups; /* of the list, or of each environment, for a sampler that draws; else NULL */
    long steps_per_epoch;
    struct rng rng;
    uint32_t *order; /* [n] a permutation of list, or what was drawn of it */
    int order_epoch; /* whose order it is; -1: none's */
};

/* Puts what `epoch` sees into stage->order, unless it is there. */
void training_list_draw(struct training_list *stage, int epoch);

/* indices[n], each i with errors[i] `weight` times; gives the length of the list, in
 * `arena`. */
int training_list_repeat(const uint32_t *indices, int n, const unsigned char *errors, int weight,
                         struct arena *arena, const uint32_t **ret_list);

#endif
