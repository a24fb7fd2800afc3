/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const profiles[] = {[SPLIT_EXP] = "exp", [SPLIT_STEP] = "step", NULL};
static const char *const weights[] = {[SPLIT_BALANCED] = "balanced", [SPLIT_NATURAL] = "natural", NULL};
static const char *const kinds[] = {
    [SPLIT_OFFICIAL] = "official", [SPLIT_DRAWN] = "drawn", [SPLIT_FOLDS] = "folds", NULL};

#define VALIDATION 50
#define TEST_SHARE 0.2
#define FOLDS 5
#define TEXT(x) #x
#define DEFAULT(x) TEXT(x)

static const struct hparam hparams[] = {
    {"imbalance", HPARAM_NUMBER, offsetof(struct split_config, imbalance), .fallback = "1",
     .low = 1, .high = 1e6, .doc = "imbalance factor: head class over tail class; 1: as the data are"},
    {"profile", HPARAM_CHOICE, offsetof(struct split_config, profile), .fallback = "\"exp\"",
     .choices = profiles, .doc = "how class sizes fall from head to tail"},
    {"max_per_class", HPARAM_INTEGER, offsetof(struct split_config, max_per_class),
     .fallback = "0", .low = 0, .high = 1e9, .doc = "size of the head class; 0: all there are"},
    {"validation", HPARAM_INTEGER, offsetof(struct split_config, validation), .fallback = DEFAULT(VALIDATION),
     .low = 1, .high = 1e9, .doc = "examples of each class held out for validation"},
    {"validation_own", HPARAM_INTEGER, offsetof(struct split_config, validation_own),
     .fallback = "0", .low = 0, .high = 1e9, .is_later = true,
     .doc = "most of them that come out of what a class would train on, where the subset leaves too few "
            "unused; 0: as many as it takes"},
    {"validation_as", HPARAM_CHOICE, offsetof(struct split_config, validation_as),
     .fallback = "\"balanced\"", .choices = weights, .is_later = true,
     .doc = "what a class weighs in validation: all the same, or its share of the training part"},
    {"validation_share", HPARAM_NUMBER, offsetof(struct split_config, validation_share), .fallback = "0", .low = 0,
     .high = 0.9, .is_later = true,
     .doc = "share of each class held out for validation, in the data's proportions; 0: data.validation says"},
    {"split", HPARAM_CHOICE, offsetof(struct split_config, split), .fallback = "\"official\"", .choices = kinds,
     .is_later = true,
     .doc = "the test part: official: the data's own (where they have none: as drawn); drawn: each seed draws a share "
            "of all examples; folds: each seed takes one of so many parts in turn"},
    {"test_share", HPARAM_NUMBER, offsetof(struct split_config, test_share), .fallback = DEFAULT(TEST_SHARE),
     .low = 0.001, .high = 0.9, .is_later = true, .doc = "share of each class that is drawn for the test"},
    {"folds", HPARAM_INTEGER, offsetof(struct split_config, folds), .fallback = DEFAULT(FOLDS), .low = 2, .high = 1000,
     .is_later = true, .doc = "parts of split = folds; as many seeds test each example once"},
    {0},
};

const struct component split_component = {
    .name = "split",
    .doc = "which examples train, which validate, which test",
    .source = "Cui et al. 2019, section 5.1; Cao et al. 2019, section 4",
    .hparams = hparams,
    .config_size = sizeof(struct split_config),
};

