/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shapes_domains: the ten figures of shapes in four styles, as environments.
 *
 *   photo     shading behind and on the figure, clutter, noise
 *   cartoon   flat strong colours within a black line
 *   sketch    a dark line on white paper
 *   painting  a photo in strokes of a brush
 *
 * Colour, texture and edges tell a style, only the outline tells the class: what is learned from
 * some styles need not help in another. Picture k of an environment has label k % 10, and depends
 * on k, the style and the difficulty alone. */
#include "data/dataset.h"
#include "data/format/scene.h"

#include <stddef.h>
#include <string.h>

struct config {
    int per_class;
    double difficulty;
};

static void fill(double *canvas, const double colour[SCENE_CHANNELS])
{
    for (int c = 0; c < SCENE_CHANNELS; c++)
        for (int i = 0; i < SCENE_N_PIXELS; i++)
            canvas[c * SCENE_N_PIXELS + i] = colour[c];
}

/* The figure in its colour, before a figure wider by `line` pixels in the line's colour. */
static void paint_outlined(double *canvas, const struct figure *f, double line,
                           const double colour[SCENE_CHANNELS])
{
    struct figure wider = *f;

    wider.width += line;
    wider.height += line;
    memcpy(wider.colour, colour, sizeof wider.colour);
    scene_paint(canvas, &wider);
    scene_paint(canvas, f);
}

static void draw_photo(double *canvas, struct rng rng, struct figure f, double difficulty)
{
    struct rng light = rng_derive(rng, "light");
    struct figure spot;

    scene_background(canvas, rng_derive(rng, "background"), f.colour);
    scene_clutter(canvas, rng_derive(rng, "clutter"), difficulty);
    scene_paint(canvas, &f);
    spot = f; /* a lighter spot of the same outline, towards the light */
    spot.width *= 0.5;
    spot.height *= 0.5;
    spot.x += scene_between(&light, -1.5, 1.5);
    spot.y -= scene_between(&light, 0, 1.5);
    for (int c = 0; c < SCENE_CHANNELS; c++)
        spot.colour[c] = f.colour[c] + 0.35 * (255 - f.colour[c]);
    scene_paint(canvas, &spot);
}

/* A colour at the corner of the cube or near one. */
static void draw_strong_colour(struct rng *rng, double ret_colour[SCENE_CHANNELS])
{
    for (int c = 0; c < SCENE_CHANNELS; c++)
        ret_colour[c] = rng_below(rng, 2) ? scene_between(rng, 200, 255)
                                          : scene_between(rng, 0, 60);
}

static void draw_cartoon(double *canvas, struct rng rng, struct figure f, double difficulty)
{
    static const double black[SCENE_CHANNELS] = {0};
    struct rng colours = rng_derive(rng, "colours");
    double paper[SCENE_CHANNELS], distance;

    (void)difficulty;
    draw_strong_colour(&colours, paper);
    do {
        draw_strong_colour(&colours, f.colour);
        distance = 0;
        for (int c = 0; c < SCENE_CHANNELS; c++)
            distance += (f.colour[c] - paper[c]) * (f.colour[c] - paper[c]);
    } while (distance < 100 * 100);
    fill(canvas, paper);
    paint_outlined(canvas, &f, 1.6, black);
}

static void draw_sketch(double *canvas, struct rng rng, struct figure f, double difficulty)
{
    struct rng own = rng_derive(rng, "pencil");
    double grey = scene_between(&own, 20, 20 + 80 * difficulty);
    double line[SCENE_CHANNELS] = {grey, grey, grey};
    double paper = scene_between(&own, 235, 255);

    for (int c = 0; c < SCENE_CHANNELS; c++)
        f.colour[c] = paper;
    fill(canvas, f.colour);
    paint_outlined(canvas, &f, scene_between(&own, 1.2, 2), line);
}

