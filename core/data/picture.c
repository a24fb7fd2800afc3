/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/picture.h"

#include <stdint.h>
#include <string.h>

int picture_init(struct picture *p, size_t height, size_t width, struct arena *arena,
                 struct error *err)
{
    if (height == 0 || width == 0 || height > PICTURE_MAX_PIXELS / width)
        return error_set(err, "%zu x %zu pixels, not from 1 to %d", height, width,
                         PICTURE_MAX_PIXELS);
    *p = (struct picture){(int)height, (int)width, arena_alloc(arena, 3 * height * width)};
    return 0;
}

int picture_decode(const unsigned char *bytes, size_t size, int side, struct arena *arena,
                   struct picture *ret_picture, struct error *err)
{
    static const unsigned char jpeg[] = {0xff, 0xd8, 0xff}, png[] = {0x89, 'P', 'N', 'G'};

    if (size == 0)
        return error_set(err, "empty");
    if (size > sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        return picture_decode_jpeg(bytes, size, side, arena, ret_picture, err);
    if (size > sizeof png && memcmp(bytes, png, sizeof png) == 0)
        return picture_decode_png(bytes, size, arena, ret_picture, err);
    return error_set(err, "neither JPEG nor PNG");
}

/* ---- resizing ---- */

enum { BITS = 22 }; /* of a weight behind the point, as Pillow's; sums of 255 fit 32 bits */

/* What one output place along a line takes: n inputs from `first` on. */
struct taps {
    int first, n;
    int32_t *weights;
};

/* The taps of `out` places along `in`: a triangle as wide as two inputs, or two outputs where
 * those are wider. Only + - * / : the same on every machine. */
static struct taps *make_taps(int in, int out, struct arena *arena)
{
    double scale = (double)in / out, support = scale < 1 ? 1 : scale;
    int most = (int)(2 * support) + 3;
    struct taps *taps = arena_alloc(arena, (size_t)out * sizeof *taps);
    int32_t *weights = arena_alloc(arena, (size_t)out * (size_t)most * sizeof *weights);
    double *shares = arena_alloc(arena, (size_t)most * sizeof *shares);

    for (int i = 0; i < out; i++) {
        double centre = (i + 0.5) * scale, sum = 0;
        int first = centre - support < 0 ? 0 : (int)(centre - support + 0.5);
        int end = (int)(centre + support + 0.5);

        end = end > in ? in : end;
        taps[i] = (struct taps){first, end - first, weights + (size_t)i * (size_t)most};
        for (int k = 0; k < taps[i].n; k++) {
            double away = (k + first - centre + 0.5) / support;

            away = away < 0 ? -away : away;
            shares[k] = away < 1 ? 1 - away : 0;
            sum += shares[k];
        }
        for (int k = 0; k < taps[i].n; k++)
            taps[i].weights[k] = (int32_t)(0.5 + shares[k] / sum * (1 << BITS));
    }
    return taps;
}

/* The weighted sum of x[0], x[stride] ... */
static unsigned char gather(const struct taps *t, const unsigned char *x, size_t stride)
{
    int32_t sum = 1 << (BITS - 1);

    x += (size_t)t->first * stride;
    for (int k = 0; k < t->n; k++)
        sum += t->weights[k] * x[(size_t)k * stride];
    sum >>= BITS;
    return (unsigned char)(sum > 255 ? 255 : sum);
}

void picture_resize(const struct picture *x, int side, struct arena *arena, unsigned char *y)
{
    size_t n = (size_t)side, height = (size_t)x->height, width = (size_t)x->width;
    const struct taps *across = make_taps(x->width, side, arena);
    const struct taps *down = make_taps(x->height, side, arena);
    unsigned char *lines = arena_alloc(arena, 3 * height * n); /* [3][height][side] */

    for (size_t c = 0; c < 3; c++)
        for (size_t r = 0; r < height; r++)
            for (size_t i = 0; i < n; i++)
                lines[(c * height + r) * n + i] =
                    gather(&across[i], x->pixels + 3 * r * width + c, 3);
    for (size_t c = 0; c < 3; c++)
        for (size_t r = 0; r < n; r++)
            for (size_t i = 0; i < n; i++)
                y[(c * n + r) * n + i] = gather(&down[r], lines + c * height * n + i, n);
}
