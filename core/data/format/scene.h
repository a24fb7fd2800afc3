/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scene: figures, backgrounds, clutter and noise for pictures that are made when asked for.
 *
 * Painting is over canvas[SCENE_CHANNELS][SCENE_SIDE][SCENE_SIDE], of values around 0 to
 * 255. The same on every machine: base/rng and + - * / only. Each part of a scene draws from a
 * generator of its own, the same numbers at any difficulty: that only scales what is made of
 * them.
 */
#ifndef DATA_FORMAT_SCENE_H
#define DATA_FORMAT_SCENE_H

#include "math/rng.h"

enum {
    SCENE_CHANNELS = 3,
    SCENE_SIDE = 32,
    SCENE_N_PIXELS = SCENE_SIDE * SCENE_SIDE,
    SCENE_SIZE = SCENE_CHANNELS * SCENE_N_PIXELS,
};

/* Kinds of figures are 0 .. SCENE_N_KINDS-1; these also serve as clutter. */
enum { SCENE_CIRCLE = 0, SCENE_SQUARE = 2, SCENE_TRIANGLE = 3, SCENE_N_KINDS = 10 };

const char *scene_kind_name(int kind);

/* An outline set into the picture. */
struct figure {
    int kind;
    double x, y;          /* centre, in pixels */
    double turn;          /* in turns, clockwise, -1 to 1 */
    double width, height; /* of the unit, in pixels */
    double colour[SCENE_CHANNELS];
};

void scene_paint(double *canvas, const struct figure *f);

/* A figure of the middle of the picture, moved, turned and stretched; without a colour. */
struct figure scene_pose(struct rng rng, double difficulty, int kind);

/* A background that shades from one colour to another, and a colour that stands out from it. */
void scene_background(double *canvas, struct rng rng, double ret_colour[SCENE_CHANNELS]);

/* Small figures. */
void scene_clutter(double *canvas, struct rng rng, double difficulty);

/* A bar or a disc over the picture, as often as it is difficult. */
void scene_cover(double *canvas, struct rng rng, double difficulty);

/* To bytes, with noise: uniform, of standard deviation 35 at most. */
void scene_finish(const double *canvas, struct rng rng, double difficulty,
                  unsigned char *ret_picture);

/* ---- parts of these ---- */

double scene_between(struct rng *rng, double low, double high);
void scene_colour(struct rng *rng, double ret_colour[SCENE_CHANNELS]);

/* Cosine and sine of a number of turns, less than 4e-7 off; libm's last bits differ by
 * machine. */
void scene_rotation(double turn, double *ret_cos, double *ret_sin);

#endif
