/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/format/scene.h"

#include <stdbool.h>
#include <stddef.h>

enum { N_SAMPLES = 9, N_SAMPLE_CORNERS = 4 }; /* per pixel, against jagged edges */
enum { MAX_CORNERS = 6, MAX_CLUTTER = 8 };

/* Where a pixel is looked at, from its centre: the corners of a grid, then the rest. */
static const double samples[N_SAMPLES][2] = {
    {-1 / 3.0, -1 / 3.0}, {1 / 3.0, -1 / 3.0}, {-1 / 3.0, 1 / 3.0}, {1 / 3.0, 1 / 3.0},
    {0, -1 / 3.0}, {-1 / 3.0, 0}, {0, 0}, {1 / 3.0, 0}, {0, 1 / 3.0},
};
static const double REACH = 1.1; /* no outline goes farther from its origin */

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

/* To add a kind, add it here; its number is its place. */
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

enum { N_KINDS = sizeof outlines / sizeof *outlines };
_Static_assert((int)N_KINDS == (int)SCENE_N_KINDS, "scene.h says how many there are");

const char *scene_kind_name(int kind)
{
    return outlines[kind].name;
}

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

/* To the nearest quarter, and on from there by their Taylor series. */
void scene_rotation(double turn, double *ret_cos, double *ret_sin)
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

void scene_paint(double *canvas, const struct figure *f)
{
    const struct outline *outline = &outlines[f->kind];
    const double reach = REACH * (f->width > f->height ? f->width : f->height);
    int left = clamp(f->x - reach, SCENE_SIDE), right = clamp(f->x + reach + 1, SCENE_SIDE);
    int top = clamp(f->y - reach, SCENE_SIDE), bottom = clamp(f->y + reach + 1, SCENE_SIDE);
    double margin_u = REACH + 1 / f->width, margin_v = REACH + 1 / f->height;
    double c, s, ux, uy, vx, vy; /* outline's (u, v) = (ux dx + uy dy, vx dx + vy dy) */
    double slopes[MAX_CORNERS];

    scene_rotation(f->turn, &c, &s);
    ux = c / f->width;
    uy = s / f->width;
    vx = -s / f->height;
    vy = c / f->height;
    find_slopes(outline, slopes);
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
                n += is_inside(outline, slopes, u + ux * sx + uy * sy, v + vx * sx + vy * sy);
            }
            cover = (double)n / N_SAMPLES;
            for (int ch = 0; ch < SCENE_CHANNELS; ch++) {
                double *value = &canvas[ch * SCENE_N_PIXELS + y * SCENE_SIDE + x];

                *value += cover * (f->colour[ch] - *value);
            }
        }
}

double scene_between(struct rng *rng, double low, double high)
{
    return low + (high - low) * rng_uniform(rng);
}

void scene_colour(struct rng *rng, double ret_colour[SCENE_CHANNELS])
{
    for (int ch = 0; ch < SCENE_CHANNELS; ch++)
        ret_colour[ch] = scene_between(rng, 10, 245);
}

void scene_background(double *canvas, struct rng rng, double ret_colour[SCENE_CHANNELS])
{
    const double shading = 40, contrast = 115;
    double middle[SCENE_CHANNELS], distance, c, s;

    scene_colour(&rng, middle);
    scene_rotation(scene_between(&rng, 0, 1), &c, &s);
    for (int ch = 0; ch < SCENE_CHANNELS; ch++) {
        double slope = scene_between(&rng, -shading, shading) / (SCENE_SIDE / 2);

        for (int i = 0; i < SCENE_N_PIXELS; i++) {
            double x = i % SCENE_SIDE - (SCENE_SIDE - 1) / 2.0;
            double y = i / SCENE_SIDE - (SCENE_SIDE - 1) / 2.0;

            canvas[ch * SCENE_N_PIXELS + i] = middle[ch] + slope * (c * x + s * y);
        }
    }
    do {
        scene_colour(&rng, ret_colour);
        distance = 0;
        for (int ch = 0; ch < SCENE_CHANNELS; ch++)
            distance += (ret_colour[ch] - middle[ch]) * (ret_colour[ch] - middle[ch]);
    } while (distance < contrast * contrast);
}

void scene_clutter(double *canvas, struct rng rng, double difficulty)
{
    static const int kinds[] = {SCENE_CIRCLE, SCENE_SQUARE, SCENE_TRIANGLE};
    int n = (int)(scene_between(&rng, 0.5, 1) * difficulty * MAX_CLUTTER + 0.5);

    for (int i = 0; i < n; i++) {
        struct figure f = {.kind = kinds[rng_below(&rng, 3)]};

        f.x = scene_between(&rng, 0, SCENE_SIDE);
        f.y = scene_between(&rng, 0, SCENE_SIDE);
        f.turn = scene_between(&rng, 0, 1);
        f.width = scene_between(&rng, 1, 4);
        f.height = scene_between(&rng, 1, 4);
        scene_colour(&rng, f.colour);
        scene_paint(canvas, &f);
    }
}

struct figure scene_pose(struct rng rng, double difficulty, int kind)
{
    const double slack = 4 * difficulty, turn = 0.12 * difficulty;
    double size = 11 - scene_between(&rng, -2, 5) * difficulty;
    double aspect = scene_between(&rng, -0.4, 0.4) * difficulty;
    struct figure f = {.kind = kind};

    f.width = size * (1 + aspect);
    f.height = size * (1 - aspect);
    f.x = SCENE_SIDE / 2 + scene_between(&rng, -slack, slack);
    f.y = SCENE_SIDE / 2 + scene_between(&rng, -slack, slack);
    f.turn = scene_between(&rng, -turn, turn);
    return f;
}

void scene_cover(double *canvas, struct rng rng, double difficulty)
{
    bool is_there = rng_uniform(&rng) < difficulty, is_bar = rng_below(&rng, 2);
    struct figure f = {.kind = is_bar ? SCENE_SQUARE : SCENE_CIRCLE};

    f.x = scene_between(&rng, 6, SCENE_SIDE - 6);
    f.y = scene_between(&rng, 6, SCENE_SIDE - 6);
    f.turn = scene_between(&rng, 0, 1);
    f.height = scene_between(&rng, 2, 4);
    f.width = is_bar ? 2 * SCENE_SIDE : f.height + 1;
    scene_colour(&rng, f.colour);
    if (is_there)
        scene_paint(canvas, &f);
}

void scene_finish(const double *canvas, struct rng rng, double difficulty,
                   unsigned char *ret_picture)
{
    const double scale = 35 / 73.9 * difficulty; /* 73.9: that of 0 .. 255 */

    for (int i = 0; i < SCENE_SIZE; i += 4) {
        uint32_t word = rng_next(&rng);

        for (int j = 0; j < 4; j++, word >>= 8)
            ret_picture[i + j] = (unsigned char)clamp(
                canvas[i + j] + scale * ((int)(word & 0xff) - 127.5) + 0.5, 255);
    }
}
