/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/split.h"

#include "math/randomstate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const profiles[] = {[SPLIT_EXP] = "exp", [SPLIT_STEP] = "step", NULL};
static const char *const subsets[] = {[SPLIT_BY_SEED] = "seed", [SPLIT_LDAM] = "ldam", NULL};
static const char *const sources[] = {[SPLIT_FROM_TRAIN] = "train", [SPLIT_FROM_TEST] = "test", NULL};
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
    {"subset", HPARAM_CHOICE, offsetof(struct split_config, subset), .fallback = "\"seed\"", .choices = subsets,
     .is_later = true,
     .doc = "which examples an imbalanced part keeps: seed: each seed draws its own; ldam: those that LDAM-DRW's code "
            "draws, the same for all seeds"},
    {"rand_number", HPARAM_INTEGER, offsetof(struct split_config, rand_number), .fallback = "0", .low = 0,
     .high = 2147483647, .is_later = true, .doc = "seed of LDAM-DRW's drawing, as its code calls it"},
    {"validation", HPARAM_INTEGER, offsetof(struct split_config, validation), .fallback = DEFAULT(VALIDATION),
     .low = 1, .high = 1e9, .doc = "examples of each class held out for validation"},
    {"validation_own", HPARAM_INTEGER, offsetof(struct split_config, validation_own),
     .fallback = "0", .low = 0, .high = 1e9, .is_later = true,
     .doc = "most of them that come out of what a class would train on, where the subset leaves too few "
            "unused; 0: as many as it takes"},
    {"validation_as", HPARAM_CHOICE, offsetof(struct split_config, validation_as),
     .fallback = "\"balanced\"", .choices = weights, .is_later = true,
     .doc = "what a class weighs in validation: all the same, or its share of the training part"},
    {"validation_from", HPARAM_CHOICE, offsetof(struct split_config, validation_from), .fallback = "\"train\"",
     .choices = sources, .is_later = true,
     .doc = "where validation is taken from: train: what the subset leaves unused, and where that is too little its "
            "own; test: the test part, which is tested without it"},
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

/* How the subset is drawn, class by class, each class once and in turn. */
struct drawing {
    const struct dataset *d;
    const struct split_config *config;
    const bool *is_taken;
    struct rng rng;
    struct randomstate numpy; /* of LDAM-DRW */
    int n_max;                /* size of the head */
};

/* Class c's examples, those that the subset keeps first: *ret_n_subset, or as many as there are. */
static int draw_subset(struct drawing *drawing, int c, uint32_t *ret_items, int *ret_n_subset)
{
    const struct split_config *config = drawing->config;
    const struct pool *pool = &drawing->d->train;
    int n;

    *ret_n_subset = split_class_count(config->profile, drawing->n_max, config->imbalance, c, drawing->d->n_classes);
    if (config->subset != SPLIT_LDAM)
        return draw_class(pool, c, drawing->is_taken, drawing->rng, ret_items);
    n = list_class(pool, c, drawing->is_taken, ret_items);
    randomstate_shuffle(&drawing->numpy, ret_items, (uint32_t)n);
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

static struct drawing begin_drawing(const struct dataset *d, const struct split_config *config, const bool *is_taken,
                                    int seed, struct arena *arena)
{
    struct drawing drawing = {.d = d,
                              .config = config,
                              .is_taken = is_taken,
                              .rng = rng_derive(rng_seed((uint64_t)seed), "split"),
                              .n_max = head_size(d, config, is_taken, arena)};

    randomstate_init(&drawing.numpy, (uint32_t)config->rand_number);
    return drawing;
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
        {"validation_from", config->validation_from != SPLIT_FROM_TRAIN},
    };
    bool from_test = config->validation_from == SPLIT_FROM_TEST;
    bool is_drawn = split_draws_test(d, config) && config->split != SPLIT_FOLDS;

    if (config->test_share != TEST_SHARE && !is_drawn)
        return error_set(err, "data.test_share %g does nothing: %s", config->test_share,
                         config->split == SPLIT_FOLDS ? "data.folds says how large a test part is"
                                                      : "these data have a test part (data.split = \"drawn\" draws others)");
    for (size_t i = 0; i < sizeof of_validation / sizeof *of_validation && has_validation; i++)
        if (of_validation[i].is_set)
            return error_set(err, "data.%s does nothing: these data have a validation part (data.split = \"drawn\" draws "
                                  "others)", of_validation[i].name);
    if ((from_test || config->subset == SPLIT_LDAM) && split_draws_test(d, config))
        return error_set(err, "data.%s is of data with a test part, where data.split is \"official\": here it is drawn",
                         from_test ? "validation_from \"test\"" : "subset \"ldam\"");
    return 0;
}

