/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table made when asked for, which needs no file: customers and whether they leave, with what tables have: numbers
 * on unlike scales, one with long tails, one that is mostly zero, one that is often missing; categories, of which some
 * levels are rare; few of the class that matters; and two groups, of which the rare one does the opposite
 * of the other in one column, so that who learns the common group's rule is wrong about it.
 *
 * Row k of a part depends on k, the part and the settings only: a smaller part is a prefix. */
#include "data/dataset.h"

#include "math/kernels.h"
#include "math/rng.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

struct config {
    int train, test;
    double noise, missing;
};

enum { AGE, INCOME, DEBT, VISITS, MONTHS, N_NUMBERS };
enum { REGION, PLAN, CHANNEL, N_CATEGORIES };

static const char *const numbers[N_NUMBERS] = {"age", "income", "debt", "visits", "months"};
static const char *const categories[N_CATEGORIES] = {"region", "plan", "channel"};
static const char *const regions[] = {"centre", "east", "north", "south", "west"};
static const char *const plans[] = {"basic", "family", "premium"};
static const char *const channels[] = {"agent", "app", "letter", "phone", "shop", "web"};
static const char *const *const levels[N_CATEGORIES] = {regions, plans, channels};
static const int n_levels[N_CATEGORIES] = {5, 3, 6};
static const char *const classes[] = {"stays", "leaves"};
static const char *const groups[] = {"private", "business"};

/* Level l of n with a share of about 2^-l. */
static int32_t draw_level(struct rng *rng, int n)
{
    int32_t l = 0;

    while (l < n - 1 && rng_uniform(rng) < 0.5)
        l++;
    return l;
}

struct row {
    float x[N_NUMBERS];
    int32_t codes[N_CATEGORIES];
    int label, group;
};

static struct row draw_row(const struct config *c, struct rng rng)
{
    struct row r = {.group = rng_uniform(&rng) < 0.15};
    double age = 20 + 60 * rng_uniform(&rng), wealth = rng_bell(&rng), visits = rng_uniform(&rng);
    double months = 120 * rng_uniform(&rng), debt = rng_uniform(&rng) < 0.7 ? 0 : 1 + 9 * rng_uniform(&rng), score;

    for (int k = 0; k < N_CATEGORIES; k++)
        r.codes[k] = draw_level(&rng, n_levels[k]);
    score = -1.7 - 0.02 * (months - 60) + 0.35 * (debt > 0) + 0.06 * debt + 0.7 * (r.codes[PLAN] == 2) +
            0.5 * (r.codes[CHANNEL] >= 3) - 0.8 * (age > 35 && age < 50) +
            (r.group ? -2.2 : 2.2) * (visits - 0.5) + 0.3 * wealth;
    r.label = score + c->noise * rng_bell(&rng) > 0;
    r.x[AGE] = (float)age;
    r.x[INCOME] = (float)(20000 * kernel_exp(wealth));
    r.x[DEBT] = (float)(1000 * debt);
    r.x[VISITS] = (float)(30 * visits * visits);
    r.x[MONTHS] = rng_uniform(&rng) < c->missing ? NAN : (float)months;
    return r;
}

static void draw_part(struct dataset *d, const struct config *c, struct pool *pool, const char *name, int n)
{
    struct rng rng = rng_derive(rng_derive(rng_seed(0), "drawn_table"), name);
    float *x = arena_alloc(&d->arena, (size_t)n * N_NUMBERS * sizeof *x);
    int32_t *codes = arena_alloc(&d->arena, (size_t)n * N_CATEGORIES * sizeof *codes);
    uint16_t *labels = arena_alloc(&d->arena, (size_t)n * sizeof *labels);
    uint16_t *group = arena_alloc(&d->arena, (size_t)n * sizeof *group);

    for (int k = 0; k < n; k++) {
        struct row r = draw_row(c, rng_index(rng, (uint64_t)k));

        memcpy(x + (size_t)k * N_NUMBERS, r.x, sizeof r.x);
        memcpy(codes + (size_t)k * N_CATEGORIES, r.codes, sizeof r.codes);
        labels[k] = (uint16_t)r.label;
        group[k] = (uint16_t)r.group;
    }
    *pool = (struct pool){.n = n, .values = {{.numbers = x}, {.codes = codes}}, .labels = labels, .groups = group};
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    const struct config *c = config;

    (void)source;
    (void)err;
    d->signature = (struct signature){2, {{"numbers", FIELD_NUMBERS, {N_NUMBERS, 1, 1}, numbers, NULL},
                                          {"categories", FIELD_CATEGORIES, {N_CATEGORIES, 1, 1}, categories, n_levels}}};
    d->level_names = levels;
    d->n_classes = 2;
    d->class_names = classes;
    d->n_groups = 2;
    d->group_names = groups;
    draw_part(d, c, &d->train, "train", c->train);
    draw_part(d, c, &d->test, "test", c->test);
    return 0;
}

static const struct hparam hparams[] = {
    {"train", HPARAM_INTEGER, offsetof(struct config, train), .fallback = "2000", .low = 100, .high = 1000000,
     .doc = "rows to train on and to hold out from"},
    {"test", HPARAM_INTEGER, offsetof(struct config, test), .fallback = "2000", .low = 100, .high = 1000000,
     .doc = "test rows"},
    {"noise", HPARAM_NUMBER, offsetof(struct config, noise), .fallback = "0.5", .low = 0, .high = 10,
     .doc = "standard deviation of what no column tells, where the rule itself spreads by about 1"},
    {"missing_share", HPARAM_NUMBER, offsetof(struct config, missing), .fallback = "0.1", .low = 0, .high = 0.9,
     .doc = "share of rows without their months"},
    {0},
};

const struct dataset_format dataset_format_drawn_table = {
    .component =
        {
            .name = "drawn_table",
            .doc = "customers who stay or leave: numbers, categories, two groups; no files",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .load = load,
};
