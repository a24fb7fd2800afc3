/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shapes: ten kinds of figures, drawn when asked for; needs no file.
 *
 * A picture shows one figure of its class in a random colour and pose before a
 * background that shades from one colour to another, with small clutter behind
 * it, sometimes a bar or disc over it, and noise.
 *
 * Picture k of a pool has label k % 10 and depends on k, the pool and the
 * difficulty, not on how many are asked for: a smaller pool is a prefix. */
#include "data/dataset.h"
#include "data/format/scene.h"

#include <stddef.h>

struct config {
    int train_per_class, test_per_class;
    double difficulty;
};

static void draw_picture(struct rng rng, int label, double difficulty, unsigned char *ret_picture)
{
    double canvas[SCENE_SIZE];
    struct figure f = scene_pose(rng_derive(rng, "class"), difficulty, label);

    scene_background(canvas, rng_derive(rng, "background"), f.colour);
    scene_clutter(canvas, rng_derive(rng, "clutter"), difficulty);
    scene_paint(canvas, &f);
    scene_cover(canvas, rng_derive(rng, "cover"), difficulty);
    scene_finish(canvas, rng_derive(rng, "noise"), difficulty, ret_picture);
}

static void draw_pool(struct dataset *d, struct pool *pool, const char *name, int n_per_class,
                      double difficulty)
{
    struct rng rng = rng_derive(rng_derive(rng_seed(0), "shapes"), name);
    int n = n_per_class * SCENE_N_KINDS;
    unsigned char *pixels = arena_alloc(&d->arena, (size_t)n * SCENE_SIZE);
    uint16_t *labels;

    dataset_pool_init(d, pool, n, &labels);
    for (int k = 0; k < n; k++) {
        labels[k] = (uint16_t)(k % SCENE_N_KINDS);
        pool->values[0].bytes[k] = pixels + (size_t)k * SCENE_SIZE;
        draw_picture(rng_index(rng, (uint64_t)k), labels[k], difficulty,
                     pixels + (size_t)k * SCENE_SIZE);
    }
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    const struct config *c = config;
    const char **names = arena_alloc(&d->arena, SCENE_N_KINDS * sizeof *names);

    (void)source;
    (void)err;
    for (int i = 0; i < SCENE_N_KINDS; i++)
        names[i] = scene_kind_name(i);
    d->class_names = names;
    d->n_classes = SCENE_N_KINDS;
    d->signature = signature_picture(SCENE_CHANNELS, SCENE_SIDE, SCENE_SIDE);
    draw_pool(d, &d->train, "train", c->train_per_class, c->difficulty);
    draw_pool(d, &d->test, "test", c->test_per_class, c->difficulty);
    return 0;
}

static const struct hparam hparams[] = {
    {"train_per_class", HPARAM_INTEGER, offsetof(struct config, train_per_class),
     .fallback = "500", .low = 1, .high = 10000, .doc = "training pictures of each class"},
    {"test_per_class", HPARAM_INTEGER, offsetof(struct config, test_per_class),
     .fallback = "200", .low = 1, .high = 10000, .doc = "test pictures of each class"},
    {"difficulty", HPARAM_NUMBER, offsetof(struct config, difficulty), .fallback = "0.5",
     .low = 0, .high = 1, .doc = "how much noise, clutter, cover and pose vary"},
    {0},
};

const struct dataset_format dataset_format_shapes = {
    .component =
        {
            .name = "shapes",
            .doc = "ten kinds of figures of 3x32x32 bytes, drawn when asked for; no files",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .load = load,
};