/* Of each class as many as are asked for; the others are tested. */
static int take_from_test(const struct dataset *d, const struct split_config *config, int seed, struct arena *arena,
                          struct split *split, int *ret_held_out, struct error *err)
{
    struct rng rng = rng_derive(rng_seed((uint64_t)seed), "validation of test");
    size_t n_all = (size_t)d->test.n;
    uint32_t *items = arena_alloc(arena, n_all * sizeof *items);
    const bool *none = arena_alloc(arena, n_all * sizeof *none);

    split->validation = arena_alloc(arena, n_all * sizeof *split->validation);
    split->is_validation_of_test = true;
    split->n_test = 0;
    for (int c = 0; c < d->n_classes; c++) {
        int n = draw_class(&d->test, c, none, rng, items);
        int n_out = config->validation_share > 0 ? share_of(n, config->validation_share) : config->validation;

        if (n_out >= n)
            return error_set(err, "data.validation_from \"test\" with data.validation%s leaves class %d nothing to "
                                  "test: its test part has %d examples",
                             config->validation_share > 0
                                 ? "_share"
                                 : arena_printf(arena, " %d", config->validation), c, n);
        memcpy(split->validation + split->n_validation, items, (size_t)n_out * sizeof *items);
        memcpy(split->test + split->n_test, items + n_out, (size_t)(n - n_out) * sizeof *items);
        split->n_validation += n_out;
        split->n_test += n - n_out;
        ret_held_out[c] = n_out;
    }
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

/* Test, and validation where it is official or of the test part; what that takes from the train pool is marked in
 * is_taken. */
static int take_out(const struct dataset *d, const struct split_config *config, int seed, bool *is_taken,
                    struct arena *arena, struct split *split, int *ret_held_out, struct error *err)
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
    if (config->validation_from == SPLIT_FROM_TEST)
        return take_from_test(d, config, seed, arena, split, ret_held_out, err);
    split->validation = arena_alloc(arena, (size_t)n * sizeof *split->validation);
    for (int i = n - n_validation; i < n; i++) {
        is_taken[i] = true;
        split->validation[split->n_validation++] = (uint32_t)i;
    }
    return 0;
}

