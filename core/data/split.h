/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * split: which examples are trained on, which are held out for validation, and which test.
 *
 * 1. The test part is the data set's own ("official"). Where it has none, or where that is asked for, it is drawn
 *    from all examples: `test_share` of each class ("drawn"), or one of `folds` parts, in each of which a class is
 *    spread evenly ("folds"): seed s tests on part s mod folds of the drawing s / folds, so that as many
 *    seeds as folds test each example once.
 * 2. The long-tailed subset of the rest: class c of C keeps n_max * (1/IF)^(c/(C-1)) of its
 *    examples, rounded down (profile "exp"; Cui et al. 2019, Cao et al. 2019), or
 *    n_max for the first half of the classes and n_max / IF for the second ("step").
 *    CIFAR-10 at IF 100: 5000 2997 1796 1077 645 387 232 139 83 50, 12,406 pictures.
 *    Which ones, the run's seed says (subset "seed"), or LDAM-DRW's code ("ldam"; kaidic/LDAM-DRW at 2536330,
 *    imbalance_cifar.py): one stream of numpy's legacy generator, seeded with `rand_number`, shuffles the places of
 *    each class in turn, of which the first are kept. So all seeds train on the same pictures, and a larger imbalance
 *    factor on some of those of a smaller one.
 * 3. Validation is the data set's own part, where it has one and the split is official; or `validation_share` of
 *    each class of the subset, one example at least where it has two; or `validation` examples of each class. They
 *    are taken from those that the subset leaves unused; only where a class has too few of these (the head)
 *    do they come out of the subset, `validation_own` of them at most; out of LDAM-DRW's subset only where that is set,
 *    as it is not LDAM-DRW's any more then. Or they come out of the test part (`validation_from = "test"`), which is
 *    tested without them: then the subset is whole. Where a count was asked for and a class is
 *    held out in smaller number than others, it weighs as much as they do: validation
 *    measures are means over classes, each class weighing the same (`validation_as =
 *    "balanced"`, as the test set of CIFAR), or its share of the training part ("natural").
 *
 * Which examples, is drawn from the run's seed, but for what 2 says of "ldam": each seed has a split of its own,
 * and all methods under one seed have the same.
 */
#ifndef DATA_SPLIT_H
#define DATA_SPLIT_H

#include "data/dataset.h"
#include "math/rng.h"

struct split_config {
    double imbalance;
    int profile; /* enum split_profile */
    int max_per_class;
    int subset; /* enum split_subset_kind */
    int rand_number;
    int validation;
    int validation_own; /* 0: as many as it takes */
    int validation_as;  /* enum split_weights */
    int validation_from; /* enum split_source */
    double validation_share; /* 0: `validation` says */
    int split;          /* enum split_kind */
    double test_share;
    int folds;
};

enum split_profile { SPLIT_EXP, SPLIT_STEP };
enum split_subset_kind { SPLIT_BY_SEED, SPLIT_LDAM };
enum split_source { SPLIT_FROM_TRAIN, SPLIT_FROM_TEST };
enum split_weights { SPLIT_BALANCED, SPLIT_NATURAL };
enum split_kind { SPLIT_OFFICIAL, SPLIT_DRAWN, SPLIT_FOLDS };

/* hparams of `struct split_config`, under "data". */
extern const struct component split_component;

struct split {
    int n_train, n_validation, n_test;
    uint32_t *train;      /* [n_train] indices into the train pool, ascending */
    uint32_t *validation; /* [n_validation] likewise; into the test pool, where it is of the test part */
    uint32_t *test;       /* [n_test] likewise; of an official test part into the test pool */
    bool is_test_drawn, is_validation_of_test;
    int n_set_aside;
    uint32_t *set_aside;  /* [n_set_aside] likewise, that were of validation; NULL: none were asked for */
    int *class_counts;    /* [n_classes] of train */
    double *class_weights; /* [n_classes] in the measures of validation, adding up to 1; NULL: each
                            * example weighs the same */
};

/* The subset's size for class c of n_classes. */
int split_class_count(enum split_profile profile, int n_max, double imbalance, int c,
                      int n_classes);

/* The subset as it is before any of it is held out: class by class, each in the order in which its examples were
 * drawn, as places in the train pool. */
int split_list_subset(const struct dataset *d, const struct split_config *config, int seed, struct arena *arena,
                      uint32_t **ret_places, int *ret_n, struct error *err);

/* Is the test part of such a data set drawn? Then all its examples have to be in the train pool
 * (dataset_join). */
bool split_draws_test(const struct dataset *d, const struct split_config *config);

/* Fails where a class would have no example left to train on, and where a setting does nothing. */
int split_make(const struct dataset *d, const struct split_config *config, int seed,
               struct arena *arena, struct split *ret_split, struct error *err);

/* Takes a share of each class in each group (n_groups 0: of each class) out of validation, drawn under the seed: to train
 * on, as what selects is not. Of two and more one at least stays, and one at least goes. Fails where a class of
 * validation has too few. */
int split_set_aside(struct split *split, const struct dataset *d, double share, int seed, struct arena *arena,
                    struct error *err);

#endif
