/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * split: which pictures of the train pool are trained on, and which are held out
 * for validation; made long-tailed on the way. The test pool stays whole.
 *
 * 1. The long-tailed subset: class c of C keeps n_max * (1/IF)^(c/(C-1)) of its
 *    pictures, rounded down (profile "exp"; Cui et al. 2019, Cao et al. 2019), or
 *    n_max for the first half of the classes and n_max / IF for the second ("step").
 *    CIFAR-10 at IF 100: 5000 2997 1796 1077 645 387 232 139 83 50, 12,406 pictures.
 * 2. `validation` examples of each class are held out. They are taken from those that
 *    the subset leaves unused; only where a class has too few of these (the head)
 *    do they come out of the subset, `validation_own` of them at most. A class that is
 *    held out in smaller number than others then weighs as much as they do: validation
 *    measures are means over classes, each class weighing the same (`validation_as =
 *    "balanced"`, as the test set of CIFAR), or its share of the training part ("natural").
 *
 * Which pictures, is drawn from `rng`: each seed has a subset of its own, and
 * all methods under one seed have the same.
 */
#ifndef DATA_SPLIT_H
#define DATA_SPLIT_H

#include "data/dataset.h"
#include "math/rng.h"

struct split_config {
    double imbalance;
    int profile; /* enum split_profile */
    int max_per_class;
    int validation;
    int validation_own; /* 0: as many as it takes */
    int validation_as;  /* enum split_weights */
};

enum split_profile { SPLIT_EXP, SPLIT_STEP };
enum split_weights { SPLIT_BALANCED, SPLIT_NATURAL };

/* hparams of `struct split_config`, under "data". */
extern const struct component split_component;

struct split {
    int n_train, n_validation;
    uint32_t *train;      /* [n_train] indices into the train pool, ascending */
    uint32_t *validation; /* [n_validation] likewise */
    int *class_counts;    /* [n_classes] of train */
    double *class_weights; /* [n_classes] in the measures of validation, adding up to 1; NULL: each
                            * example weighs the same */
};

/* The subset's size for class c of n_classes. */
int split_class_count(enum split_profile profile, int n_max, double imbalance, int c,
                      int n_classes);

/* Fails where a class would have no picture left to train on. */
int split_make(const struct dataset *d, const struct split_config *config, struct rng rng,
               struct arena *arena, struct split *ret_split, struct error *err);

#endif
