/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shapes: ten kinds of figures, drawn when asked for; needs no file.
 *
 * A picture shows one figure of its class in a random colour and pose before a
 * background that shades from one colour to another, with small clutter behind
 * it, sometimes a bar or disc over it, and noise.
 *
 * 1. Picture k of a pool has label k % 10 and depends on k, the pool and the
 *    difficulty, not on how many are asked for: a smaller pool is a prefix.
 * 2. The bytes are the same on every machine: base/rng and + - * / only.
 * 3. Each part of a scene draws from a generator of its own, the same numbers at
 *    any difficulty: that only scales what is made of them.
 */
#include "data/dataset.h"

#include "base/rng.h"

#include <stddef.h>

enum { CHANNELS = 3, SIDE = 32, N_PIXELS = SIDE * SIDE, PICTURE_SIZE = CHANNELS * N_PIXELS };
enum { N_SAMPLES = 9, N_SAMPLE_CORNERS = 4 }; /* per pixel, against jagged edges */
enum { MAX_CORNERS = 6, MAX_CLUTTER = 8 };

/* Where a pixel is looked at, from its centre: the corners of a grid, then the rest. */
static const double samples[N_SAMPLES][2] = {
    {-1 / 3.0, -1 / 3.0}, {1 / 3.0, -1 / 3.0}, {-1 / 3.0, 1 / 3.0}, {1 / 3.0, 1 / 3.0},
    {0, -1 / 3.0}, {-1 / 3.0, 0}, {0, 0}, {1 / 3.0, 0}, {0, 1 / 3.0},
};
static const double REACH = 1.1; /* no outline goes farther from its origin */

struct config {
    int train_per_class, test_per_class;
    double difficulty;
};

/* An outline of about the unit circle's size, y down: a formula, or the corners of
 * its right half from top to bottom, which the left half mirrors. */
struct outline {
    const char *name;
    bool (*is_inside)(double x, double y);
    int n_corners;
    double corners[MAX_CORNERS][2];
};

static bool is_in_circle(double x, double y)
{
    return x * x + y * y < 0.9 * 0.9;
}

static bool is_in_ring(double x, double y)
{
    return is_in_circle(x, y) && x * x + y * y > 0.5 * 0.5;
}

static bool is_in_crescent(double x, double y)
{
    double from_bite = x - 0.5;

    return x * x + y * y < 1 && from_bite * from_bite + y * y > 0.75 * 0.75;
}

/* The sextic (x^2 + y^2 - 1)^3 = x^2 y^3, fitted into the unit circle. */
static bool is_in_heart(double x, double y)
{
    double u = 1.2 * x, v = 0.1 - 1.2 * y, a = u * u + v * v - 1;

    return a * a * a < u * u * v * v * v;
}

enum { CIRCLE = 0, SQUARE = 2, TRIANGLE = 3 }; /* also serve as clutter */

/* To add a class, add it here; its number is its place. */
static const struct outline outlines[] = {
    {"circle", is_in_circle, 0, {{0}}},
    {"ring", is_in_ring, 0, {{0}}},
    {"square", NULL, 2, {{.75, -.75}, {.75, .75}}},
    {"triangle", NULL, 2, {{0, -1}, {.866, .5}}},
    {"star", NULL, 6,
     {{0, -1}, {.247, -.34}, {.951, -.309}, {.399, .13}, {.588, .809}, {0, .42}}},
    {"cross", NULL, 6,
     {{.3, -.95}, {.3, -.3}, {.95, -.3}, {.95, .3}, {.3, .3}, {.3, .95}}},
    {"pentagon", NULL, 3, {{0, -1}, {.951, -.309}, {.588, .809}}},
    {"crescent", is_in_crescent, 0, {{0}}},
    {"heart", is_in_heart, 0, {{0}}},
    {"arrow", NULL, 4, {{0, -1}, {.75, -.1}, {.28, -.1}, {.28, .95}}},
};

enum { N_CLASSES = sizeof outlines / sizeof *outlines };

/* slopes[i] is that of the edge between corners i-1 and i, as x per y. */
static bool is_inside(const struct outline *o, const double *slopes, double x, double y)
{
    bool inside = false;

    if (o->is_inside)
        return o->is_inside(x, y);
    if (x < 0)
        x = -x;
    for (int i = 1; i < o->n_corners; i++) { /* even-odd rule, on a ray to the right */
        const double *a = o->corners[i - 1], *b = o->corners[i];

        inside ^= ((a[1] > y) != (b[1] > y)) & (x < a[0] + slopes[i] * (y - a[1]));
    }
    return inside;
}