/* LDAM-DRW's subset stays whole unless somebody says otherwise. */
static int refuse_broken(int c, int n_unused, struct error *err)
{
    return error_set(err, "data.subset \"ldam\" leaves %d unused of class %d, too few to validate with: say "
                          "data.validation_from = \"test\", or data.validation_own = N to take N of its own at most",
                     n_unused, c);
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

int split_list_subset(const struct dataset *d, const struct split_config *config, int seed, struct arena *arena,
                      uint32_t **ret_places, int *ret_n, struct error *err)
{
    size_t n_all = (size_t)d->train.n;
    uint32_t *items = arena_alloc(arena, n_all * sizeof *items), *places = arena_alloc(arena, n_all * sizeof *places);
    bool *is_taken = arena_alloc(arena, n_all * sizeof *is_taken);
    int *n_held_out = arena_alloc(arena, (size_t)d->n_classes * sizeof *n_held_out), n = 0;
    struct drawing drawing;
    struct split split = {0};

    if (take_out(d, config, seed, is_taken, arena, &split, n_held_out, err) < 0)
        return -1;
    drawing = begin_drawing(d, config, is_taken, seed, arena);
    for (int c = 0; c < d->n_classes; c++) {
        int n_subset, n_have = draw_subset(&drawing, c, items, &n_subset);
        int n_kept = n_subset < n_have ? n_subset : n_have;

        memcpy(places + n, items, (size_t)n_kept * sizeof *items);
        n += n_kept;
    }
    *ret_places = places;
    *ret_n = n;
    return 0;
}

int split_make(const struct dataset *d, const struct split_config *config, int seed,
               struct arena *arena, struct split *ret_split, struct error *err)
{
    size_t n = (size_t)d->train.n;
    uint32_t *items = arena_alloc(arena, n * sizeof *items);
    bool *is_taken = arena_alloc(arena, n * sizeof *is_taken);
    int *n_held_out = arena_alloc(arena, (size_t)d->n_classes * sizeof *n_held_out);
    bool has_validation; /* beside the subset and what it leaves */
    struct drawing drawing;
    struct split split = {
        .train = arena_alloc(arena, n * sizeof *split.train),
        .class_counts = arena_alloc(arena, (size_t)d->n_classes * sizeof *split.class_counts),
    };

    if (take_out(d, config, seed, is_taken, arena, &split, n_held_out, err) < 0)
        return -1;
    has_validation = split.n_validation > 0;
    drawing = begin_drawing(d, config, is_taken, seed, arena);
    for (int c = 0; c < d->n_classes; c++) {
        int n_subset, n_have = draw_subset(&drawing, c, items, &n_subset);
        int n_kept = n_subset < n_have ? n_subset : n_have;
        int n_out = has_validation ? 0 : count_held_out(config, n_have, n_subset);
        int n_train = n_kept < n_have - n_out ? n_kept : n_have - n_out;

        if (n_train < 1)
            return refuse_empty(d, config, c, n_have, n_subset, err);
        if (config->subset == SPLIT_LDAM) {
            struct rng own = rng_index(drawing.rng, (uint64_t)c);

            if (n_train < n_kept && !config->validation_own)
                return refuse_broken(c, n_have - n_kept, err);
            rng_shuffle(&own, items, (uint32_t)n_kept); /* what is held out, the run's seed says */
            rng_shuffle(&own, items + n_kept, (uint32_t)(n_have - n_kept));
        }
        memcpy(split.train + split.n_train, items, (size_t)n_train * sizeof *items);
        split.n_train += n_train;
        split.class_counts[c] = n_train;
        if (has_validation)
            continue;
        memcpy(split.validation + split.n_validation, items + n_train, (size_t)n_out * sizeof *items);
        split.n_validation += n_out;
        n_held_out[c] = n_out;
    }
    if (check_part(d, config, "validation", split.n_validation, !has_validation, split.is_test_drawn, err) < 0)
        return -1;
    if ((!has_validation || split.is_validation_of_test) && config->validation_share == 0)
        weigh_classes(&split, n_held_out, d->n_classes, config->validation_as, arena);
    qsort(split.train, (size_t)split.n_train, sizeof *split.train, ascending);
    qsort(split.validation, (size_t)split.n_validation, sizeof *split.validation, ascending);
    if (split.is_validation_of_test)
        qsort(split.test, (size_t)split.n_test, sizeof *split.test, ascending);
    *ret_split = split;
    return 0;
}

/* What of validation is in a class and a group, shuffled by the cell's own numbers. */
static int draw_cell(const struct split *split, const struct pool *pool, int c, int g, struct rng rng, uint32_t *ret_items)
{
    struct rng own = rng_index(rng_index(rng, (uint64_t)c), (uint64_t)g);
    int n = 0;

    for (int i = 0; i < split->n_validation; i++) {
        uint32_t of = split->validation[i];

        if (pool->labels[of] == c && (pool->groups ? pool->groups[of] : 0) == g)
            ret_items[n++] = of;
    }
    rng_shuffle(&own, ret_items, (uint32_t)n);
    return n;
}

/* Of class c, in group g where that is not -1. Left out, such a cell would be what nobody trains on. */
static int too_few_to_share(const struct dataset *d, int c, int g, int n, struct error *err)
{
    char group[80] = "";

    if (g >= 0)
        snprintf(group, sizeof group, " in group \"%.60s\"", d->group_names[g]);
    return error_set(err, "%d of class %d%s in the validation part: too few to train on some and to select by others; "
                          "data.validation, data.validation_own or data.validation_share says how many", n, c, group);
}

int split_set_aside(struct split *split, const struct dataset *d, double share, int seed, struct arena *arena,
                    struct error *err)
{
    const struct pool *pool = split->is_validation_of_test ? &d->test : &d->train;
    struct rng rng = rng_derive(rng_seed((uint64_t)seed), "set aside");
    size_t n_all = (size_t)split->n_validation;
    uint32_t *items = arena_alloc(arena, n_all * sizeof *items), *kept = arena_alloc(arena, n_all * sizeof *kept);
    int n_kept = 0;

    split->set_aside = arena_alloc(arena, n_all * sizeof *split->set_aside);
    for (int c = 0; c < d->n_classes; c++) {
        int n_class = 0;

        for (int g = 0; g < (pool->groups ? d->n_groups : 1); g++) {
            int n = draw_cell(split, pool, c, g, rng, items), n_aside = share_of(n, share);

            if (n > 0 && n_aside == 0)
                return too_few_to_share(d, c, pool->groups ? g : -1, n, err);
            memcpy(split->set_aside + split->n_set_aside, items, (size_t)n_aside * sizeof *items);
            memcpy(kept + n_kept, items + n_aside, (size_t)(n - n_aside) * sizeof *items);
            split->n_set_aside += n_aside;
            n_kept += n - n_aside;
            n_class += n;
        }
        if (n_class == 0)
            return too_few_to_share(d, c, -1, 0, err);
    }
    qsort(split->set_aside, (size_t)split->n_set_aside, sizeof *items, ascending);
    qsort(kept, (size_t)n_kept, sizeof *kept, ascending);
    split->validation = kept;
    split->n_validation = n_kept;
    return 0;
}
