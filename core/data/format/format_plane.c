/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Problems that fit into a drawing, made when asked for; they need no file. Each has a common part
 * and a rare one that pulls elsewhere: the test part has as many of the rare as of the common.
 *
 *   rare_cluster  two classes of two numbers. The first is a cluster on the left, the second one on
 *                 the right, a rare share of which lies above the first.
 *   rare_line     a number of one number: y = x / 2 but, for a rare share on the right, y = 1 + x / 2.
 *
 * Example k of a pool depends on k, the pool and the settings only: a smaller pool is a prefix.
 * Probe points are a grid over the drawing. */
#include "data/dataset.h"

#include "math/rng.h"

#include <stddef.h>

struct config {
    int train, test;
    double rare, noise;
};

enum { GRID = 41 /* along a side of the plane, in rows */, LINE = 61 };

static struct rng rng_of(const char *problem, const char *pool)
{
    return rng_derive(rng_derive(rng_seed(0), problem), pool);
}

/* -low .. high at n places. */
static float place(int i, int n, double low, double high)
{
    return (float)(low + (high - low) * i / (n - 1));
}

/* ---- two classes ---- */

static void draw_clusters(struct dataset *d, struct pool *pool, const char *name, int n, double rare,
                          double noise)
{
    struct rng rng = rng_of("rare_cluster", name);
    uint16_t *labels;
    float *x;

    dataset_table_init(d, pool, n, &x, &labels);
    for (int k = 0; k < n; k++) {
        struct rng own = rng_index(rng, (uint64_t)k);
        bool is_rare = rng_uniform(&own) < rare && k % 2;
        double width = is_rare ? noise / 2 : noise;

        labels[k] = (uint16_t)(k % 2);
        x[2 * k] = (float)((is_rare ? -0.5 : k % 2 ? 1.2 : -1.2) + width * rng_bell(&own));
        x[2 * k + 1] = (float)((is_rare ? 1.8 : 0) + width * rng_bell(&own));
    }
}

static int load_clusters(struct dataset *d, const struct dataset_source *source, const void *config,
                         struct error *err)
{
    static const char *const classes[] = {"first", "second"};
    const struct config *c = config;
    uint16_t *labels;
    float *x;

    (void)source;
    (void)err;
    d->class_names = classes;
    d->n_classes = 2;
    d->signature = signature_numbers(2, NULL);
    draw_clusters(d, &d->train, "train", c->train, c->rare, c->noise);
    draw_clusters(d, &d->test, "test", c->test, 0.5, c->noise);
    dataset_table_init(d, &d->probe, GRID * GRID, &x, &labels);
    for (int i = 0; i < GRID * GRID; i++) {
        x[2 * i] = place(i % GRID, GRID, -3.5, 3.5);
        x[2 * i + 1] = place(i / GRID, GRID, -2.5, 3.5);
    }
    return 0;
}

/* ---- a line ---- */

static void draw_line(struct dataset *d, struct pool *pool, const char *name, int n, double rare,
                      double noise)
{
    struct rng rng = rng_of("rare_line", name);
    float *targets = arena_alloc(&d->arena, (size_t)n * sizeof *targets), *x;
    uint16_t *labels;

    dataset_table_init(d, pool, n, &x, &labels);
    for (int k = 0; k < n; k++) {
        struct rng own = rng_index(rng, (uint64_t)k);
        bool is_rare = rng_uniform(&own) < rare;
        double at = is_rare ? 0.4 + 0.6 * rng_uniform(&own) : 2 * rng_uniform(&own) - 1;

        x[k] = (float)at;
        targets[k] = (float)(at / 2 + is_rare + noise * rng_bell(&own));
    }
    pool->targets = targets;
}

static int load_line(struct dataset *d, const struct dataset_source *source, const void *config,
                     struct error *err)
{
    const struct config *c = config;
    float *targets = arena_alloc(&d->arena, LINE * sizeof *targets), *x;
    uint16_t *labels;

    (void)source;
    (void)err;
    d->n_classes = 1;
    d->target = TARGET_NUMBER;
    d->signature = signature_numbers(1, NULL);
    draw_line(d, &d->train, "train", c->train, c->rare, c->noise);
    draw_line(d, &d->test, "test", c->test, 0.5, c->noise);
    dataset_table_init(d, &d->probe, LINE, &x, &labels);
    for (int i = 0; i < LINE; i++)
        x[i] = place(i, LINE, -1.1, 1.1);
    d->probe.targets = targets; /* of no meaning: there is nothing to be right about */
    return 0;
}

#define SIZES(rare_share, noise_size, noise_doc) \
    {"train", HPARAM_INTEGER, offsetof(struct config, train), .fallback = "400", .low = 10, \
     .high = 100000, .doc = "examples to train on and to hold out from it"}, \
    {"test", HPARAM_INTEGER, offsetof(struct config, test), .fallback = "2000", .low = 10, \
     .high = 100000, .doc = "test examples, half of them rare where there are rare ones"}, \
    {"rare", HPARAM_NUMBER, offsetof(struct config, rare), .fallback = rare_share, .low = 0, \
     .high = 1, .doc = "share of the rare part in training"}, \
    {"noise", HPARAM_NUMBER, offsetof(struct config, noise), .fallback = noise_size, .low = 0, \
     .high = 10, .doc = noise_doc}

static const struct hparam cluster_hparams[] = {
    SIZES("0.05", "0.5", "standard deviation of a cluster; the rare one has half of it"), {0}};
static const struct hparam line_hparams[] = {
    SIZES("0.1", "0.1", "standard deviation of y around its line"), {0}};

const struct dataset_format dataset_format_rare_cluster = {
    .component =
        {
            .name = "rare_cluster",
            .doc = "two classes in the plane, a rare share of the second above the first; no files",
            .hparams = cluster_hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .load = load_clusters,
};

const struct dataset_format dataset_format_rare_line = {
    .component =
        {
            .name = "rare_line",
            .doc = "a number of one number, on a line or rarely on another; no files",
            .hparams = line_hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .load = load_line,
};