/* Strokes take the colour that stands under their middle. */
static void draw_painting(double *canvas, struct rng rng, struct figure f, double difficulty)
{
    enum { N_STROKES = 260 };
    double below[SCENE_SIZE];
    struct rng own = rng_derive(rng, "strokes");

    scene_background(canvas, rng_derive(rng, "background"), f.colour);
    scene_clutter(canvas, rng_derive(rng, "clutter"), difficulty);
    scene_paint(canvas, &f);
    memcpy(below, canvas, sizeof below);
    for (int i = 0; i < N_STROKES; i++) {
        struct figure stroke = {.kind = SCENE_SQUARE};
        int at;

        stroke.x = scene_between(&own, 0, SCENE_SIDE);
        stroke.y = scene_between(&own, 0, SCENE_SIDE);
        stroke.turn = scene_between(&own, 0, 1);
        stroke.width = scene_between(&own, 1.5, 3.5);
        stroke.height = scene_between(&own, 0.5, 1);
        at = (int)stroke.y * SCENE_SIDE + (int)stroke.x;
        for (int c = 0; c < SCENE_CHANNELS; c++)
            stroke.colour[c] =
                below[c * SCENE_N_PIXELS + at] + scene_between(&own, -25, 25);
        scene_paint(canvas, &stroke);
    }
}

static const struct {
    const char *name;
    void (*draw)(double *canvas, struct rng rng, struct figure f, double difficulty);
    double noise; /* part of the difficulty that is noise */
} styles[] = {
    {"cartoon", draw_cartoon, 0},
    {"painting", draw_painting, 0.1},
    {"photo", draw_photo, 0.6},
    {"sketch", draw_sketch, 0.2},
};

enum { N_STYLES = sizeof styles / sizeof *styles };

static void draw_picture(struct rng rng, int style, int label, double difficulty,
                         unsigned char *ret_picture)
{
    double canvas[SCENE_SIZE];

    styles[style].draw(canvas, rng, scene_pose(rng_derive(rng, "class"), difficulty, label),
                       difficulty);
    scene_finish(canvas, rng_derive(rng, "noise"), styles[style].noise * difficulty,
                 ret_picture);
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    const struct config *own = config;
    const char **classes = arena_alloc(&d->arena, SCENE_N_KINDS * sizeof *classes);
    const char **names = arena_alloc(&d->arena, N_STYLES * sizeof *names);
    int sizes[N_STYLES], per_style = own->per_class * SCENE_N_KINDS;
    unsigned char *pixels =
        arena_alloc(&d->arena, (size_t)(per_style * N_STYLES) * SCENE_SIZE);
    uint16_t *labels;

    (void)source;
    (void)err;
    for (int k = 0; k < SCENE_N_KINDS; k++)
        classes[k] = scene_kind_name(k);
    for (int e = 0; e < N_STYLES; e++) {
        names[e] = styles[e].name;
        sizes[e] = per_style;
    }
    d->class_names = classes;
    d->n_classes = SCENE_N_KINDS;
    d->signature = signature_picture(SCENE_CHANNELS, SCENE_SIDE, SCENE_SIDE);
    dataset_environments_init(d, names, sizes, N_STYLES, &labels);
    for (int i = 0; i < d->train.n; i++) {
        int style = i / per_style, k = i % per_style;
        struct rng rng = rng_derive(rng_derive(rng_seed(0), "shapes_domains"), names[style]);

        labels[i] = (uint16_t)(k % SCENE_N_KINDS);
        d->train.values[0].bytes[i] = pixels + (size_t)i * SCENE_SIZE;
        draw_picture(rng_index(rng, (uint64_t)k), style, labels[i], own->difficulty,
                     pixels + (size_t)i * SCENE_SIZE);
    }
    return 0;
}

static const struct hparam hparams[] = {
    {"per_class", HPARAM_INTEGER, offsetof(struct config, per_class), .fallback = "100",
     .low = 1, .high = 10000, .doc = "pictures of each class in each style"},
    {"difficulty", HPARAM_NUMBER, offsetof(struct config, difficulty), .fallback = "0.5",
     .low = 0, .high = 1, .doc = "how much noise, clutter and pose vary"},
    {0},
};

const struct dataset_format dataset_format_shapes_domains = {
    .component =
        {
            .name = "shapes_domains",
            .doc = "the ten figures of shapes as cartoon, painting, photo and sketch; no files",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .has_environments = true,
    .load = load,
};