static void find_slopes(const struct outline *o, double ret_slopes[MAX_CORNERS])
{
    for (int i = 1; i < o->n_corners; i++) {
        const double *a = o->corners[i - 1], *b = o->corners[i];

        ret_slopes[i] = b[1] != a[1] ? (b[0] - a[0]) / (b[1] - a[1]) : 0;
    }
}

/* An outline set into the picture. */
struct figure {
    const struct outline *outline;
    double x, y;          /* centre, in pixels */
    double turn;          /* in turns, clockwise, -1 to 1 */
    double width, height; /* of the unit, in pixels */
    double colour[CHANNELS];
};

/* Cosine and sine of a number of turns: to the nearest quarter, and on from there
 * by their Taylor series (below 4e-7 off; libm's last bits differ by machine). */
static void rotation(double turn, double *ret_cos, double *ret_sin)
{
    int quarter = (int)(4 * turn + 8.5) - 8;
    double a = (turn - 0.25 * quarter) * 6.283185307179586, b = a * a;
    double c = 1 - b / 2 * (1 - b / 12 * (1 - b / 30 * (1 - b / 56)));
    double s = a * (1 - b / 6 * (1 - b / 20 * (1 - b / 42)));

    *ret_cos = quarter & 1 ? -s : c;
    *ret_sin = quarter & 1 ? c : s;
    if (quarter & 2) {
        *ret_cos = -*ret_cos;
        *ret_sin = -*ret_sin;
    }
}

static int clamp(double x, int high)
{
    return x < 0 ? 0 : x > high ? high : (int)x;
}

/* All painting is over canvas[CHANNELS][SIDE][SIDE], of values around 0 to 255. */
static void paint(double *canvas, const struct figure *f)
{
    const double reach = REACH * (f->width > f->height ? f->width : f->height);
    int left = clamp(f->x - reach, SIDE), right = clamp(f->x + reach + 1, SIDE);
    int top = clamp(f->y - reach, SIDE), bottom = clamp(f->y + reach + 1, SIDE);
    double margin_u = REACH + 1 / f->width, margin_v = REACH + 1 / f->height;
    double c, s, ux, uy, vx, vy; /* outline's (u, v) = (ux dx + uy dy, vx dx + vy dy) */
    double slopes[MAX_CORNERS];

    rotation(f->turn, &c, &s);
    ux = c / f->width;
    uy = s / f->width;
    vx = -s / f->height;
    vy = c / f->height;
    find_slopes(f->outline, slopes);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double dx = x + 0.5 - f->x, dy = y + 0.5 - f->y;
            double u = ux * dx + uy * dy, v = vx * dx + vy * dy, cover;
            int n = 0;

            if (u > margin_u || u < -margin_u || v > margin_v || v < -margin_v)
                continue;
            for (int i = 0; i < N_SAMPLES; i++) {
                double sx = samples[i][0], sy = samples[i][1];

                if (i == N_SAMPLE_CORNERS && n % N_SAMPLE_CORNERS == 0) {
                    n = n ? N_SAMPLES : 0; /* the corners agree: no edge here */
                    break;
                }
                n += is_inside(f->outline, slopes, u + ux * sx + uy * sy, v + vx * sx + vy * sy);
            }
            cover = (double)n / N_SAMPLES;
            for (int ch = 0; ch < CHANNELS; ch++) {
                double *value = &canvas[ch * N_PIXELS + y * SIDE + x];

                *value += cover * (f->colour[ch] - *value);
            }
        }
}

static double between(struct rng *rng, double low, double high)
{
    return low + (high - low) * rng_uniform(rng);
}

static void draw_colour(struct rng *rng, double ret_colour[CHANNELS])
{
    for (int ch = 0; ch < CHANNELS; ch++)
        ret_colour[ch] = between(rng, 10, 245);
}

/* A background, and a colour that stands out from it anywhere. */
static void paint_background(double *canvas, struct rng rng,
                             double ret_colour[CHANNELS])
{
    const double shading = 40, contrast = 115;
    double middle[CHANNELS], distance, c, s;

    draw_colour(&rng, middle);
    rotation(between(&rng, 0, 1), &c, &s);
    for (int ch = 0; ch < CHANNELS; ch++) {
        double slope = between(&rng, -shading, shading) / (SIDE / 2);

        for (int i = 0; i < N_PIXELS; i++)
            canvas[ch * N_PIXELS + i] = middle[ch] + slope * (c * (i % SIDE - (SIDE - 1) / 2.0) +
                                                            s * (i / SIDE - (SIDE - 1) / 2.0));
    }
    do {
        draw_colour(&rng, ret_colour);
        distance = 0;
        for (int ch = 0; ch < CHANNELS; ch++)
            distance += (ret_colour[ch] - middle[ch]) * (ret_colour[ch] - middle[ch]);
    } while (distance < contrast * contrast);
}

