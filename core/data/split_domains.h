/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * split_domains: DomainBed's split of an environment, bit for bit: its keys 0 .. n-1,
 * shuffled by numpy's RandomState under the seed that (trial, environment) hashes to; the
 * first part, rounded down, is "out" (validation), the rest "in" (training, or test where
 * the environment is held out).
 *
 * Source: facebookresearch/DomainBed at b93c22a, scripts/train.py and lib/misc.py.
 */
#ifndef DATA_SPLIT_DOMAINS_H
#define DATA_SPLIT_DOMAINS_H

#include "data/dataset.h"

struct domain_split {
    int n_out, n_in;
    const uint32_t *out, *in; /* places in d->train, in DomainBed's order */
};

/* holdout: the part that is "out"; DomainBed's default is 0.2. Memory from `arena`. */
void domain_split_make(const struct dataset *d, int environment, int trial, double holdout,
                       struct arena *arena, struct domain_split *ret_split);

#endif
