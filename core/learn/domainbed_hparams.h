/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * domainbed_hparams: DomainBed's hyper-parameters: their defaults and their random draws.
 *
 * Draw 0 is the default. Draw d > 0 of trial t takes each hyper-parameter from a
 * RandomState of its own, seeded by the hash of (seed, its name), where seed is
 * that of (d, t): so a new hyper-parameter moves no other, and each trial has
 * draws of its own.
 *
 *     domainbed_hparams_make("ERM", "VLCS", 1, 0, &arena, &draws, &n, &err);   lr 2.7028930742148706e-05
 *
 * Source: facebookresearch/DomainBed at b93c22a, hparams_registry.py. Hyper-parameters
 * of methods that DomainBed has not (RGD, FRR) are ours, drawn in the same way.
 *
 * To add a hyper-parameter: add its row to the table in draws.c.
 */
#ifndef LEARN_DOMAINBED_HPARAMS_H
#define LEARN_DOMAINBED_HPARAMS_H

#include "base/value.h"

struct domainbed_hparam {
    const char *name;    /* DomainBed's, "batch_size" */
    const char *setting; /* ours, "train.batch"; NULL where there is none */
    struct value value;  /* a number or a truth value */
};

/* "none", then the algorithms that both have and ours, in DomainBed's spelling; NULL-ended. */
extern const char *const domainbed_hparams_choices[];

/* The hyper-parameters of one run, in the order of the table, in `arena`. `dataset` is
 * DomainBed's name; only "Debug28", "RotatedMNIST", "ColoredMNIST" and "DomainNet" differ
 * from all others. */
int domainbed_hparams_make(const char *algorithm, const char *dataset, int draw, int trial,
                           struct arena *arena, struct domainbed_hparam **ret_draws, int *ret_n,
                           struct error *err);

#endif