static void paint_clutter(double *canvas, struct rng rng, double difficulty)
{
    static const int kinds[] = {CIRCLE, SQUARE, TRIANGLE};
    int n = (int)(between(&rng, 0.5, 1) * difficulty * MAX_CLUTTER + 0.5);

    for (int i = 0; i < n; i++) {
        struct figure f = {.outline = &outlines[kinds[rng_below(&rng, 3)]]};

        f.x = between(&rng, 0, SIDE);
        f.y = between(&rng, 0, SIDE);
        f.turn = between(&rng, 0, 1);
        f.width = between(&rng, 1, 4);
        f.height = between(&rng, 1, 4);
        draw_colour(&rng, f.colour);
        paint(canvas, &f);
    }
}

static void paint_class(double *canvas, struct rng rng, double difficulty,
                        int label, const double colour[CHANNELS])
{
    const double slack = 4 * difficulty, turn = 0.12 * difficulty;
    double size = 11 - between(&rng, -2, 5) * difficulty;
    double aspect = between(&rng, -0.4, 0.4) * difficulty;
    struct figure f = {.outline = &outlines[label]};

    f.width = size * (1 + aspect);
    f.height = size * (1 - aspect);
    f.x = SIDE / 2 + between(&rng, -slack, slack);
    f.y = SIDE / 2 + between(&rng, -slack, slack);
    f.turn = between(&rng, -turn, turn);
    for (int ch = 0; ch < CHANNELS; ch++)
        f.colour[ch] = colour[ch];
    paint(canvas, &f);
}

/* A bar or a disc over the picture, as often as it is difficult. */
static void paint_cover(double *canvas, struct rng rng, double difficulty)
{
    bool is_there = rng_uniform(&rng) < difficulty, is_bar = rng_below(&rng, 2);
    struct figure f = {.outline = &outlines[is_bar ? SQUARE : CIRCLE]};

    f.x = between(&rng, 6, SIDE - 6);
    f.y = between(&rng, 6, SIDE - 6);
    f.turn = between(&rng, 0, 1);
    f.height = between(&rng, 2, 4);
    f.width = is_bar ? 2 * SIDE : f.height + 1;
    draw_colour(&rng, f.colour);
    if (is_there)
        paint(canvas, &f);
}

/* To bytes, with noise: uniform, of standard deviation 35 at most. */
static void finish(const double *canvas, struct rng rng, double difficulty,
                   unsigned char *ret_picture)
{
    const double scale = 35 / 73.9 * difficulty; /* 73.9: that of 0 .. 255 */

    for (int i = 0; i < PICTURE_SIZE; i += 4) {
        uint32_t word = rng_next(&rng);

        for (int j = 0; j < 4; j++, word >>= 8)
            ret_picture[i + j] = (unsigned char)clamp(
                canvas[i + j] + scale * ((int)(word & 0xff) - 127.5) + 0.5, 255);
    }
}

static void draw_picture(struct rng rng, int label, double difficulty, unsigned char *ret_picture)
{
    double canvas[PICTURE_SIZE];
    double colour[CHANNELS];

    paint_background(canvas, rng_derive(rng, "background"), colour);
    paint_clutter(canvas, rng_derive(rng, "clutter"), difficulty);
    paint_class(canvas, rng_derive(rng, "class"), difficulty, label, colour);
    paint_cover(canvas, rng_derive(rng, "cover"), difficulty);
    finish(canvas, rng_derive(rng, "noise"), difficulty, ret_picture);
}

static void draw_pool(struct dataset *d, struct pool *pool, const char *name, int n_per_class,
                      double difficulty)
{
    struct rng rng = rng_derive(rng_derive(rng_seed(0), "shapes"), name);
    int n = n_per_class * N_CLASSES;
    unsigned char *pixels = arena_alloc(&d->arena, (size_t)n * PICTURE_SIZE);
    uint16_t *labels;

    dataset_pool_init(d, pool, n, &labels);
    for (int k = 0; k < n; k++) {
        labels[k] = (uint16_t)(k % N_CLASSES);
        pool->pixels[k] = pixels + (size_t)k * PICTURE_SIZE;
        draw_picture(rng_index(rng, (uint64_t)k), labels[k], difficulty,
                     pixels + (size_t)k * PICTURE_SIZE);
    }
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err)
{
    const struct config *c = config;
    const char **names = arena_alloc(&d->arena, N_CLASSES * sizeof *names);

    (void)source;
    (void)err;
    for (int i = 0; i < N_CLASSES; i++)
        names[i] = outlines[i].name;
    d->class_names = names;
    d->n_classes = N_CLASSES;
    d->channels = CHANNELS;
    d->height = d->width = SIDE;
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