int split_class_count(enum split_profile profile, int n_max, double imbalance, int c,
                      int n_classes)
{
    if (profile == SPLIT_STEP)
        return c < n_classes / 2 ? n_max : (int)(n_max * (1 / imbalance));
    if (n_classes == 1)
        return n_max;
    return (int)(n_max * pow(1 / imbalance, c / (n_classes - 1.0)));
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* The pool's examples of class c, ascending, but those that are taken. */
static int list_class(const struct pool *pool, int c, const bool *is_taken, uint32_t *ret_items)
{
    int n = 0;

    for (int i = 0; i < pool->n; i++)
        if (pool->labels[i] == c && !is_taken[i])
            ret_items[n++] = (uint32_t)i;
    return n;
}

/* The same, shuffled by the class's own numbers. */
static int draw_class(const struct pool *pool, int c, const bool *is_taken, struct rng rng, uint32_t *ret_items)
{
    struct rng own = rng_index(rng, (uint64_t)c);
    int n = list_class(pool, c, is_taken, ret_items);

    rng_shuffle(&own, ret_items, (uint32_t)n);
    return n;
}

/* The size of the head: that of the largest class of what is left, or what is set. */
static int head_size(const struct dataset *d, const struct split_config *config, const bool *is_taken,
                     struct arena *arena)
{
    int *counts = arena_alloc(arena, (size_t)d->n_classes * sizeof *counts);
    int n_max = 0;

    for (int i = 0; i < d->train.n; i++)
        counts[d->train.labels[i]] += !is_taken[i];
    for (int c = 0; c < d->n_classes; c++)
        if (counts[c] > n_max)
            n_max = counts[c];
    return config->max_per_class ? config->max_per_class : n_max;
}

/* A share of n, rounded; of two and more one at least, and not all. */
static int share_of(int n, double share)
{
    int k = (int)(n * share + 0.5);

    if (n < 2)
        return 0;
    return k < 1 ? 1 : k < n ? k : n - 1;
}

/* How many of a class's n_have examples are held out, of which the subset wants n_subset. */
static int count_held_out(const struct split_config *config, int n_have, int n_subset)
{
    int n_unused = n_have > n_subset ? n_have - n_subset : 0;
    int n_own = config->validation > n_unused ? config->validation - n_unused : 0;

    if (config->validation_share > 0)
        return share_of(n_have < n_subset ? n_have : n_subset, config->validation_share);
    if (config->validation_own && n_own > config->validation_own)
        return n_unused + config->validation_own;
    return config->validation;
}

/* From the counts of both parts. */
static void weigh_classes(struct split *split, const int *n_held_out, int n_classes,
                          enum split_weights as, struct arena *arena)
{
    double *w = arena_alloc(arena, (size_t)n_classes * sizeof *w);
    bool is_even = as == SPLIT_BALANCED;

    for (int c = 0; c < n_classes; c++) {
        w[c] = as == SPLIT_BALANCED ? 1.0 / n_classes : (double)split->class_counts[c] / split->n_train;
        is_even &= n_held_out[c] == n_held_out[0];
    }
    split->class_weights = is_even ? NULL : w;
}

bool split_draws_test(const struct dataset *d, const struct split_config *config)
{
    return config->split != SPLIT_OFFICIAL || d->test.n == 0;
}

/* The test part of one drawing, marked in is_taken. The folds of all classes together are of equal sizes: each class
 * goes on with the fold where the one before it ended. */
static void draw_test(const struct dataset *d, const struct split_config *config, int seed, bool *is_taken,
                      struct arena *arena)
{
    bool has_folds = config->split == SPLIT_FOLDS;
    int n_folds = config->folds, fold = seed % n_folds, next = 0;
    struct rng rng = rng_derive(rng_seed((uint64_t)(has_folds ? seed / n_folds : seed)), "test part");
    uint32_t *items = arena_alloc(arena, (size_t)d->train.n * sizeof *items);

    for (int c = 0; c < d->n_classes; c++) {
        int n = draw_class(&d->train, c, is_taken, rng, items), n_drawn = share_of(n, config->test_share);

        for (int i = 0; i < n; i++)
            if (has_folds ? (next + i) % n_folds == fold : i < n_drawn)
                is_taken[items[i]] = true;
        next += n;
    }
}

/* Those of a pool of n that are marked, or all (NULL). */
static uint32_t *list_marked(const bool *is_marked, int n, struct arena *arena, int *ret_n)
{
    uint32_t *list = arena_alloc(arena, (size_t)n * sizeof *list);
    int k = 0;

    for (int i = 0; i < n; i++)
        if (!is_marked || is_marked[i])
            list[k++] = (uint32_t)i;
    *ret_n = k;
    return list;
}

/* Settings of the other kinds of split. */
static int check_idle(const struct dataset *d, const struct split_config *config, bool has_validation,
                      struct error *err)
{
    const struct {
        const char *name;
        bool is_set;
    } of_validation[] = {
        {"validation_share", config->validation_share > 0},
        {"validation", config->validation_share == 0 && config->validation != VALIDATION},
        {"validation_own", config->validation_own != 0},
        {"validation_as", config->validation_as != SPLIT_BALANCED},
    };
    bool is_drawn = split_draws_test(d, config) && config->split != SPLIT_FOLDS;

    if (config->test_share != TEST_SHARE && !is_drawn)
        return error_set(err, "data.test_share %g does nothing: %s", config->test_share,
                         config->split == SPLIT_FOLDS ? "data.folds says how large a test part is"
                                                      : "these data have a test part (data.split = \"drawn\" draws others)");
    for (size_t i = 0; i < sizeof of_validation / sizeof *of_validation && has_validation; i++)
        if (of_validation[i].is_set)
            return error_set(err, "data.%s does nothing: these data have a validation part (data.split = \"drawn\" draws "
                                  "others)", of_validation[i].name);
    return 0;
}

/* How many examples of a class (of numbers, of all) leave n_least for each part that is drawn. 0: as many as there may be,
 * the settings ask for fewer. */
static int count_enough(const struct split_config *config, bool draws_test, int n_least)
{
    enum { MOST = 1000000 };

    for (int n = n_least; n < MOST; n++) {
        int n_test = !draws_test ? n_least : config->split == SPLIT_FOLDS ? n / config->folds : share_of(n, config->test_share);
        int n_rest = draws_test ? n - n_test : n;
        int n_out = count_held_out(config, n_rest, n_rest);

        if (n_test >= n_least && n_out >= n_least && n_rest > n_out)
            return n;
    }
    return 0;
}

/* No measure can be taken of a part without examples, and no R2 of one. */
static int check_part(const struct dataset *d, const struct split_config *config, const char *part, int n, bool is_drawn,
                      bool draws_test, struct error *err)
{
    bool is_number = d->target == TARGET_NUMBER;
    int n_least = is_number ? 2 : 1, n_enough;

    if (n >= n_least)
        return 0;
    n_enough = is_drawn ? count_enough(config, draws_test, n_least) : 0;
    error_set(err, "%d of %d examples %s in the %s part: too few", n, d->train.n + d->test.n, n == 1 ? "is" : "are", part);
    if (n_enough)
        return error_set(err, "%s, %d %s are enough", err->text, n_enough, is_number ? "in all" : "of a class");
    return is_drawn ? error_set(err, "%s, as data.%s asks for no more", err->text,
                                config->validation_own ? "validation_own" : "validation")
                    : -1;
}

/* Test and official validation, marked in is_taken. */
static int take_out(const struct dataset *d, const struct split_config *config, int seed, bool *is_taken,
                    struct arena *arena, struct split *split, struct error *err)
{
    int n = d->train.n, n_validation;

    split->is_test_drawn = split_draws_test(d, config);
    n_validation = split->is_test_drawn ? 0 : d->n_validation;
    if (check_idle(d, config, n_validation > 0, err) < 0)
        return -1;
    if (split->is_test_drawn) {
        draw_test(d, config, seed, is_taken, arena);
        split->test = list_marked(is_taken, n, arena, &split->n_test);
    } else {
        split->test = list_marked(NULL, d->test.n, arena, &split->n_test);
    }
    /* Of folds the smallest is meant, so that no seed's is refused later. */
    if (check_part(d, config, "test", split->is_test_drawn && config->split == SPLIT_FOLDS ? n / config->folds : split->n_test,
                   split->is_test_drawn, split->is_test_drawn, err) < 0)
        return -1;
    for (int i = n - n_validation; i < n; i++) {
        is_taken[i] = true;
        split->validation[split->n_validation++] = (uint32_t)i;
    }
    return 0;
}

/* Class c has nothing to train on; numbers have one class. */
static int refuse_empty(const struct dataset *d, const struct split_config *config, int c, int n_have, int n_subset,
                        struct error *err)
{
    char what[100] = "the training part";

    if (d->target == TARGET_CLASS && d->class_names)
        snprintf(what, sizeof what, "class \"%.60s\"", d->class_names[c]);
    else if (d->target == TARGET_CLASS)
        snprintf(what, sizeof what, "class %d", c);
    if (config->imbalance == 1 && n_have <= 1)
        return error_set(err, "%s has %d %s beside the test part: too few to train on and to hold out", what, n_have,
                         n_have == 1 ? "example" : "examples");
    if (config->imbalance == 1)
        return error_set(err, "data.validation %d leaves %s nothing to train on: it has %d examples (data.validation_share "
                              "= 0.2 takes of each class its share)", config->validation, what, n_have);
    return error_set(err, "data.imbalance %g with data.validation %d leaves %s nothing to train on: it has %d examples and "
                          "may keep %d", config->imbalance, config->validation, what, n_have, n_subset);
}

int split_make(const struct dataset *d, const struct split_config *config, int seed,
               struct arena *arena, struct split *ret_split, struct error *err)
{
    struct rng rng = rng_derive(rng_seed((uint64_t)seed), "split");
    size_t n = (size_t)d->train.n;
    uint32_t *items = arena_alloc(arena, n * sizeof *items);
    bool *is_taken = arena_alloc(arena, n * sizeof *is_taken);
    int *n_held_out = arena_alloc(arena, (size_t)d->n_classes * sizeof *n_held_out), n_max;
    bool has_validation; /* the data set's own part */
    struct split split = {
        .train = arena_alloc(arena, n * sizeof *split.train),
        .validation = arena_alloc(arena, n * sizeof *split.validation),
        .class_counts = arena_alloc(arena, (size_t)d->n_classes * sizeof *split.class_counts),
    };

    if (take_out(d, config, seed, is_taken, arena, &split, err) < 0)
        return -1;
    has_validation = split.n_validation > 0;
    n_max = head_size(d, config, is_taken, arena);
    for (int c = 0; c < d->n_classes; c++) {
        int n_have = draw_class(&d->train, c, is_taken, rng, items);
        int n_subset = split_class_count(config->profile, n_max, config->imbalance, c,
                                         d->n_classes);
        int n_out = has_validation ? 0 : count_held_out(config, n_have, n_subset);
        int n_train = n_subset < n_have - n_out ? n_subset : n_have - n_out;

        if (n_train < 1)
            return refuse_empty(d, config, c, n_have, n_subset, err);
        memcpy(split.train + split.n_train, items, (size_t)n_train * sizeof *items);
        memcpy(split.validation + split.n_validation, items + n_train,
               (size_t)n_out * sizeof *items);
        split.n_train += n_train;
        split.n_validation += n_out;
        split.class_counts[c] = n_train;
        n_held_out[c] = n_out;
    }
    if (check_part(d, config, "validation", split.n_validation, !has_validation, split.is_test_drawn, err) < 0)
        return -1;
    if (!has_validation && config->validation_share == 0)
        weigh_classes(&split, n_held_out, d->n_classes, config->validation_as, arena);
    qsort(split.train, (size_t)split.n_train, sizeof *split.train, ascending);
    qsort(split.validation, (size_t)split.n_validation, sizeof *split.validation, ascending);
    *ret_split = split;
    return 0;
}
