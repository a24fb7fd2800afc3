/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const profiles[] = {"exp", "step", NULL};
static const char *const weights[] = {[SPLIT_BALANCED] = "balanced", [SPLIT_NATURAL] = "natural", NULL};

static const struct hparam hparams[] = {
    {"imbalance", HPARAM_NUMBER, offsetof(struct split_config, imbalance), .fallback = "1",
     .low = 1, .high = 1e6, .doc = "imbalance factor: head class over tail class; 1 is balanced"},
    {"profile", HPARAM_CHOICE, offsetof(struct split_config, profile), .fallback = "\"exp\"",
     .choices = profiles, .doc = "how class sizes fall from head to tail"},
    {"max_per_class", HPARAM_INTEGER, offsetof(struct split_config, max_per_class),
     .fallback = "0", .low = 0, .high = 1e9, .doc = "size of the head class; 0: all there are"},
    {"validation", HPARAM_INTEGER, offsetof(struct split_config, validation), .fallback = "50",
     .low = 1, .high = 1e9, .doc = "examples of each class held out for validation"},
    {"validation_own", HPARAM_INTEGER, offsetof(struct split_config, validation_own),
     .fallback = "0", .low = 0, .high = 1e9, .is_later = true,
     .doc = "most of them that come out of what a class would train on, where the subset leaves too few "
            "unused; 0: as many as it takes"},
    {"validation_as", HPARAM_CHOICE, offsetof(struct split_config, validation_as),
     .fallback = "\"balanced\"", .choices = weights, .is_later = true,
     .doc = "what a class weighs in validation: all the same, or its share of the training part"},
    {0},
};

const struct component split_component = {
    .name = "split",
    .doc = "which pictures train, which validate",
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

/* The pool's pictures of class c, shuffled by the class's own numbers. */
static int draw_class(const struct pool *pool, int c, struct rng rng, uint32_t *ret_items)
{
    struct rng own = rng_index(rng, (uint64_t)c);
    int n = 0;

    for (int i = 0; i < pool->n; i++)
        if (pool->labels[i] == c)
            ret_items[n++] = (uint32_t)i;
    rng_shuffle(&own, ret_items, (uint32_t)n);
    return n;
}

/* The size of the head: that of the largest class, or what is set. */
static int head_size(const struct dataset *d, const struct split_config *config,
                     struct arena *arena)
{
    int *counts = arena_alloc(arena, (size_t)d->n_classes * sizeof *counts);
    int n_max = 0;

    for (int i = 0; i < d->train.n; i++)
        counts[d->train.labels[i]]++;
    for (int c = 0; c < d->n_classes; c++)
        if (counts[c] > n_max)
            n_max = counts[c];
    return config->max_per_class ? config->max_per_class : n_max;
}

/* How many of a class's n_have examples are held out, of which the subset wants n_subset. */
static int count_held_out(const struct split_config *config, int n_have, int n_subset)
{
    int n_unused = n_have > n_subset ? n_have - n_subset : 0;
    int n_own = config->validation > n_unused ? config->validation - n_unused : 0;

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

int split_make(const struct dataset *d, const struct split_config *config, struct rng rng,
               struct arena *arena, struct split *ret_split, struct error *err)
{
    size_t n = (size_t)d->train.n;
    uint32_t *items = arena_alloc(arena, n * sizeof *items);
    int *n_held_out = arena_alloc(arena, (size_t)d->n_classes * sizeof *n_held_out);
    int n_max = head_size(d, config, arena);
    struct split split = {
        .train = arena_alloc(arena, n * sizeof *split.train),
        .validation = arena_alloc(arena, n * sizeof *split.validation),
        .class_counts = arena_alloc(arena, (size_t)d->n_classes * sizeof *split.class_counts),
    };

    for (int c = 0; c < d->n_classes; c++) {
        int n_have = draw_class(&d->train, c, rng, items);
        int n_subset = split_class_count(config->profile, n_max, config->imbalance, c,
                                         d->n_classes);
        int n_out = count_held_out(config, n_have, n_subset);
        int n_train = n_subset < n_have - n_out ? n_subset : n_have - n_out;

        if (n_train < 1)
            return error_set(err,
                             "data.imbalance %g with data.validation %d leaves class %d nothing to "
                             "train on: it has %d examples and may keep %d",
                             config->imbalance, config->validation, c, n_have, n_subset);
        memcpy(split.train + split.n_train, items, (size_t)n_train * sizeof *items);
        memcpy(split.validation + split.n_validation, items + n_train,
               (size_t)n_out * sizeof *items);
        split.n_train += n_train;
        split.n_validation += n_out;
        split.class_counts[c] = n_train;
        n_held_out[c] = n_out;
    }
    weigh_classes(&split, n_held_out, d->n_classes, config->validation_as, arena);
    qsort(split.train, (size_t)split.n_train, sizeof *split.train, ascending);
    qsort(split.validation, (size_t)split.n_validation, sizeof *split.validation, ascending);
    *ret_split = split;
    return 0;
}
